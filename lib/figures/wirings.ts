/**
 * Is an arrow from one variable to another, within a step or from `delay` steps before, with the parameter on its way.
 * One that is `final` exists at the last step only.
 */
export type Connection = { from: string; to: string; parameter?: string; delay?: number; final?: true };

/** Is how the variables of a step depend on one another and on those before; `rows` are drawn from below. */
export type Wiring = { rows: readonly string[]; connections: readonly Connection[] };

const rows = ["x", "h", "o", "L", "y"];
const input: Connection = { from: "x", to: "h", parameter: "U" };
const memory: Connection = { from: "h", to: "h", parameter: "W", delay: 1 };
const output: Connection[] = [
  { from: "h", to: "o", parameter: "V" },
  { from: "o", to: "L" },
  { from: "y", to: "L" },
];

/** Holds the wirings of Examples 1 to 3 by what comes back: the hidden units, the output, the final output's loss. */
export const wirings = {
  hidden: { rows, connections: [input, memory, ...output] },
  output: { rows, connections: [input, { from: "o", to: "h", parameter: "W", delay: 1 }, ...output] },
  final: { rows, connections: [input, memory, ...output.map((arrow) => ({ ...arrow, final: true as const }))] },
} satisfies Record<string, Wiring>;
