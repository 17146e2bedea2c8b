import { type Displayed, displayed } from "../display";
import { config, template } from "./theme";

/** Is one Plotly trace: https://plotly.com/javascript/reference/ names its attributes. */
export type Trace = { type: string; [attribute: string]: unknown };

/** Is a Plotly layout, or a part of one. */
export type Layout = Record<string, unknown>;

/** Is one state of a figure with a slider: its traces, in the order of the figure's own. */
export type Frame = { name: string; data: Trace[]; layout?: Layout };

export type FigureParts = { data: Trace[]; layout?: Layout; frames?: Frame[]; title?: string; alt: string };

/** Is a Plotly figure with its alt text; Jupyter draws it when it is the value of a cell. */
export type Figure = Displayed & {
  readonly data: Trace[];
  readonly layout: Layout;
  readonly frames?: Frame[];
  readonly config: Layout;
  /** Says in words what the figure shows, for readers who do not see it. */
  readonly alt: string;
};

/**
 * Makes a figure in the course's visual language: Plotly traces, what the layout says beyond it, and alt text.
 *
 * @throws RangeError without alt text.
 * @example
 * plotlyFigure({ data: [{ type: "scatter", y: [1, 4, 9] }], title: "Squares", alt: "The squares of 1, 2 and 3." });
 */
export function plotlyFigure({ data, layout, frames, title, alt }: FigureParts): Figure {
  if (!alt.trim()) throw new RangeError("Cannot make a figure without alt text: wanted a sentence, found nothing");
  const margin = { l: 48, r: 24, t: 16 + (title ? 32 : 0) + (layout?.showlegend ? 28 : 0), b: 40 };
  const heading = title ? { title: { text: title } } : {};
  const whole = { template, height: 360, margin, ...heading, ...layout };
  const drawn = { data, layout: whole, config, ...(frames && { frames }) };
  return displayed({ ...drawn, alt }, () => ({ "application/vnd.plotly.v1+json": drawn, "text/plain": alt }));
}
