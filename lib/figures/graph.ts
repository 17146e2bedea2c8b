import type { Layout, Trace } from "./figure";
import { role, tint, written } from "./theme";

/** What a node or an arrow stands for, which decides its colour. */
export type Kind = keyof typeof role;

/** Is a circle with its name in it, or a square where it is a parameter. */
export type Node = { id: string; x: number; y: number; kind: Kind };

/** Is an arrow; `bend` moves its middle to the left of its way. One that ends where it starts is a loop, on the left. */
export type Edge = { from: string; to: string; kind: Kind; label?: string; bend?: number; loop?: "left" | "above" };

export type Graph = { nodes: readonly Node[]; edges: readonly Edge[] };

type Point = { x: number; y: number };

/**
 * Gives the traces of a graph: all arrows faint, the lit ones over them by kind, their labels, and the nodes on top.
 *
 * Their number does not depend on the part that is lit, so that a slider can move it.
 */
export function graphTraces({ nodes, edges }: Graph, lit: Graph = { nodes, edges }): Trace[] {
  const kinds = [...new Set(edges.map((edge) => edge.kind))];
  const at = new Map(nodes.map((node) => [node.id, node]));
  const pathOf = ({ from, to, ...shape }: Edge) => path(at.get(from) as Node, at.get(to) as Node, shape);
  return [
    arrowTrace(edges.map(pathOf), "faint"),
    ...kinds.map((kind) => arrowTrace(lit.edges.filter((edge) => edge.kind === kind).map(pathOf), kind)),
    ...(edges.some((edge) => edge.label) ? [labelTrace(edges, edges.map(pathOf))] : []),
    nodeTrace(nodes, lit.nodes),
  ];
}

/** Gives the layout of a graph: no axes, and room for loops and labels at the rim. */
export function graphLayout(nodes: readonly Node[], room = { x: 0.8, y: 0.6 }): Layout {
  const range = (places: number[], margin: number) => [Math.min(...places) - margin, Math.max(...places) + margin];
  const [across, up] = [range(xy(nodes).x, room.x), range(xy(nodes).y, room.y)];
  const hidden = { visible: false, fixedrange: true };
  const rowHeight = nodes.some((node) => node.kind === "parameter") ? 105 : 80;
  const axes = { xaxis: { ...hidden, range: across }, yaxis: { ...hidden, range: up } };
  return { ...axes, showlegend: false, height: 20 + rowHeight * (up[1] - up[0]) };
}

/** Gives the coordinates of points in two lists; a missing point leaves a gap. */
export function xy<P extends Point>(points: readonly (P | null)[]) {
  return { x: points.map((point) => point?.x as number), y: points.map((point) => point?.y as number) };
}

/** The diameter of a node, in pixels. */
export const diameter = 38;

/** Points of an arrow from the middle of one node to the middle of the other: straight, bent, or a loop. */
function path(from: Node, to: Node, { bend = 0, loop = "left" }: Pick<Edge, "bend" | "loop">): Point[] {
  const through = (a: Point, b: Point) =>
    bezier(from, { x: from.x + a.x, y: from.y + a.y }, { x: to.x + b.x, y: to.y + b.y }, to);
  if (from.id === to.id && loop === "left") return through({ x: -0.8, y: 0.7 }, { x: -0.8, y: -0.7 });
  if (from.id === to.id) return through({ x: 0.4, y: 1 }, { x: -0.4, y: 1 });
  if (bend === 0) return [from, to].map(({ x, y }) => ({ x, y }));
  const aside = { x: ((from.y - to.y) * bend * 4) / 3, y: ((to.x - from.x) * bend * 4) / 3 };
  return through(aside, aside);
}

function bezier(...corners: [Point, Point, Point, Point]): Point[] {
  return Array.from({ length: 17 }, (_, k) => {
    const [s, r] = [k / 16, 1 - k / 16];
    const weights = [r ** 3, 3 * r * r * s, 3 * r * s * s, s ** 3];
    const sum = (key: keyof Point) => weights.reduce((total, weight, i) => total + weight * corners[i][key], 0);
    return { x: sum("x"), y: sum("y") };
  });
}

/** Gives one trace for many arrows: their points with gaps between, and a head at the last point of each. */
export function arrowTrace(paths: Point[][], kind: Kind): Trace {
  const points = paths.flatMap((path) => [...path, null]);
  const color = role[kind];
  const size = paths.flatMap((path) => [...path.map((_, k) => (k === path.length - 1 ? 11 : 0)), 0]);
  const head = { symbol: "arrow", angleref: "previous", standoff: diameter / 2, opacity: 1, line: { width: 0 } };
  const look = {
    mode: "lines+markers",
    // Otherwise the line stops short of every point, and a bent one is full of holes.
    line: { color, width: 2, backoff: 0 },
    marker: { ...head, size, color },
    hoverinfo: "skip",
  };
  return { type: "scatter", ...xy(points), ...look };
}

/** Each label beside the middle of its arrow, on the side to which the arrow is bent. */
function labelTrace(edges: readonly Edge[], paths: Point[][]): Trace {
  const labelled = edges.flatMap(({ label }, k) => (label ? [{ ...beside(paths[k]), label }] : []));
  // The spaces keep the text off its arrow.
  const text = labelled.map(({ label }) => `\u00a0${label.replaceAll("<br>", "\u00a0<br>\u00a0")}\u00a0`);
  const textposition = labelled.map(({ side }) => side);
  return { type: "scatter", mode: "text", ...xy(labelled), text, textposition, hoverinfo: "skip" };
}

function beside(points: Point[]): Point & { side: string } {
  const [first, last] = [points[0], points[points.length - 1]];
  const [a, b] = [points[Math.floor((points.length - 1) / 2)], points[Math.ceil((points.length - 1) / 2)]];
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const [dx, dy] = [middle.x - (first.x + last.x) / 2, middle.y - (first.y + last.y) / 2];
  const upright = Math.abs(last.x - first.x) < Math.abs(last.y - first.y) || Math.abs(dx) > Math.abs(dy);
  if (upright) return { ...middle, side: dx < 0 ? "middle left" : "middle right" };
  return { ...middle, side: dy < 0 ? "bottom center" : "top center" };
}

function nodeTrace(nodes: readonly Node[], lit: readonly Node[]): Trace {
  const shining = new Set(lit.map(({ id }) => id));
  const kinds = nodes.map(({ id, kind }) => (shining.has(id) ? kind : "faint"));
  const marker = {
    size: nodes.map((node) => (node.kind === "parameter" ? 30 : diameter)),
    symbol: nodes.map((node) => (node.kind === "parameter" ? "square" : "circle")),
    color: kinds.map((kind) => tint[kind]),
    line: { width: 2, color: kinds.map((kind) => (kind === "faint" ? tint.faint : role[kind])) },
    opacity: 1,
  };
  const textfont = { color: kinds.map((kind) => (kind === "faint" ? "#5c5c5c" : written)) };
  const text = nodes.map(({ id }) => id);
  return { type: "scatter", mode: "markers+text", ...xy(nodes), text, marker, textfont, hoverinfo: "skip" };
}
