import { type Figure, type Layout, plotlyFigure, type Trace } from "./figure";

/**
 * Puts figures side by side and under one another, each under its own title.
 *
 * Graphs, which need the whole width, stand under one another, two other figures side by side.
 *
 * @throws RangeError without figures, or for a figure with a slider: put the slider around the multiples.
 * @example
 * smallMultiples([curves({ a: [1, 2] }, { title: "a" }), curves({ b: [2, 1] }, { title: "b" })]);
 */
export function smallMultiples(figures: readonly Figure[], columns = figures.some(isGraph) ? 1 : 2): Figure {
  if (figures.length === 0) throw new RangeError("Cannot put figures side by side: there are none");
  if (figures.some((figure) => figure.frames)) throw new RangeError("Cannot put a figure with a slider beside others");
  const rows = Math.ceil(figures.length / columns);
  const cells = figures.map((figure, k) => cell(figure, k, rows, columns));
  const showlegend = figures.some((figure) => figure.layout.showlegend);
  const layout = {
    ...Object.assign({}, ...cells.map(({ axes }) => axes)),
    annotations: cells.flatMap((cell) => cell.annotations),
    barmode: figures.find((figure) => figure.layout.barmode)?.layout.barmode,
    showlegend,
    // Above the titles of the first row, which stand where one figure has its legend.
    legend: { y: 1, yref: "container", yanchor: "top" },
    margin: { l: 48, r: 24, t: showlegend ? 68 : 40, b: 40 },
    height: 60 + (columns > 1 ? 0.75 : 1) * rows * Math.max(...figures.map(({ layout }) => Number(layout.height))),
  };
  const data = oneLegend(cells.flatMap((cell) => cell.data));
  return plotlyFigure({ data, layout, alt: figures.map(({ alt }) => alt).join(" ") });
}

const isGraph = ({ layout }: Figure) => (layout.xaxis as Layout | undefined)?.visible === false;

type Cell = { data: Trace[]; axes: Layout; annotations: Layout[] };

/** A figure at place k of the grid: its axes have names of their own, and its title is written above them. */
function cell({ data, layout }: Figure, k: number, rows: number, columns: number): Cell {
  const [x, y] = k === 0 ? ["x", "y"] : [`x${k + 1}`, `y${k + 1}`];
  const [xaxis, yaxis] = [layout.xaxis, layout.yaxis] as Layout[];
  const tied = yaxis.scaleanchor ? { scaleanchor: x } : {};
  const axes = {
    [x.replace("x", "xaxis")]: { ...xaxis, anchor: y, domain: share(k % columns, columns, 0.2) },
    [y.replace("y", "yaxis")]: {
      ...yaxis,
      ...tied,
      anchor: x,
      domain: share(rows - 1 - Math.floor(k / columns), rows, 0.4),
    },
  };
  const { text } = (layout.title ?? {}) as { text?: string };
  const place = { xref: `${x} domain`, yref: `${y} domain`, x: 0, y: 1, xanchor: "left", yanchor: "bottom", yshift: 4 };
  const title = text ? [{ text, ...place, font: { size: 15 }, showarrow: false }] : [];
  const notes = ((layout.annotations ?? []) as Layout[]).map((note) => ({ ...note, xref: x, yref: y }));
  const shown = layout.showlegend ? {} : { showlegend: false };
  const scale = (trace: Trace) => (trace.type === "heatmap" ? { showscale: false } : {});
  const moved = data.map((trace) => ({ ...trace, xaxis: x, yaxis: y, ...shown, ...scale(trace) }));
  return { data: moved, axes, annotations: [...title, ...notes] };
}

/** The part of a side that place k of n has, with gaps between, from 0 to 1. */
function share(k: number, n: number, gaps: number): [number, number] {
  const [gap, width] = [gaps / n, (1 - (gaps / n) * (n - 1)) / n];
  return [k * (width + gap), k * (width + gap) + width];
}

/** Curves of one name are one entry of the legend, and are hidden and shown together. */
function oneLegend(traces: Trace[]): Trace[] {
  const seen = new Set<unknown>();
  return traces.map((trace) => {
    if (!trace.name || trace.showlegend === false) return trace;
    const again = seen.has(trace.name);
    seen.add(trace.name);
    return { ...trace, legendgroup: trace.name, showlegend: !again };
  });
}
