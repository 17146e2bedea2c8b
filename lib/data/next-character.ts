/** Lines of text as what a network reads and predicts: labels, which stand for one-hot vectors. */

/** Ends a line, and stands before its first character. */
export const lineEnd = "\n";

/**
 * Lists the characters of some lines in their order in Unicode; the end of a line comes first.
 * @example
 * alphabetOf(["un", "deux"]); // ["\n", "d", "e", "n", "u", "x"]
 */
export const alphabetOf = (lines: readonly string[]): string[] => [
  lineEnd,
  ...[...new Set(lines.flatMap((line) => [...line]))].sort(),
];

/**
 * Makes an example of a line: what is read at each step, and the next character, which is to be predicted.
 *
 * The first input is the end of the line before, and the last target is the end of this one.
 * @throws {RangeError} for a character that is not in the alphabet.
 * @example
 * nextCharacter("un", ["\n", "n", "u"]); // { "x": [0, 2, 1], "y": [2, 1, 0] }
 */
export function nextCharacter(line: string, alphabet: readonly string[]): { x: number[]; y: number[] } {
  const labels = [...line].map((character) => {
    const label = alphabet.indexOf(character);
    if (label < 0) throw new RangeError(`Cannot read ${JSON.stringify(character)}: it is not in the alphabet`);
    return label;
  });
  return { x: [0, ...labels], y: [...labels, 0] };
}
