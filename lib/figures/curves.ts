import { type Axis, titleOf, toAxis } from "./axis";
import { type Figure, type Layout, plotlyFigure, type Trace } from "./figure";
import { extent, finite } from "./finite";
import { plainLabel, shortNumber } from "./label";
import { palette, role } from "./theme";

/** Is a curve: y against x, or y alone, which is drawn against 1, 2, ..., n. */
export type Curve = ArrayLike<number> | { x: ArrayLike<number>; y: ArrayLike<number> };

/** Is the region between two curves over the same x, which is 1, 2, ..., n where it is left out. */
export type Band = { x?: ArrayLike<number>; low: ArrayLike<number>; high: ArrayLike<number> };

export type CurvesOptions = {
  title?: string;
  x?: Axis;
  y?: Axis;
  /** Horizontal lines by name, such as the exact floor of a loss. */
  limits?: Record<string, number>;
  /** Vertical lines by name, such as the learning rate from which a method diverges. */
  boundaries?: Record<string, number>;
  /** Shaded regions by name; one with the name of a curve has its colour. */
  bands?: Record<string, Band>;
};

/**
 * Draws named curves over one pair of axes, with the lines and bands that they are held against.
 *
 * What is not finite leaves a gap, and so does what is not positive on a logarithmic axis.
 *
 * @throws RangeError where x and y differ in length.
 * @example
 * const held = { x: [1, 3], y: [3.2, 0.9] };
 * const axes = { x: "step k", y: logAxis("loss (nats)") };
 * curves({ training: [3.1, 1.2, 0.6], "held out": held }, { ...axes, limits: { "exact floor": 0.42 } });
 */
export function curves(series: Record<string, Curve>, options: CurvesOptions = {}): Figure {
  const { title, x = "", y = "", limits = {}, boundaries = {}, bands = {} } = options;
  const lines = Object.entries(series).map(([name, curve], k) => toLine(name, curve, palette[k % palette.length]));
  const regions = Object.entries(bands).map(([name, band]) => toRegion(name, band, lines));
  const across = span([...lines, ...regions].flatMap((line) => line.x).concat(Object.values(boundaries)), toAxis(x));
  const up = span([...lines, ...regions].flatMap((line) => line.y).concat(Object.values(limits)), toAxis(y));
  const straight = [
    ...Object.entries(limits).map(([name, at]) => ({ name, at, x: across, y: [at, at] })),
    ...Object.entries(boundaries).map(([name, at]) => ({ name, at, x: [at, at], y: up })),
  ];
  const layout = { xaxis: toAxis(x), yaxis: toAxis(y) };
  const shown = lines.map((line) => ({ ...line, x: onAxis(line.x, layout.xaxis), y: onAxis(line.y, layout.yaxis) }));
  const data = [...regions.map(regionTrace), ...shown.map(lineTrace), ...straight.map(straightTrace)];

  const alt = sentence([titleOf(y), titleOf(x)], lines, data);
  return plotlyFigure({ data, layout: { ...layout, showlegend: data.length > 1 }, title, alt });
}

type Line = { name: string; color: string; x: number[]; y: number[] };
/** Plotly draws a line to the rim for what a logarithmic axis cannot show. */
const onAxis = (values: number[], { type }: Layout) =>
  type === "log" ? values.map((value) => (value > 0 ? value : Number.NaN)) : values;

type Straight = { name: string; at: number; x: number[]; y: number[] };

function toLine(name: string, curve: Curve, color: string): Line {
  const y = Array.from("y" in curve ? curve.y : curve);
  const x = "x" in curve ? Array.from(curve.x) : y.map((_, k) => k + 1);
  if (x.length !== y.length)
    throw new RangeError(`Cannot draw ${name}: x has ${x.length} values and y has ${y.length}`);
  return { name, color, x, y };
}

/** The outline of a band, there along its upper edge and back along its lower one. */
function toRegion(name: string, { x, low, high }: Band, lines: Line[]): Line {
  const color = lines.find((line) => line.name === name)?.color ?? role.ink;
  const upper = toLine(name, x ? { x, y: high } : high, color);
  const lower = toLine(name, x ? { x, y: low } : low, color);
  return { name, color, x: [...upper.x, ...lower.x.reverse()], y: [...upper.y, ...lower.y.reverse()] };
}

/** The colours come again after the last one, with the next pattern of dashes. */
const patterns = ["solid", "dash", "dot"];

function lineTrace({ name, color, x, y }: Line, k: number): Trace {
  // A line through one point would have no mark at all.
  const mode = y.length <= 30 ? "lines+markers" : "lines";
  const line = { color, width: 2, dash: patterns[Math.floor(k / palette.length) % patterns.length] };
  return {
    type: "scatter",
    name,
    mode,
    x: finite(x),
    y: finite(y),
    line,
    marker: { color, size: 6 },
    legendgroup: name,
  };
}

function regionTrace({ name, color, x, y }: Line): Trace {
  const shared = color !== role.ink;
  const kept = x.map((_, k) => k).filter((k) => Number.isFinite(x[k]) && Number.isFinite(y[k]));
  const outline = { x: kept.map((k) => x[k]), y: kept.map((k) => y[k]) };
  const look = { mode: "lines", line: { width: 0 }, fill: "toself", fillcolor: color, opacity: 0.3 };
  return { type: "scatter", name, ...outline, ...look, hoverinfo: "skip", legendgroup: name, showlegend: !shared };
}

const dashes = ["dash", "dot", "dashdot", "longdash"];

function straightTrace({ name, at, x, y }: Straight, k: number): Trace {
  const line = { color: role.ink, width: 2, dash: dashes[k % dashes.length] };
  return { type: "scatter", name: `${name} ${shortNumber(at, 4)}`, mode: "lines", x, y, line };
}

/** The ends of a straight line across the values that the axis can show. */
function span(values: number[], { type }: Layout): [number, number] {
  const [low, high] = extent(type === "log" ? values.filter((value) => value > 0) : values);
  // A line between two equal ends would have no length.
  return [low, high > low ? high : low + 1];
}

/** What the curves do, from their ends, and what they are held against. */
function sentence([y, x]: string[], lines: Line[], data: Trace[]): string {
  const courses = lines.map((line) => {
    const ends = [0, line.y.length - 1].map((k) => `${shortNumber(line.y[k])} at ${shortNumber(line.x[k])}`);
    return line.y.length ? `${line.name} from ${ends.join(" to ")}` : `${line.name} without points`;
  });
  const rest = data.filter((trace) => !lines.some((line) => line.name === trace.name)).map((trace) => trace.name);
  return plainLabel(`Curves${y && ` of ${y}`}${x && ` against ${x}`}: ${[...courses, ...rest].join("; ")}.`);
}
