import { scan } from "./input-driven";

/** Is a finite-state automaton: `next[state][symbol]` is the state that follows, all by their places in the lists. */
export type Automaton = {
  states: readonly string[];
  symbols: readonly string[];
  next: readonly (readonly number[])[];
  start: number;
  accepting: readonly number[];
};

/**
 * Is the lecture's acceptor: it stands in S1 while the number of 0s that it has read is even, and S1 accepts.
 *
 * Source: lecture, slide "RNN: Automata view".
 */
export const evenZeros: Automaton = {
  states: ["S1", "S2"],
  symbols: ["0", "1"],
  next: [
    [1, 0],
    [0, 1],
  ],
  start: 0,
  accepting: [0],
};

/**
 * Runs a finite-state automaton over a word, h_t = next[h_{t-1}][x_t], and returns its T + 1 states by their indices.
 *
 * @throws RangeError for a symbol that the automaton does not know.
 * @example
 * automatonStates(evenZeros, "0110"); // [0, 1, 1, 1, 0]
 */
export function automatonStates(automaton: Automaton, word: Iterable<string>): number[] {
  return scan((state, symbol) => automaton.next[state][symbol], automaton.start, symbolIndices(automaton, word));
}

/**
 * Tells whether an automaton accepts a word: whether it stands in an accepting state after the last symbol.
 *
 * @throws RangeError for a symbol that the automaton does not know.
 * @example
 * accepts(evenZeros, "0110"); // true
 * accepts(evenZeros, ""); // true
 */
export function accepts(automaton: Automaton, word: Iterable<string>): boolean {
  const states = automatonStates(automaton, word);
  return automaton.accepting.includes(states[states.length - 1]);
}

/**
 * Translates a word into the indices of its symbols, which are the labels that a network reads.
 *
 * @throws RangeError for a symbol that the automaton does not know.
 * @example
 * symbolIndices(evenZeros, "0110"); // [0, 1, 1, 0]
 */
export function symbolIndices({ symbols }: Automaton, word: Iterable<string>): number[] {
  return [...word].map((symbol) => {
    const index = symbols.indexOf(symbol);
    if (index < 0) throw new RangeError(`Cannot read ${symbol}: the automaton knows ${symbols.join(", ")}`);
    return index;
  });
}
