/** Exercise 2, unrolling and the forward pass: what a state depends on, Example 1 and its loss (slides 5 to 9). */
import type { Cases, Exercise, ExpressionQuestion, FunctionQuestion, OutcomeQuestion } from "../grader/question";
import { list, matrix, uniform, vector, whole } from "./parts/draw";
import { type Mat, plus, softmax, times, transpose, type Vec } from "./parts/linear";
import { carrying, mistake, told, watched } from "./parts/mistake";

// 2.1

type Scan = (f: (s: unknown, x: unknown) => unknown, s0: unknown, xs: unknown[]) => unknown;

const scanned = (f: (s: unknown, x: unknown) => unknown, s0: unknown, xs: unknown[]): unknown[] => {
  const states = [s0];
  for (const x of xs) states.push(f(states[states.length - 1], x));
  return states;
};

const scan: FunctionQuestion = {
  kind: "function",
  id: "unrolling-scan",
  number: "2.1",
  points: 3,
  name: "scan",
  parameters: ["f", "s0", "xs"],
  tolerance: 1e-6,
  cases: (random) => [
    [{ js: "(s, x) => s + x" }, 1, [5]],
    [{ js: "(s, x) => s + x" }, 1, []],
    [{ js: "(s, x) => 0.5 * s + x" }, uniform(random, 9), list(whole(random, 3, 5), () => uniform(random, 9))],
    [{ js: "(s, x) => s + x" }, "", ["a", "b", "c"]],
  ],
  reference: scanned as Scan,
  hints: [
    "How many states does a sequence of T inputs have, if the state before the first input counts too? With no input there is one, s0.",
    "The state that f gives is what f gets at the next step, and the inputs come one after the other: s first, x second.",
    "s_t = f(s_{t-1}, x_t) for t = 1, ..., T; the list is s_0, s_1, ..., s_T. In code: begin with `[s0]` and push `f(last state, x)` for each x.",
  ],
  misconceptions: [
    watched(
      "an input beyond the end",
      "`xs[0]` is x_1, so the input of step t is `xs[t - 1]`; `xs[T]` does not exist, and is `undefined`.",
      (answer: Scan, f: (s: unknown, x: unknown) => unknown, s0: unknown, xs: unknown[]) => {
        let isBeyond = false;
        const watching = (s: unknown, x: unknown) => {
          isBeyond ||= x === undefined;
          return f(s, x);
        };
        answer(watching, s0, xs);
        return isBeyond;
      },
    ),
    mistake<Scan>(
      "s0 is missing from the list",
      "T inputs: how many states? The state before the first input is one of them, so T + 1.",
      (f, s0, xs) => scanned(f, s0, xs).slice(1),
    ),
    mistake<Scan>(
      "s0 stands in the list twice",
      "T inputs: how many states? s0 is there once, and the next entry is already f(s0, x_1).",
      (f, s0, xs) => [s0, ...scanned(f, s0, xs)],
    ),
    mistake<Scan>(
      "the state after the last input is missing",
      "Push the state after f has made it, and do so for the last input too: T + 1 states.",
      (f, s0, xs) => scanned(f, s0, xs).slice(0, -1),
    ),
    mistake<Scan>("only the last state", "The answer is the list of all states, from s0 on.", (f, s0, xs) =>
      scanned(f, s0, xs).pop(),
    ),
    mistake<Scan>(
      "every step begins at s0",
      "Nothing is fed back: f must get the state that it made at the step before.",
      (f, s0, xs) => [s0, ...xs.map((x) => f(s0, x))],
    ),
    mistake<Scan>(
      "the arguments of f exchanged",
      "f takes the state first and the input second: `f(s, x)`.",
      (f, s0, xs) => scanned((s, x) => f(x, s), s0, xs),
    ),
  ],
};

// 2.2

type Depends = (t: number, node: string) => string[];
const steps = (name: string, from: number, to: number): string[] =>
  list(Math.max(0, to - from + 1), (i) => `${name}${from + i}`);
const target = (t: number, node: string): string[] => (node === "L" ? [`y${t}`] : []);

const dependsOn: OutcomeQuestion = {
  kind: "outcome",
  id: "unrolling-depends-on",
  number: "2.2",
  points: 3,
  name: "dependsOn",
  parameters: ["t", "node"],
  tolerance: 1e-6,
  cases: (random) => [
    [1, "h"],
    [2, "h"],
    [3, "yhat"],
    [3, "L"],
    [whole(random, 4, 12), "h"],
    [whole(random, 4, 12), "L"],
  ],
  // In any order, and also as a Set; h_0 may be written for h0.
  ask: (answer: Depends, t: number, node: string) => {
    const given: unknown = answer(t, node);
    if (typeof given !== "object" || given === null) return given;
    return Array.from(given as Iterable<unknown>, (name) => String(name).replace(/[\s_{}]/g, "")).sort();
  },
  judge: (given: unknown, t: number, node: string) => {
    if (!Array.isArray(given)) return 'The answer is a list of names, such as `["h0", "x1"]`.';
    const wanted = ["h0"];
    for (let i = 1; i <= t; i++) wanted.push(`x${i}`);
    if (node === "L") wanted.push(`y${t}`);
    const name = `${node}_${t}`;
    const missing = wanted.find((one) => !given.includes(one));
    const extra = given.find((one) => !wanted.includes(one));
    if (extra !== undefined) return `${name} is not made from ${extra}, or ${extra} is not one of the given nodes.`;
    if (missing !== undefined)
      return `Something is missing: ${name} depends on ${wanted.length} given nodes, and your list has ${given.length}.`;
    return given.length > wanted.length ? `A name is in the list for ${name} more than once.` : undefined;
  },
  reference: (t: number, node: string) => ["h0", ...steps("x", 1, t), ...target(t, node)],
  hints: [
    "Change one given number, say x_1, and ask whether the node changes. An arrow that goes on by way of other nodes counts too.",
    "The state carries everything that came before: not only the input of its own step, and the state at the start as well. The future is not in it.",
    "h_t = f(h_{t-1}, x_t) = f(f(h_{t-2}, x_{t-1}), x_t) = ...: this ends with h_0 and contains x_1, ..., x_t. ŷ_t is made from h_t alone; L_t from ŷ_t and y_t.",
  ],
  misconceptions: [
    mistake<Depends>(
      "only the input of the same step",
      "h_t is made from h_{t-1} too, which was made from x_{t-1}: go on unrolling.",
      (t, node) => [`x${t}`, ...target(t, node)],
    ),
    mistake<Depends>(
      "h_0 is forgotten",
      "The unrolled expression ends with h_0: another state at the start gives another h_t.",
      (t, node) => [...steps("x", 1, t), ...target(t, node)],
    ),
    mistake<Depends>(
      "the step before, in place of what is given",
      "h_{t-1} is not given but made, from h_{t-2} and x_{t-1}: replace it until only given nodes are left.",
      (t, node) => [`h${t - 1}`, `x${t}`, ...target(t, node)],
    ),
    mistake<Depends>(
      "h_0 and the last input only",
      "Between h_0 and h_t all inputs are read, one at each step: x_1 to x_t.",
      (t, node) => ["h0", `x${t}`, ...target(t, node)],
    ),
    mistake<Depends>(
      "the input of the same step is missing",
      "h_t = f(h_{t-1}, x_t): x_t itself is read at step t.",
      (t, node) => ["h0", ...steps("x", 1, t - 1), ...target(t, node)],
    ),
    mistake<Depends>(
      "inputs counted from 0",
      "The first input is x_1, read at step 1; there is no x_0 here. The loop goes from 1 to t.",
      (t, node) => ["h0", ...steps("x", 0, t - 1), ...target(t, node)],
    ),
    mistake<Depends>(
      "one input of the future",
      "x_{t+1} is read at step t + 1, when h_t is already made.",
      (t, node) => ["h0", ...steps("x", 1, t + 1), ...target(t, node)],
    ),
    mistake<Depends>(
      "the targets of all steps",
      "A target is compared with the output of its own step: L_t has y_t in it and no other, since targets are not fed back here.",
      (t, node) => ["h0", ...steps("x", 1, t), ...(node === "L" ? steps("y", 1, t) : [])],
    ),
    mistake<Depends>(
      "no target in the loss",
      "The loss compares ŷ_t with the target y_t: it is one of the given nodes, too.",
      (t) => ["h0", ...steps("x", 1, t)],
    ),
  ],
};

// 2.3

const countParams: ExpressionQuestion = {
  kind: "expression",
  id: "unrolling-parameter-count",
  number: "2.3",
  points: 4,
  name: "countParams",
  parameters: ["n", "m", "q", "T"],
  tolerance: 1e-6,
  cases: (random) => [
    [1, 1, 2, 1],
    [2, 3, 4, 5],
    [whole(random, 3, 6), whole(random, 7, 9), whole(random, 2, 5), whole(random, 6, 9)],
  ],
  reference: "m*n + m^2 + m + q*m + q",
  hints: [
    "Five parameters are learned, U, W, V, b and c, and all steps share them. Write the shape of each beside it, and multiply its sides.",
    "Look at what is counted twice: b appears once in a_t, and the parameters are the same at every step. And at what is forgotten: W is square, c has an entry for each output.",
    "U has m n numbers, W has m², b has m, V has q m, c has q: in all m n + m² + m + q m + q.",
  ],
  misconceptions: [
    mistake(
      "m numbers too many",
      "b appears once in a_t = U x_t + b + W h_{t-1}: input and state share it (some programs keep two, which only ever matter as their sum). And h_0 is given here, not learned.",
      "m*n + m^2 + 2*m + q*m + q",
    ),
    mistake(
      "multiplied by T",
      "The parameters are shared over time: the unrolled picture draws the same U, W and V at every step.",
      "T * (m*n + m^2 + m + q*m + q)",
    ),
    mistake("no biases", "b and c are learned as well: m and q numbers.", "m*n + m^2 + q*m"),
    mistake("c is forgotten", "o_t = c + V h_t: the read-out has a bias too, of q numbers.", "m*n + m^2 + m + q*m"),
    mistake("b is forgotten", "a_t = U x_t + b + W h_{t-1} has a bias too, of m numbers.", "m*n + m^2 + q*m + q"),
    mistake(
      "W is forgotten",
      "What makes the network recurrent is W, from m units to the same m units: m² numbers.",
      "m*n + m + q*m + q",
    ),
    mistake("V is forgotten", "The read-out V maps m units to q outputs: q m numbers.", "m*n + m^2 + m + q"),
    mistake(
      "W with the shape of U",
      "W is applied to h_{t-1}, which has m entries, and gives m: it is m × m. Only U is m × n.",
      "2*m*n + m + q*m + q",
    ),
  ],
};

// 2.4

type Param = { U: Mat; W: Mat; V: Mat; b: Vec; c: Vec; h0: Vec };
type Forward = (p: Param, X: Mat) => { a: Mat; h: Mat; yhat: Mat };

/** The steps of a forward pass, so that a mistake is the right pass with one step changed. */
type Pass = {
  start(p: Param): Vec;
  /** a_t, from x_t and h_{t-1}. */
  sum(p: Param, x: Vec, last: Vec): Vec;
  squash(a: Vec): Vec;
  /** o_t, from h_t and h_{t-1}. */
  read(p: Param, h: Vec, last: Vec): Vec;
  output(o: Vec): Vec;
};
const rightPass: Pass = {
  start: ({ h0 }) => h0,
  sum: ({ U, W, b }, x, last) => plus(times(U, x), b, times(W, last)),
  squash: (a) => a.map(Math.tanh),
  read: ({ V, c }, h) => plus(c, times(V, h)),
  output: softmax,
};
const pass =
  (changed: Partial<Pass>): Forward =>
  (p, X) => {
    const { start, sum, squash, read, output } = { ...rightPass, ...changed };
    const found: ReturnType<Forward> = { a: [], h: [start(p)], yhat: [] };
    for (const [i, x] of X.entries()) {
      const a = sum(p, x, found.h[i]);
      const h = squash(a);
      found.a.push(a);
      found.h.push(h);
      found.yhat.push(output(read(p, h, found.h[i])));
    }
    return found;
  };

const sequences: Cases = (random) => {
  const sizes = [
    { T: 1, n: 1, m: 1, q: 2 },
    { T: 1, n: 1, m: 2, q: 3 },
    { T: 2, n: 2, m: 2, q: 2 },
    { T: whole(random, 3, 4), n: whole(random, 1, 2), m: whole(random, 3, 4), q: 2 },
  ];
  return sizes.map(({ T, n, m, q }) => {
    const [U, W, V] = [matrix(random, m, n), matrix(random, m, m), matrix(random, q, m)];
    return [{ U, W, V, b: vector(random, m), c: vector(random, q), h0: vector(random, m) }, matrix(random, T, n)];
  });
};

const forward: FunctionQuestion = {
  kind: "function",
  id: "unrolling-forward",
  number: "2.4",
  points: 6,
  name: "forward",
  parameters: ["p", "X"],
  tolerance: 1e-6,
  cases: sequences,
  reference: pass({}),
  hints: [
    "Look at which of a, h and yhat are right, and at the first step: h[0] is h_0 as it was given, a[0] is a_1, and every row of yhat sums to 1.",
    "The usual mistakes: h_0 left out, a bias forgotten, tanh also for o, softmax forgotten, W turned over, every step begun from h_0 again.",
    "For t = 1, ..., T: a_t = U x_t + b + W h_{t-1}, h_t = tanh(a_t), o_t = c + V h_t, ŷ_t = softmax(o_t). In code, with i = t - 1: `h[i]` is h_{t-1}, and what you push becomes `h[i + 1]`.",
  ],
  misconceptions: [
    mistake<Forward>(
      "the state begins with zeros",
      "The first step uses h_0, which is given: `p.h0`. Its numbers need not be 0.",
      pass({ start: ({ h0 }) => h0.map(() => 0) }),
    ),
    mistake<Forward>(
      "h_0 is missing from the list of states",
      "The list h begins with h_0, so that h[t] is h_t: T + 1 rows.",
      (p, X) => {
        const found = pass({})(p, X);
        return { ...found, h: found.h.slice(1) };
      },
    ),
    mistake<Forward>(
      "tanh applied to o as well",
      "Only the hidden units go through tanh. o_t = c + V h_t may have any size; the softmax makes probabilities of it.",
      pass({ output: (o) => softmax(o.map(Math.tanh)) }),
    ),
    mistake<Forward>(
      "o in place of ŷ: no softmax",
      "ŷ_t = softmax(o_t): positive numbers that sum to 1.",
      pass({ output: (o) => o }),
    ),
    mistake<Forward>(
      "e^o without the division",
      "A softmax divides by the sum, so that the probabilities sum to 1.",
      pass({ output: (o) => o.map(Math.exp) }),
    ),
    mistake<Forward>(
      "W transposed",
      "Entry i of W h is Σ_j W_ij h_j: the row of W goes with the new unit. `W[j][i]` would be the transpose.",
      pass({ sum: ({ U, W, b }, x, last) => plus(times(U, x), b, times(transpose(W), last)) }),
    ),
    mistake<Forward>(
      "no W h_{t-1}",
      "Without W h_{t-1} the network has no memory: each step would see its own input only.",
      pass({ sum: ({ U, b }, x) => plus(times(U, x), b) }),
    ),
    mistake<Forward>(
      "every step begun from h_0",
      "At step t the state is h_{t-1}, the one that the step before has made. h_0 serves the first step only.",
      pass({ sum: ({ U, W, b, h0 }, x) => plus(times(U, x), b, times(W, h0)) }),
    ),
    mistake<Forward>(
      "b is missing",
      "a_t = U x_t + b + W h_{t-1}: the bias is added at every step.",
      pass({ sum: ({ U, W }, x, last) => plus(times(U, x), times(W, last)) }),
    ),
    mistake<Forward>(
      "c is missing",
      "o_t = c + V h_t: the read-out has a bias.",
      pass({ read: ({ V }, h) => times(V, h) }),
    ),
    mistake<Forward>(
      "no tanh",
      "h_t = tanh(a_t), entry by entry. Without it the network is linear.",
      pass({ squash: (a) => a }),
    ),
    mistake<Forward>(
      "the logistic function in place of tanh",
      "tanh goes from -1 to 1; 1 / (1 + e^{-a}) goes from 0 to 1. Use `Math.tanh`.",
      pass({ squash: (a) => a.map((x) => 1 / (1 + Math.exp(-x))) }),
    ),
    mistake<Forward>(
      "the output made from the state before",
      "o_t = c + V h_t uses the new state, made at the same step.",
      pass({ read: ({ V, c }, _, last) => plus(c, times(V, last)) }),
    ),
    // With other sizes the shapes do not fit, and NaN is all that is left to see.
    watched(
      "U and W exchanged",
      "U is applied to the input x_t and W to the state h_{t-1}: a_t = U x_t + b + W h_{t-1}.",
      (answer: Forward, { U, W, b, h0 }: Param, X: Mat) => {
        if (h0.length !== 1 || X[0].length !== 1) return false;
        const found = answer({ U, W, b, h0, V: [[0], [0]], c: [0, 0] }, X)?.a?.[0]?.[0];
        const exchanged = W[0][0] * X[0][0] + b[0] + U[0][0] * h0[0];
        const wanted = U[0][0] * X[0][0] + b[0] + W[0][0] * h0[0];
        return Math.abs(found - exchanged) < 1e-9 && Math.abs(found - wanted) > 1e-6;
      },
    ),
    told(
      "shapes that do not fit",
      "NaN often means that a matrix met a vector of another length. U is m × n and x_t has n entries; W is m × m and h_{t-1} has m; V is q × m and h_t has m: each matrix has as many columns as its vector has entries.",
    ),
  ],
};

// 2.5

type CrossEntropy = (o: Vec, y: number) => number;
/** ln Σ e^o without overflow. */
const logSum = (o: Vec): number => {
  const max = Math.max(...o);
  return max + Math.log(o.reduce((sum, x) => sum + Math.exp(x - max), 0));
};
const loss: CrossEntropy = (o, y) => logSum(o) - o[y];

/** Looks at an answer that is right for small o: otherwise its fault is another. */
type TryLoss = (answer: CrossEntropy) => boolean;
const rightWhereSmall = (look: TryLoss) =>
  carrying([look], (look: TryLoss, answer: CrossEntropy) => {
    return Math.abs(answer([0, 1], 1) - Math.log(1 + Math.exp(-1))) < 1e-6 && look(answer);
  });

const crossEntropy: FunctionQuestion = {
  kind: "function",
  id: "unrolling-cross-entropy",
  number: "2.5",
  points: 6,
  name: "crossEntropy",
  parameters: ["o", "y"],
  tolerance: 1e-6,
  cases: (random) => [
    [[0, 0], 1],
    [[0, 0, 0], 2],
    [vector(random, 2, 3), 1],
    [vector(random, whole(random, 3, 5), 3), whole(random, 1, 2)],
    [[-1, 1000, 2], 1],
    [[1000, 0], 1],
    [[-1000 - whole(random, 1, 99), -1000], 1],
  ],
  reference: loss,
  hints: [
    "If all entries of o are the same, every class has the probability 1/q, and the loss is ln q: 0.6931 for two classes. And adding the same number to all entries changes nothing.",
    "For large entries: e^1000 is more than the largest number of the computer, and e^{-1000} less than the smallest. So no probability may be made on the way.",
    "L = -ln(e^{o_y} / Σ_k e^{o_k}) = ln Σ_k e^{o_k} - o_y. With M = max_k o_k: ln Σ_k e^{o_k} = M + ln Σ_k e^{o_k - M}, where no exponent is above 0.",
  ],
  misconceptions: [
    watched(
      "o taken as probabilities",
      "o are numbers of any size and sign; the probabilities are softmax(o). The loss is -ln softmax(o)_y.",
      (answer: CrossEntropy) => Math.abs(answer([0.25, 0.75], 1) + Math.log(0.75)) < 1e-9,
    ),
    watched(
      "the logarithm of a probability that was rounded to 0",
      "The softmax is made without overflow, but e^{-1000} is rounded to 0 and ln 0 is -Infinity. Take the logarithm by hand first: -ln(e^{o_y - M} / Z) = ln Z + M - o_y.",
      rightWhereSmall(
        (answer) => Number.isFinite(answer([0, 1000], 1)) && answer([1000, 0], 1) === Number.POSITIVE_INFINITY,
      ),
    ),
    watched(
      "an exponential that is too large",
      "e^1000 is Infinity for the computer. Subtract the largest entry of o from all of them first: the loss stays the same.",
      rightWhereSmall((answer) => !Number.isFinite(answer([1000, 0], 1)) && !Number.isFinite(answer([0, 1000], 1))),
    ),
    mistake<CrossEntropy>(
      "the sign",
      "A logarithm of a probability is negative; the loss is minus that.",
      (o, y) => -loss(o, y),
    ),
    mistake<CrossEntropy>(
      "the logarithm to base 2",
      "The lecture's loss is in nats: use the natural logarithm, `Math.log`. With q = 2 and o = 0 it is ln 2, not 1.",
      (o, y) => loss(o, y) / Math.LN2,
    ),
    mistake<CrossEntropy>(
      "classes counted from 1",
      "Classes are counted from 0, as entries of a list are: the true class is `o[y]`.",
      (o, y) => loss(o, y - 1),
    ),
    mistake<CrossEntropy>(
      "the probability, not its logarithm",
      "softmax(o)_y is the probability of the true class; the loss is minus its natural logarithm.",
      (o, y) => softmax(o)[y],
    ),
    mistake<CrossEntropy>(
      "1 - ŷ_y",
      "1 - ŷ_y also falls when ŷ_y rises, but the loss of the lecture is -ln ŷ_y.",
      (o, y) => 1 - softmax(o)[y],
    ),
    mistake<CrossEntropy>(
      "the mean over the classes",
      "Only the true class is in the sum: there is nothing to divide by q.",
      (o, y) => loss(o, y) / o.length,
    ),
    mistake<CrossEntropy>(
      "only -o_y",
      "ln(e^{o_y} / Z) is o_y - ln Z: the part of the denominator, ln Z, is missing.",
      (o, y) => -o[y],
    ),
    mistake<CrossEntropy>(
      "only ln Z",
      "ln Σ e^{o_k} is the part of the denominator. The numerator gives -o_y.",
      logSum,
    ),
    mistake<CrossEntropy>(
      "softmax applied twice",
      "The argument is o, which has not gone through a softmax; one is enough.",
      (o, y) => loss(softmax(o), y),
    ),
    mistake<CrossEntropy>(
      "the largest entry subtracted in one place only",
      "ln Σ e^{o_k - M} is smaller than ln Σ e^{o_k} by M: subtract M from o_y as well, or add it again.",
      (o, y) => loss(o, y) - Math.max(...o),
    ),
    told(
      "a small number added in the logarithm",
      "-ln(ŷ + 1e-12) never is Infinity, but it is wrong for o = (1000, 0): the loss is 1000 there, and not 27.6.",
    ),
  ],
};

export const exercise: Exercise = {
  id: "02-unrolling",
  title: "Unrolling and the forward pass",
  questions: [scan, dependsOn, countParams, forward, crossEntropy],
};
