/** What shows itself in a notebook: formulas and matrices, by the convention that Deno's kernel introduced. */

/** Maps MIME types to content. */
export type MimeBundle = Record<string, unknown>;
/** Names the method that a notebook calls for the MIME bundle of a value. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");
/** Shows itself in a notebook. */
export type Displayed = { [jupyterDisplay](): MimeBundle };
/** Is one formula: its LaTeX without dollar signs, and how it shows itself. */
export type Formula = Displayed & { latex: string };

/**
 * Adds to a value how it shows itself; the method is hidden from loops over the value's keys.
 * @example
 * const point = displayed({ x: 1, y: 2 }, () => ({ "text/markdown": "the point **(1, 2)**" }));
 * point.x; // 1
 */
export function displayed<T extends object>(value: T, bundle: () => MimeBundle): T & Displayed {
  return Object.defineProperty(value, jupyterDisplay, { value: bundle }) as T & Displayed;
}

const typeset = (latex: string, plain: string): MimeBundle => ({ "text/latex": `$$${latex}$$`, "text/plain": plain });

/**
 * Makes a formula that a notebook typesets.
 * @example
 * formula("h_t = \\tanh(a_t)");
 */
export const formula = (latex: string): Formula => displayed({ latex }, () => typeset(latex, latex));

/**
 * Makes formulas by name: each shows itself, and all together show as lines aligned at their first equals sign.
 * @example
 * formulas({ h: "h_t = \\tanh(a_t)", o: "o_t = c + V h_t" });
 */
export function formulas(latex: Record<string, string>): Record<string, Formula> & Displayed {
  const entries = Object.entries(latex);
  const lines = () => entries.map(([, line]) => line.replace("=", "&=")).join(" \\\\[4pt]\n");
  return displayed(Object.fromEntries(entries.map(([name, line]) => [name, formula(line)])), () =>
    typeset(`\\begin{aligned}\n${lines()}\n\\end{aligned}`, Object.values(latex).join("\n")),
  );
}

/** Entries of a list of n that are shown, at most 10; -1 stands for the dots between. */
const shown = (n: number) => (n <= 10 ? [...Array(n).keys()] : [0, 1, 2, 3, 4, 5, 6, -1, n - 2, n - 1]);
const digits = (v: number) => (Number.isInteger(v) ? String(v) : v.toPrecision(4));

/** The MIME bundle of a matrix, given its size and its entries; rows and columns in the middle of a large one are left out. */
export function matrixBundle(rows: number, columns: number, entry: (i: number, j: number) => number): MimeBundle {
  const table = shown(rows).map((i) => shown(columns).map((j) => (i < 0 || j < 0 ? "" : digits(entry(i, j)))));
  const width = Math.max(...table.flat().map((cell) => cell.length));
  const line = (cells: string[], join: string, dots: string) => cells.map((cell) => cell || dots).join(join);
  const scientific = (cell: string) => cell.replace(/e\+?(-?\d+)/, " \\cdot 10^{$1}");
  const latex = table.map((cells) => line(cells.map(scientific), " & ", "\\cdots")).join(" \\\\\n");
  const plain = table
    .map((cells) =>
      line(
        cells.map((cell) => cell.padStart(width)),
        "  ",
        "...",
      ),
    )
    .join("\n");
  return typeset(`\\begin{bmatrix}\n${latex}\n\\end{bmatrix}`, plain);
}
