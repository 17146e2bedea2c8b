import type { Edge, Graph, Kind, Node } from "./graph";
import type { Connection, Wiring } from "./wirings";

type Arrow = Connection & { t: number };

/** The name of a variable or of a parameter's copy at step t. */
const at = (name: string, t: number) => `${name}<sub>${t}</sub>`;

const steps = (T: number) => Array.from({ length: T }, (_, k) => k + 1);

/**
 * Gives the nodes and arrows of a wiring over T steps, with step t in column t.
 *
 * @throws RangeError for less than one step.
 * @example
 * unroll(wirings.hidden, 2).nodes.map((node) => node.id); // ["x<sub>1</sub>", "h<sub>1</sub>", "h<sub>0</sub>", ...]
 */
export function unroll(wiring: Wiring, T: number): Graph {
  const arrows = arrowsOf(wiring, T);
  const ends = arrows.flatMap(({ from, to, t, delay = 0 }) => [[from, t - delay] as const, [to, t] as const]);
  const nodes = ends.map(([name, t]) => {
    return { id: at(name, t), x: t, y: wiring.rows.indexOf(name), kind: t < 1 ? "ink" : kindOf(name, wiring) } as const;
  });
  const edges = arrows.map(({ from, to, parameter, delay = 0, t }) => {
    return { from: at(from, t - delay), to: at(to, t), kind: "forward", label: parameter } as const;
  });
  return { nodes: unique(nodes), edges };
}

/** Gives the same graph with one node for each parameter, which acts at every step. */
export function unrollShared(wiring: Wiring, T: number): Graph {
  return withParameters(wiring, T, ({ parameter }) => parameter, (T + 1) / 2);
}

/** Gives the same graph with a copy of each parameter for each step, as the chain rule sees it. */
export function unrollCopied(wiring: Wiring, T: number): Graph {
  return withParameters(wiring, T, ({ parameter, t }) => parameter && at(parameter, t));
}

function withParameters(wiring: Wiring, T: number, idOf: (arrow: Arrow) => string | undefined, column?: number): Graph {
  const { nodes, edges } = unroll(wiring, T);
  const added = arrowsOf(wiring, T).flatMap((arrow) => {
    const id = idOf(arrow);
    if (!id) return [];
    const x = (column ?? arrow.t) + (arrow.delay ? -0.36 : 0.36);
    const row = wiring.rows.indexOf(arrow.to);
    const node: Node = { id, x, y: row - (row === 0 ? 0.8 : 0.5), kind: "parameter" };
    const edge: Edge = { from: id, to: at(arrow.to, arrow.t), kind: "parameter" };
    return [{ node, edge }];
  });
  const unnamed = edges.map((edge) => ({ ...edge, label: undefined }));
  return {
    nodes: unique([...nodes, ...added.map(({ node }) => node)]),
    edges: [...added.map(({ edge }) => edge), ...unnamed],
  };
}

function arrowsOf({ connections }: Wiring, T: number): Arrow[] {
  if (!(T >= 1)) throw new RangeError(`Cannot unroll a graph over ${T} steps: wanted 1 or more`);
  return steps(T).flatMap((t) =>
    connections.filter(({ final }) => !final || t === T).map((arrow) => ({ ...arrow, t })),
  );
}

/** What is given is grey, what nothing depends on is a loss. */
export function kindOf(name: string, { connections }: Wiring): Kind {
  if (connections.every(({ to }) => to !== name)) return "ink";
  return connections.every(({ from }) => from !== name) ? "gradient" : "forward";
}

const unique = (nodes: Node[]) => [...new Map(nodes.map((node) => [node.id, node])).values()];

/**
 * Gives the part of a graph on which a node depends, with the node.
 *
 * @example
 * past(unroll(wirings.hidden, 2), "h<sub>1</sub>").nodes.length; // 3: x_1, h_0 and h_1
 */
export function past({ nodes, edges }: Graph, id: string): Graph {
  const found = new Set([id]);
  // A set that grows while it is read is read to its end.
  for (const node of found) for (const { from, to } of edges) if (to === node) found.add(from);
  return { nodes: nodes.filter((node) => found.has(node.id)), edges: edges.filter(({ to }) => found.has(to)) };
}
