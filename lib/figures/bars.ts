import { type Axis, columnTicks, titleOf, toAxis } from "./axis";
import { type Figure, plotlyFigure } from "./figure";
import { extent, finite, padded } from "./finite";
import { plainLabel, shortNumber } from "./label";
import { palette } from "./theme";

/** Is values by the name of their series. */
export type Series = Record<string, ArrayLike<number>>;

export type BarsOptions = {
  title?: string;
  x?: Axis;
  y?: Axis;
  /** What stands under the bars; 1, 2, ..., n where it is left out. */
  labels?: readonly string[];
};

/**
 * Draws named series as bars side by side.
 *
 * @example
 * bars({ "ŷ − y": [0.2, -0.7, 0.5] }, { labels: ["a", "b", "c"] });
 */
export function bars(series: Series, options: BarsOptions = {}): Figure {
  const heights = Object.values(series).flatMap((values) => Array.from(values));
  return barFigure(series, heights, "group", options);
}

/**
 * Draws named series as bars on top of one another, so that each stack is as high as its sum.
 *
 * @example
 * stackedBars({ "L<sub>1</sub>": [0.3, 0], "L<sub>2</sub>": [0.1, 0.4] }, { x: "copy of b" });
 */
export function stackedBars(series: Series, options: BarsOptions = {}): Figure {
  const all = Object.values(series).map((values) => Array.from(values));
  const stacks = Array.from({ length: Math.max(...all.map((values) => values.length)) }, (_, k) =>
    all.map((v) => v[k] ?? 0),
  );
  const sum = (heights: number[]) => heights.reduce((total, height) => total + height, 0);
  const ups = stacks.map((stack) => sum(stack.filter((height) => height > 0)));
  const downs = stacks.map((stack) => sum(stack.filter((height) => height < 0)));
  return barFigure(series, [...ups, ...downs], "relative", options);
}

function barFigure(series: Series, ends: number[], barmode: string, options: BarsOptions): Figure {
  const { title, x = "", y = "", labels } = options;
  const data = Object.entries(series).map(([name, values], k) => {
    const marker = { color: palette[k % palette.length] };
    return { type: "bar", name, x: Array.from(values, (_, i) => i + 1), y: finite(values), marker };
  });
  const n = Math.max(...data.map((trace) => trace.x.length));
  const [low, high] = extent([0, ...ends]);
  const xaxis = { ...toAxis(x), ...columnTicks(n, labels), range: [0.4, n + 0.6], showgrid: false };
  const yaxis = { range: padded([low, high]), zerolinecolor: "#787878", ...toAxis(y) };
  const layout = { xaxis, yaxis, barmode, showlegend: data.length > 1 };
  const names = data.map(({ name }) => name).join(", ");
  const alt = `Bars of ${names}: ${n} places${titleOf(x) && ` of ${titleOf(x)}`}, from ${shortNumber(low)} to ${shortNumber(high)}.`;
  return plotlyFigure({ data, layout, title, alt: plainLabel(alt) });
}
