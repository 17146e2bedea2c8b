import { lineEnd } from "./next-character";

/** Gives the probability that a character is next, after what stands before it in its line. */
export type TextModel = (next: string, before: string) => number;

/**
 * Makes an n-gram model: it predicts a character from the n - 1 characters before it, by counting.
 *
 * It is mixed with the (n-1)-gram model, and so on down to equal probabilities, by Witten and Bell's rule: after a
 * context that was seen N times, with D different characters next to it,
 *
 *     p_n(c | context) = (count(context c) + D p_{n-1}(c | shorter context)) / (N + D).
 *
 * A line begins with no context beyond its own beginning. Source: Witten and Bell, "The zero-frequency problem" (1991).
 * @throws {RangeError} where n is not 1, 2, 3, ...
 * @example
 * const model = nGram(["un", "un", "une"], 2);
 * model("n", "u") > 0.8; // true
 */
export function nGram(lines: readonly string[], n: number): TextModel {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`Cannot count ${n}-grams: wanted 1, 2, 3, ...`);
  const characters = new Set(lines.flatMap((line) => [...line, lineEnd]));
  /** How often each character came next, by context: of each length up to n - 1. */
  const next = new Map<string, Map<string, number>>();
  for (const line of lines)
    for (const { before, character } of places(line))
      for (let length = 0; length < n; length++) {
        const context = endOf(before, length);
        const counts = next.get(context) ?? new Map<string, number>();
        next.set(context, counts.set(character, (counts.get(character) ?? 0) + 1));
      }
  const totals = new Map([...next].map(([context, counts]) => [context, [...counts.values()].reduce((a, b) => a + b)]));
  const probability = (character: string, before: string, length: number): number => {
    if (length < 0) return 1 / characters.size;
    const shorter = probability(character, before, length - 1);
    const context = endOf(before, length);
    const [counts, total] = [next.get(context), totals.get(context)];
    if (!counts || !total) return shorter;
    return ((counts.get(character) ?? 0) + counts.size * shorter) / (total + counts.size);
  };
  return (character, before) => probability(character, lineEnd + before, n - 1);
}

/** Each character of a line, and its end, with all that stands before it. */
function places(line: string): { before: string; character: string }[] {
  const all = [...line, lineEnd];
  return all.map((character, k) => ({ character, before: lineEnd + all.slice(0, k).join("") }));
}

/** The last characters of a text. `slice(-0)` would be the whole. */
const endOf = (text: string, length: number) => text.slice(text.length - Math.min(length, text.length));

/**
 * Measures a model on lines that it has not seen: the mean of -log2 of the probability that it gave to each character,
 * ends of lines included.
 * @example
 * bitsOfModel(() => 1 / 4, ["deux", "trois"]); // 2
 */
export function bitsOfModel(model: TextModel, lines: readonly string[]): number {
  const all = lines.flatMap(places);
  const bits = all.map(({ character, before }) => -Math.log2(model(character, before.slice(lineEnd.length))));
  return bits.reduce((sum, b) => sum + b, 0) / all.length;
}
