/** Exercise 4, BPTT: the questions on Example 1's gradient (lecture, slides 17 to 21), their answers and their mistakes. */
import type { Cases, Exercise, ExpressionQuestion, FunctionQuestion, Misconception, Random } from "../grader/question";
import { apart, list, matrix, vector, whole } from "./parts/draw";
import { type Mat, plus, softmax, times, transpose, type Vec } from "./parts/linear";
import { carrying, mistake, told, watched } from "./parts/mistake";

type Param = { U: Mat; W: Mat; V: Mat; b: Vec; c: Vec; h0: Vec };
/** h[t] is h_t, from h_0 to h_T; a[0] is a_1, and yhat[0] is the output of step 1. */
type Cache = { a: Mat; h: Mat; yhat: Mat };

const oneHot = (y: number, q: number): Vec => list(q, (i) => (i === y ? 1 : 0));
const zeros = (n: number): Vec => new Array(n).fill(0);
const zerosLike = (v: Vec): Vec => zeros(v.length);
const minus = (u: Vec, v: Vec): Vec => u.map((x, i) => x - v[i]);
const product = (u: Vec, v: Vec): Vec => u.map((x, i) => x * v[i]);
const outer = (u: Vec, v: Vec): Mat => u.map((x) => v.map((y) => x * y));
const sum = (vectors: Vec[]): Vec => plus(...vectors);
const sumOfMatrices = (matrices: Mat[]): Mat => matrices.reduce((A, B) => A.map((row, i) => plus(row, B[i])));

function forward(p: Param, X: Mat): Cache {
  const cache: Cache = { a: [], h: [p.h0], yhat: [] };
  for (const x of X) {
    const a = plus(plus(times(p.U, x), p.b), times(p.W, cache.h[cache.h.length - 1]));
    cache.a.push(a);
    cache.h.push(a.map(Math.tanh));
    cache.yhat.push(softmax(plus(p.c, times(p.V, a.map(Math.tanh)))));
  }
  return cache;
}

/** The steps of a backward pass, so that a mistake is the right pass with one step changed; t runs from 1 to T. */
type Pass = {
  /** The gradient of o_t. */
  g(yhat: Vec, y: number): Vec;
  /** What turns the gradient of h_t into that of a_t. */
  slope(cache: Cache, t: number): Vec;
  /** What arrives at h_t from step t + 1, with the gradients of a_{t+1} and h_{t+1}. */
  arrives(p: Param, alpha: Vec, delta: Vec): Vec;
};

const right: Pass = {
  g: (yhat, y) => minus(yhat, oneHot(y, yhat.length)),
  slope: ({ h }, t) => h[t].map((x) => 1 - x * x),
  arrives: ({ W }, alpha) => times(transpose(W), alpha),
};
const opposite: Pass = { ...right, g: (yhat, y) => minus(oneHot(y, yhat.length), yhat) };
const throughSoftmaxAgain: Pass = {
  ...right,
  g: (yhat, y) => right.g(yhat, y).map((x, i) => x * yhat[i] * (1 - yhat[i])),
};
const withoutSlope: Pass = { ...right, slope: ({ h }, t) => h[t].map(() => 1) };
const withoutSlopeOnTheWayBack: Pass = { ...right, arrives: ({ W }, _, delta) => times(transpose(W), delta) };
const slopeOfA: Pass = { ...right, slope: ({ a }, t) => a[t - 1].map((x) => 1 - x * x) };
const notTransposed: Pass = { ...right, arrives: ({ W }, alpha) => times(W, alpha) };
const ownLossOnly: Pass = { ...right, arrives: ({ h0 }) => zeros(h0.length) };

/** The gradients of o_t, a_t and h_t at index t; that of h_0 is delta[0]. */
function backward(pass: Pass, p: Param, cache: Cache, y: number[]): { g: Vec[]; alpha: Vec[]; delta: Vec[] } {
  const T = y.length;
  const g: Vec[] = [[]];
  const alpha: Vec[] = [[]];
  const delta: Vec[] = [[]];
  for (let t = T; t >= 1; t--) {
    g[t] = pass.g(cache.yhat[t - 1], y[t - 1]);
    const own = times(transpose(p.V), g[t]);
    delta[t] = t < T ? plus(own, pass.arrives(p, alpha[t + 1], delta[t + 1])) : own;
    alpha[t] = product(pass.slope(cache, t), delta[t]);
  }
  delta[0] = pass.arrives(p, alpha[1], delta[1]);
  return { g, alpha, delta };
}

// The cases: small enough to be followed by hand, the smallest first.

type Sizes = { T: number; n: number; m: number; q: number };

function sizesOfCases(random: Random): Sizes[] {
  return [
    { T: 1, n: 1, m: 1, q: 2 },
    { T: 1, n: 2, m: 2, q: 3 },
    { T: 2, n: 1, m: 2, q: 3 },
    { T: whole(random, 3, 5), n: whole(random, 1, 3), m: whole(random, 2, 4), q: whole(random, 2, 4) },
  ];
}

const sequences: Cases = (random) =>
  sizesOfCases(random).map(({ T, n, m, q }) => {
    const [U, W, V] = [matrix(random, m, n), matrix(random, m, m), matrix(random, q, m)];
    const p: Param = { U, W, V, b: vector(random, m, 0.5), c: vector(random, q, 0.5), h0: vector(random, m) };
    return [p, matrix(random, T, n), list(T, () => whole(random, 0, q - 1))];
  });

/** The same with what a forward pass keeps, in place of X. */
const cached: Cases = (random) =>
  sequences(random).map(([p, X, y]) => {
    const { a, h, yhat } = forward(p as Param, X as Mat);
    return [p, { a: a.map(shortened), h: h.map(shortened), yhat: yhat.map(shortened) }, y];
  });

// Digits beyond those that the tolerance sees only make the file of cases long.
const shortened = (v: Vec): Vec => v.map((x) => Number(x.toFixed(8)));

function probabilities(random: Random, q: number): Vec {
  const parts = list(q, () => 0.1 + random());
  const total = parts.reduce((sum, x) => sum + x, 0);
  const yhat = parts.map((x) => Math.round((100 * x) / total) / 100);
  const others = yhat.slice(1).reduce((sum, x) => sum + x, 0);
  return [Number((1 - others).toFixed(2)), ...yhat.slice(1)];
}

// 4.1

type Jacobian = (yhat: Vec) => Mat | Vec;
const entries = (entry: (yi: number, yj: number, isDiagonal: boolean) => number) => (yhat: Vec) =>
  yhat.map((yi, i) => yhat.map((yj, j) => entry(yi, yj, i === j)));
const jacobian = entries((yi, yj, isDiagonal) => (isDiagonal ? yi : 0) - yi * yj);

const softmaxJacobian: FunctionQuestion = {
  kind: "function",
  id: "bptt-softmax-jacobian",
  number: "4.1a",
  points: 3,
  name: "softmaxJacobian",
  parameters: ["yhat"],
  tolerance: 1e-6,
  cases: (random) => [[[0.5, 0.5]], ...[2, 3, 4].map((q) => [probabilities(random, q)])],
  reference: jacobian,
  hints: [
    "The outputs of a softmax always sum to 1. So a small change of one o_j changes that sum by 0: each column, and each row, of the Jacobian must sum to 0.",
    "Every output depends on every o_j, since all of them are in the denominator: the entries off the diagonal are not 0.",
    "With ŷ_i = e^{o_i} / Z and Z = Σ_k e^{o_k}, the quotient rule gives ∂ŷ_i/∂o_j = ŷ_i ([i = j] - ŷ_j). As a matrix: diag(ŷ) - ŷ ŷᵀ.",
  ],
  misconceptions: [
    mistake<Jacobian>(
      "only the diagonal, as for a sigmoid applied to each entry",
      "A softmax is not elementwise: o_j also moves every other output, through the sum in the denominator. Do your rows sum to 0?",
      entries((yi, _, isDiagonal) => (isDiagonal ? yi * (1 - yi) : 0)),
    ),
    mistake<Jacobian>(
      "a vector ŷ_i (1 - ŷ_i) in place of a matrix",
      "There is one derivative for each pair (output i, input j), also for i ≠ j: the answer has q rows of q numbers.",
      (yhat) => yhat.map((yi) => yi * (1 - yi)),
    ),
    mistake<Jacobian>(
      "plus off the diagonal, where there is a minus",
      "If o_j rises, the other outputs fall, since all of them share the sum 1. Do your rows sum to 0?",
      entries((yi, yj, isDiagonal) => (isDiagonal ? yi * (1 - yi) : yi * yj)),
    ),
    mistake<Jacobian>(
      "the sign of every entry turned round",
      "If o_i rises, ŷ_i rises too: the diagonal must be positive.",
      entries((yi, yj, isDiagonal) => yi * yj - (isDiagonal ? yi : 0)),
    ),
    mistake<Jacobian>(
      "the numerator's derivative is missing: only -ŷ ŷᵀ",
      "For i = j the numerator e^{o_i} changes too, and adds ŷ_i. Do your rows sum to 0?",
      entries((yi, yj) => -yi * yj),
    ),
    mistake<Jacobian>(
      "the diagonal is ŷ_i, without its part -ŷ_i²",
      "For i = j the denominator changes as well as the numerator: ŷ_i - ŷ_i². Do your rows sum to 0?",
      entries((yi, yj, isDiagonal) => (isDiagonal ? yi : -yi * yj)),
    ),
    mistake<Jacobian>(
      "softmax applied once more",
      "The argument is ŷ, the output of the softmax, and not o: use it as it is.",
      (yhat) => jacobian(softmax(yhat)),
    ),
  ],
};

type LogitsGradient = (yhat: Vec, y: number) => Vec;

const logitsGradient: FunctionQuestion = {
  kind: "function",
  id: "bptt-logits-gradient",
  number: "4.1b",
  points: 3,
  name: "gradLogits",
  parameters: ["yhat", "y"],
  tolerance: 1e-6,
  cases: (random) => [
    [[0.5, 0.5], 1],
    [probabilities(random, 3), 0],
    [probabilities(random, 3), 2],
    [probabilities(random, 4), whole(random, 1, 3)],
  ],
  reference: right.g as LogitsGradient,
  hints: [
    "The entries of the answer sum to 0, and only one of them, that of the true class, is negative.",
    "Either derive L = -ln ŷ_y straight from o, or multiply: (the Jacobian of 4.1a) times (the gradient of L with respect to ŷ), which is -1/ŷ_y at the true class and 0 elsewhere.",
    "∂L/∂o_i = -(1/ŷ_y) ŷ_y ([i = y] - ŷ_i) = ŷ_i - [i = y].",
  ],
  misconceptions: [
    mistake<LogitsGradient>(
      "y - ŷ in place of ŷ - y",
      "The sign is turned round: with it, gradient descent would raise the loss. Raising the o of a wrong class must raise L.",
      opposite.g,
    ),
    mistake<LogitsGradient>(
      "multiplied by ŷ (1 - ŷ) once more",
      "ŷ - y already contains the derivative of the softmax: it was the product of the Jacobian and the gradient of the logarithm.",
      throughSoftmaxAgain.g,
    ),
    mistake<LogitsGradient>(
      "the gradient with respect to ŷ, not o",
      "-1/ŷ_y is ∂L/∂ŷ_y. From ŷ to o there is one more step of the chain rule: multiply by the softmax's Jacobian.",
      (yhat, y) => yhat.map((yi, i) => (i === y ? -1 / yi : 0)),
    ),
    mistake<LogitsGradient>(
      "only the entry of the true class",
      "All o_i are in the softmax's denominator, so that L depends on all of them: the other entries are ŷ_i, not 0.",
      (yhat, y) => yhat.map((yi, i) => (i === y ? yi - 1 : 0)),
    ),
    mistake<LogitsGradient>(
      "the number y subtracted from every entry",
      "y is the number of a class, not an amount: subtract 1 at the entry `y` and 0 elsewhere.",
      (yhat, y) => yhat.map((yi) => yi - y),
    ),
    mistake<LogitsGradient>(
      "classes counted from 1",
      "Classes are counted from 0, as entries of a list are: the true class is `yhat[y]`.",
      (yhat, y) => minus(yhat, oneHot(y - 1, yhat.length)),
    ),
    mistake<LogitsGradient>(
      "softmax applied once more",
      "The argument is ŷ, the output of the softmax, and not o: use it as it is.",
      (yhat, y) => right.g(softmax(yhat), y),
    ),
  ],
};

// 4.2 and 4.3: mistakes that both questions know

const shared = {
  sign: [
    "y - ŷ in place of ŷ - y",
    "Every number has the right size and the wrong sign: look at g_t, the gradient of o_t.",
  ],
  mean: ["divided by T", "L is the sum of the L_t, not their mean: every number is the right one divided by T."],
  softmaxAgain: [
    "multiplied by ŷ (1 - ŷ) after ŷ - y",
    "g_t = ŷ_t - y_t already contains the derivative of the softmax.",
  ],
  slopeOfA: ["1 - a² in place of 1 - h²", "tanh'(a) = 1 - tanh²(a), and tanh(a_t) is h_t: the factor is 1 - h_t²."],
  notTransposed: [
    "W in place of Wᵀ",
    "Forward, W maps h_t to a_{t+1}. Backward, the gradient goes the other way, by the transpose: entry j of Wᵀα is Σ_i W_ij α_i.",
  ],
} as const;
const sharedMistake = <Answer>(key: keyof typeof shared, answer: Answer): Misconception<Answer> => {
  const [name, hint] = shared[key];
  return mistake(name, hint, answer);
};

type OnSequence = (p: Param, cache: Cache, y: number[]) => Mat;

const deltas =
  (pass: Pass): OnSequence =>
  (p, cache, y) =>
    backward(pass, p, cache, y).delta;
const dividedByT =
  (answer: OnSequence): OnSequence =>
  (p, cache, y) =>
    answer(p, cache, y).map((row) => row.map((x) => x / y.length));

/** delta_t = V'g_t + what `arrives(t)` takes from the row of t + 1. */
const deltasBy =
  (arrives: (p: Param, cache: Cache, g: Vec[], delta: Vec[], t: number) => Vec): OnSequence =>
  (p, cache, y) => {
    const { g } = backward(right, p, cache, y);
    const delta: Vec[] = [[]];
    for (let t = y.length; t >= 0; t--) {
      const own = t > 0 ? times(transpose(p.V), g[t]) : zeros(p.h0.length);
      delta[t] = t < y.length ? plus(own, arrives(p, cache, g, delta, t)) : own;
    }
    return delta;
  };

const hiddenGradient: FunctionQuestion = {
  kind: "function",
  id: "bptt-hidden-gradient",
  number: "4.2",
  points: 8,
  name: "gradHidden",
  parameters: ["p", "cache", "y"],
  tolerance: 1e-6,
  cases: cached,
  reference: deltas(right),
  hints: [
    "Follow every arrow that leaves h_t: it reaches the loss through o_t and, for t < T, through h_{t+1}. At t = T there is one path, at t = 0 only the other.",
    "The usual mistakes are here: the path through h_{t+1} forgotten, the factor 1 - h² of the tanh forgotten or taken at the wrong step, W where its transpose is wanted.",
    "δ_T = Vᵀ g_T; for t = T-1, ..., 1: δ_t = Vᵀ g_t + Wᵀ ((1 - h_{t+1}²) ⊙ δ_{t+1}); and δ_0 = Wᵀ ((1 - h_1²) ⊙ δ_1), where g_t = ŷ_t - y_t.",
  ],
  misconceptions: [
    mistake<OnSequence>(
      "only the path through o_t",
      "h_t also acts on every later loss, through h_{t+1}. The slide's ∇_{h_t}L = Vᵀ ∇_{o_t}L is complete only at t = T.",
      deltas(ownLossOnly),
    ),
    sharedMistake<OnSequence>("notTransposed", deltas(notTransposed)),
    mistake<OnSequence>(
      "the factor 1 - h² is missing",
      "Between h_{t+1} and h_t there is a tanh: the gradient of h_{t+1} is first multiplied by 1 - h_{t+1}², entry by entry, then by Wᵀ.",
      deltas(withoutSlope),
    ),
    mistake<OnSequence>(
      "1 - h_t² in place of 1 - h_{t+1}²",
      "The tanh that is crossed on the way from h_{t+1} back to h_t is the one that made h_{t+1}: its factor is 1 - h_{t+1}².",
      deltasBy((p, { h }, _, delta, t) =>
        times(
          transpose(p.W),
          h[t].map((x, i) => (1 - x * x) * delta[t + 1][i]),
        ),
      ),
    ),
    sharedMistake<OnSequence>("slopeOfA", deltas(slopeOfA)),
    mistake<OnSequence>(
      "the gradient of a_t, not of h_t",
      "From t = 1 on your rows are multiplied by 1 - h_t²: that is the gradient of a_t. It is needed for the next row back, but the row itself is δ_t.",
      (p, cache, y) => {
        const { alpha, delta } = backward(right, p, cache, y);
        return [delta[0], ...alpha.slice(1)];
      },
    ),
    mistake<OnSequence>(
      "only one step back",
      "What comes back from step t + 1 must be the whole δ_{t+1}, with what it got from t + 2 and later, and not only Vᵀ g_{t+1}.",
      deltasBy((p, { h }, g, _, t) =>
        times(transpose(p.W), product(right.slope({ a: [], h, yhat: [] }, t + 1), times(transpose(p.V), g[t + 1]))),
      ),
    ),
    mistake<OnSequence>(
      "only the last loss",
      "There is a loss at every step: Vᵀ g_t is added at each t, not only at t = T.",
      (p, cache, y) => {
        const lastOnly: Pass = {
          ...right,
          g: (yhat, label) => (yhat === cache.yhat[y.length - 1] ? right.g(yhat, label) : zeros(yhat.length)),
        };
        return backward(lastOnly, p, cache, y).delta;
      },
    ),
    mistake<OnSequence>(
      "the rows stand from δ_T to δ_0",
      "A loop that runs from T down pushes δ_T first. Set each row by its number: `delta[t] = ...`.",
      (p, cache, y) => backward(right, p, cache, y).delta.reverse(),
    ),
    mistake<OnSequence>(
      "the row of h_0 is left at 0",
      "h_0 has no output of its own, but it acts on h_1: row 0 is Wᵀ ((1 - h_1²) ⊙ δ_1).",
      (p, cache, y) => [zeros(p.h0.length), ...backward(right, p, cache, y).delta.slice(1)],
    ),
    sharedMistake<OnSequence>("softmaxAgain", deltas(throughSoftmaxAgain)),
    sharedMistake<OnSequence>("sign", deltas(opposite)),
    sharedMistake<OnSequence>("mean", dividedByT(deltas(right))),
    {
      kind: "text",
      name: "the lists start at different steps",
      hint: "`cache.h[t]` is h_t, but `cache.yhat[t - 1]`, `cache.a[t - 1]` and `y[t - 1]` belong to step t, since there is no output at step 0.",
    },
  ],
};

const copies =
  (pass: Pass): OnSequence =>
  (p, cache, y) =>
    backward(pass, p, cache, y).alpha.slice(1);

const biasCopies: FunctionQuestion = {
  kind: "function",
  id: "bptt-bias-copies",
  number: "4.3a",
  points: 2,
  name: "bpttCopies",
  parameters: ["p", "cache", "y"],
  tolerance: 1e-6,
  cases: cached,
  reference: copies(right),
  hints: [
    "Give every step its own copy: h_t = tanh(U x_t + b_t + W h_{t-1}). The answer has T rows, one for each copy, and their sum is ∂L/∂b.",
    "L is the total loss: b_1 acts on h_1, and through it on every later loss. So a row is made from δ_t of question 4.2, not from L_t alone.",
    "∂L/∂b_t = (∂h_t/∂b_t)ᵀ ∇_{h_t}L = (1 - h_t²) ⊙ δ_t, entry by entry.",
  ],
  misconceptions: [
    mistake<OnSequence>(
      "∂L_t/∂b_t, each copy's own loss only",
      "b_1 acts on every later loss, not only on L_1: use the whole δ_t.",
      copies(ownLossOnly),
    ),
    mistake<OnSequence>(
      "δ_t itself, without 1 - h_t²",
      "b_t stands inside the tanh: from h_t to b_t there is the factor 1 - h_t².",
      (p, cache, y) => backward(right, p, cache, y).delta.slice(1),
    ),
    mistake<OnSequence>(
      "the sum over t in every row",
      "The rows are to be kept apart: row t is what the copy b_t alone does. Their sum is ∂L/∂b.",
      (p, cache, y) => copies(right)(p, cache, y).map((_, __, rows) => sum(rows)),
    ),
    mistake<OnSequence>(
      "sums from t to T in row t",
      "Your rows add up what the later copies do: do not carry the sum from row to row.",
      (p, cache, y) => copies(right)(p, cache, y).map((_, i, rows) => sum(rows.slice(i))),
    ),
    mistake<OnSequence>(
      "1 - h_{t-1}² in place of 1 - h_t²",
      "The lists start at different steps: `cache.h[0]` is h_0, so the tanh of the first copy, b_1, gave `cache.h[1]`.",
      (p, cache, y) =>
        backward(right, p, cache, y)
          .delta.slice(1)
          .map((row, i) => product(right.slope(cache, i), row)),
    ),
    mistake<OnSequence>(
      "the factor 1 - h² is missing between the steps",
      "On the way from h_{t+1} back to h_t there is a tanh too: δ_t = Vᵀ g_t + Wᵀ ((1 - h_{t+1}²) ⊙ δ_{t+1}).",
      copies(withoutSlopeOnTheWayBack),
    ),
    mistake<OnSequence>(
      "the factor 1 - h² is missing everywhere",
      "Each tanh that is crossed multiplies by 1 - h²: between the steps, and from h_t to b_t.",
      copies(withoutSlope),
    ),
    sharedMistake<OnSequence>("slopeOfA", copies(slopeOfA)),
    sharedMistake<OnSequence>("notTransposed", copies(notTransposed)),
    sharedMistake<OnSequence>("softmaxAgain", copies(throughSoftmaxAgain)),
    sharedMistake<OnSequence>("sign", copies(opposite)),
    sharedMistake<OnSequence>("mean", dividedByT(copies(right))),
  ],
};

const biasFormula: ExpressionQuestion = {
  kind: "expression",
  id: "bptt-bias-formula",
  number: "4.3b",
  points: 2,
  name: "gradBias",
  parameters: ["g_1", "g_2", "h_1", "h_2", "V", "W"],
  tolerance: 1e-6,
  // The first two cases have one output's gradient each: they show which loss is wrong.
  cases: (random) => {
    const rest = () => [
      apart(random, 0.2, 0.5),
      apart(random, 0.6, 0.9),
      apart(random, 0.5, 1.5),
      apart(random, 0.5, 1.5),
    ];
    return [
      [1, 0, ...rest()],
      [0, 1, ...rest()],
      [apart(random, 0.2, 1), apart(random, 0.2, 1), ...rest()],
    ];
  },
  reference: "(1 - h_1^2) * (V * g_1 + W * (1 - h_2^2) * V * g_2) + (1 - h_2^2) * V * g_2",
  hints: [
    "Two copies, b_1 and b_2: the formula is ∂L/∂b_1 + ∂L/∂b_2. With g_2 = 0 only the path from o_1 to b_1 is left.",
    "b_1 reaches L_2 as well, through h_1 and then h_2: this path crosses two tanh and one W.",
    "α_2 = (1 - h_2²) V g_2 and α_1 = (1 - h_1²) (V g_1 + W α_2); the answer is α_1 + α_2.",
  ],
  misconceptions: [
    mistake(
      "each copy's own loss only",
      "b_1 also acts on L_2, through h_1 and h_2: a path with W is missing.",
      "(1 - h_1^2) * V * g_1 + (1 - h_2^2) * V * g_2",
    ),
    mistake(
      "only the copy b_1",
      "b is used at both steps: add what its second copy, b_2, does.",
      "(1 - h_1^2) * (V * g_1 + W * (1 - h_2^2) * V * g_2)",
    ),
    mistake(
      "only the copy b_2",
      "b is used at both steps: add what its first copy, b_1, does to both losses.",
      "(1 - h_2^2) * V * g_2",
    ),
    mistake(
      "1 - h_2² is missing on the path from L_2 to b_1",
      "From o_2 back to b_1 two tanh are crossed: that of step 2, then that of step 1.",
      "(1 - h_1^2) * (V * g_1 + W * V * g_2) + (1 - h_2^2) * V * g_2",
    ),
    mistake(
      "1 - h_1² is missing on the path from L_2 to b_1",
      "L_2 reaches b_1 through h_1 as well: that path ends with the factor 1 - h_1², as the one from o_1 does.",
      "(1 - h_1^2) * V * g_1 + W * (1 - h_2^2) * V * g_2 + (1 - h_2^2) * V * g_2",
    ),
    mistake(
      "no factor 1 - h²",
      "b stands inside the tanh: each tanh that is crossed multiplies by 1 - h².",
      "V * g_1 + W * V * g_2 + V * g_2",
    ),
    mistake(
      "W is missing on the path from L_2 to b_1",
      "From a_2 back to h_1 the gradient is multiplied by W.",
      "(1 - h_1^2) * (V * g_1 + (1 - h_2^2) * V * g_2) + (1 - h_2^2) * V * g_2",
    ),
    mistake(
      "divided by T",
      "L = L_1 + L_2 is a sum, not a mean.",
      "((1 - h_1^2) * (V * g_1 + W * (1 - h_2^2) * V * g_2) + (1 - h_2^2) * V * g_2) / 2",
    ),
  ],
};

// 4.4

type Gradients = { U: Mat; W: Mat; V: Mat; b: Vec; c: Vec; h0: Vec };
type Bptt = (p: Param, X: Mat, y: number[]) => Gradients;

/** All gradients from a backward pass: the sums over the steps `of`, the state beside alpha_t in the gradient of W. */
function gradients(pass: Pass, of = (T: number) => list(T, (i) => i + 1)): Bptt {
  return (p, X, y) => {
    const cache = forward(p, X);
    const { g, alpha, delta } = backward(pass, p, cache, y);
    const steps = of(y.length);
    return {
      U: sumOfMatrices(steps.map((t) => outer(alpha[t], X[t - 1]))),
      W: sumOfMatrices(steps.map((t) => outer(alpha[t], cache.h[t - 1]))),
      V: sumOfMatrices(steps.map((t) => outer(g[t], cache.h[t]))),
      b: sum(steps.map((t) => alpha[t])),
      c: sum(steps.map((t) => g[t])),
      h0: delta[0],
    };
  };
}

/** The right gradients with some of them replaced. */
const withPart =
  (part: (p: Param, X: Mat, cache: Cache, back: ReturnType<typeof backward>) => Partial<Gradients>): Bptt =>
  (p, X, y) => {
    const cache = forward(p, X);
    return { ...gradients(right)(p, X, y), ...part(p, X, cache, backward(right, p, cache, y)) };
  };

const truncated: Bptt = (p, X, y) => {
  const cache = forward(p, X);
  const alpha1 = backward(ownLossOnly, p, cache, y).alpha[1];
  return { ...gradients(ownLossOnly)(p, X, y), h0: times(transpose(p.W), alpha1) };
};

const meanOverTime: Bptt = (p, X, y) => {
  const { U, W, V, b, c, h0 } = gradients(right)(p, X, y);
  const divided = (v: Vec) => v.map((x) => x / y.length);
  return { U: U.map(divided), W: W.map(divided), V: V.map(divided), b: divided(b), c: divided(c), h0: divided(h0) };
};

const allGradients: FunctionQuestion = {
  kind: "function",
  id: "bptt-all-gradients",
  number: "4.4",
  points: 8,
  name: "bptt",
  parameters: ["p", "X", "y"],
  tolerance: 1e-6,
  cases: sequences,
  reference: gradients(right),
  hints: [
    "Look at which gradients are right and which are not: V and c need only g_t and h_t; U, W and b need α_t too; h_0 needs what comes back from step 1. The first case has T = 1, where nothing comes back but to h_0.",
    "The usual mistakes: nothing comes back from step t + 1, W without its transpose, the factor 1 - h² forgotten or made from a, `=` where `+=` is wanted, h_t in place of h_{t-1} beside α_t, the mean over t in place of the sum.",
    "g_t = ŷ_t - y_t, δ_t = Vᵀ g_t + Wᵀ α_{t+1} (no second part at T), α_t = (1 - h_t²) ⊙ δ_t. Then ∇_V = Σ g_t h_tᵀ, ∇_c = Σ g_t, ∇_W = Σ α_t h_{t-1}ᵀ, ∇_U = Σ α_t x_tᵀ, ∇_b = Σ α_t, ∇_{h_0} = Wᵀ α_1.",
  ],
  misconceptions: [
    sharedMistake<Bptt>("sign", gradients(opposite)),
    sharedMistake<Bptt>("mean", meanOverTime),
    sharedMistake<Bptt>("softmaxAgain", gradients(throughSoftmaxAgain)),
    mistake<Bptt>(
      "nothing comes back from step t + 1",
      "h_t acts on all later losses: δ_t = Vᵀ g_t + Wᵀ α_{t+1}. Without the second part this is truncated BPTT with p = 1.",
      truncated,
    ),
    mistake<Bptt>(
      "the factor 1 - h² is missing",
      "α_t = (1 - h_t²) ⊙ δ_t: U, W and b stand inside the tanh. V and c, which do not, are right.",
      gradients(withoutSlope),
    ),
    mistake<Bptt>(
      "the factor 1 - h² is missing on the way back",
      "Wᵀ must be applied to α_{t+1} = (1 - h_{t+1}²) ⊙ δ_{t+1}, not to δ_{t+1}. For T = 1 only h0 shows it.",
      gradients(withoutSlopeOnTheWayBack),
    ),
    sharedMistake<Bptt>("slopeOfA", gradients(slopeOfA)),
    sharedMistake<Bptt>("notTransposed", gradients(notTransposed)),
    mistake<Bptt>(
      "h_t in place of h_{t-1} in the gradient of W",
      "a_t = U x_t + b + W h_{t-1}: beside W stands the state before step t, so ∇_W = Σ α_t h_{t-1}ᵀ.",
      withPart((_, X, { h }, { alpha }) => ({ W: sumOfMatrices(X.map((__, i) => outer(alpha[i + 1], h[i + 1]))) })),
    ),
    mistake<Bptt>(
      "h_{t-1} in place of h_t in the gradient of V",
      "o_t = c + V h_t: beside V stands the state after step t, so ∇_V = Σ g_t h_tᵀ.",
      withPart((_, X, { h }, { g }) => ({ V: sumOfMatrices(X.map((__, i) => outer(g[i + 1], h[i]))) })),
    ),
    mistake<Bptt>(
      "only the step T",
      "The parameters are shared by all steps: sum what every copy gives, for t = 1 to T.",
      gradients(right, (T) => [T]),
    ),
    mistake<Bptt>(
      "only the step 1, the last that a backward loop visits",
      "Each step overwrites what the steps before gave: add to the gradients (`+=`), do not set them (`=`).",
      gradients(right, () => [1]),
    ),
    mistake<Bptt>(
      "the gradient of h_0 is left at 0",
      "h_0 is a parameter as well: ∇_{h_0} = Wᵀ α_1.",
      withPart(({ h0 }) => ({ h0: zeros(h0.length) })),
    ),
    {
      kind: "text",
      name: "an argument is changed",
      hint: "`const d = p.b` does not copy the list: writing to `d` changes `p.b`. Start each gradient from zeros of its own.",
    },
  ],
};

// 4.5

type Arrays = Record<string, Vec | Mat>;
type Measured = (p: Arrays) => { L: number; grad: Arrays };
type GradCheck = (f: Measured, p: Arrays, key: string, eps?: number) => number;

/** The rows themselves; a vector is one row. */
const rowsOf = (array: Vec | Mat): Mat => (array.every(Array.isArray) ? array : [array]) as Mat;
const largest = (v: Vec): number => Math.max(...v.map(Math.abs));

/** The steps of a gradient check; a mistake is the right one with one step changed. */
type Plan = {
  step(eps?: number): number;
  /** The measured derivative; `L(by)` is the loss with the entry moved. */
  slope(L: (by: number) => number, eps: number): number;
  /** What stands in the entry afterwards. */
  left(before: number, eps: number): number;
  error(measured: Vec, given: Vec): number;
};

const rightPlan: Plan = {
  step: (eps = 1e-5) => eps,
  slope: (L, eps) => (L(eps) - L(-eps)) / (2 * eps),
  left: (before) => before,
  error: (measured, given) => largest(minus(measured, given)) / largest(measured),
};

function checkedBy(changed: Partial<Plan>): GradCheck {
  const { step, slope, left, error } = { ...rightPlan, ...changed };
  return (f, p, key, eps) => {
    const given = rowsOf(f(p).grad[key]).flat();
    const measured: Vec = [];
    for (const row of rowsOf(p[key])) {
      for (const [j, before] of row.entries()) {
        const L = (by: number) => {
          row[j] = before + by;
          return f(p).L;
        };
        measured.push(slope(L, step(eps)));
        row[j] = left(before, step(eps));
      }
    }
    return error(measured, given);
  };
}

/**
 * Losses whose third derivatives are known, with a large eps, which shows the scheme; and losses without eps, where one
 * derivative is large beside all curvatures, so that every eps between 1e-9 and 1e-3 gives the same six digits.
 */
const gradientChecks: Cases = (random) => {
  const W = [0, 1].map(() => [apart(random, 0.4, 1.2), apart(random, 0.4, 1.2)]);
  const k = list(5, () => apart(random, 0.5, 1.5));
  // In the last entry, whose derivative depends on all others: were they put back?
  const wrong = apart(random, 0.5, 1.5);
  return [
    [{ js: "({ b: [w] }) => ({ L: w ** 3, grad: { b: [3 * w ** 2] } })" }, { b: [2] }, "b", 0.5],
    [{ js: "({ b: [v, w] }) => ({ L: v * w + 40 * w, grad: { b: [2 * w, v + 40] } })" }, { b: [0.3, 0.7] }, "b"],
    [
      {
        js: `({ W: [[q, r], [s, t]] }) => ({
  L: 40 * q + q * r + Math.sin(s * t),
  grad: { W: [[40 + r, q], [t * Math.cos(s * t), s * Math.cos(s * t)]] },
})`,
      },
      {
        W: [
          [0.9, -0.4],
          [0.3, 0.7],
        ],
        b: [0.5],
      },
      "W",
    ],
    [
      {
        js: `({ W: [[q, r], [s, t]], b: [u] }) => ({
  L: ${k[0]} * q * r * s * t + u * (${k[1]} * q ** 3 + ${k[2]} * r ** 3 + ${k[3]} * s ** 3 + ${k[4]} * t ** 3),
  grad: {
    W: [
      [${k[0]} * r * s * t + 3 * ${k[1]} * u * q ** 2, ${k[0]} * q * s * t + 3 * ${k[2]} * u * r ** 2],
      [${k[0]} * q * r * t + 3 * ${k[3]} * u * s ** 2, ${k[0]} * q * r * s + 3 * ${k[4]} * u * t ** 2 + ${wrong}],
    ],
    b: [${k[1]} * q ** 3 + ${k[2]} * r ** 3 + ${k[3]} * s ** 3 + ${k[4]} * t ** 3],
  },
})`,
      },
      { W, b: [apart(random, 0.5, 1.5)] },
      "W",
      random() < 0.5 ? 0.1 : 0.2,
    ],
  ];
};

/** The largest move of an entry where no eps is given: the eps that the answer takes by itself. */
const stepOf = (answer: GradCheck, f: Measured, p: Arrays, key: string): number => {
  const before = p[key].flat();
  let step = 0;
  const watching: Measured = (moved) => {
    step = Math.max(step, ...moved[key].flat().map((x, i) => Math.abs(x - before[i])));
    return f(moved);
  };
  answer(watching, p, key);
  return step;
};
type StepOf = typeof stepOf;
// From 1e-9 to 1e-3 the reference's six digits come out; a little beyond is let pass if they do.
const tooSmall = (step: StepOf, answer: GradCheck, f: Measured, p: Arrays, key: string, eps?: number): boolean =>
  eps === undefined && step(answer, f, p, key) < 5e-10;
const tooLarge = (step: StepOf, answer: GradCheck, f: Measured, p: Arrays, key: string, eps?: number): boolean =>
  eps === undefined && step(answer, f, p, key) > 2e-3;

const gradientCheck: FunctionQuestion = {
  kind: "function",
  id: "bptt-gradient-check",
  number: "4.5",
  points: 4,
  name: "gradCheck",
  parameters: ["f", "p", "key", "eps"],
  tolerance: 1e-6,
  cases: gradientChecks,
  reference: checkedBy({}),
  hints: [
    "The first case is the example of the page: L = w³ at w = 2 with ε = 0.5. There the central difference is 12.25, the gradient that was given is 12, and the answer is 0.25 / 12.25.",
    "The usual mistakes: the forward difference (L(w + ε) - L(w)) / ε, the division by ε in place of 2ε, the entry not put back before the next one is moved, the largest difference not divided by the size of the gradient, a tiny ε such as 1e-12.",
    "For each entry: keep w; set w + ε and take L₊ = f(p).L; set w - ε and take L₋; put w back; d = (L₊ - L₋) / (2ε). Then max |d - g| / max |d|, where g is f(p).grad[key], taken before anything was moved.",
  ],
  misconceptions: [
    watched(
      "ε far too small where none is given",
      "Where `eps` is left out, yours is too small. Compare the errors for ε = 1e-2, 1e-3, ..., 1e-12 in the page's table: from some ε on they rise again. L₊ and L₋ then agree in nearly all of their 16 digits, and what is left of their difference is rounding.",
      carrying([stepOf], tooSmall),
    ),
    watched(
      "ε too large where none is given",
      "The error of a central difference falls with ε². The page's table shows how far one may go down before rounding takes over.",
      carrying([stepOf], tooLarge),
    ),
    mistake<GradCheck>(
      "the forward difference",
      "(L(w + ε) - L(w)) / ε has an error proportional to ε, on one side only. Move to both sides: (L(w + ε) - L(w - ε)) / (2ε) has one proportional to ε².",
      checkedBy({ slope: (L, eps) => (L(eps) - L(0)) / eps }),
    ),
    mistake<GradCheck>(
      "divided by ε in place of 2ε",
      "From w - ε to w + ε the entry moves by 2ε: all your differences are twice the derivative.",
      checkedBy({ slope: (L, eps) => (L(eps) - L(-eps)) / eps }),
    ),
    mistake<GradCheck>(
      "the absolute error",
      "Is 0.001 a large error? Not if the gradient is 1000. Divide by the largest |d|.",
      checkedBy({ error: (measured, given) => largest(minus(measured, given)) }),
    ),
    mistake<GradCheck>(
      "each entry relative to itself",
      "Take the largest difference and the largest |d|, each over all entries, and divide once: an entry near 0 would make the quotient large for nothing.",
      checkedBy({ error: (measured, given) => Math.max(...measured.map((d, i) => Math.abs((d - given[i]) / d))) }),
    ),
    mistake<GradCheck>(
      "relative to the gradient that is tested",
      "Divide by what was measured, the largest |d|: the gradient g may be the one that is wrong.",
      checkedBy({ error: (measured, given) => largest(minus(measured, given)) / largest(given) }),
    ),
    mistake<GradCheck>(
      "the entry is not put back",
      "After w - ε the entry still holds w - ε while the next one is measured, and the caller gets another p. Keep the old value before you move it, and write it back.",
      checkedBy({ left: (before, eps) => before - eps }),
    ),
    mistake<GradCheck>(
      "the entry is left at w + ε",
      "You put ε on and do not take it off: the next entries are measured at another place, and the caller gets another p. Keep the old value, and write it back.",
      checkedBy({
        slope: (L, eps) => {
          const below = L(-eps);
          return (L(eps) - below) / (2 * eps);
        },
        left: (before, eps) => before + eps,
      }),
    ),
    mistake<GradCheck>(
      "put back by adding and subtracting",
      "w + ε - 2ε + ε is not w in floating point: the last digits are lost. Keep the old value in a `const` and write it back.",
      checkedBy({ left: (before, eps) => before + eps - 2 * eps + eps }),
    ),
    mistake<GradCheck>(
      "the ε that was given is not used",
      "`eps` is an argument: choose one of your own only where it is `undefined`.",
      checkedBy({ step: () => 1e-5 }),
    ),
    told(
      "the gradient is asked at the moved place",
      "`f(p).grad[key]` depends on p: take it once, before the first entry is moved.",
    ),
  ],
};

// 4.6

type Entry = { value: number; from: number[]; slopes: number[] };
type Sweep = (tape: Entry[]) => Vec;

/** A sweep over a tape from `start`, entry by entry in some order. */
const sweepBy =
  (
    visit: (grad: Vec, tape: Entry[], i: number, k: number) => void,
    start = (n: number): Vec => oneHot(n - 1, n),
    order = (places: number[]): number[] => places.reverse(),
  ): Sweep =>
  (tape) => {
    const grad = start(tape.length);
    for (const i of order([...tape.keys()])) for (const k of tape[i].from.keys()) visit(grad, tape, i, k);
    return grad;
  };
const adds = (grad: Vec, tape: Entry[], i: number, k: number) => {
  grad[tape[i].from[k]] += tape[i].slopes[k] * grad[i];
};

/** Two variables, then entries made of the one before and of another: each is on the way to the last. */
function randomTape(random: Random): Entry[] {
  const tape: Entry[] = [0, 1].map(() => ({ value: apart(random, 1.1, 3), from: [], slopes: [] }));
  for (let i = 2; i < 7; i++) {
    const slopes = [apart(random, 0.3, 0.9), apart(random, 1.2, 2)];
    tape.push({ value: apart(random, 3.1, 9), from: [i - 1, whole(random, 0, i - 2)], slopes });
  }
  return tape;
}

const leaf = (value: number): Entry => ({ value, from: [], slopes: [] });
const tapes: Cases = (random) => [
  [[leaf(2), leaf(5), { value: 10, from: [0, 1], slopes: [5, 2] }]],
  [[leaf(3), { value: 9, from: [0, 0], slopes: [3, 3] }]],
  [[leaf(3), leaf(2), { value: 6, from: [0, 1], slopes: [2, 3] }, { value: 9, from: [2, 0], slopes: [1, 1] }]],
  [randomTape(random)],
];

const tapeSweep: FunctionQuestion = {
  kind: "function",
  id: "bptt-tape-sweep",
  number: "4.6a",
  points: 3,
  name: "sweep",
  parameters: ["tape"],
  tolerance: 1e-6,
  cases: tapes,
  reference: sweepBy(adds),
  hints: [
    "The second case is w w with w = 3: one entry that is made from place 0 twice. Its derivative is 2w = 6, so both slopes, 3 and 3, must arrive at place 0.",
    "The usual mistakes: `=` where `+=` is wanted, the loop from the first entry to the last, a last gradient that is not 1, a slope that is not multiplied by the gradient of its entry.",
    "grad is all 0 but for a 1 at the last place. For i from tape.length - 1 down to 0, for each k: grad[tape[i].from[k]] += tape[i].slopes[k] * grad[i].",
  ],
  misconceptions: [
    mistake<Sweep>(
      "overwritten in place of added",
      "A number that is used more than once gets a part of its gradient from each use, as W has T parents in the unrolled network: add (`+=`), do not set (`=`).",
      sweepBy((grad, tape, i, k) => {
        grad[tape[i].from[k]] = tape[i].slopes[k] * grad[i];
      }),
    ),
    mistake<Sweep>(
      "from the first entry to the last",
      "An entry can hand on its gradient only when it has got all of it, from every later entry: begin at the end of the tape.",
      sweepBy(adds, undefined, (places) => places),
    ),
    mistake<Sweep>(
      "nothing to begin with: all gradients are 0",
      "The derivative of L with respect to itself is 1: begin with 1 at the last place.",
      sweepBy(adds, zeros),
    ),
    mistake<Sweep>(
      "every gradient begins at 1",
      "Only the last entry is L. All others begin at 0 and get what is handed to them.",
      sweepBy(adds, (n) => zeros(n).fill(1)),
    ),
    mistake<Sweep>(
      "the slopes are left out",
      "What is handed back is the entry's gradient times the slope: a change of 1 in the one is a change of `slope` in the other.",
      sweepBy((grad, tape, i, k) => {
        grad[tape[i].from[k]] += grad[i];
      }),
    ),
    mistake<Sweep>(
      "slopes added, without the gradient of the entry",
      "That is one step of the chain rule. Multiply each slope by grad[i], which holds all the steps from entry i to L.",
      sweepBy((grad, tape, i, k) => {
        grad[tape[i].from[k]] += tape[i].slopes[k];
      }),
    ),
    mistake<Sweep>(
      "multiplied by the entry's value, not by its gradient",
      "`tape[i].value` belongs to the forward pass. Backward it is grad[i] that is handed on.",
      sweepBy((grad, tape, i, k) => {
        grad[tape[i].from[k]] += tape[i].slopes[k] * tape[i].value;
      }),
    ),
    mistake<Sweep>(
      "multiplied by the value in place of the slope",
      "The slopes are written on the tape: for a product they are the values of the *other* factor, for a sum they are 1.",
      sweepBy((grad, tape, i, k) => {
        grad[tape[i].from[k]] += tape[tape[i].from[k]].value * grad[i];
      }),
    ),
  ],
};

/** A class of -1 has no loss. */
const withoutSomeLosses: Pass = {
  ...right,
  g: (yhat, y) => (y < 0 ? zeros(yhat.length) : right.g(yhat, y)),
};
const lastLossOnly: Bptt = (p, X, y) =>
  gradients(withoutSomeLosses)(
    p,
    X,
    y.map((label, i) => (i === y.length - 1 ? label : -1)),
  );

const eachStepFromH0: Bptt = (p, X, y) => {
  const steps = X.map((x, i) => gradients(right)(p, [x], [y[i]]));
  return {
    U: sumOfMatrices(steps.map(({ U }) => U)),
    W: sumOfMatrices(steps.map(({ W }) => W)),
    V: sumOfMatrices(steps.map(({ V }) => V)),
    b: sum(steps.map(({ b }) => b)),
    c: sum(steps.map(({ c }) => c)),
    h0: sum(steps.map(({ h0 }) => h0)),
  };
};

const tapeGradients: FunctionQuestion = {
  kind: "function",
  id: "bptt-tape-gradients",
  number: "4.6b",
  points: 3,
  name: "tapeGrad",
  parameters: ["p", "X", "y"],
  tolerance: 1e-6,
  cases: sequences,
  reference: gradients(right),
  hints: [
    "Compare with your own `bptt`: which gradients differ? Is the value of the last entry of the tape the loss of `loss(p, X, y)`? If it is, the forward pass is right, and the error is in what stands on the tape how often, or in `sweep`.",
    "The usual mistakes: the parameters are written on the tape once more at every step, the sum over t is missing, h begins at h_0 again in every step, L_t lacks its logarithm or its sum over the classes.",
    "First all parameters and h0 by `places`, once. Then for each t: a = b + U x + W h and h = tanh(a), entry by entry, o = c + V h, and L_t = log(exp(o_0) + exp(o_1) + ...) - o_y. Add the L_t, call `sweep(tape)`, and read its list at the places of the parameters.",
  ],
  misconceptions: [
    watched(
      "it calls bptt",
      "The numbers are those of the chain rule by hand. Here they are to come from the tape, which knows nothing of this network: only then does one check the other.",
      // A comment may name it.
      (answer: Bptt) => /\bbptt\)?\s*\(/.test(`${answer}`.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")),
    ),
    mistake<Bptt>(
      "the parameters are written anew at every step",
      "W is one number on the tape, used T times. With new entries at each step you read the gradient of the last copy only: write the parameters once, before the loop.",
      gradients(right, (T) => [T]),
    ),
    mistake<Bptt>(
      "the matrices are read at places that nothing was made from",
      "The gradients of U, W and V are 0: the forward pass used other places than those that you read. Does a name inside the loop hide the one outside? Write the parameters once, and read at the same places.",
      withPart(({ U, W, V }) => ({ U: U.map(zerosLike), W: W.map(zerosLike), V: V.map(zerosLike) })),
    ),
    mistake<Bptt>(
      "all gradients are 0",
      "The sweep begins at the last entry of the tape: if anything is written after L, its gradients are those of another number. And read at the places of the forward pass: `places` called once more gives new ones.",
      (p) => {
        const none = (M: Mat): Mat => M.map(zerosLike);
        const [b, c, h0] = none([p.b, p.c, p.h0]);
        return { U: none(p.U), W: none(p.W), V: none(p.V), b, c, h0 };
      },
    ),
    mistake<Bptt>(
      "only the last loss",
      "The sweep begins at the last entry of the tape: that must be L = L_1 + ... + L_T, so add the losses of all steps.",
      lastLossOnly,
    ),
    mistake<Bptt>(
      "every step begins at h_0",
      "h_t is made from h_{t-1}: keep the places of h from one step to the next, outside the loop.",
      eachStepFromH0,
    ),
    mistake<Bptt>(
      "h_0 is a constant",
      "The gradient of h_0 is asked for as well: keep its places, and read the list there.",
      withPart(({ h0 }) => ({ h0: zeros(h0.length) })),
    ),
    mistake<Bptt>(
      "the softmax's sum is missing: L_t = -o_y",
      "ŷ_y = e^{o_y} / Z, so -ln ŷ_y = ln Z - o_y: the logarithm of Z = Σ_k e^{o_k} belongs to the loss.",
      gradients({ ...right, g: (yhat, y) => oneHot(y, yhat.length).map((x) => -x) }),
    ),
    mistake<Bptt>(
      "the logarithm is missing: L_t = -ŷ_y",
      "The loss is -ln ŷ_y, not -ŷ_y.",
      gradients({ ...right, g: (yhat, y) => right.g(yhat, y).map((x) => x * yhat[y]) }),
    ),
    sharedMistake<Bptt>("sign", gradients(opposite)),
    sharedMistake<Bptt>("mean", meanOverTime),
    told(
      "`sweep` overwrites",
      "If `sweep` sets (`=`) where it should add (`+=`), each parameter gets the gradient of one use only: check 4.6a first.",
    ),
    told(
      "places and values are mixed up",
      "The operations take places and give places: `mul(w, x)` and not `mul(w, p.b[0])`. A number that is not on the tape yet is put there by `variable`.",
    ),
  ],
};

export const exercise: Exercise = {
  id: "04-bptt",
  title: "Back-propagation through time",
  questions: [
    softmaxJacobian,
    logitsGradient,
    hiddenGradient,
    biasCopies,
    biasFormula,
    allGradients,
    gradientCheck,
    tapeSweep,
    tapeGradients,
  ],
};
