import { columnTicks, titleOf, toAxis } from "./axis";
import { type Curve, type CurvesOptions, curves } from "./curves";
import type { Figure } from "./figure";

export type ErrorOverTimeOptions = Omit<CurvesOptions, "bands"> & {
  /** What is to be predicted at each step, such as the characters of a text. */
  labels: readonly string[];
};

/**
 * Draws the error at each step over what is predicted there: it is high where a word begins, and falls inside it.
 *
 * Source: J. L. Elman, Finding structure in time, Cognitive Science 14, 1990.
 *
 * @example
 * errorOverTime({ error: [1.6, 0, 1.6, 0, 0] }, { labels: [..."badii"], y: "bits" });
 */
export function errorOverTime(errors: Record<string, Curve>, { labels, ...options }: ErrorOverTimeOptions): Figure {
  const { x = "to be predicted", y = "error" } = options;
  const ticks = columnTicks(labels.length, labels);
  const figure = curves(errors, { ...options, y, x: { ...toAxis(x), ...ticks, title: { text: titleOf(x) } } });
  return figure;
}
