import type { Layout } from "./figure";
import { plainLabel } from "./label";

/** Is the title of a linear axis, or any Plotly axis, such as `logAxis` makes. */
export type Axis = string | Layout;

/**
 * Makes a logarithmic axis.
 *
 * @example
 * logAxis("loss (nats)").type; // "log"
 */
export function logAxis(title: string): Layout {
  return { title: { text: title }, type: "log", minor: { ticks: "outside", ticklen: 3 } };
}

/** Makes a Plotly axis of an axis or a title. */
export function toAxis(axis: Axis): Layout {
  return typeof axis === "string" ? { title: { text: axis } } : axis;
}

/** Gives the title of an axis as text. */
export function titleOf(axis: Axis): string {
  const { title } = toAxis(axis) as { title?: { text?: string } };
  return title?.text ?? "";
}

/** Makes ticks at 1, 2, ..., n from left to right, and not more of them than can stand side by side. */
export function columnTicks(n: number, labels?: readonly string[]): Layout {
  const longest = Math.max(1, ...(labels ?? []).map((label) => plainLabel(label).length));
  return ticks(n, labels ? Math.ceil(60 / longest) : 30, labels);
}

/** Makes ticks at 1, 2, ..., n from top to bottom, and not more of them than can stand over one another. */
export const rowTicks = (n: number, labels?: readonly string[]): Layout => ticks(n, 16, labels);

function ticks(n: number, most: number, labels?: readonly string[]): Layout {
  const every = Math.ceil(n / most);
  const tickvals = Array.from({ length: Math.ceil(n / every) }, (_, k) => 1 + k * every);
  return { tickvals, ticktext: tickvals.map((place) => labels?.[place - 1] ?? String(place)), tickangle: 0 };
}
