/** Exercise 1, recurrence: windows and states, a delayed system, an automaton and its network (slides 3 to 6). */
import type { Exercise, ExpressionQuestion, FunctionQuestion, OutcomeQuestion } from "../grader/question";
import { list, uniform, vector, whole } from "./parts/draw";
import { carrying, mistake, told, watched } from "./parts/mistake";

type Vec = number[];
type Mat = number[][];
type Param = { U: Mat; W: Mat; V: Mat; b: Vec; c: Vec; h0: Vec };

const mean = (x: Vec): number => x.reduce((sum, v) => sum + v, 0) / x.length;

// 1.1

type Window = (x: Vec, k: number) => Vec;

/** What `of` gives for each whole window of `width` entries, the next one `step` entries later. */
const windows = (x: Vec, width: number, of: (window: Vec) => number, step = 1): Vec => {
  const found: Vec = [];
  for (let end = width; end <= x.length; end += step) found.push(of(x.slice(end - width, end)));
  return found;
};

const windowAverage: FunctionQuestion = {
  kind: "function",
  id: "recurrence-window-average",
  number: "1.1a",
  points: 1,
  name: "windowAverage",
  parameters: ["x", "k"],
  tolerance: 1e-6,
  cases: (random) => [
    [[1, 3], 2],
    [vector(random, 4, 9), 2],
    [vector(random, whole(random, 6, 8), 9), whole(random, 3, 4)],
    [vector(random, 2, 9), 4],
  ],
  reference: ((x, k) => windows(x, k, mean)) as Window,
  hints: [
    "Count the windows first: k neighbours fit into T entries in T - k + 1 places, and into fewer than k entries in none.",
    "The usual mistakes: a window that is not full yet, the last window forgotten, a sum in place of a mean, steps of k in place of 1.",
    "The window that ends at step t has the mean (x_{t-k+1} + ... + x_t) / k, for t = k, ..., T. In code, with i = t - 1: the entries from x[i - k + 1] to x[i].",
  ],
  misconceptions: [
    mistake<Window>("the sum, not the mean", "Divide each sum by the width k of the window.", (x, k) =>
      windows(x, k, (window) => mean(window) * k),
    ),
    mistake<Window>(
      "windows that are not full",
      "Before step k the window is not full yet and gives nothing: the first value belongs to t = k. This is what fixed windows are like.",
      (x, k) => x.map((_, i) => mean(x.slice(Math.max(0, i - k + 1), i + 1))),
    ),
    mistake<Window>(
      "the last window is missing",
      "The last window ends at the last entry: there are T - k + 1 windows, not T - k. Look at the `<` or `<=` of your loop.",
      (x, k) => windows(x, k, mean).slice(0, -1),
    ),
    mistake<Window>(
      "windows side by side",
      "The window moves by one entry at a time, so that neighbouring windows share k - 1 entries.",
      (x, k) => windows(x, k, mean, k),
    ),
    mistake<Window>(
      "windows of k + 1 entries",
      "From x[i - k] to x[i] there are k + 1 entries: begin at x[i - k + 1].",
      (x, k) => windows(x, k + 1, mean),
    ),
  ],
};

type Running = (x: Vec) => Vec | number;

const runningAverage: FunctionQuestion = {
  kind: "function",
  id: "recurrence-running-average",
  number: "1.1b",
  points: 2,
  name: "runningAverage",
  parameters: ["x"],
  tolerance: 1e-6,
  cases: (random) => [
    [[4]],
    [[2, 4]],
    [vector(random, whole(random, 4, 6), 9)],
    // Long enough for the difference between T and T^2 to be seen.
    [vector(random, 16, 9)],
  ],
  reference: ((x) => {
    let sum = 0;
    return x.map((v, i) => {
      sum += v;
      return sum / (i + 1);
    });
  }) as Running,
  hints: [
    "There is one value for each entry, and the first is x_1 itself. A value may use the entries up to its own, and none later.",
    "One number has to be carried from step to step. Which one? From it, from x_t and from t alone the next value must follow.",
    "With m_0 = 0: m_t = m_{t-1} + (x_t - m_{t-1}) / t. Or carry the sum, s_t = s_{t-1} + x_t, and give s_t / t. In code t is `i + 1`.",
  ],
  misconceptions: [
    watched(
      "every sum made again from the start",
      "Your code reads about T²/2 entries. A state spares that: it is one number, which one? Read each entry once.",
      (answer: (x: number[]) => unknown, x: number[]) => {
        let reads = 0;
        // Getters, not a Proxy: an answer may clone its argument, which a Proxy does not let it.
        const counted: number[] = [];
        for (const [i, entry] of x.entries()) {
          const get = () => {
            reads++;
            return entry;
          };
          Object.defineProperty(counted, i, { get, enumerable: true, configurable: true });
        }
        answer(counted);
        return x.length >= 12 && reads > 4 * x.length;
      },
    ),
    mistake<Running>("sums, not means", "Divide the sum of the first t entries by t.", (x) =>
      x.map((_, i) => mean(x.slice(0, i + 1)) * (i + 1)),
    ),
    mistake<Running>(
      "divided by T at every step",
      "At step t only t entries have come: divide by t. In a stream nobody knows T.",
      (x) => x.map((_, i) => (mean(x.slice(0, i + 1)) * (i + 1)) / x.length),
    ),
    mistake<Running>(
      "divided by t + 1",
      "The initial state is not an entry: after the first entry divide by 1, so that the first value is x_1.",
      (x) => x.map((_, i) => (mean(x.slice(0, i + 1)) * (i + 1)) / (i + 2)),
    ),
    mistake<Running>(
      "x_t / t added to the last mean",
      "The last mean is one of t - 1 entries: its sum is (t - 1) m_{t-1}. Add x_t to that sum, and only then divide by t.",
      (x) => x.map((_, i) => x.slice(0, i + 1).reduce((sum, v, j) => sum + v / (j + 1), 0)),
    ),
    mistake<Running>(
      "the mean of the last mean and the new entry",
      "(m_{t-1} + x_t) / 2 gives the new entry as much weight as all before it together. Its weight is 1/t.",
      (x) => {
        const found = [x[0]];
        for (const v of x.slice(1)) found.push((found[found.length - 1] + v) / 2);
        return found;
      },
    ),
    mistake<Running>(
      "only the last mean",
      "There is a mean after every step: return the list of all of them, T numbers.",
      mean,
    ),
    told(
      "T is needed in advance",
      "Could a stream call your code, which never says how long it is? A state is all that is kept, so T is not needed.",
    ),
  ],
};

// 1.2

const receptiveField: ExpressionQuestion = {
  kind: "expression",
  id: "recurrence-receptive-field",
  number: "1.2a",
  points: 1,
  name: "receptiveField",
  parameters: ["k", "n"],
  tolerance: 1e-6,
  cases: (random) => [
    [2, 1],
    [3, 2],
    [whole(random, 4, 6), whole(random, 3, 5)],
  ],
  reference: "1 + n * (k - 1)",
  hints: [
    "With one layer the answer is k. Draw k = 3 and n = 2: one output on top, 3 values below it, and then?",
    "Neighbouring values see windows that overlap: of three neighbours with 3 entries each, together there are 5, not 9.",
    "Each layer adds k - 1 entries to what one value sees: 1 with no layer, k with one, k + (k - 1) with two, 1 + n (k - 1) with n.",
  ],
  misconceptions: [
    mistake("k for each layer", "The windows overlap: a further layer adds k - 1 entries, not k.", "k * n"),
    mistake(
      "without the entry one starts from",
      "With no layer at all a value sees itself: begin from 1.",
      "n * (k - 1)",
    ),
    mistake(
      "multiplied by k in each layer",
      "k neighbouring values do not see k separate windows: theirs overlap, each moved by one entry only.",
      "k^n",
    ),
    mistake("one entry more for each layer", "A further layer reaches k - 1 entries further, not 1.", "k + n - 1"),
  ],
};

const dilatedField: ExpressionQuestion = {
  kind: "expression",
  id: "recurrence-dilated-field",
  number: "1.2b",
  points: 2,
  name: "dilatedField",
  parameters: ["k", "n"],
  tolerance: 1e-6,
  cases: (random) => [
    [2, 1],
    [3, 2],
    [whole(random, 4, 6), whole(random, 3, 5)],
  ],
  reference: "1 + (k - 1) * (2^n - 1)",
  hints: [
    "With one layer the dilation is 1 and the answer is k, as before. For k = 3 and n = 2 the answer is 7: 1 + 2 · 1 + 2 · 2.",
    "Each layer adds (k - 1) times its own dilation. Then a sum over the layers is left: which one?",
    "1 + Σ_{l=1}^{n} (k - 1) 2^{l-1}, and 1 + 2 + 4 + ... + 2^{n-1} = 2^n - 1.",
  ],
  misconceptions: [
    mistake(
      "all dilations taken as 1",
      "In layer l the neighbours are 2^{l-1} entries apart: that layer adds (k - 1) 2^{l-1}.",
      "1 + n * (k - 1)",
    ),
    mistake(
      "only the last layer",
      "Every layer adds its part, (k - 1) times its dilation: sum them from 1 to n.",
      "1 + (k - 1) * 2^(n - 1)",
    ),
    mistake(
      "dilations that begin with 2",
      "The first layer has the dilation 1, the last one 2^{n-1}: their sum is 2^n - 1.",
      "1 + (k - 1) * (2^(n + 1) - 2)",
    ),
    mistake(
      "2^n for the sum of the dilations",
      "1 + 2 + 4 + ... + 2^{n-1} is one less than 2^n: try n = 1.",
      "1 + (k - 1) * 2^n",
    ),
    mistake(
      "right for k = 2 only",
      "k 2^{n-1} is the doubling that one sees with k = 2. For another k: 1 + Σ (k - 1) times the dilation.",
      "k * 2^(n - 1)",
    ),
  ],
};

// 1.3

type Slope = (t: number, x: number, xd: number) => number;
type Delayed = (f: Slope, tau: number, hist: (t: number) => number, dt: number, n: number) => Vec;

/** Euler's method, its three choices left open: what is read at index j - d, the step, and the slope. */
type Scheme = {
  /** The delayed value at the time j dt; j is negative before 0. */
  past(x: Vec, hist: (t: number) => number, j: number, i: number, dt: number): number;
  /** How many steps lie between now and then. */
  delay(d: number): number;
  next(f: Slope, t: number, x: number, xd: number, dt: number): number;
};
const euler: Scheme = {
  past: (x, hist, j, _, dt) => (j < 0 ? hist(j * dt) : x[j]),
  delay: (d) => d,
  next: (f, t, x, xd, dt) => x + dt * f(t, x, xd),
};
const solve =
  (scheme: Scheme): Delayed =>
  (f, tau, hist, dt, n) => {
    const d = scheme.delay(Math.round(tau / dt));
    const x = [hist(0)];
    for (let i = 0; i < n; i++) x.push(scheme.next(f, i * dt, x[i], scheme.past(x, hist, i - d, i, dt), dt));
    return x;
  };

const dde: FunctionQuestion = {
  kind: "function",
  id: "recurrence-delay-system",
  number: "1.3",
  points: 4,
  name: "dde",
  parameters: ["f", "tau", "hist", "dt", "n"],
  tolerance: 1e-6,
  // Steps that are powers of 1/2, so that no rounding error decides on which side of 0 a time lies.
  cases: (random) => [
    [{ js: "(t, x, xd) => -xd" }, 1, { js: "(t) => 1 + t" }, 0.5, 1],
    [{ js: "(t, x, xd) => -xd" }, 1, { js: "(t) => 1 + t" }, 0.5, 4],
    [{ js: "(t, x, xd) => t - 0.5 * x + xd" }, 0.75, { js: "(t) => 2 - t" }, 0.25, 7],
    [
      { js: `(t, x, xd) => ${uniform(random, 0.5)} * x - ${whole(random, 1, 2)} * xd + Math.cos(t)` },
      whole(random, 3, 5) / 4,
      { js: `(t) => ${whole(random, 1, 3)} + Math.sin(3 * t)` },
      0.25,
      whole(random, 8, 10),
    ],
  ],
  reference: solve(euler),
  hints: [
    "At the first step, t = 0, the delayed value is the one at the time -τ: it comes from `hist`. The list has n + 1 values, and the first is hist(0).",
    "The usual mistakes: x(t) where x(t - τ) is wanted, an index that is off by one, and a history that is read at the wrong time.",
    "With d = τ/dt steps of delay: x_d = hist((i - d) dt) if i < d, else x[i - d]; then x[i + 1] = x[i] + dt f(i dt, x[i], x_d), for i = 0, ..., n - 1.",
  ],
  misconceptions: [
    mistake<Delayed>(
      "x(t) in place of x(t - τ)",
      "The third argument of f is the value of long ago. Without the delay, x' = -x decays for every τ: nothing would ever oscillate.",
      solve({ ...euler, delay: () => 0 }),
    ),
    mistake<Delayed>(
      "the delay is one step too short",
      "At t = 0 you must read hist(-τ), and at step i the entry i - d: look at the index again.",
      solve({ ...euler, delay: (d) => d - 1 }),
    ),
    mistake<Delayed>(
      "the delay is one step too long",
      "At t = 0 you must read hist(-τ), not hist(-τ - dt); later the entry is i - d, not i - d - 1.",
      solve({ ...euler, delay: (d) => d + 1 }),
    ),
    mistake<Delayed>(
      "hist(0) for all the time before 0",
      "The history is a function of time: at step i < d it is read at (i - d) dt, which is negative.",
      solve({ ...euler, past: (x, _, j) => x[Math.max(0, j)] }),
    ),
    mistake<Delayed>(
      "hist(t) in place of hist(t - τ)",
      "What f wants is the value at t - τ: read the history there, at (i - d) dt.",
      solve({ ...euler, past: (x, hist, j, i, dt) => (j < 0 ? hist(i * dt) : x[j]) }),
    ),
    mistake<Delayed>(
      "the history is read for ever",
      "From t = τ on, t - τ is not before 0 any more: the delayed value is one that you have computed, x[i - d]. This is the feedback.",
      solve({ ...euler, past: (_, hist, j, __, dt) => hist(j * dt) }),
    ),
    mistake<Delayed>(
      "0 before the start",
      "Before t = 0 the system was not at 0 but at hist(t): use it where i < d.",
      solve({ ...euler, past: (x, _, j) => (j < 0 ? 0 : x[j]) }),
    ),
    mistake<Delayed>(
      "dt is missing",
      "f is a slope, x per unit of time: in one step x moves by dt times f.",
      solve({ ...euler, next: (f, t, x, xd) => x + f(t, x, xd) }),
    ),
    mistake<Delayed>(
      "x(t) and x(t - τ) exchanged",
      "The arguments of f are t, then x(t), then x(t - τ), in this order.",
      solve({ ...euler, next: (f, t, x, xd, dt) => x + dt * f(t, xd, x) }),
    ),
    mistake<Delayed>(
      "the slope at the end of the step",
      "Euler's step uses the slope at its beginning: the time in f is i dt, not (i + 1) dt.",
      solve({ ...euler, next: (f, t, x, xd, dt) => x + dt * f(t + dt, x, xd) }),
    ),
    mistake<Delayed>(
      "the first value left out",
      "The list begins with x(0) = hist(0): n steps give n + 1 values.",
      (f, tau, hist, dt, n) => solve(euler)(f, tau, hist, dt, n).slice(1),
    ),
    told(
      "a number of steps that is not whole",
      "In the computer 0.3 / 0.1 is 2.9999999999999996: take `Math.round(tau / dt)` for the number of steps of delay.",
    ),
  ],
};

// 1.4

type Run = (delta: Mat, s0: number, x: Vec) => Vec | number;
const states = (delta: Mat, s0: number, x: Vec): Vec => {
  const s = [s0];
  for (const [i, letter] of x.entries()) s.push(delta[s[i]][letter]);
  return s;
};

const fsmRun: FunctionQuestion = {
  kind: "function",
  id: "recurrence-automaton-run",
  number: "1.4a",
  points: 2,
  name: "fsmRun",
  parameters: ["delta", "s0", "x"],
  tolerance: 1e-6,
  cases: (random) => {
    // As many letters as states, so that a table read the wrong way round gives states too.
    const shift = whole(random, 0, 2);
    const table = list(3, (s) => list(3, (x) => (2 * s + x + shift) % 3));
    const small = [
      [1, 0],
      [0, 0],
    ];
    const three = [
      [1, 2, 0],
      [0, 1, 2],
      [2, 0, 1],
    ];
    return [
      [small, 0, []],
      [small, 1, [0]],
      [three, 1, [0, 1, 2, 0, 0]],
      [table, whole(random, 0, 2), list(whole(random, 6, 9), () => whole(random, 0, 2))],
    ];
  },
  reference: states as Run,
  hints: [
    "Before any letter is read the automaton is in s0, so the list begins with s0. With no letter it is [s0]; with T letters it has T + 1 states.",
    "The state is fed back: the row of the table is the state of one step before, and not s0 or the letter.",
    "s_t = delta[s_{t-1}][x_t] for t = 1, ..., T. In code: push `delta[s][letter]` and go on from it.",
  ],
  misconceptions: [
    mistake<Run>(
      "only the last state",
      "The answer is the list of all states that the automaton went through, from s0 on.",
      (delta, s0, x) => states(delta, s0, x)[x.length],
    ),
    mistake<Run>(
      "s0 is missing from the list",
      "The state before the first letter counts too: T letters, T + 1 states.",
      (delta, s0, x) => states(delta, s0, x).slice(1),
    ),
    mistake<Run>(
      "the state after the last letter is missing",
      "Push the state after each letter, the last one too: T letters, T + 1 states.",
      (delta, s0, x) => states(delta, s0, x).slice(0, Math.max(x.length, 1)),
    ),
    mistake<Run>(
      "s0 stands in the list twice",
      "After the first letter the automaton is in delta[s0][x_1]; s0 is pushed once, before it.",
      (delta, s0, x) => [s0, ...states(delta, s0, x)],
    ),
    mistake<Run>(
      "every step begins at s0",
      "The next step begins where the last one ended: the row of the table is the last state, not s0.",
      (delta, s0, x) => [s0, ...x.map((letter) => delta[s0][letter])],
    ),
    mistake<Run>(
      "rows and columns of the table exchanged",
      "The row is the state, the column the letter: `delta[s][letter]`.",
      (delta, s0, x) =>
        states(
          delta[0].map((_, j) => delta.map((row) => row[j])),
          s0,
          x,
        ),
    ),
  ],
};

type Accepts = (x: Vec) => boolean | number;
const count = (x: Vec, letter: number): number => x.filter((v) => v === letter).length;
const isEven = (n: number): boolean => n % 2 === 0;

const acceptsEvenZeros: FunctionQuestion = {
  kind: "function",
  id: "recurrence-even-zeros",
  number: "1.4b",
  points: 2,
  name: "acceptsEvenZeros",
  parameters: ["x"],
  tolerance: 1e-6,
  cases: (random) => [
    [[]],
    [[0]],
    [[1]],
    [[1, 1]],
    [[0, 0]],
    [[0, 1, 0, 1]],
    [[0, 0, 1, 0]],
    [[1, 0, 0, 1, 0, 0]],
    [list(whole(random, 7, 12), () => whole(random, 0, 1))],
  ],
  reference: ((x) => isEven(count(x, 0))) as Accepts,
  hints: [
    "The empty string has no zero at all, and 0 is an even number: it is accepted. A 1 changes nothing.",
    "Two states are enough: S1, an even number of zeros until now, and S2, an odd one. Which of them accepts, and which letter changes them?",
    "The table is [[1, 0], [0, 1]], with S1 as state 0: `delta[s][0]` is the other state, `delta[s][1]` the same. Accept if the last state is 0.",
  ],
  misconceptions: [
    mistake<Accepts>(
      "ones are counted",
      "The zeros are counted: the letter 0 changes the state and the letter 1 does not.",
      (x) => isEven(count(x, 1)),
    ),
    mistake<Accepts>(
      "odd numbers are accepted",
      "The accepting state is the one in which the run begins: 0 zeros are an even number of zeros.",
      (x) => !isEven(count(x, 0)),
    ),
    mistake<Accepts>(
      "the empty string is refused",
      "The string without letters has zero 0s. Is zero even?",
      (x) => x.length > 0 && isEven(count(x, 0)),
    ),
    mistake<Accepts>(
      "zeros at the left do not count",
      "The string is a list of letters here, not the number that it stands for: each 0 counts, wherever it is.",
      (x) => isEven(count(x.slice(x.indexOf(1) < 0 ? x.length : x.indexOf(1)), 0)),
    ),
    mistake<Accepts>(
      "the state before the last letter decides",
      "The run has one state more than there are letters: the last is `run[x.length]`.",
      (x) => x.length > 0 && isEven(count(x.slice(0, -1), 0)),
    ),
    mistake<Accepts>(
      "only the last letter is looked at",
      "The answer depends on all letters: it is the state at the end that decides, and not the last letter.",
      (x) => x[x.length - 1] !== 0,
    ),
    mistake<Accepts>(
      "the number of the state in place of yes or no",
      "Say whether that state accepts: compare it, as in `s === 0`, which is `true` or `false`.",
      (x) => count(x, 0) % 2,
    ),
  ],
};

// 1.5

/** The class after each prefix of a string, 0 for even; without a tanh, `states` are the sums themselves. Travels as text. */
function runParity(p: Param, bits: number[], isLinear = false): { classes: number[]; states: number[][] } {
  let h = p.h0;
  const classes: number[] = [];
  const states: number[][] = [];
  for (let t = 0; t <= bits.length; t++) {
    if (t > 0) {
      const last = h;
      const a = p.W.map((row, i) => row.reduce((sum, w, j) => sum + w * last[j], p.b[i] + p.U[i][0] * bits[t - 1]));
      h = isLinear ? a : a.map((v) => Math.tanh(v));
    }
    const [even, odd] = p.V.map((row, k) => row.reduce((sum, v, j) => sum + v * h[j], p.c[k]));
    classes.push(even - odd > 1e-6 ? 0 : odd - even > 1e-6 ? 1 : 2);
    states.push(h);
  }
  return { classes, states };
}
type RunParity = typeof runParity;

/** What is wrong with the shapes of the parameters, in a sentence, or nothing. Travels as text. */
function shapeFault(p: Param): string | undefined {
  const isVector = (v: unknown, size: number) =>
    Array.isArray(v) && v.length === size && v.every((x) => typeof x === "number" && Number.isFinite(x));
  const isMatrix = (M: unknown, rows: number, columns: number) =>
    Array.isArray(M) && M.length === rows && M.every((row) => isVector(row, columns));
  if (typeof p !== "object" || p === null)
    return "The answer is a record with U, W, V, b, c and h0: is there a `return`?";
  const m = Array.isArray(p.h0) ? p.h0.length : 0;
  if (m === 0 || m > 64) return "`h0` is the list of the m numbers of the state at the start; m is 1 to 64.";
  const shapes: [string, boolean][] = [
    [`\`U\` must have the shape ${m} x 1: a row of one number for each unit.`, isMatrix(p.U, m, 1)],
    [`\`W\` must have the shape ${m} x ${m}.`, isMatrix(p.W, m, m)],
    [`\`V\` must have the shape 2 x ${m}: a row for "even", then a row for "odd".`, isMatrix(p.V, 2, m)],
    [`\`b\` must be a list of ${m} numbers.`, isVector(p.b, m)],
    ["`c` must be a list of 2 numbers.", isVector(p.c, 2)],
    ["`h0` must have only numbers that are finite.", isVector(p.h0, m)],
  ];
  const wrong = shapes.find(([, isRight]) => !isRight);
  return wrong && `h0 has ${m} entries, so ${wrong[0]}`;
}
type ShapeFault = typeof shapeFault;

type Look = (run: RunParity, p: Param, bits: number[], parity: number[]) => boolean;

/** Looks at a wrong network's run on a string of its own; one without the right shapes is not run. */
const network = (look: Look) =>
  carrying(
    [shapeFault, runParity, look],
    (shapeFault: ShapeFault, run: RunParity, look: Look, answer: () => Param): boolean => {
      const p = answer();
      if (shapeFault(p) !== undefined) return false;
      const bits = Array.from("0110100010111001010011000111010110", Number);
      const parity = [0];
      for (const bit of bits) parity.push((parity[parity.length - 1] + 1 - bit) % 2);
      const isRight = run(p, bits).classes.every((found, t) => found === parity[t]);
      return !isRight && look(run, p, bits, parity);
    },
  );

const saturated = 12;
/** h_1 is "state or zero", h_2 is "state and zero", each nearly -1 or 1: their difference is the new state. */
const orAnd = (): Param => ({
  U: [[-saturated], [-saturated]],
  W: [
    [saturated / 2, -saturated / 2],
    [saturated / 2, -saturated / 2],
  ],
  b: [saturated / 2, -saturated / 2],
  h0: [-1, -1],
  V: [
    [-1, 1],
    [1, -1],
  ],
  c: [1, -1],
});

const parityRnn: OutcomeQuestion = {
  kind: "outcome",
  id: "recurrence-parity-network",
  number: "1.5",
  points: 6,
  name: "parityRnn",
  parameters: ["bits"],
  tolerance: 1e-6,
  cases: (random) => [
    [[]],
    [[1]],
    [[0]],
    [[0, 0]],
    [[0, 1, 0, 0]],
    [list(20, () => whole(random, 0, 1))],
    [list(300, () => whole(random, 0, 1))],
    [list(300, () => 0)],
  ],
  ask: (answer: () => Param) => answer(),
  judge: carrying([shapeFault, runParity], (shapeFault: ShapeFault, run: RunParity, p: Param, bits: number[]) => {
    const fault = shapeFault(p);
    if (fault !== undefined) return fault;
    let zeros = 0;
    for (const [t, found] of run(p, bits).classes.entries()) {
      if (t > 0) zeros += 1 - bits[t - 1];
      if (found === zeros % 2) continue;
      const says = ["even", "odd", "neither, since its two outputs are equal"][found];
      if (t === 0) return `Before the first bit there are 0 zeros, which is even; the network says ${says}.`;
      const read = `${t > 12 ? "... " : ""}${bits.slice(0, t).slice(-12).join(" ")}`;
      return `After the bits ${read} the number of zeros is ${zeros}; the network says ${says}.`;
    }
    return undefined;
  }) as OutcomeQuestion["judge"],
  reference: orAnd,
  hints: [
    "Take two units that are nearly -1 or 1 at every step, and find which of the four pairs (last state, bit) goes wrong. A network that is right for all four, with units that stay near -1 and 1, is right for every length.",
    'The new state is the exclusive or of the old state and "the bit is 0". One unit, which is one straight line, cannot make it; two units and the read-out of the next step can.',
    'With s = (h_1 - h_2) / 2 and z = 1 - x, let h_1 = tanh(K (s + z - 1/2)), an "or", and h_2 = tanh(K (s + z - 3/2)), an "and". With K = 12, say, s is again nearly 0 or 1, and it is the exclusive or.',
  ],
  misconceptions: [
    watched(
      "odd and even exchanged",
      "Your network counts the zeros well, but says the contrary: exchange the rows of V (and of c), or start from the other state h0.",
      network((run, p, bits, parity) => run(p, bits).classes.every((found, t) => found === 1 - parity[t])),
    ),
    watched(
      "ones are counted",
      "Your network tells whether the number of 1s is even. What has to change the state is the bit 0, so put 1 - x where x is.",
      network((run, p, bits) => {
        let ones = 0;
        return run(p, bits).classes.every((found, t) => {
          if (t > 0) ones += bits[t - 1];
          return found === ones % 2;
        });
      }),
    ),
    watched(
      "a counter, as if the state were linear",
      'A sum that grows by 1 with each zero would stand at 50 after a string of length 100. But tanh keeps every unit between -1 and 1: the state must remember "odd" or "even", not how many.',
      network((run, p) => {
        const zeros = Array.from({ length: 100 }, () => 0);
        const size = (h: number[]) => Math.max(...h.map((v) => Math.abs(v)));
        const { states } = run(p, zeros, true);
        const growth = (size(states[100]) - size(states[50])) / (size(states[50]) - size(states[0]));
        return Math.abs(growth - 1) < 0.1 && size(states[100]) > 10;
      }),
    ),
    watched(
      "one unit",
      'Draw the four points (h, x) and mark those from which the new state is "odd": no straight line divides them, and one unit is one straight line. Take two.',
      network((_, p) => p.h0.length === 1),
    ),
    watched(
      "right for short strings only",
      "The first steps are right, but the units are not near enough to -1 and 1, and the small error of a step grows in the next. Multiply U, W and b by 10: tanh(5) is 0.9999.",
      network((run, p, bits, parity) => {
        const wrong = run(p, bits).classes.findIndex((found, t) => found !== parity[t]);
        const all = [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ];
        const isRight = all.every((pair) => run(p, pair).classes[2] === (pair[0] + pair[1]) % 2);
        return isRight && wrong > 2;
      }),
    ),
    told(
      "the start is wrong",
      'Before the first bit there were no zeros: h0 must already be the state "even", with h_1 and h_2 where they would be after a string with two zeros.',
    ),
  ],
};

export const exercise: Exercise = {
  id: "01-recurrence",
  title: "Recurrence",
  questions: [windowAverage, runningAverage, receptiveField, dilatedField, dde, fsmRun, acceptsEvenZeros, parityRnn],
};
