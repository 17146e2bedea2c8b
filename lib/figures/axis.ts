import type { Layout } from "./figure";

/** Is the title of a linear axis, or any Plotly axis, as `logAxis` makes one. */
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
