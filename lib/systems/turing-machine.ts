/** Is one line of a Turing machine's table: what it writes, where it moves (-1 left, 1 right), its next state. */
export type Rule = { write: number; move: -1 | 1; next: number };

/** Is a Turing machine: `rules[state][symbol]`. A next state without rules halts. */
export type TuringMachine = { states: readonly string[]; rules: readonly (readonly Rule[])[] };

/** Is all that a Turing machine has at one time: its state, where its head stands, the symbols that are not 0. */
export type Configuration = { state: number; head: number; tape: ReadonlyMap<number, number> };

/** Is where a machine begins: in its first state, at place 0 of a tape of 0s. */
export const blankTape: Configuration = { state: 0, head: 0, tape: new Map() };

/**
 * Makes the map f of a Turing machine, h_t = f(h_{t-1}), from one configuration to the next.
 *
 * A machine that has halted stays as it is: it has reached a fixed point of f.
 *
 * @example
 * const run = iterate(turingStep(busyBeaver), blankTape, 2);
 * run[2].head; // 0
 * [...run[2].tape]; // [[0, 1], [1, 1]]
 */
export function turingStep({ rules }: TuringMachine): (h: Configuration) => Configuration {
  return (h) => {
    const rule = rules[h.state]?.[h.tape.get(h.head) ?? 0];
    if (!rule) return h;
    return { state: rule.next, head: h.head + rule.move, tape: new Map(h.tape).set(h.head, rule.write) };
  };
}

const [left, right] = [-1, 1] as const;
const [A, B, C, D, halt] = [0, 1, 2, 3, 4];

/**
 * Is the busy beaver with four states: no machine of its size that halts on an empty tape runs longer, or writes more.
 *
 * It halts after 107 steps and leaves 13 ones. Source: A. H. Brady, "The determination of the value of Rado's noncomputable
 * function Sigma(k) for four-state Turing machines" (1983).
 */
export const busyBeaver: TuringMachine = {
  states: ["A", "B", "C", "D", "halt"],
  rules: [
    [
      { write: 1, move: right, next: B },
      { write: 1, move: left, next: B },
    ],
    [
      { write: 1, move: left, next: A },
      { write: 0, move: left, next: C },
    ],
    [
      { write: 1, move: right, next: halt },
      { write: 1, move: left, next: D },
    ],
    [
      { write: 1, move: right, next: D },
      { write: 0, move: right, next: A },
    ],
  ],
};
