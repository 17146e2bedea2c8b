import { type Figure, plotlyFigure } from "./figure";
import { type Graph, graphLayout, graphTraces } from "./graph";
import { kindOf, unroll } from "./unroll";
import type { Wiring } from "./wirings";

/**
 * Draws a wiring twice: on the left folded, where an arrow back is one step late, and on the right over three steps.
 *
 * @example
 * wiringDiagram(wirings.output, "Example 2: the hidden units see the previous output");
 */
export function wiringDiagram(wiring: Wiring, title?: string): Figure {
  const [folded, unrolled] = [fold(wiring), unroll(wiring, 3)];
  const nodes = [...folded.nodes, ...unrolled.nodes.map((node) => ({ ...node, x: node.x + 2.2 }))];
  const unfold = { text: "unrolled ⟶", x: 1.2, y: Math.max(0, wiring.rows.length - 2), showarrow: false };
  const layout = { ...graphLayout(nodes, { x: 1.5, y: 0.6 }), annotations: [unfold] };
  const late = wiring.connections
    .filter(({ delay }) => delay)
    .map(({ from, to }) => `${from} goes to ${to} a step later`);
  const alt = `The wiring${title ? ` of ${title}` : ""}, folded and unrolled over three steps: ${late.join(", ")}.`;
  return plotlyFigure({
    data: graphTraces({ nodes, edges: [...folded.edges, ...unrolled.edges] }),
    layout,
    title,
    alt,
  });
}

/** One column, in which what exists at the end only has the index T. */
function fold(wiring: Wiring): Graph {
  const { rows, connections } = wiring;
  const always = new Set(connections.filter(({ final }) => !final).flatMap(({ from, to }) => [from, to]));
  const idOf = (name: string) => (always.has(name) ? name : `${name}<sub>T</sub>`);
  const nodes = rows.map((name, y) => ({ id: idOf(name), x: 0, y, kind: kindOf(name, wiring) }));
  const edges = connections.map(({ from, to, parameter, delay }) => {
    const label = delay ? `${parameter ?? ""},<br>a step<br>later` : parameter;
    return { from: idOf(from), to: idOf(to), kind: "forward", label, bend: delay && 0.5 } as const;
  });
  return { nodes, edges };
}
