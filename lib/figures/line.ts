import type { Trace } from "./figure";
import { finite } from "./finite";

export type Line = { x: number[]; y: number[]; color: string; dash?: string };

/** Makes the trace of a line; what is not finite leaves a gap. */
export function lineTrace(name: string, { x, y, color, dash = "solid" }: Line): Trace {
  return { type: "scatter", name, mode: "lines", x: finite(x), y: finite(y), line: { color, width: 2, dash } };
}

/** Makes the traces of a line that is walked: heads that show its direction while they are few, and a dot at its start. */
export function pathTraces(name: string, line: Line): Trace[] {
  const { x, y, color } = line;
  const heads = { symbol: "arrow", angleref: "previous", size: 10, color, opacity: 1 };
  // Without `backoff` the line would stop short of every head.
  const walked = {
    ...lineTrace(name, line),
    line: { color, width: 2, backoff: 0 },
    // Heads of size 0 would still be drawn, as a row of dots along the line.
    mode: x.length <= 60 ? "lines+markers" : "lines",
    marker: heads,
  };
  const dot = { x: finite(x.slice(0, 1)), y: finite(y.slice(0, 1)), marker: { size: 11, color, opacity: 1 } };
  const start = { type: "scatter", name: `${name}, start`, mode: "markers", ...dot, showlegend: false };
  return [
    { ...walked, legendgroup: name },
    { ...start, legendgroup: name },
  ];
}
