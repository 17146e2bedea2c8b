import { type Cell, defineCell } from "../cell";
import { vanilla } from "../cells";
import type { Automaton } from "./automaton";

/** Is a network that was built from an automaton: Example 1 with all its parameters set, and the state to begin with. */
export type AutomatonNetwork = { cell: Cell; h0: number[] };

/**
 * Builds Example 1 from an automaton by hand, with nothing learned: it is right for words of any length.
 *
 * Unit (i, k) is near +1 if symbol k has just been read in state i, and near -1 otherwise: n = states * symbols units.
 * The output is near 1 for the state that the automaton is in now, and near 0 for each other one:
 *
 *     o_i = sum of (h_u + 1) / 2 over the units u that lead to state i,    a_(i,k) = gain * (o_i + x_k - 3/2)
 *
 * with o_i taken one step before, so that a unit is a threshold for "both". Its tanh takes h back to +-1 at each step,
 * so errors do not add up. If at most d units lead to one state, then d * (1 - tanh(gain / 4)) <= 1/2 is enough.
 * Source: S. C. Kleene, "Representation of events in nerve nets and finite automata" (1956), in today's terms.
 *
 * @throws RangeError where no symbol leads to the state where the automaton starts, so that no unit stands for it.
 * @example
 * const { cell, h0 } = automatonNetwork(evenZeros, 10);
 * const net = unroll(cell, symbolIndices(evenZeros, "0110"), { initial: { h: h0 } });
 * rows(net.value.o).slice(1).map((o) => Math.round(o[0])); // [0, 0, 0, 1]
 */
export function automatonNetwork(automaton: Automaton, gain: number): AutomatonNetwork {
  const { states, symbols, next, start } = automaton;
  const units = states.flatMap((_, i) => symbols.map((_, k) => ({ from: i, symbol: k, to: next[i][k] })));
  const inputs = states.map((_, state) => units.filter(({ to }) => to === state).length);
  if (inputs[start] === 0)
    throw new RangeError(`Cannot build a network: no symbol leads to ${states[start]}, where the automaton starts`);
  const [m, n] = [units.length, symbols.length];
  const cell = defineCell(vanilla, { inputSize: n, hiddenSize: m, outputSize: states.length });
  const { U, W, V, b, c } = cell.param;
  for (const [u, { from, symbol, to }] of units.entries()) {
    for (let k = 0; k < n; k++) U[u * n + k] = k === symbol ? gain : 0;
    for (let v = 0; v < m; v++) W[u * m + v] = units[v].to === from ? gain / 2 : 0;
    for (let i = 0; i < states.length; i++) V[i * m + u] = i === to ? 1 / 2 : 0;
    b[u] = gain * (inputs[from] / 2 - 3 / 2);
  }
  c.set(inputs.map((count) => count / 2));
  const first = units.findIndex(({ to }) => to === start);
  return { cell, h0: units.map((_, u) => (u === first ? 1 : -1)) };
}
