/** Values as a reader wants to see them: a MIME bundle for whatever a cell gives. Nothing of Node in it. */
import type { MimeBundle } from "../frames";

/** Largest matrix that is typeset whole, and rows of a table that are shown. */
const largest = { rows: 12, columns: 12, tableRows: 50 };

const displaySymbol = Symbol.for("Jupyter.display");

/** Makes the plain text of results from Node's `util.inspect`, or its like. */
export const printer =
  (inspect: (value: unknown, options?: { depth: number; maxArrayLength: number }) => string) =>
  (value: unknown): string =>
    typeof value === "string" ? inspect(value) : inspect(value, { depth: 4, maxArrayLength: 100 });

const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] as string);

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/** A number with as many digits as help: 6 significant ones, exact integers. */
const short = (x: unknown): string =>
  typeof x === "number" && !Number.isInteger(x) ? String(Number(x.toPrecision(6))) : String(x);

/** mathjs objects that print themselves as LaTeX: expression trees, fractions. */
function latexOf(value: object): string | undefined {
  const { isNode, toTex, toLatex } = value as { isNode?: boolean; toTex?: () => string; toLatex?: () => string };
  if (isNode === true && typeof toTex === "function") return toTex.call(value);
  if (typeof toLatex === "function") return toLatex.call(value);
  return undefined;
}

/** A mathjs matrix, typeset; a large one is cut in the middle and its shape said. */
function matrixBundle(value: { toArray(): unknown[]; size(): number[] }): MimeBundle | undefined {
  const size = value.size();
  if (size.length > 2 || size.length === 0) return undefined;
  const rows = (size.length === 1 ? value.toArray().map((x) => [x]) : value.toArray()) as unknown[][];
  const keep = (n: number, most: number) => (n <= most ? [...Array(n).keys()] : [...Array(most - 2).keys(), -1, n - 1]);
  const line = (row: unknown[]) => keep(row.length, largest.columns).map((j) => (j < 0 ? "\\cdots" : short(row[j])));
  const kept = keep(rows.length, largest.rows);
  const lines = kept.map((i) => (i < 0 ? line(rows[0]).map(() => "\\vdots") : line(rows[i])));
  const isCut = rows.length > largest.rows || (rows[0]?.length ?? 0) > largest.columns;
  const shape = isCut ? `\\quad (${size.join(" \\times ")})` : "";
  const body = lines.map((cells) => cells.join(" & ")).join(" \\\\ ");
  const plain = lines.map((cells) => `[${cells.join(", ")}]`).join("\n");
  return {
    "text/latex": `$$\\begin{bmatrix} ${body} \\end{bmatrix}${shape}$$`,
    "text/plain":
      plain.replaceAll("\\cdots", "…").replaceAll("\\vdots", "⋮") + (isCut ? `\n(${size.join(" × ")})` : ""),
  };
}

/** An array of records as a table. */
function tableBundle(rows: Record<string, unknown>[], inspect: (value: unknown) => string): MimeBundle {
  const columns = [...new Set(rows.slice(0, largest.tableRows).flatMap((row) => Object.keys(row)))];
  const cell = (x: unknown) => escapeHtml(typeof x === "string" ? x : typeof x === "number" ? short(x) : inspect(x));
  const body = rows
    .slice(0, largest.tableRows)
    .map((row) => `<tr>${columns.map((c) => `<td>${row[c] === undefined ? "" : cell(row[c])}</td>`).join("")}</tr>`);
  const more = rows.length > largest.tableRows ? `<p>${largest.tableRows} of ${rows.length} rows</p>` : "";
  const head = `<tr>${columns.map((c) => `<th>${escapeHtml(c)}</th>`).join("")}</tr>`;
  return {
    "text/html": `<table><thead>${head}</thead><tbody>${body.join("")}</tbody></table>${more}`,
    "text/plain": inspect(rows),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function typedArrayText(value: ArrayLike<number> & object): string {
  const numbers = Array.from(value);
  const shown = numbers.slice(0, 10).map(short).join(", ");
  const range = numbers.length
    ? `, from ${short(numbers.reduce((a, b) => Math.min(a, b)))} to ${short(numbers.reduce((a, b) => Math.max(a, b)))}`
    : "";
  return `${value.constructor.name}(${numbers.length}${range}) [${shown}${numbers.length > 10 ? ", …" : ""}]`;
}

/**
 * Makes the bundle of a value. An object's own `[Symbol.for("Jupyter.display")]()` comes first, then what is known of
 * mathjs matrices and expressions, typed arrays and arrays of records, then `inspect`. A promise only where the
 * object's own bundle is one: what is shown must keep its place among the other output.
 * @param inspect prints a value as plain text.
 */
export function toBundle(value: unknown, inspect: (value: unknown) => string): MimeBundle | Promise<MimeBundle> {
  if (isObject(value)) {
    if (displaySymbol in value) {
      const bundle = (value as { [displaySymbol]: () => MimeBundle | Promise<MimeBundle> })[displaySymbol]();
      if (isObject(bundle)) return bundle;
    }
    if ((value as { isMatrix?: boolean }).isMatrix === true && "toArray" in value && "size" in value) {
      const bundle = matrixBundle(value as { toArray(): unknown[]; size(): number[] });
      if (bundle) return bundle;
    }
    const latex = latexOf(value);
    if (latex !== undefined) return { "text/latex": `$$${latex}$$`, "text/plain": String(value) };
    if (ArrayBuffer.isView(value) && "length" in value && typeof (value as unknown as unknown[])[0] !== "bigint")
      return { "text/plain": typedArrayText(value as unknown as ArrayLike<number> & object) };
    if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) return tableBundle(value, inspect);
  }
  return { "text/plain": inspect(value) };
}
