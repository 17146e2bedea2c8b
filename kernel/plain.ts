/**
 * Plain data as text, for values that cross from the process that runs cells: numbers (also NaN, Infinity and -0),
 * strings, booleans, null, undefined, arrays and records. Nothing else comes through, and nothing in it can run.
 */

/** Numbers that JSON has no word for, and undefined; a string of the user's that begins with "=" gets one more. */
const special: Record<string, number | undefined> = {
  "=NaN": Number.NaN,
  "=Infinity": Number.POSITIVE_INFINITY,
  "=-Infinity": Number.NEGATIVE_INFINITY,
  "=-0": -0,
  "=undefined": undefined,
};

const number = (x: number): unknown =>
  Number.isFinite(x) && !Object.is(x, -0) ? x : Object.is(x, -0) ? "=-0" : `=${x}`;

function plain(value: unknown, path: object[]): unknown {
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return value.startsWith("=") ? `=${value}` : value;
  if (value === undefined) return "=undefined";
  if (value === null || typeof value === "boolean") return value;
  if (typeof value !== "object") throw new TypeError(`Cannot hand over a ${typeof value}: only plain data crosses`);
  if (path.includes(value)) throw new TypeError("Cannot hand over a value that contains itself");
  const within = [...path, value];
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>, number);
  if (Array.isArray(value)) return Array.from(value, (entry) => plain(entry, within));
  const { isMatrix, toArray } = value as { isMatrix?: boolean; toArray?: () => unknown };
  if (isMatrix === true && typeof toArray === "function") return plain(toArray.call(value), within);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry, within)]));
}

/**
 * Writes a value as text. Typed arrays and mathjs matrices become arrays.
 * @throws {TypeError} for a function, symbol or bigint in it, and for a value that contains itself.
 */
export const encodePlain = (value: unknown): string => JSON.stringify(plain(value, []));

/** Reads a value back; records have no prototype, so that a key `__proto__` is a key like any other. */
export function decodePlain(text: string): unknown {
  const read = (value: unknown): unknown => {
    if (typeof value === "string") {
      if (!value.startsWith("=")) return value;
      return Object.hasOwn(special, value) ? special[value] : value.slice(1);
    }
    if (Array.isArray(value)) return value.map(read);
    if (typeof value !== "object" || value === null) return value;
    return Object.assign(
      Object.create(null),
      Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, read(entry)])),
    );
  };
  return read(JSON.parse(text));
}
