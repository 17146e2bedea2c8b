import { iterate } from "../systems/iterated-map";
import { type Axis, titleOf, toAxis } from "./axis";
import { type Figure, plotlyFigure } from "./figure";
import { extent, padded } from "./finite";
import { plainLabel, shortNumber } from "./label";
import { lineTrace, pathTraces } from "./line";
import { role } from "./theme";

export type CobwebOptions = {
  title?: string;
  steps?: number;
  /** What both axes show; the room that the orbit needs where it is left out. */
  range?: readonly [number, number];
  /** What the state is called before and after a step: h<sub>t-1</sub> and h<sub>t</sub> where they are left out. */
  x?: Axis;
  y?: Axis;
};

/**
 * Draws the iteration h_t = f(h_{t-1}) of a one-dimensional map: a staircase between its graph and the diagonal.
 *
 * The staircase ends where it leaves the range.
 *
 * @throws RangeError where the start is not in the range.
 * @example
 * withSlider("θ", [0.5, 1.5, 2.5], (theta) => cobweb((h) => Math.tanh(theta * h), 0.1, { range: [-1, 1] }));
 */
export function cobweb(f: (h: number) => number, start: number, options: CobwebOptions = {}): Figure {
  const { title, steps = 40, x = "h<sub>t-1</sub>", y = "h<sub>t</sub>" } = options;
  const orbit = iterate(f, start, steps);
  const range = options.range ?? padded(extent(orbit), 0.2);
  const leaves = orbit.findIndex((h) => !inside(h, range));
  const shown = leaves < 0 ? orbit : orbit.slice(0, leaves);
  if (shown.length === 0)
    throw new RangeError(`Cannot draw a cobweb from ${start}: the range is ${range.join(" to ")}`);
  const [before, after] = [titleOf(x), titleOf(y)];
  const corners = shown.flatMap((h) => [h, h]);
  const data = [
    lineTrace(`${after} = ${before}`, { x: [...range], y: [...range], color: role.ink, dash: "dash" }),
    lineTrace(`${after} = f(${before})`, { ...graphOf(f, range), color: role.forward }),
    ...pathTraces(`the way of ${after}`, { x: corners.slice(0, -1), y: corners.slice(1), color: role.gradient }),
  ];
  const [xaxis, yaxis] = [x, y].map((axis) => ({ ...toAxis(axis), range }));
  const alt = `Cobweb of a map: ${plainLabel(after)} goes from ${shortNumber(start)} to ${shortNumber(orbit[steps])} in ${steps} steps.`;
  return plotlyFigure({ data, layout: { xaxis, yaxis, showlegend: true }, title, alt });
}

const inside = (value: number, [low, high]: readonly [number, number]) => value >= low && value <= high;

function graphOf(f: (h: number) => number, range: readonly [number, number]) {
  const x = Array.from({ length: 201 }, (_, k) => range[0] + ((range[1] - range[0]) * k) / 200);
  return { x, y: x.map(f).map((value) => (inside(value, range) ? value : Number.NaN)) };
}
