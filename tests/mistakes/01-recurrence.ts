/** Exercise 1 once more, written another way; see `04-bptt.ts`. */
import { cumsum, dotDivide, matrix, mean } from "mathjs";

type Rows = number[][];
type P = { U: Rows; W: Rows; V: Rows; b: number[]; c: number[]; h0: number[] };

/** Averages of the entries from `first(i)` to `last(i)` for each end that is asked for, from sums since the start. */
function averages(x: number[], ends: number[], width: number, divide = width): number[] {
  const sums = [0];
  for (const v of x) sums.push(sums[sums.length - 1] + v);
  return ends.map((end) => (sums[end] - sums[Math.max(0, end - width)]) / divide);
}
const range = (from: number, to: number, step = 1): number[] => {
  const found: number[] = [];
  for (let i = from; i <= to; i += step) found.push(i);
  return found;
};

type Slope = (t: number, x: number, xd: number) => number;
type Bug =
  | "now"
  | "short"
  | "long"
  | "flat"
  | "no shift"
  | "no feedback"
  | "zero"
  | "dt"
  | "swapped"
  | "late"
  | "first";

/** Steps forward with the delayed values in a queue. */
const delayed =
  (bug?: Bug) =>
  (f: Slope, tau: number, hist: (t: number) => number, dt: number, n: number): number[] => {
    const shift = { short: -1, long: 1 }[bug as string] ?? 0;
    const steps = Math.round(tau / dt) + shift;
    const queue: number[] = [];
    for (let i = -steps; i < 0; i++) {
      let value = hist(i * dt);
      if (bug === "flat") value = hist(0);
      if (bug === "zero") value = 0;
      if (bug === "no shift") value = hist(i * dt + steps * dt);
      queue.push(value);
    }
    let x = hist(0);
    const found = bug === "first" ? [] : [x];
    for (let i = 0; i < n; i++) {
      queue.push(bug === "no feedback" ? hist(i * dt) : x);
      const then = bug === "now" ? x : (queue.shift() as number);
      const t = bug === "late" ? dt * (i + 1) : dt * i;
      const slope = bug === "swapped" ? f(t, then, x) : f(t, x, then);
      x += bug === "dt" ? slope : slope * dt;
      found.push(x);
    }
    return found;
  };

type Table = number[][];
const walk = (delta: Table, s0: number, x: number[]): number[] =>
  x.reduce((path, letter) => path.concat(delta[path[path.length - 1]][letter]), [s0]);
const zeros = (x: number[]): number => x.reduce((total, bit) => total + (bit === 0 ? 1 : 0), 0);

const one = (w: number, u: number, b: number): P => ({
  U: [[u]],
  W: [[w]],
  V: [[-5], [5]],
  b: [b],
  c: [0, 0],
  h0: [-1],
});
/** Three units: two that see the four pairs, and one that is always 1. `z` says which bit changes the state. */
function three(K: number, z: 0 | 1, sign: 1 | -1): P {
  const sees = (threshold: number) => [K, -K, (z === 0 ? 2 : 0) * K - threshold * K];
  return {
    U: [[z === 0 ? -2 * K : 2 * K], [z === 0 ? -2 * K : 2 * K], [0]],
    W: [sees(1), sees(3), [0, 0, 0]],
    V: [
      [-sign, sign, sign],
      [sign, -sign, -sign],
    ],
    b: [0, 0, 40],
    c: [0, 0],
    h0: [-1, -1, 1],
  };
}

/** By question, then by the name of the misconception. */
export const wrong: Record<string, Record<string, unknown>> = {
  "recurrence-window-average": {
    "the sum, not the mean": (x: number[], k: number) => averages(x, range(k, x.length), k, 1),
    "windows that are not full": (x: number[], k: number) =>
      range(1, x.length).map((end) => mean(x.filter((_, i) => i < end && i >= end - k))),
    "the last window is missing": (x: number[], k: number) => averages(x, range(k, x.length - 1), k),
    "windows side by side": (x: number[], k: number) => averages(x, range(k, x.length, k), k),
    "windows of k + 1 entries": (x: number[], k: number) => averages(x, range(k + 1, x.length), k + 1),
  },
  "recurrence-running-average": {
    "every sum made again from the start": (x: number[]) => {
      const found: number[] = [];
      for (let t = 1; t <= x.length; t++) {
        let sum = 0;
        for (let i = 0; i < t; i++) sum += x[i];
        found.push(sum / t);
      }
      return found;
    },
    "sums, not means": (x: number[]) => cumsum(x),
    "divided by T at every step": (x: number[]) => Float64Array.from(cumsum(x) as number[], (sum) => sum / x.length),
    "divided by t + 1": (x: number[]) => {
      let m = 0;
      return x.map((v, i) => {
        m += (v - m) / (i + 2);
        return m;
      });
    },
    "x_t / t added to the last mean": (x: number[]) => {
      let m = 0;
      const found = new Float64Array(x.length);
      for (let t = 1; t <= x.length; t++) found[t - 1] = m += x[t - 1] / t;
      return found;
    },
    "the mean of the last mean and the new entry": (x: number[]) => {
      let m = x[0];
      return x.map((v, i) => {
        if (i > 0) m = 0.5 * m + 0.5 * v;
        return m;
      });
    },
    "only the last mean": (x: number[]) => mean(x),
  },
  "recurrence-receptive-field": {
    "k for each layer": "n k",
    "without the entry one starts from": "n k - n",
    "multiplied by k in each layer": "exp(n * log(k))",
    "one entry more for each layer": "n - 1 + k",
  },
  "recurrence-dilated-field": {
    "all dilations taken as 1": "n k - n + 1",
    "only the last layer": "1 + 2^n (k - 1) / 2",
    "dilations that begin with 2": "2 * (k - 1) * (2^n - 1) + 1",
    "2^n for the sum of the dilations": "2^n k - 2^n + 1",
    "right for k = 2 only": "k * 2^n / 2",
  },
  "recurrence-delay-system": {
    "x(t) in place of x(t - τ)": delayed("now"),
    "the delay is one step too short": delayed("short"),
    "the delay is one step too long": delayed("long"),
    "hist(0) for all the time before 0": delayed("flat"),
    "hist(t) in place of hist(t - τ)": delayed("no shift"),
    "the history is read for ever": delayed("no feedback"),
    "0 before the start": delayed("zero"),
    "dt is missing": delayed("dt"),
    "x(t) and x(t - τ) exchanged": delayed("swapped"),
    "the slope at the end of the step": delayed("late"),
    "the first value left out": delayed("first"),
  },
  "recurrence-automaton-run": {
    "only the last state": (delta: Table, s0: number, x: number[]) => walk(delta, s0, x).pop(),
    "s0 is missing from the list": (delta: Table, s0: number, x: number[]) => {
      let s = s0;
      return x.map((letter) => {
        s = delta[s][letter];
        return s;
      });
    },
    "the state after the last letter is missing": (delta: Table, s0: number, x: number[]) =>
      walk(delta, s0, x.slice(0, -1)),
    "s0 stands in the list twice": (delta: Table, s0: number, x: number[]) => {
      const path = walk(delta, s0, x);
      path.unshift(s0);
      return path;
    },
    "every step begins at s0": (delta: Table, s0: number, x: number[]) => {
      const path = [s0];
      for (const letter of x) path.push(delta[s0][letter]);
      return path;
    },
    "rows and columns of the table exchanged": (delta: Table, s0: number, x: number[]) => {
      const path = new Int32Array(x.length + 1);
      path[0] = s0;
      for (let t = 1; t <= x.length; t++) path[t] = delta[x[t - 1]][path[t - 1]];
      return path;
    },
  },
  "recurrence-even-zeros": {
    "ones are counted": (x: number[]) => x.reduce((isEven, bit) => (bit === 1 ? !isEven : isEven), true),
    "odd numbers are accepted": (x: number[]) => zeros(x) % 2 === 1,
    "the empty string is refused": (x: number[]) => (x.length === 0 ? false : zeros(x) % 2 === 0),
    "zeros at the left do not count": (x: number[]) => {
      const digits = x.join("").replace(/^0+/, "");
      return (digits.split("0").length - 1) % 2 === 0;
    },
    "the state before the last letter decides": (x: number[]) =>
      walk(
        [
          [1, 0],
          [0, 1],
        ],
        0,
        x,
      )[x.length - 1] === 0,
    "only the last letter is looked at": (x: number[]) => !(x.at(-1) === 0),
    "the number of the state in place of yes or no": (x: number[]) =>
      walk(
        [
          [1, 0],
          [0, 1],
        ],
        0,
        x,
      ).pop(),
  },
  "recurrence-parity-network": {
    "odd and even exchanged": () => three(8, 0, -1),
    "ones are counted": () => three(8, 1, 1),
    "a counter, as if the state were linear": () => one(1, -1, 1),
    "one unit": () => one(-3, 7, 0.2),
    "right for short strings only": () => three(0.8, 0, 1),
  },
};

/** Right answers in other forms: second implementations, typed arrays, mathjs matrices, other algebra. */
export const right: Record<string, unknown[]> = {
  "recurrence-window-average": [
    (x: number[], k: number) => Float64Array.from(averages(x, range(k, x.length), k)),
    (x: number[], k: number) => {
      if (x.length < k) return [];
      const found = new Array(x.length - k + 1).fill(0);
      return matrix(found.map((_, i) => mean(x.slice(i, i + k))));
    },
  ],
  "recurrence-running-average": [
    (x: number[]) => {
      let m = 0;
      return Float64Array.from(x, (v, i) => {
        m += (v - m) / (i + 1);
        return m;
      });
    },
    (x: number[]) => dotDivide(matrix(cumsum(x) as number[]), matrix(x.map((_, i) => i + 1))),
  ],
  "recurrence-receptive-field": ["n k - n + 1", "k + (n-1)*(k-1)"],
  "recurrence-dilated-field": ["2^n*(k-1) + 2 - k", "k + (k - 1)(2^n − 2)"],
  "recurrence-delay-system": [
    delayed(),
    (f: Slope, tau: number, hist: (t: number) => number, dt: number, n: number) => {
      const d = Math.round(tau / dt);
      const x = new Float64Array(d + n + 1);
      for (let j = 0; j <= d; j++) x[j] = hist((j - d) * dt);
      for (let j = d; j < d + n; j++) x[j + 1] = x[j] + dt * f((j - d) * dt, x[j], x[j - d]);
      return x.slice(d);
    },
  ],
  "recurrence-automaton-run": [walk, (delta: Table, s0: number, x: number[]) => matrix(walk(delta, s0, x))],
  "recurrence-even-zeros": [
    (x: number[]) =>
      walk(
        [
          [1, 0],
          [0, 1],
        ],
        0,
        x,
      ).pop() === 0,
    (x: number[]) => x.reduce((product, bit) => product * (bit === 0 ? -1 : 1), 1) > 0,
  ],
  "recurrence-parity-network": [
    () => three(8, 0, 1),
    () => {
      const p = three(20, 0, 1);
      return { ...p, U: matrix(p.U), W: p.W.map((row) => Float64Array.from(row)), b: Float64Array.from(p.b) };
    },
  ],
};
