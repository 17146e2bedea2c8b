import { type Axis, toAxis } from "./axis";
import { type Figure, type Layout, plotlyFigure } from "./figure";
import { plainLabel, shortNumber } from "./label";
import { type Matrix, toRows } from "./matrix";
import { diverging } from "./theme";

export type HeatMapOptions = {
  title?: string;
  /** What the columns are. */
  x?: Axis;
  /** What the rows are. */
  y?: Axis;
  columnLabels?: string[];
  rowLabels?: string[];
  /** The absolute value that has the strongest colour; the largest one of the matrix where it is left out. */
  limit?: number;
};

/**
 * Draws a matrix as coloured cells, its first row on top: blue below zero, orange above, near white at zero.
 *
 * The values are written into the cells while there is room for them: up to 12 rows and 16 columns.
 *
 * @throws RangeError where the rows differ in length, or the values do not fill them.
 * @example
 * heatMap([[0.2, -0.1], [-0.1, 0.3]], { title: "diag(ŷ) - ŷŷ<sup>T</sup>" });
 * heatMap({ values: new Float64Array(6), columns: 3 }, { rowLabels: ["i", "f"], x: "t" });
 */
export function heatMap(matrix: Matrix, options: HeatMapOptions = {}): Figure {
  const { title, x = "", y = "", columnLabels, rowLabels } = options;
  const z = toRows(matrix);
  const values = z.flat().filter(Number.isFinite);
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const limit = options.limit ?? (largest || 1);
  const colours = { colorscale: diverging, zmin: -limit, zmax: limit };
  const places = { x: oneTo(z[0].length), y: oneTo(z.length) };
  const data = [{ type: "heatmap", z: z.map(finite), ...places, ...colours, ...written(z, limit), hovertemplate }];
  const xaxis = { ...toAxis(x), ...ticks(places.x, columnLabels) };
  const yaxis = { ...toAxis(y), ...ticks(places.y, rowLabels), autorange: "reversed" };
  return plotlyFigure({ data, layout: { xaxis, yaxis }, title, alt: sentence(title, z, values) });
}

const hovertemplate = "row %{y}, column %{x}: %{z:.4~g}<extra></extra>";

const oneTo = (n: number) => Array.from({ length: n }, (_, k) => k + 1);

const finite = (row: number[]) => row.map((value) => (Number.isFinite(value) ? value : null));

/** The look of a matrix that is small enough to be read entry by entry. */
function written(z: number[][], limit: number): Layout {
  if (z.length > 12 || z[0].length > 16) return {};
  const format = limit >= 0.1 && limit < 1000 ? ".2f" : ".1e";
  return { texttemplate: `%{z:${format}}`, xgap: 2, ygap: 2 };
}

/** Whole numbers or labels, and not more of them than can stand side by side. */
function ticks(places: number[], labels?: string[]): Layout {
  const every = Math.ceil(places.length / 30);
  const tickvals = places.filter((_, k) => k % every === 0);
  const ticktext = tickvals.map((place) => labels?.[place - 1] ?? String(place));
  return { tickvals, ticktext, showgrid: false, zeroline: false, showline: false, ticks: "" };
}

function sentence(title: string | undefined, z: number[][], values: number[]): string {
  const [low, high] = [Math.min, Math.max].map((pick) =>
    shortNumber(values.reduce((a, b) => pick(a, b), values[0] ?? 0)),
  );
  const size = `${z.length} rows by ${z[0].length} columns`;
  return plainLabel(`Heat map${title ? ` of ${title}` : ""}: ${size}, values from ${low} to ${high}.`);
}
