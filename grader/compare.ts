/** Compares what an answer gave with what was expected, and says where and how they differ. No Node here. */

/** A place where two values differ: `W[1][0]`, in a sentence that a student can act on. */
export type Difference = { what: "nan" | "shape" | "type" | "number"; path: string; sentence: string };

type Json = Record<string, unknown>;
/** Returns true for what `{}` writes, and for what an object of a class shows of itself. */
export const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const maxDepth = 8;

/**
 * Returns a value as plain data: typed arrays and mathjs matrices become arrays, records keep their own keys.
 *
 * @throws RangeError if it is nested more than 8 deep, as a structure that contains itself is.
 */
export function plain(value: unknown, depth = 0): unknown {
  if (depth > maxDepth) throw new RangeError(`Cannot compare a value nested more than ${maxDepth} deep`);
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  const known = value as { isMatrix?: boolean; isBigNumber?: boolean; isFraction?: boolean; toArray?: () => unknown };
  if (known.isMatrix === true && known.toArray) return plain(known.toArray(), depth);
  if (known.isBigNumber === true || known.isFraction === true) return Number(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, Number);
  if (Array.isArray(value)) return Array.from(value, (item) => plain(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]));
}

/**
 * Returns the difference that says most, or undefined where every number of `expected` is met within the tolerance.
 *
 * A number is met if |got - expected| <= tolerance max(1, |expected|). NaN never is. Of many differences a missing or
 * misshapen part comes first, then NaN, then the first wrong number.
 */
export function difference(got: unknown, expected: unknown, tolerance: number): Difference | undefined {
  const found = [...differences(got, expected, tolerance, "")];
  const order: Difference["what"][] = ["type", "shape", "nan", "number"];
  return found.sort((a, b) => order.indexOf(a.what) - order.indexOf(b.what))[0];
}

function* differences(got: unknown, expected: unknown, tolerance: number, path: string): Generator<Difference> {
  const it = path === "" ? "Your answer" : path.startsWith("[") ? `\`${path}\` of your answer` : `\`${path}\``;
  if (Array.isArray(expected)) {
    if (!Array.isArray(got)) {
      yield { what: "type", path, sentence: `${it} is ${describe(got)}; expected ${describe(expected)}.` };
    } else if (sizes(got) !== sizes(expected)) {
      yield { what: "shape", path, sentence: shapeSentence(it, got, expected) };
    } else {
      for (const [i, item] of expected.entries()) yield* differences(got[i], item, tolerance, `${path}[${i}]`);
    }
  } else if (isRecord(expected)) {
    if (!isRecord(got)) {
      yield { what: "type", path, sentence: `${it} is ${describe(got)}; expected ${describe(expected)}.` };
      return;
    }
    for (const [key, item] of Object.entries(expected)) {
      const part = path === "" ? key : `${path}.${key}`;
      if (key in got) yield* differences(got[key], item, tolerance, part);
      else yield { what: "type", path: part, sentence: `\`${part}\` is missing from the record you returned.` };
    }
  } else if (typeof expected === "number") {
    yield* numberDifference(got, expected, tolerance, path, it);
  } else if (got !== expected) {
    yield { what: "number", path, sentence: `${it} is ${describe(got)}; expected ${describe(expected)}.` };
  }
}

function* numberDifference(
  got: unknown,
  expected: number,
  tolerance: number,
  path: string,
  it: string,
): Generator<Difference> {
  if (typeof got !== "number") {
    yield { what: "type", path, sentence: `${it} is ${describe(got)}; expected a number.` };
  } else if (Number.isNaN(got)) {
    const cause = "something undefined went into a sum (an index that runs too far?), 0/0, or the root of less than 0";
    yield { what: "nan", path, sentence: `${it} is NaN, not a number: ${cause}.` };
    // Written as "not within", since a comparison with NaN or Infinity is false either way.
  } else if (!(Math.abs(got - expected) <= tolerance * Math.max(1, Math.abs(expected)))) {
    yield { what: "number", path, sentence: `${it} is ${short(got)}; expected ${short(expected)}.` };
  }
}

/** Returns true if two plain values have the same keys and the same numbers, within the tolerance. */
export function same(a: unknown, b: unknown, tolerance: number): boolean {
  return difference(a, b, tolerance) === undefined && difference(b, a, tolerance) === undefined;
}

/** "2 x 3" for nested arrays with rows of one length, "2 x (1, 3)" for others. */
function sizes(value: unknown[]): string {
  if (!value.some(Array.isArray)) return `${value.length}`;
  const inner = [...new Set(value.map((item) => (Array.isArray(item) ? sizes(item) : "1")))];
  return `${value.length} x ${inner.length === 1 ? inner[0] : `(${inner.join(" or ")})`}`;
}

function shapeSentence(it: string, got: unknown[], expected: unknown[]): string {
  const [has, wanted] = [sizes(got), sizes(expected)];
  const sentence = `${it} is ${describe(got)}; expected ${describe(expected)}`;
  if (/^\d+ x \d+$/.test(has) && has.split(" x ").reverse().join(" x ") === wanted)
    return `${sentence}. Is it transposed?`;
  if (has === `${wanted} x 1`) return `${sentence}: a vector here is a plain list of numbers, not a column of lists.`;
  return `${sentence}.`;
}

function describe(value: unknown): string {
  if (value === undefined) return "undefined (nothing was returned: is there a `return`?)";
  if (value === null) return "null";
  if (typeof value === "number") return `the number ${short(value)}`;
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value === "function") return "a function";
  if (Array.isArray(value))
    return value.some(Array.isArray)
      ? `a matrix, ${sizes(value)}`
      : value.length
        ? `a list of ${value.length}`
        : "an empty list";
  if (isRecord(value)) return `a record with ${Object.keys(value).join(", ") || "no entries"}`;
  return String(value);
}

/** A number as it is shown: six significant digits. */
function short(value: number): string {
  return Number.isFinite(value) ? `${Number(value.toPrecision(6))}` : `${value}`;
}

/**
 * Returns a plain value as it is written in a cell, numbers with six digits. What is made of lists or records has a line
 * for each; a record that is short and has no such part stays on one line.
 */
export function written(value: unknown, indent = ""): string {
  if (typeof value === "number") return short(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => written(item, `${indent} `));
    return `[${items.join(value.some((item) => typeof item === "object") ? `,\n${indent} ` : ", ")}]`;
  }
  if (!isRecord(value)) return String(value);
  // An argument that is a function travels as its text.
  if (typeof value.js === "string") return value.js;
  const entries = Object.entries(value).map(
    ([key, item]) => `${key}: ${written(item, `${indent}${" ".repeat(key.length + 4)}`)}`,
  );
  const line = entries.join(", ");
  return `{ ${line.length > 60 || line.includes("\n") ? entries.join(`,\n${indent}  `) : line} }`;
}
