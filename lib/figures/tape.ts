import type { Configuration } from "../systems/turing-machine";
import { type Figure, type Layout, plotlyFigure, type Trace } from "./figure";
import { lineTrace } from "./line";
import { withPlayButton } from "./slider";
import { role, sequential, written } from "./theme";

/**
 * Draws the tape of a Turing machine with its head and its state, with a slider over the steps.
 *
 * @throws RangeError without configurations.
 * @example
 * tapeRun(iterate(turingStep(busyBeaver), blankTape, 10), busyBeaver.states);
 */
export function tapeRun(run: readonly Configuration[], states: readonly string[]): Figure {
  const places = placesOf(run);
  const xaxis = placeAxis(places);
  const yaxis = { visible: false, range: [-0.6, 2] };
  return withPlayButton("t", [...run.keys()], (t) => {
    const { head, state } = run[t];
    const cells = { ...heat([run[t]], places), y: [0], texttemplate: "%{z}", textfont: { color: written, size: 16 } };
    const marker = { symbol: "triangle-down", size: 16, color: role.gradient, opacity: 1 };
    const text = { text: [states[state]], textposition: "top center", textfont: { size: 18, color: role.gradient } };
    const above = { type: "scatter", mode: "markers+text", x: [head], y: [0.85], marker, ...text, hoverinfo: "skip" };
    const alt = `${sentence(run)} After step ${t} it is in state ${states[state]}, at place ${head}.`;
    return plotlyFigure({ data: [cells, above], layout: { xaxis, yaxis, height: 220, showlegend: false }, alt });
  });
}

/**
 * Draws the whole history of a Turing machine's tape, one row for each step from the top, and the way of its head.
 *
 * @throws RangeError without configurations.
 * @example
 * tapeHistory(iterate(turingStep(busyBeaver), blankTape, 107));
 */
export function tapeHistory(run: readonly Configuration[], title?: string): Figure {
  const places = placesOf(run);
  const head = { x: run.map((h) => h.head), y: [...run.keys()], color: role.gradient };
  const data = [{ ...heat(run, places), y: head.y }, lineTrace("head", head)];
  const xaxis = placeAxis(places);
  const yaxis = { title: { text: "t" }, range: [run.length - 0.5, -0.5], showgrid: false };
  return plotlyFigure({ data, layout: { xaxis, yaxis, height: 560, showlegend: false }, title, alt: sentence(run) });
}

/** All places that the head has seen, from left to right. */
function placesOf(run: readonly Configuration[]): number[] {
  if (run.length === 0) throw new RangeError("Cannot draw a tape: there are no configurations");
  const heads = run.map((h) => h.head);
  const [first, last] = [Math.min(...heads), Math.max(...heads)];
  return Array.from({ length: last - first + 1 }, (_, k) => first + k);
}

function placeAxis(places: number[]): Layout {
  const range = [places[0] - 0.5, places[places.length - 1] + 0.5];
  return { title: { text: "place" }, range, dtick: 1, showgrid: false, zeroline: false };
}

/** Symbols as coloured cells, a row for each configuration. */
function heat(run: readonly Configuration[], places: number[]): Trace {
  const z = run.map(({ tape }) => places.map((place) => tape.get(place) ?? 0));
  const gap = run.length > 1 ? {} : { xgap: 3 };
  const look = { colorscale: sequential, zmin: 0, zmax: 1.5, showscale: false, ...gap };
  return { type: "heatmap", x: places, z, ...look, hovertemplate: "place %{x}: %{z}<extra></extra>" };
}

function sentence(run: readonly Configuration[]): string {
  const last = [...run[run.length - 1].tape.values()].filter((symbol) => symbol !== 0).length;
  return `The tape of a Turing machine over ${run.length - 1} steps; at the end it holds ${last} ones.`;
}
