import { type Axis, columnTicks, rowTicks, toAxis } from "./axis";
import { type Figure, type Layout, plotlyFigure } from "./figure";
import { extent, finite } from "./finite";
import { plainLabel, shortNumber } from "./label";
import { type MatrixLike, toRows } from "./matrix";
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
export function heatMap(matrix: MatrixLike, options: HeatMapOptions = {}): Figure {
  const { title, x = "", y = "", columnLabels, rowLabels } = options;
  const z = toRows(matrix);
  const columns = z[0].length;
  const [low, high] = extent(z.flat());
  const limit = options.limit ?? (Math.max(-low, high) || 1);
  const colours = { colorscale: diverging, zmin: -limit, zmax: limit };
  const places = { x: oneTo(columns), y: oneTo(z.length) };
  const data = [{ type: "heatmap", z: z.map(finite), ...places, ...colours, ...written(z, limit), hovertemplate }];
  const xaxis = { ...toAxis(x), ...bare, ...columnTicks(columns, columnLabels), range: [0.5, columns + 0.5] };
  const yaxis = { ...toAxis(y), ...bare, ...rowTicks(z.length, rowLabels), range: [z.length + 0.5, 0.5] };
  return plotlyFigure({ data, layout: { xaxis, yaxis }, title, alt: sentence(title, z, [low, high]) });
}

const hovertemplate = "row %{y}, column %{x}: %{z:.4~g}<extra></extra>";

const oneTo = (n: number) => Array.from({ length: n }, (_, k) => k + 1);

/** The look of a matrix that is small enough to be read entry by entry. */
function written(z: number[][], limit: number): Layout {
  if (z.length > 12 || z[0].length > 16) return {};
  const format = limit >= 0.1 && limit < 1000 ? ".2f" : ".1e";
  return { texttemplate: `%{z:${format}}`, xgap: 2, ygap: 2 };
}

const bare = { showgrid: false, zeroline: false, showline: false, ticks: "" };

function sentence(title: string | undefined, z: number[][], ends: number[]): string {
  const size = `${z.length} by ${z[0].length}`;
  const values = ends.map((end) => shortNumber(end)).join(" to ");
  return plainLabel(`Heat map${title ? ` of ${title}` : ""}: ${size}, values from ${values}.`);
}
