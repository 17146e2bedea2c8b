/** Exercise 2 once more, written another way; see `04-bptt.ts`. */
import { add, exp, map, matrix, multiply, sum, tanh, transpose } from "mathjs";

type Rows = number[][];
type P = { U: Rows; W: Rows; V: Rows; b: number[]; c: number[]; h0: number[] };

type Step = (s: unknown, x: unknown) => unknown;

/** All names that a recursion meets on its way back from a node. */
function met(t: number, node: string): Set<string> {
  const found = new Set<string>();
  const visit = (time: number) => {
    if (time === 0) found.add("h0");
    else {
      found.add(`x${time}`);
      visit(time - 1);
    }
  };
  visit(t);
  if (node === "L") found.add(`y${t}`);
  return found;
}
const without = (names: Set<string>, name: string): string[] => [...names].filter((one) => one !== name);

type Bug =
  | "zeros"
  | "no h0"
  | "tanh o"
  | "no softmax"
  | "exp"
  | "W"
  | "no W"
  | "from h0"
  | "no b"
  | "no c"
  | "linear"
  | "logistic"
  | "old";

/** Example 1 with index loops and typed arrays. */
const forward = (bug?: Bug) => (p: P, X: Rows) => {
  const [T, m, q] = [X.length, p.h0.length, p.c.length];
  const rows = (count: number, size: number) => Array.from({ length: count }, () => new Float64Array(size));
  const [a, h, yhat] = [rows(T, m), rows(T + 1, m), rows(T, q)];
  if (bug !== "zeros") h[0].set(p.h0);
  for (let t = 1; t <= T; t++) {
    const last = bug === "from h0" ? h[0] : h[t - 1];
    for (let i = 0; i < m; i++) {
      let total = bug === "no b" ? 0 : p.b[i];
      for (let j = 0; j < X[0].length; j++) total += X[t - 1][j] * p.U[i][j];
      for (let j = 0; j < m && bug !== "no W"; j++) total += last[j] * (bug === "W" ? p.W[j][i] : p.W[i][j]);
      a[t - 1][i] = total;
      h[t][i] = 1 - 2 / (1 + Math.exp(2 * total));
      if (bug === "linear") h[t][i] = total;
      if (bug === "logistic") h[t][i] = Math.exp(total) / (Math.exp(total) + 1);
    }
    let Z = 0;
    for (let k = 0; k < q; k++) {
      let o = bug === "no c" ? 0 : p.c[k];
      for (let j = 0; j < m; j++) o += p.V[k][j] * h[bug === "old" ? t - 1 : t][j];
      if (bug === "tanh o") o = Math.tanh(o);
      yhat[t - 1][k] = bug === "no softmax" ? o : Math.exp(o);
      Z += Math.exp(o);
    }
    if (bug !== "no softmax" && bug !== "exp") for (let k = 0; k < q; k++) yhat[t - 1][k] /= Z;
  }
  return { a, h: bug === "no h0" ? h.slice(1) : h, yhat };
};

/** ln of the softmax's denominator, from its two largest parts on: ln(e^a + e^b) = a + ln(1 + e^(b - a)) for a >= b. */
const logOfSum = (o: number[]): number =>
  [...o].sort((a, b) => a - b).reduce((total, x) => x + Math.log1p(Math.exp(total - x)));
const probabilities = (o: number[]): number[] => o.map((x) => Math.exp(x - logOfSum(o)));

/** By question, then by the name of the misconception. */
export const wrong: Record<string, Record<string, unknown>> = {
  "unrolling-scan": {
    "an input beyond the end": (f: Step, s0: unknown, xs: unknown[]) =>
      [s0, ...xs].reduce<unknown[]>((all, _, i) => (i === 0 ? all : all.concat([f(all[i - 1], xs[i])])), [s0]),
    "s0 is missing from the list": (f: Step, s0: unknown, xs: unknown[]) => {
      let s = s0;
      return xs.map((x) => {
        s = f(s, x);
        return s;
      });
    },
    "s0 stands in the list twice": (f: Step, s0: unknown, xs: unknown[]) =>
      xs.reduce<unknown[]>((all, x) => all.concat([f(all[all.length - 1], x)]), [s0, s0]),
    "the state after the last input is missing": (f: Step, s0: unknown, xs: unknown[]) => {
      let s = s0;
      return xs.map((x) => {
        const before = s;
        s = f(s, x);
        return before;
      });
    },
    "only the last state": (f: Step, s0: unknown, xs: unknown[]) => xs.reduce(f, s0),
    "every step begins at s0": (f: Step, s0: unknown, xs: unknown[]) => {
      const all = [s0];
      for (let i = 0; i < xs.length; i++) all[i + 1] = f(s0, xs[i]);
      return all;
    },
    "the arguments of f exchanged": (f: Step, s0: unknown, xs: unknown[]) => {
      const all = [s0];
      for (let i = 0; i < xs.length; i++) all[i + 1] = f(xs[i], all[i]);
      return all;
    },
  },
  "unrolling-depends-on": {
    "only the input of the same step": (t: number, node: string) => (node === "L" ? [`y_${t}`, `x_${t}`] : [`x_${t}`]),
    "h_0 is forgotten": (t: number, node: string) => without(met(t, node), "h0"),
    "the step before, in place of what is given": (t: number, node: string) =>
      new Set([node === "L" ? `y${t}` : `x${t}`, `x${t}`, `h${t - 1}`]),
    "h_0 and the last input only": (t: number, node: string) =>
      [...met(t, node)].filter((name) => !name.startsWith("x") || name === `x${t}`),
    "the input of the same step is missing": (t: number, node: string) => without(met(t, node), `x${t}`),
    "inputs counted from 0": (t: number, node: string) => [...without(met(t, node), `x${t}`), "x0"],
    "one input of the future": (t: number, node: string) => met(t, node).add(`x${t + 1}`),
    "the targets of all steps": (t: number, node: string) => {
      const names = met(t, node);
      for (let i = 1; i < t && node === "L"; i++) names.add(`y${i}`);
      return names;
    },
    "no target in the loss": (t: number) => met(t, "h"),
  },
  "unrolling-parameter-count": {
    "m numbers too many": "m (n + m + 2 + q) + q",
    "multiplied by T": "T m (n + m + 1 + q) + T q",
    "no biases": "m * (n + m + q)",
    "c is forgotten": "m (n + 1 + m + q)",
    "b is forgotten": "m (n + m + q) + q",
    "W is forgotten": "m (n + 1) + q (m + 1)",
    "V is forgotten": "m (n + m + 1) + q",
    "W with the shape of U": "m n + n m + m + q (m + 1)",
  },
  "unrolling-forward": {
    "the state begins with zeros": forward("zeros"),
    "h_0 is missing from the list of states": forward("no h0"),
    "tanh applied to o as well": forward("tanh o"),
    "o in place of ŷ: no softmax": forward("no softmax"),
    "e^o without the division": forward("exp"),
    "W transposed": forward("W"),
    "no W h_{t-1}": forward("no W"),
    "every step begun from h_0": forward("from h0"),
    "b is missing": forward("no b"),
    "c is missing": forward("no c"),
    "no tanh": forward("linear"),
    "the logistic function in place of tanh": forward("logistic"),
    "the output made from the state before": forward("old"),
    "U and W exchanged": (p: P, X: Rows) => forward()({ ...p, U: p.W, W: p.U }, X),
  },
  "unrolling-cross-entropy": {
    "o taken as probabilities": (o: number[], y: number) => -Math.log(o[y]),
    "the logarithm of a probability that was rounded to 0": (o: number[], y: number) => {
      const e = o.map((x) => Math.exp(x - Math.max.apply(null, o)));
      return -Math.log(e[y] / e.reduce((a, b) => a + b));
    },
    "an exponential that is too large": (o: number[], y: number) => Math.log(sum(o.map((x) => Math.exp(x)))) - o[y],
    "the sign": (o: number[], y: number) => o[y] - logOfSum(o),
    "the logarithm to base 2": (o: number[], y: number) => (logOfSum(o) - o[y]) * Math.LOG2E,
    "classes counted from 1": (o: number[], y: number) => logOfSum(o) - o[y - 1],
    "the probability, not its logarithm": (o: number[], y: number) => Math.exp(o[y] - logOfSum(o)),
    "1 - ŷ_y": (o: number[], y: number) => 1 - probabilities(o)[y],
    "the mean over the classes": (o: number[], y: number) => (logOfSum(o) - o[y]) / o.length,
    "only -o_y": (o: number[], y: number) => 0 - o[y],
    "only ln Z": (o: number[]) => logOfSum(o),
    "softmax applied twice": (o: number[], y: number) => logOfSum(probabilities(o)) - probabilities(o)[y],
    "the largest entry subtracted in one place only": (o: number[], y: number) => {
      const M = [...o].sort((a, b) => b - a)[0];
      return Math.log(o.map((x) => Math.exp(x - M)).reduce((a, b) => a + b)) - o[y];
    },
  },
};

/** Right answers in other forms: second implementations, typed arrays, mathjs matrices, other algebra. */
export const right: Record<string, unknown[]> = {
  "unrolling-scan": [
    (f: Step, s0: unknown, xs: unknown[]) => xs.reduce<unknown[]>((all, x) => all.concat([f(all.at(-1), x)]), [s0]),
  ],
  "unrolling-depends-on": [
    met,
    (t: number, node: string) => {
      const names = ["h_0"];
      for (let i = 1; i <= t; i++) names.unshift(`x_${i}`);
      if (node === "L") names.unshift(`y_${t}`);
      return names;
    },
  ],
  "unrolling-parameter-count": ["m (n + m + 1) + q (m + 1)", "(1 + m + n)·m + q·(1 + m) + 0 T"],
  "unrolling-forward": [
    forward(),
    (p: P, X: Rows) => {
      let h = matrix(p.h0);
      const found = { a: [] as unknown[], h: [h] as unknown[], yhat: [] as unknown[] };
      for (const x of X) {
        const a = add(multiply(matrix(p.U), matrix(x)), add(matrix(p.b), multiply(matrix(p.W), h)));
        h = map(a, (v) => tanh(v)) as typeof h;
        // A row times the transpose is the matrix times the column.
        const e = map(add(multiply(h, transpose(matrix(p.V))), matrix(p.c)), (v) => exp(v));
        found.a.push(a);
        found.h.push(h);
        found.yhat.push(map(e, (v) => (v as number) / (sum(e) as number)));
      }
      return found;
    },
  ],
  "unrolling-cross-entropy": [
    (o: number[], y: number) => logOfSum(o) - o[y],
    (o: number[], y: number) => Math.max(...o) - o[y] + Math.log(sum(o.map((x) => Math.exp(x - Math.max(...o))))),
  ],
};
