/** Batches: sequences of different lengths side by side. */
import type { Example } from "./train";

/** Is one example of B sequences, and how long each is. */
export type Batch = Example & { B: number; lengths: number[] };

/**
 * Lays sequences side by side: row t * B + b is step t of sequence b. Behind the end of a shorter one x is 0 and y is left
 * out of the loss: -1 for a label, NaN for numbers. So the loss and the gradients are the means of those of each alone.
 * @example
 * const { x, B, lengths } = batch([{ x: [1, 2, 1], y: [0, 1, 0] }, { x: [2], y: [1] }]);
 * x; // [1, 2, 2, 0, 1, 0]
 * lengths; // [3, 1]
 */
export function batch(sequences: { x: number[] | number[][]; y: number[] | number[][] }[]): Batch {
  const lengths = sequences.map(({ x }) => x.length);
  for (const [b, { y }] of sequences.entries())
    if (y.length !== lengths[b])
      throw new RangeError(
        `Cannot lay sequence ${b} beside others: it has ${lengths[b]} inputs and ${y.length} targets`,
      );
  const interleaved = (all: (number[] | number[][])[], label: number, entry: number) => {
    const first = all[0][0];
    const none = typeof first === "number" ? label : first.map(() => entry);
    return Array.from({ length: Math.max(...lengths) }, (_, t) =>
      all.map((rows) => rows[t] ?? none),
    ).flat() as number[];
  };
  return {
    x: interleaved(
      sequences.map(({ x }) => x),
      0,
      0,
    ),
    y: interleaved(
      sequences.map(({ y }) => y),
      -1,
      Number.NaN,
    ),
    B: sequences.length,
    lengths,
  };
}
