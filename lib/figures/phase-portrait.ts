import { type Axis, toAxis } from "./axis";
import { type Figure, plotlyFigure, type Trace } from "./figure";
import { extent, padded } from "./finite";
import { plainLabel, shortNumber } from "./label";
import { lineTrace, pathTraces } from "./line";
import { palette, role } from "./theme";

/** Is the places of a state with two coordinates, in the order of time. */
export type Trajectory = { x: ArrayLike<number>; y: ArrayLike<number> };

export type PhasePortraitOptions = {
  title?: string;
  x?: Axis;
  y?: Axis;
  /** The change of a state (x, y) in one step, drawn as a field of faint needles that begin with a dot. */
  field?: (x: number, y: number) => readonly [number, number];
};

/**
 * Draws named trajectories in the plane of their two coordinates; each begins at a dot.
 *
 * @throws RangeError where x and y differ in length.
 * @example
 * const turn = { x: [1, 0, -1, 0], y: [0, 1, 0, -1] };
 * phasePortrait({ turn }, { x: "θ", y: "m", field: (x, y) => [-y, x] });
 */
export function phasePortrait(trajectories: Record<string, Trajectory>, options: PhasePortraitOptions = {}): Figure {
  const { title, x = "", y = "", field } = options;
  const paths = Object.entries(trajectories).flatMap(([name, trajectory], k) => {
    const line = { x: Array.from(trajectory.x), y: Array.from(trajectory.y), color: palette[k % palette.length] };
    if (line.x.length !== line.y.length)
      throw new RangeError(`Cannot draw ${name}: x has ${line.x.length} values and y has ${line.y.length}`);
    return pathTraces(name, line);
  });
  const ranges = (["x", "y"] as const).map((key) =>
    padded(extent(paths.flatMap((path) => path[key] as number[])), 0.1),
  );
  const data = [...(field ? [needles(field, ranges[0], ranges[1])] : []), ...paths];
  const [xaxis, yaxis] = [x, y].map((axis, k) => ({ range: ranges[k], ...toAxis(axis) }));
  const layout = { xaxis, yaxis, showlegend: Object.keys(trajectories).length > 1 };
  return plotlyFigure({ data, layout, title, alt: sentence(trajectories) });
}

type Range = readonly [number, number];

/** Needles of one length on a grid, which show the direction of the field only. */
function needles(field: (x: number, y: number) => readonly [number, number], across: Range, up: Range): Trace {
  const [columns, rows] = [18, 10];
  const [width, height] = [(across[1] - across[0]) / columns, (up[1] - up[0]) / rows];
  const cells = Array.from({ length: columns * rows }, (_, k) => {
    const [x, y] = [across[0] + width * ((k % columns) + 0.5), up[0] + height * (Math.floor(k / columns) + 0.5)];
    const [dx, dy] = field(x, y);
    const half = 0.35 / (Math.hypot(dx / width, dy / height) || 1);
    return { x: [x - half * dx, x + half * dx, Number.NaN], y: [y - half * dy, y + half * dy, Number.NaN] };
  });
  const line = { x: cells.flatMap((cell) => cell.x), y: cells.flatMap((cell) => cell.y), color: role.faint };
  const marker = { color: role.faint, size: cells.flatMap(() => [5, 0, 0]), opacity: 1, line: { width: 0 } };
  return { ...lineTrace("direction", line), mode: "lines+markers", marker, hoverinfo: "skip", showlegend: false };
}

function sentence(trajectories: Record<string, Trajectory>): string {
  const ways = Object.entries(trajectories).map(([name, { x, y }]) => {
    const ends = [0, x.length - 1].map((k) => `(${shortNumber(x[k])}, ${shortNumber(y[k])})`);
    return `${name} from ${ends.join(" to ")} in ${x.length - 1} steps`;
  });
  return plainLabel(`Phase portrait: ${ways.join("; ")}.`);
}
