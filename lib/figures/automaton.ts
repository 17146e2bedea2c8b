import { type Automaton, automatonStates } from "../systems/automaton";
import { type Figure, plotlyFigure, type Trace } from "./figure";
import { arrowTrace, diameter, type Edge, type Graph, graphLayout, graphTraces, type Node, xy } from "./graph";
import { withPlayButton } from "./slider";
import { role } from "./theme";

/**
 * Draws a finite-state automaton: a short arrow to the state where it starts, a ring around each that accepts.
 *
 * @throws RangeError where a state that follows does not exist.
 * @example
 * const evenZeros = { states: ["S1", "S2"], symbols: ["0", "1"], next: [[1, 0], [0, 1]], start: 0, accepting: [0] };
 * stateDiagram(evenZeros);
 */
export function stateDiagram(automaton: Automaton, title?: string): Figure {
  const graph = graphOf(automaton);
  const { states, start, accepting } = automaton;
  const names = accepting.map((state) => states[state]).join(", ") || "no state";
  const alt = `State diagram with ${states.length} states: it starts in ${states[start]} and accepts in ${names}.`;
  const data = [...marks(automaton, graph.nodes), ...graphTraces(graph)];
  return plotlyFigure({ data, layout: graphLayout(graph.nodes, room), title, alt });
}

/**
 * Draws an automaton that reads a word, with a slider over the steps: the state that it is in and the arrow it took.
 *
 * @throws RangeError for a symbol that the automaton does not know.
 * @example
 * const evenZeros = { states: ["S1", "S2"], symbols: ["0", "1"], next: [[1, 0], [0, 1]], start: 0, accepting: [0] };
 * automatonRun(evenZeros, [..."0110"]);
 */
export function automatonRun(automaton: Automaton, word: readonly string[], title?: string): Figure {
  const graph = graphOf(automaton);
  const run = automatonStates(automaton, word).map((state) => automaton.states[state]);
  const layout = graphLayout(graph.nodes, room);
  const alt = `An automaton reads ${word.join(" ")}: ${run.join(", ")}.`;
  const at = (t: number) => {
    const nodes = graph.nodes.filter(({ id }) => id === run[t]);
    const edges = graph.edges.filter(({ from, to }) => from === run[t - 1] && to === run[t]);
    const drawn = [...marks(automaton, graph.nodes), ...graphTraces(graph, { nodes, edges })];
    return plotlyFigure({ data: [...drawn, tape(graph.nodes, word, t)], layout, title, alt });
  };
  return withPlayButton("t", [...run.keys()], at, word.length);
}

const room = { x: 2, y: 1.3 };

/** Two states side by side, more on a circle; symbols that lead from one state to the same other share an arrow. */
function graphOf({ states, symbols, next }: Automaton): Graph {
  const angle = (k: number) => Math.PI - (2 * Math.PI * k) / states.length;
  const radius = 0.5 + states.length / 4;
  const nodes = states.map((id, k) => {
    return { id, x: 1.6 * radius * Math.cos(angle(k)), y: radius * Math.sin(angle(k)), kind: "forward" } as const;
  });
  const edges = states.flatMap((from, i) =>
    states.flatMap((to, j): Edge[] => {
      const label = symbols.filter((_, symbol) => next[i][symbol] === j).join(", ");
      const bend = next[j].includes(i) ? 0.15 : 0;
      return label ? [{ from, to, kind: "forward", label, bend, loop: "above" }] : [];
    }),
  );
  return { nodes, edges };
}

/** The arrow to the start, and the rings around accepting states. */
function marks({ start, accepting }: Automaton, nodes: readonly Node[]): Trace[] {
  const { x, y } = nodes[start];
  const rings = xy(nodes.filter((_, state) => accepting.includes(state)));
  const marker = { symbol: "circle-open", size: diameter + 10, color: role.forward, line: { width: 2 }, opacity: 1 };
  const ring = { type: "scatter", mode: "markers", ...rings, marker, hoverinfo: "skip" };
  const entry = [{ x: x - 0.8, y }, nodes[start]];
  return [arrowTrace([entry], "ink"), ...(accepting.length > 0 ? [ring] : [])];
}

/** The word under the diagram, with the symbol that was just read. */
function tape(nodes: readonly Node[], word: readonly string[], t: number): Trace {
  const [low, middle] = [Math.min(...xy(nodes).y) - 1.1, (word.length - 1) / 2];
  const text = word.map((symbol, k) => (k === t - 1 ? `<b>${symbol}</b>` : symbol));
  const textfont = { size: 18, color: word.map((_, k) => (k === t - 1 ? role.gradient : role.ink)) };
  const x = word.map((_, k) => (k - middle) * Math.min(0.25, 3 / word.length));
  return { type: "scatter", mode: "text", x, y: word.map(() => low), text, textfont, hoverinfo: "skip" };
}
