import { type Figure, plotlyFigure } from "./figure";
import { type Graph, graphLayout, graphTraces } from "./graph";
import { plainLabel } from "./label";
import { withSlider } from "./slider";
import { past, unrollCopied } from "./unroll";
import type { Wiring } from "./wirings";

/**
 * Draws a wiring that ends in a loss L, unrolled over T steps with a copy of each parameter for each step.
 *
 * A slider over p lights what p-truncated BPTT goes back to from the last loss: the p last steps. The arrow from the
 * state before them is cut. With p = T only the initial state is left out.
 * @throws RangeError for less than one step.
 * @example
 * truncatedGraph(wirings.hidden, 5);
 */
export function truncatedGraph(wiring: Wiring, T: number, title?: string): Figure {
  const graph = unrollCopied(wiring, T);
  const layout = graphLayout(graph.nodes);
  const loss = `L<sub>${T}</sub>`;
  const reached = past(graph, loss);
  return withSlider(
    "p",
    Array.from({ length: T }, (_, k) => k + 1),
    (p) => {
      const alt = plainLabel(`The unrolled graph over ${T} steps: from ${loss} back through the last ${p}.`);
      return plotlyFigure({ data: graphTraces(graph, since(reached, T - p)), layout, title, alt });
    },
  );
}

/** The part of a graph later than step t. A parameter's copy stands less than half a step beside its step. */
function since({ nodes, edges }: Graph, t: number): Graph {
  const kept = nodes.filter(({ x }) => x > t + 0.5);
  const ids = new Set(kept.map(({ id }) => id));
  return { nodes: kept, edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
}
