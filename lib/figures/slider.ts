import { type Figure, type Frame, type Layout, plotlyFigure, type Trace } from "./figure";
import { extent, padded } from "./finite";
import { plainLabel, shortNumber } from "./label";
import { role } from "./theme";

/**
 * Makes one figure with a slider from a figure for each value; the page moves it without asking the kernel.
 *
 * Each axis keeps one range, which holds the values of all figures, and heat maps keep one colour scale, so that only
 * what depends on the slider moves. The figure of the value with index `start` is shown first.
 *
 * @throws RangeError without values, or where the figures differ in their traces.
 * @example
 * const line = (theta: number) => curves({ line: { x: [0, 1], y: [0, theta] } });
 * withSlider("θ", [0.5, 1, 2], line);
 */
export function withSlider<Value>(
  label: string,
  values: readonly Value[],
  figureOf: (value: Value) => Figure,
  start = 0,
): Figure {
  const figures = values.map(figureOf);
  checkMatch(label, figures);
  const layouts = oneRange(figures);
  const traces = oneScale(figures.map((figure) => figure.data));
  const labels = values.map((value) => (typeof value === "number" ? shortNumber(value, 6) : String(value)));
  // Without an axis there is nothing between the figure and its slider.
  const { height, xaxis } = layouts[start] as { height: number; xaxis?: { visible?: boolean } };
  const gap = xaxis?.visible === false ? 8 : 56;
  const layout = { ...layouts[start], height: height + 40 + gap, sliders: [slider(label, labels, start, gap)] };
  const ends = `first ${labels[0]}, last ${labels[labels.length - 1]}`;
  const alt = plainLabel(`${figures[start].alt} A slider sets ${label}: ${ends}.`);
  return plotlyFigure({ data: traces[start], layout, frames: framesOf(traces, layouts), alt });
}

/**
 * Makes a figure with a slider, as `withSlider` does, and a button that moves it from its first value to its last.
 *
 * @example
 * const wave = (t: number) => curves({ wave: [0, 1, 2, 3].map((x) => Math.sin(x + t)) });
 * withPlayButton("t", [1, 2, 3], wave);
 */
export function withPlayButton<Value>(...slider: Parameters<typeof withSlider<Value>>): Figure {
  const { data, layout, frames, alt } = withSlider(...slider);
  const options = { frame: { duration: 500, redraw: true }, transition: { duration: 0 } };
  const buttons = [{ label: "▶ play", method: "animate", args: [null, options] }];
  const { pad } = (layout.sliders as { pad: { t: number } }[])[0];
  const place = { x: 1, xanchor: "right", y: 0, yanchor: "top", pad: { t: pad.t - 4 } };
  const look = { showactive: false, bgcolor: "rgba(0, 0, 0, 0)", bordercolor: role.faint };
  return plotlyFigure({
    data,
    layout: { ...layout, updatemenus: [{ type: "buttons", buttons, ...place, ...look }] },
    frames,
    alt,
  });
}

/** The frames hold what is not the same in all layouts, and not the rest. */
function framesOf(traces: Trace[][], layouts: Layout[]): Frame[] {
  const differs = (key: string) => new Set(layouts.map((layout) => JSON.stringify(layout[key]))).size > 1;
  const moving = Object.keys(layouts[0]).filter(differs);
  return layouts.map((layout, k) => {
    return { name: String(k), data: traces[k], layout: Object.fromEntries(moving.map((key) => [key, layout[key]])) };
  });
}

function checkMatch(label: string, figures: Figure[]): void {
  const kinds = figures.map((figure) => figure.data.map((trace) => trace.type).join(", "));
  if (figures.length === 0) throw new RangeError(`Cannot make a slider for ${label}: there are no values`);
  const odd = kinds.findIndex((kind) => kind !== kinds[0]);
  if (odd > 0)
    throw new RangeError(
      `Cannot make a slider for ${label}: figure 1 has ${kinds[0]}, figure ${odd + 1} has ${kinds[odd]}`,
    );
}

function slider(label: string, labels: string[], active: number, gap: number): Layout {
  const frame = { duration: 0, redraw: true };
  const options = { mode: "immediate", frame, transition: { duration: 0 } };
  const steps = labels.map((text, k) => ({ label: text, method: "animate", args: [[String(k)], options] }));
  const currentvalue = { prefix: `${label} = `, font: { size: 15 } };
  // Labels are centred under their steps, so that long ones at the ends need room.
  const side = 4 * Math.max(...[labels[0], labels[labels.length - 1]].map((text) => plainLabel(text).length));
  return {
    active,
    steps,
    currentvalue,
    pad: { t: gap, b: 12, l: side, r: side },
    bgcolor: role.faint,
    bordercolor: role.faint,
    tickcolor: role.ink,
  };
}

/** The layouts, where each axis has the range that holds the values of all figures. */
function oneRange(figures: Figure[]): Layout[] {
  const axes = Object.keys(figures[0].layout).filter((key) => /^[xy]axis\d*$/.test(key));
  const ranges = axes.map((key) => [key, hull(figures.map((figure) => rangeOf(figure, key)))] as const);
  return figures.map(({ layout }) => {
    const fixed = ranges.map(([key, range]) => [key, { ...(layout[key] as Layout), range }]);
    return { ...layout, ...Object.fromEntries(fixed) };
  });
}

type Range = readonly [number, number];

/** The range that an axis has or needs, in powers of ten where it is logarithmic. */
function rangeOf({ data, layout }: Figure, key: string): Range {
  const { range, type } = layout[key] as { range?: Range; type?: string };
  if (range) return range;
  const letter = key[0];
  const id = key.replace("axis", "");
  const values = data
    .filter((trace) => (trace[`${letter}axis`] ?? letter) === id)
    .flatMap((trace) => trace[letter] as number[]);
  const places = type === "log" ? values.filter((value) => value > 0).map(Math.log10) : values;
  return padded(extent(places));
}

/** The smallest range that holds all ranges, in the direction that they have. */
function hull(ranges: Range[]): Range {
  const [low, high] = [Math.min(...ranges.flat()), Math.max(...ranges.flat())];
  return ranges[0][0] > ranges[0][1] ? [high, low] : [low, high];
}

/** The traces, where heat maps at the same place share the largest of their scales. */
function oneScale(frames: Trace[][]): Trace[][] {
  const limits = (key: "zmin" | "zmax", k: number) => frames.map((traces) => Number(traces[k][key]));
  return frames.map((traces) =>
    traces.map((trace, k) => {
      if (!("zmin" in trace)) return trace;
      return { ...trace, zmin: Math.min(...limits("zmin", k)), zmax: Math.max(...limits("zmax", k)) };
    }),
  );
}
