/** Numbers that look random and are the same for the same seed text. */
import { createHash } from "node:crypto";
import type { Random } from "./question";

/**
 * Returns a generator seeded by a text of any length.
 *
 * It is counter-mode SHA-256, so that who sees some of its numbers learns nothing of the others.
 *
 * @example
 * const random = randomFrom("a secret/04-bptt/bptt-all-gradients");
 * random(); // 53 random bits
 */
export function randomFrom(seed: string): Random {
  let block = Buffer.alloc(0);
  let used = 0;
  let count = 0;
  return () => {
    if (used + 8 > block.length) {
      block = createHash("sha256").update(`${count++}/${seed}`).digest();
      used = 0;
    }
    const bits = block.readBigUInt64LE(used) >> 11n;
    used += 8;
    return Number(bits) / 2 ** 53;
  };
}
