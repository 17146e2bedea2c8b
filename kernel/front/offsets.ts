/** Positions in text: Jupyter counts code points, JavaScript UTF-16 units. */

/** UTF-16 units before the given code point. */
export function utf16Offset(text: string, codePoints: number): number {
  let offset = 0;
  for (const character of text) {
    if (codePoints-- <= 0) break;
    offset += character.length;
  }
  return offset;
}

/** Code points before the given UTF-16 unit. */
export const codePointOffset = (text: string, units: number): number => [...text.slice(0, units)].length;
