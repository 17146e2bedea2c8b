import { type Figure, plotlyFigure } from "./figure";
import { graphLayout, graphTraces } from "./graph";
import { withSlider } from "./slider";
import { past, unroll, unrollCopied, unrollShared } from "./unroll";
import type { Wiring } from "./wirings";

const unrollings = { named: unroll, shared: unrollShared, copied: unrollCopied };

export type UnrolledGraphOptions = {
  title?: string;
  /** Whether parameters are named on the arrows, drawn once and shared by all steps, or copied for each step. */
  parameters?: keyof typeof unrollings;
};

/**
 * Draws a wiring unrolled over T steps, with a slider that lights a node and all on which it depends.
 *
 * @throws RangeError for less than one step.
 * @example
 * unrolledGraph(wirings.hidden, 4);
 * const classical = { rows: ["h"], connections: [{ from: "h", to: "h", parameter: "θ", delay: 1 }] };
 * unrolledGraph(classical, 5, { parameters: "copied" });
 */
export function unrolledGraph(wiring: Wiring, T: number, options: UnrolledGraphOptions = {}): Figure {
  const { title, parameters = "named" } = options;
  const graph = unrollings[parameters](wiring, T);
  const { nodes, edges } = graph;
  const layout = graphLayout(nodes);
  const alt = `The unrolled graph over ${T} steps, with ${nodes.length} nodes and ${edges.length} arrows.`;
  const computed = nodes.filter(({ id }) => edges.some((edge) => edge.to === id)).map(({ id }) => id);
  return withSlider("node", ["all", ...computed], (chosen) => {
    const data = graphTraces(graph, chosen === "all" ? graph : past(graph, chosen));
    return plotlyFigure({ data, layout, title, alt });
  });
}
