import { bars } from "./bars";
import { type Figure, plotlyFigure } from "./figure";
import { extent, padded } from "./finite";
import { shortNumber } from "./label";
import { lineTrace } from "./line";
import { type MatrixLike, toRows } from "./matrix";
import { withPlayButton } from "./slider";
import { role } from "./theme";

/** Is the two parts of the gradient of h_t, one row for each t from 1 to T: from o_t, and from h_{t+1}. */
export type GradientParts = { fromOutput: MatrixLike; fromFuture: MatrixLike };

/**
 * Draws how the gradient of h_t comes together from t = T back to 1: the norms of its two parts and of their sum.
 *
 * For Example 1 the parts are V' (ŷ_t - y_t) and W' of the gradient of a_{t+1}; the second is 0 at t = T. The slider
 * stands at t = 1, where the backward pass ends; the button plays it from T.
 *
 * @throws RangeError where the parts differ in their number of steps.
 * @example
 * gradientFlow({ fromOutput: [[1, 0], [0, 1]], fromFuture: [[0.5, 0.5], [0, 0]] });
 */
export function gradientFlow({ fromOutput, fromFuture }: GradientParts, title?: string): Figure {
  const [output, future] = [toRows(fromOutput), toRows(fromFuture)];
  const T = output.length;
  if (future.length !== T) throw new RangeError(`Cannot draw the gradient: ${T} rows from o, ${future.length} from h`);
  const whole = output.map((row, k) => row.map((value, i) => value + future[k][i]));
  const norms = { output: normsOf(output), future: normsOf(future), whole: normsOf(whole) };
  const backwards = Array.from({ length: T }, (_, k) => T - k);
  return withPlayButton("t", backwards, (t) => gradientAt(t, norms, title), T - 1);
}

type Norms = { output: number[]; future: number[]; whole: number[] };

const normsOf = (rows: number[][]) => rows.map((row) => Math.hypot(...row));

/** The norms that are known when the backward pass has come to t. */
function gradientAt(t: number, { output, future, whole }: Norms, title?: string): Figure {
  const known = (values: number[]) => values.map((value, k) => (k + 1 >= t ? value : Number.NaN));
  const y = { title: { text: "norm" }, range: padded(extent([0, ...output, ...future, ...whole])) };
  const parts = { "from o<sub>t</sub>": known(output), "from h<sub>t+1</sub>": known(future) };
  const { data, layout } = bars(parts, { title, x: "t", y });
  const sum = lineTrace("∂L/∂h<sub>t</sub>", { x: data[0].x as number[], y: known(whole), color: role.ink });
  const ends = [whole.length, 1].map((step) => `${shortNumber(whole[step - 1])} at t = ${step}`);
  const alt = `The norm of the gradient of h goes from ${ends.join(" back to ")}.`;
  return plotlyFigure({ data: [...data, { ...sum, mode: "lines+markers" }], layout, alt });
}
