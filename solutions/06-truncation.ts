/** Exercise 6, truncated BPTT: its cost, its step, its window, ARTBP, and influence balancing (slides 22 to 24). */
import type { Cases, Exercise, FunctionQuestion, Misconception, Random } from "../grader/question";
import { apart, list, matrix, vector, whole } from "./parts/draw";
import { type Mat, plus, softmax, times, transpose, type Vec } from "./parts/linear";
import { mistake, told } from "./parts/mistake";

// 6.1

type Cost = (T: number, p: number) => { ops: number; memory: number };

/** A cost by how many steps are gone back, and what is kept. */
const costBy =
  (ops: (back: number, T: number, p: number) => number, memory = (back: number, _T: number) => back + 1): Cost =>
  (T, p) => {
    const back = Math.min(p, T);
    return { ops: ops(back, T, p), memory: memory(back, T) };
  };

const cost: FunctionQuestion = {
  kind: "function",
  id: "truncation-cost",
  number: "6.1",
  points: 3,
  name: "cost",
  parameters: ["T", "p"],
  tolerance: 1e-6,
  cases: (random) => [
    [1, 1],
    [10, 1],
    [10, 3],
    [3, 10],
    [1000, 1],
    [whole(random, 20, 60), whole(random, 4, 15)],
  ],
  reference: costBy((back) => 1 + 2 * back),
  hints: [
    "Draw T = 10 and p = 3: the one step forward, from h_9 to h_10, and the three steps back. Which states does the way back touch, the one at its far end included?",
    "The usual mistakes: the window is longer than the sequence (p > T), the state before the window is forgotten, the p steps are computed forward again although their states are known.",
    "The way back has n = min(p, T) steps. So ops = 1 + 2n, and the states are h_{T-n}, ..., h_T: memory = n + 1.",
  ],
  misconceptions: [
    mistake<Cost>(
      "the window goes back beyond the first step",
      "There are only T steps: for p > T the way back ends at step 1.",
      (_, p) => ({ ops: 1 + 2 * p, memory: p + 1 }),
    ),
    mistake<Cost>(
      "all T steps, whatever p is",
      "That is BPTT. Truncated BPTT ends the way back after p steps: its cost does not grow with T.",
      (T) => ({ ops: 1 + 2 * T, memory: T + 1 }),
    ),
    mistake<Cost>(
      "the state before the window is not counted",
      "The gradient of W at the first step of the window needs the state before it, which stands beside α in α hᵀ: one state more than steps.",
      costBy(
        (back) => 1 + 2 * back,
        (back) => back,
      ),
    ),
    mistake<Cost>(
      "all states are kept",
      "What lies before the window is never touched again: it can be forgotten. That is why the memory is O(1).",
      costBy(
        (back) => 1 + 2 * back,
        (_, T) => T + 1,
      ),
    ),
    mistake<Cost>(
      "a step back counted once",
      "A step back counts 2: one product with the transpose, and one for the gradient of the matrix.",
      costBy((back) => 1 + back),
    ),
    mistake<Cost>(
      "the step forward is not counted",
      "From h_{T-1} to h_T the network goes one step forward, which counts 1.",
      costBy((back) => 2 * back),
    ),
    mistake<Cost>(
      "the window is computed forward again",
      "The states of the window are known, from the steps before. Only step T is new: one step forward.",
      costBy((back) => 3 * back),
    ),
    mistake<Cost>("summed over all steps", "Wanted is the cost of one gradient, that of L_T.", (T, p) => ({
      ops: list(T, (i) => 1 + 2 * Math.min(p, i + 1)).reduce((sum, one) => sum + one, 0),
      memory: Math.min(p, T) + 1,
    })),
  ],
};

// 6.2 and 6.4: Example 1

type Param = { U: Mat; W: Mat; V: Mat; b: Vec; c: Vec; h0: Vec };
type Gradients = Omit<Param, "h0">;

const oneHot = (y: number, q: number): Vec => list(q, (i) => (i === y ? 1 : 0));
const outer = (u: Vec, v: Vec): Mat => u.map((x) => v.map((y) => x * y));
const scaled = (v: Vec, by: number): Vec => v.map((x) => by * x);
const zerosOf = ({ U, W, V, b, c }: Param): Gradients => {
  const zero = (M: Mat) => M.map((row) => scaled(row, 0));
  return { U: zero(U), W: zero(W), V: zero(V), b: scaled(b, 0), c: scaled(c, 0) };
};

/** The states of one step, with what was needed to make them. */
type Step = { x: Vec; y: number; before: Vec; a: Vec; h: Vec; yhat: Vec };

function stepFrom(p: Param, before: Vec, x: Vec, y: number): Step {
  const a = plus(times(p.U, x), p.b, times(p.W, before));
  const h = a.map(Math.tanh);
  return { x, y, before, a, h, yhat: softmax(plus(p.c, times(p.V, h))) };
}

/** How a gradient goes back through one step; a mistake is the right way with one thing changed. */
type Way = {
  g(step: Step): Vec;
  slope(step: Step): Vec;
  /** What stands beside alpha in the gradient of W, and beside g in that of V. */
  besideAlpha(step: Step): Vec;
  besideG(step: Step): Vec;
  back(p: Param, alpha: Vec, delta: Vec): Vec;
};

const right: Way = {
  g: ({ yhat, y }) => plus(yhat, scaled(oneHot(y, yhat.length), -1)),
  slope: ({ h }) => h.map((v) => 1 - v * v),
  besideAlpha: ({ before }) => before,
  besideG: ({ h }) => h,
  back: ({ W }, alpha) => times(transpose(W), alpha),
};
const minusNumber: Way = { ...right, g: ({ yhat, y }) => yhat.map((v) => v - y) };
const opposite: Way = { ...right, g: (step) => scaled(right.g(step), -1) };
const withoutSlope: Way = { ...right, slope: ({ h }) => h.map(() => 1) };
const slopeOfA: Way = { ...right, slope: ({ a }) => a.map((v) => 1 - v * v) };
const newStateBesideAlpha: Way = { ...right, besideAlpha: ({ h }) => h };
const oldStateBesideG: Way = { ...right, besideG: ({ before }) => before };
const notTransposed: Way = { ...right, back: ({ W }, alpha) => times(W, alpha) };

/** Adds the gradient of the last loss of a window, back through all of its steps; returns that of the state before it. */
function addWindow(way: Way, p: Param, window: Step[], sum: Gradients): Vec {
  const add = (M: Mat, more: Mat) => M.map((row, i) => plus(row, more[i]));
  const last = window[window.length - 1];
  const g = way.g(last);
  sum.V = add(sum.V, outer(g, way.besideG(last)));
  sum.c = plus(sum.c, g);
  let delta = times(transpose(p.V), g);
  for (const step of [...window].reverse()) {
    const alpha = way.slope(step).map((v, i) => v * delta[i]);
    sum.U = add(sum.U, outer(alpha, step.x));
    sum.W = add(sum.W, outer(alpha, way.besideAlpha(step)));
    sum.b = plus(sum.b, alpha);
    delta = way.back(p, alpha, delta);
  }
  return delta;
}

const network = (random: Random, n: number, m: number, q: number): Param => ({
  U: matrix(random, m, n),
  W: matrix(random, m, m),
  V: matrix(random, q, m),
  b: vector(random, m, 0.5),
  c: vector(random, q, 0.5),
  h0: list(m, () => apart(random, 0.3, 1)),
});

type TruncGrad1 = (p: Param, hTilde: Vec, x: Vec, y: number) => Param;

/** The gradients of one step, from a state; h0 by `initial`. */
const oneStep =
  (
    way: Way,
    from = (_: Param, hTilde: Vec) => hTilde,
    initial = (h0: Vec, _before: Vec): Vec => scaled(h0, 0),
  ): TruncGrad1 =>
  (p, hTilde, x, y) => {
    const sum = zerosOf(p);
    const before = addWindow(way, p, [stepFrom(p, from(p, hTilde), x, y)], sum);
    return { ...sum, h0: initial(p.h0, before) };
  };

const shared = {
  sign: ["y - ŷ in place of ŷ - y", "Every number has the right size and the wrong sign: look at the gradient of o."],
  slope: ["the factor 1 - h² is missing", "U, W and b stand inside the tanh: α = (1 - h²) ⊙ δ, entry by entry."],
  slopeOfA: ["1 - a² in place of 1 - h²", "tanh'(a) = 1 - tanh²(a), and tanh(a) is h: the factor is 1 - h²."],
  besideAlpha: [
    "the new state beside α in the gradient of W",
    "a = U x + b + W h̃: beside W stands the state before the step.",
  ],
  besideG: [
    "the old state beside g in the gradient of V",
    "o = c + V h: beside V stands the state that the step made.",
  ],
} as const;
const sharedMistake = <Answer>(key: keyof typeof shared, answer: Answer): Misconception<Answer> => {
  const [name, hint] = shared[key];
  return mistake(name, hint, answer);
};

const oneStepGradient: FunctionQuestion = {
  kind: "function",
  id: "truncation-one-step",
  number: "6.2",
  points: 6,
  name: "truncGrad1",
  parameters: ["p", "hTilde", "x", "y"],
  tolerance: 1e-6,
  cases: (random) =>
    [
      { n: 1, m: 1, q: 2 },
      { n: 1, m: 2, q: 2 },
      { n: whole(random, 2, 3), m: 3, q: 3 },
    ].map(({ n, m, q }) => [
      network(random, n, m, q),
      list(m, () => apart(random, 0.2, 0.9)),
      list(n, () => apart(random, 0.3, 1)),
      whole(random, 0, q - 1),
    ]),
  reference: oneStep(right),
  hints: [
    "Nothing comes from later steps and nothing goes to earlier ones: the network is an ordinary one with one hidden layer, whose inputs are x and the constant h̃.",
    "Look at which gradients are right: V and c need only g and h; U, W and b need α too. h̃ is a constant, a list of numbers: it does not depend on h_0, whatever it was made from.",
    "a = U x + b + W h̃, h = tanh(a), ŷ = softmax(c + V h); g = ŷ - y, α = (1 - h²) ⊙ Vᵀg. Then ∇_V = g hᵀ, ∇_c = g, ∇_U = α xᵀ, ∇_W = α h̃ᵀ, ∇_b = α, and ∇_{h_0} = 0.",
  ],
  misconceptions: [
    mistake<TruncGrad1>(
      "the gradient flows into h̃",
      "Wᵀα is the gradient of h̃. But h̃ is held constant: nothing flows through it to earlier steps, so the gradient of h_0 is 0. This is where BPTT is cut.",
      oneStep(right, undefined, (_, before) => before),
    ),
    mistake<TruncGrad1>(
      "the state is computed anew, from h_0",
      "The step begins at h̃, the state that was carried along. `p.h0` was the state before the very first step.",
      oneStep(right, (p) => p.h0),
    ),
    mistake<TruncGrad1>(
      "the state is left out: the step begins at 0",
      "a = U x + b + W h̃: the state that was carried along is held constant, but it is not 0.",
      oneStep(right, (p) => scaled(p.h0, 0)),
    ),
    sharedMistake<TruncGrad1>("besideAlpha", oneStep(newStateBesideAlpha)),
    sharedMistake<TruncGrad1>("besideG", oneStep(oldStateBesideG)),
    sharedMistake<TruncGrad1>("slope", oneStep(withoutSlope)),
    sharedMistake<TruncGrad1>("slopeOfA", oneStep(slopeOfA)),
    sharedMistake<TruncGrad1>("sign", oneStep(opposite)),
    mistake<TruncGrad1>(
      "the number y subtracted from every entry",
      "The y of ŷ - y is a vector with a 1 at the right class; the argument `y` is the number of that class. Subtract 1 at the entry `y` and 0 elsewhere.",
      oneStep(minusNumber),
    ),
    told("an argument is changed", "`const d = p.b` does not copy the list: writing to `d` changes `p.b`."),
  ],
};

// 6.3

type StepFunction = (h: number, x: number, theta: number) => number;
type LossSlope = (h: number, y: number) => number;
type State = { theta: number; h: number };
type Args = [
  f: StepFunction,
  slope: StepFunction,
  lossSlope: LossSlope,
  state: State,
  x: number,
  y: number,
  eta: number,
];
type TbpttStep = (...args: Args) => State;

/** The step function, its slope in theta, and the slope of the loss. */
const models = {
  example4: ["(h, x, theta) => h + theta", "(h, x, theta) => 1", "(h, y) => 2 * (h - y)"],
  tanh: [
    "(h, x, theta) => Math.tanh(theta * h + x)",
    "(h, x, theta) => h * (1 - Math.tanh(theta * h + x) ** 2)",
    "(h, y) => 2 * (h - y)",
  ],
  leaky: ["(h, x, theta) => h + theta * (x - h)", "(h, x, theta) => x - h", "(h, y) => (h - y) ** 3"],
};
const functionsOf = (model: keyof typeof models) => models[model].map((js) => ({ js }));

const onlineStep: TbpttStep = (f, slope, lossSlope, { theta, h }, x, y, eta) => {
  const next = f(h, x, theta);
  return { theta: theta - eta * lossSlope(next, y) * slope(h, x, theta), h: next };
};
/** The right step with another truncated gradient. */
const withGradient =
  (gradient: TbpttGradient): TbpttStep =>
  (f, slope, lossSlope, { theta, h }, x, y, eta) => ({
    theta: theta - eta * gradient({ slope, lossSlope, h, next: f(h, x, theta), x, y, theta }),
    h: f(h, x, theta),
  });
type TbpttGradient = (
  at: { slope: StepFunction; lossSlope: LossSlope; next: number; x: number; y: number } & State,
) => number;

const tbpttStep: FunctionQuestion = {
  kind: "function",
  id: "truncation-step",
  number: "6.3",
  points: 7,
  name: "tbpttStep",
  parameters: ["f", "slope", "lossSlope", "state", "x", "y", "eta"],
  tolerance: 1e-6,
  cases: (random) => {
    const drawn = (model: keyof typeof models, eta: number) => [
      ...functionsOf(model),
      { theta: apart(random, 0.3, 1), h: apart(random, 0.3, 1) },
      apart(random, 1.2, 2),
      apart(random, 0.2, 0.9),
      eta,
    ];
    return [
      [...functionsOf("example4"), { theta: 1, h: 0 }, 0, 0, 0.5],
      [...functionsOf("example4"), { theta: 0, h: 1 }, 0, 0, 0.5],
      drawn("tanh", 0.2),
      drawn("leaky", 0.1),
      drawn("leaky", 0.3),
    ];
  },
  reference: onlineStep,
  hints: [
    "Follow Example 4 by hand, from θ = 1, h̃ = 0 with η = 1/2 and y = 0: the new state is 0 + 1 = 1, the loss there is (1 - 0)², its gradient 2, and θ becomes 1 - 1 = 0. So the pair is (0, 1).",
    "The usual mistakes: the state is moved with the θ that was just made (the slide has θ^(k) in both lines), the loss is taken at the old state (it is L_{k+1}, that of the new state), one factor of the chain rule is missing.",
    "h̃_{k+1} = f(h̃_k, x; θ_k). The chain rule with h̃_k constant: ∇̃L = (dℓ/dh at h̃_{k+1}) · (∂f/∂θ at h̃_k, x, θ_k). Then θ_{k+1} = θ_k - η ∇̃L, and the answer is { theta: θ_{k+1}, h: h̃_{k+1} }.",
  ],
  misconceptions: [
    mistake<TbpttStep>(
      "the state moves with the new θ",
      'The slide "Updates of truncated BPTT" has θ^(k) in both lines: h̃_{k+1} = f(h̃_k, x_{k+1}; θ^(k)). With the new θ it is another algorithm: on Example 4 with η = 1/2 yours comes to rest in two steps, where the lecture\'s goes round with period 6.',
      (...args) => {
        const [f, , , { h }, x] = args;
        const { theta } = onlineStep(...args);
        return { theta, h: f(h, x, theta) };
      },
    ),
    mistake<TbpttStep>(
      "the state stays where it was",
      "Both parts of the pair move: h̃_{k+1} = f(h̃_k, x_{k+1}; θ^(k)).",
      (...args) => ({ theta: onlineStep(...args).theta, h: args[3].h }),
    ),
    mistake<TbpttStep>(
      "the state begins anew at 0",
      "h̃_k is carried from step to step: nothing sets it back.",
      (f, slope, lossSlope, { theta }, ...rest) => onlineStep(f, slope, lossSlope, { theta, h: 0 }, ...rest),
    ),
    mistake<TbpttStep>(
      "the loss is taken at the old state",
      "The loss is that of time k+1: `lossSlope` wants the state that f has just made.",
      withGradient(({ slope, lossSlope, h, x, y, theta }) => lossSlope(h, y) * slope(h, x, theta)),
    ),
    mistake<TbpttStep>(
      "∂f/∂θ is taken at the new state",
      "The step went from h̃_k to h̃_{k+1} by f(h̃_k, x; θ): its derivative is taken where f was, at h̃_k.",
      withGradient(({ slope, lossSlope, next, x, y, theta }) => lossSlope(next, y) * slope(next, x, theta)),
    ),
    mistake<TbpttStep>(
      "∂f/∂θ is missing",
      "lossSlope is the gradient of h̃_{k+1}. From there to θ there is one more factor of the chain rule, ∂f/∂θ.",
      withGradient(({ lossSlope, next, y }) => lossSlope(next, y)),
    ),
    mistake<TbpttStep>(
      "dℓ/dh is missing",
      "`slope` says how θ moves the state. How the state moves the loss is `lossSlope`: multiply the two.",
      withGradient(({ slope, h, x, theta }) => slope(h, x, theta)),
    ),
    mistake<TbpttStep>(
      "the step goes up",
      "Descent goes against the gradient: θ minus η times the gradient.",
      (f, slope, lossSlope, state, x, y, eta) => onlineStep(f, slope, lossSlope, state, x, y, -eta),
    ),
    mistake<TbpttStep>(
      "the learning rate is missing",
      "The gradient is multiplied by η before it is taken off θ.",
      (f, slope, lossSlope, state, x, y) => onlineStep(f, slope, lossSlope, state, x, y, 1),
    ),
    mistake<TbpttStep>(
      "θ stays where it was",
      "θ moves too, by -η times the truncated gradient.",
      withGradient(() => 0),
    ),
    told("the pair that was given is changed", "Return a new record: `state` belongs to the caller."),
    told(
      "nothing is cut",
      "θ has also made h̃_k, at the steps before. That is left out: `slope` holds h̃_k constant, and nothing is added to it.",
    ),
  ],
};

// 6.4

type TruncGrad = (p: Param, X: Mat, y: number[], depth: number) => Gradients;

/** Where the window of the loss at t begins; t and the answer count from 1. */
type Begin = (t: number, depth: number, T: number) => number;
const sliding: Begin = (t, depth) => t - depth + 1;

/** The sum over t of the gradient of L_t, back to where `begin` says. */
function windows(
  way: Way,
  begin: Begin = sliding,
  { onlyLast = false, restarts = false, divides = false } = {},
): TruncGrad {
  return (p, X, y, depth) => {
    const T = X.length;
    const steps: Step[] = [];
    for (const [i, x] of X.entries()) steps.push(stepFrom(p, i === 0 ? p.h0 : steps[i - 1].h, x, y[i]));
    const sum = zerosOf(p);
    for (let t = 1; t <= T; t++) {
      const first = Math.max(1, begin(t, depth, T));
      let window = steps.slice(first - 1, t);
      if (restarts) {
        window = [];
        for (let s = first; s <= t; s++) window.push(stepFrom(p, window[s - first - 1]?.h ?? p.h0, X[s - 1], y[s - 1]));
      }
      if (t === T || !onlyLast) addWindow(way, p, window.length > 0 ? window : [steps[t - 1]], sum);
    }
    const by = divides ? 1 / T : 1;
    const times = (M: Mat) => M.map((row) => scaled(row, by));
    return { U: times(sum.U), W: times(sum.W), V: times(sum.V), b: scaled(sum.b, by), c: scaled(sum.c, by) };
  };
}

/** A window without steps: only V and c, which stand behind the state, have a gradient. */
const oneStepLess: TruncGrad = (p, X, y, depth) => {
  const { V, c } = windows(right)(p, X, y, depth);
  if (depth > 1) return windows(right)(p, X, y, depth - 1);
  return { ...zerosOf(p), V, c };
};

const windowGradient: FunctionQuestion = {
  kind: "function",
  id: "truncation-window",
  number: "6.4",
  points: 7,
  name: "truncGrad",
  parameters: ["p", "X", "y", "depth"],
  tolerance: 1e-6,
  cases: (random) =>
    [
      { T: 1, n: 1, m: 1, q: 2, depth: 1 },
      { T: 2, n: 1, m: 2, q: 2, depth: 1 },
      { T: 3, n: 1, m: 2, q: 2, depth: 2 },
      { T: 3, n: 1, m: 2, q: 2, depth: 3 },
      { T: 6, n: 1, m: 2, q: 2, depth: whole(random, 3, 4) },
    ].map(({ T, n, m, q, depth }) => [
      network(random, n, m, q),
      list(T, () => list(n, () => apart(random, 0.3, 1))),
      list(T, () => whole(random, 0, q - 1)),
      depth,
    ]),
  reference: windows(right),
  hints: [
    "Two cases are known: with depth = 1 it is the sum of 6.2 over the steps (each from the state that the forward pass found), and with depth = T it is bptt of exercise 4.",
    "The usual mistakes: depth + 1 or depth - 1 copies, blocks in place of a window that slides with t, states made anew from h_0 in each window, only the last loss.",
    "For each t: δ = Vᵀg_t; then for s = t, t-1, ..., max(1, t - depth + 1): α = (1 - h_s²) ⊙ δ, add α x_sᵀ, α h_{s-1}ᵀ and α to the gradients of U, W and b, and set δ = Wᵀα. V and c get g_t h_tᵀ and g_t.",
  ],
  misconceptions: [
    mistake<TruncGrad>(
      "one copy too many",
      "depth = 1 is the slide: only the copy of step t itself sees L_t. The window is the steps t - depth + 1 to t.",
      windows(right, (t, depth) => t - depth),
    ),
    mistake<TruncGrad>(
      "one copy too few",
      "depth = 1 is the slide: the copy of step t itself does see L_t. The window is the steps t - depth + 1 to t, both included.",
      oneStepLess,
    ),
    mistake<TruncGrad>(
      "blocks in place of a window that slides",
      "That is the usual `detach` loop: cut at fixed times, so that some losses see depth copies and others only one. Here every L_t sees the last depth copies before it.",
      windows(right, (t, depth) => t - ((t - 1) % depth)),
    ),
    mistake<TruncGrad>(
      "depth is not used: back to step 1",
      "That is BPTT. End the way back at step t - depth + 1.",
      windows(right, () => 1),
    ),
    mistake<TruncGrad>(
      "depth is not used: one step back only",
      "That is depth = 1. Go on with δ = Wᵀα to the step before, until depth steps are done.",
      windows(right, (t) => t),
    ),
    mistake<TruncGrad>(
      "only the last loss",
      "Every step has a loss: sum over t = 1, ..., T, each with a window of its own.",
      windows(right, sliding, { onlyLast: true }),
    ),
    mistake<TruncGrad>(
      "each window begins at h_0",
      "Only the gradient is cut, not the state: the states are those of one forward pass over all steps.",
      windows(right, sliding, { restarts: true }),
    ),
    mistake<TruncGrad>(
      "W in place of Wᵀ",
      "Forward, W maps h_{s-1} to a_s. Backward, the gradient goes the other way, by the transpose.",
      windows(notTransposed),
    ),
    mistake<TruncGrad>(
      "the factor 1 - h² is missing on the way back",
      "Wᵀ is applied to α = (1 - h_s²) ⊙ δ, not to δ itself.",
      windows({ ...right, back: ({ W }, _, delta) => times(transpose(W), delta) }),
    ),
    sharedMistake<TruncGrad>("slope", windows(withoutSlope)),
    sharedMistake<TruncGrad>("slopeOfA", windows(slopeOfA)),
    sharedMistake<TruncGrad>("besideAlpha", windows(newStateBesideAlpha)),
    sharedMistake<TruncGrad>("besideG", windows(oldStateBesideG)),
    sharedMistake<TruncGrad>("sign", windows(opposite)),
    mistake<TruncGrad>(
      "divided by T",
      "L is the sum of the L_t, not their mean.",
      windows(right, sliding, { divides: true }),
    ),
    told(
      "a gradient that is set, not added",
      "Each step of each window adds its part (`+=`): the parameters are shared by all of them.",
    ),
  ],
};

// 6.5

type Artbp = (own: Vec, jacobian: Vec, c: (n: number) => number, uniform: () => number) => Vec;

/** For each t from 1 to T-1, in this order: does it stop, and with which probability was that. */
type Draw = { stops: boolean; c: number };
function drawn(T: number, c: (n: number) => number, uniform: () => number, { from = 1, resets = true } = {}): Draw[] {
  const draws: Draw[] = [];
  for (let t = 1, n = from; t < T; t++, n++) {
    const draw = { c: c(n), stops: uniform() < c(n) };
    draws.push(draw);
    if (draw.stops && resets) n = from - 1;
  }
  return draws;
}

/** The backward pass with what `receives` makes of own_t and of what comes from t + 1. */
const backBy =
  (
    receives: (own: number, later: number, draw: Draw, next: number) => number,
    draws: (T: number, c: (n: number) => number, uniform: () => number) => Draw[] = drawn,
  ): Artbp =>
  (own, jacobian, c, uniform) => {
    const T = own.length;
    const all = draws(T, c, uniform);
    const delta = [...own];
    for (let t = T - 1; t >= 1; t--)
      delta[t - 1] = receives(own[t - 1], jacobian[t - 1] * delta[t], all[t - 1], jacobian[t - 1] * own[t]);
    return delta;
  };
const reweighted = (own: number, later: number, { stops, c }: Draw) => (stops ? own : own + later / (1 - c));

/** A generator of draws that are known beforehand. */
const draws = (values: number[]) => ({ js: `(() => { const u = [${values.join(", ")}]; return () => u.shift(); })()` });

const artbpCases: Cases = (random) => {
  const between = (from: number, to: number) => Math.round((from + random() * (to - from)) * 100) / 100;
  // Below every c of the cases; above it, but below 1 - c; above both.
  const stop = () => between(0.03, 0.2);
  const near = () => between(0.47, 0.53);
  const far = () => between(0.8, 0.95);
  const chain = (T: number) => [list(T, () => apart(random, 0.2, 1)), list(T - 1, () => apart(random, 0.4, 0.9))];
  const constant = { js: "(n) => 0.4" };
  const falling = { js: "(n) => 6 / (14 + n)" };
  return [
    [...chain(1), constant, draws([far()])],
    [...chain(2), constant, draws([far(), near()])],
    [...chain(2), constant, draws([stop(), far()])],
    [...chain(4), falling, draws([far(), near(), far(), near()])],
    [...chain(6), falling, draws([near(), stop(), far(), near(), stop(), far()])],
    [...chain(7), falling, draws([near(), far(), stop(), far(), near(), far(), near()])],
  ];
};

const artbp: FunctionQuestion = {
  kind: "function",
  id: "truncation-artbp",
  number: "6.5",
  points: 6,
  name: "artbp",
  parameters: ["own", "jacobian", "c", "uniform"],
  tolerance: 1e-6,
  cases: artbpCases,
  reference: backBy(reweighted),
  hints: [
    "With T = 2 there is one draw. With probability c it stops and δ_1 is own_1; with probability 1 - c it goes on. Which factor makes the mean of the two equal to own_1 + jacobian_1 · own_2?",
    "The usual mistakes: 1/c or 1 - c in place of 1/(1 - c), a factor on the step's own part, n that is not set back after a stop, draws that are made on the way back and so in the wrong order.",
    "First forward: n = 1; for t = 1, ..., T-1 draw whether t stops, uniform() < c(n), keep that and c(n); n becomes 1 after a stop, else n + 1. Then back: δ_T = own_T; δ_t = own_t at a stop, else own_t + jacobian_t δ_{t+1} / (1 - c).",
  ],
  misconceptions: [
    mistake<Artbp>(
      "divided by c in place of 1 - c",
      "The later part arrives with the probability 1 - c, that of not stopping: dividing by 1 - c makes its mean right.",
      backBy((own, later, { stops, c }) => (stops ? own : own + later / c)),
    ),
    mistake<Artbp>(
      "multiplied by 1 - c",
      "What arrives only sometimes must count more when it does: divide by the probability 1 - c that it arrives.",
      backBy((own, later, { stops, c }) => (stops ? own : own + later * (1 - c))),
    ),
    mistake<Artbp>(
      "no factor",
      "That is truncation at random times. Its mean is too small, since the later part is missing whenever it stops: biased, as truncated BPTT is.",
      backBy((own, later, { stops }) => (stops ? own : own + later)),
    ),
    mistake<Artbp>(
      "the step's own part is weighted too",
      "own_t is there at every draw, with probability 1: only what comes from t + 1 is divided by 1 - c.",
      backBy((own, later, { stops, c }) => (stops ? own : (own + later) / (1 - c))),
    ),
    mistake<Artbp>(
      "a stop takes the step's own part away too",
      "At a stop nothing comes from step t + 1, but the loss of step t is still there: δ_t = own_t.",
      backBy((own, later, { stops, c }) => (stops ? 0 : own + later / (1 - c))),
    ),
    mistake<Artbp>(
      "n is not set back after a stop",
      "n counts the steps since the last stop: after one it begins at 1 again.",
      backBy(reweighted, (T, c, uniform) => drawn(T, c, uniform, { resets: false })),
    ),
    mistake<Artbp>(
      "n begins at 0",
      "n is 1 at the first step, and at the first step after a stop.",
      backBy(reweighted, (T, c, uniform) => drawn(T, c, uniform, { from: 0 })),
    ),
    mistake<Artbp>(
      "the factor of the next n",
      "The c(n) of the factor is the one with which it was drawn: keep it before n moves on.",
      backBy(reweighted, (T, c, uniform) => {
        const all = drawn(T + 1, c, uniform);
        return all.slice(0, -1).map(({ stops }, i) => ({ stops, c: all[i + 1].c }));
      }),
    ),
    mistake<Artbp>(
      "drawn on the way back",
      "Whether to stop is decided as time goes on, for t = 1, 2, ..., T-1, before the way back begins: only so does n count from the last stop.",
      backBy(reweighted, (T, c, uniform) => drawn(T, c, uniform).reverse()),
    ),
    mistake<Artbp>(
      "it stops where it should go on",
      "It stops with probability c(n): if `uniform() < c(n)`.",
      backBy((own, later, { stops, c }) => (stops ? own + later / (1 - c) : own)),
    ),
    mistake<Artbp>(
      "only one step back",
      "From t + 1 comes all of δ_{t+1}, with what it got from t + 2 and so on, not its own part alone.",
      backBy((own, _, { stops, c }, next) => (stops ? own : own + next / (1 - c))),
    ),
  ],
};

// 6.6

type Critical = (plus: number, minus: number) => number;

/** By how much the copy p - 1 steps back moves the first unit, for p = 1, 2, ... */
function* influences(plus: number, minus: number): Generator<number, never> {
  const v: Vec = list(plus + minus, (i) => (i < plus ? 1 : -1));
  for (;;) {
    yield v[0];
    for (const i of v.keys()) v[i] = (v[i] + (v[i + 1] ?? 0)) / 2;
  }
}

/** The first p at which what `seen` has added up is negative. */
const firstNegative =
  (seen: (influence: number, sum: number, total: number) => number): Critical =>
  (plus, minus) => {
    let [p, sum, total] = [0, 0, 0];
    for (const influence of influences(plus, minus)) {
      p++;
      sum += influence;
      total += sum;
      if (seen(influence, sum, total) < 0) break;
    }
    return p;
  };
const rightLength = firstNegative((_, sum) => sum);

const criticalLength: FunctionQuestion = {
  kind: "function",
  id: "truncation-critical-length",
  number: "6.6",
  points: 5,
  name: "criticalLength",
  parameters: ["plus", "minus"],
  tolerance: 1e-6,
  cases: (random) => {
    const plus = whole(random, 4, 8);
    return [
      [1, 3],
      [10, 13],
      [1, 2],
      [2, 3],
      [plus, plus + whole(random, 2, 5)],
    ];
  },
  reference: rightLength,
  hints: [
    "For 1 and 3 the sums S_1, S_2, ... are 1, 1, 0.5, -0.25: S_4 is the first with the sign of the limit, 2 (plus - minus) = -4. The answer is 4.",
    "The usual mistakes: the influence of one copy in place of the sum over the window, the last wrong length in place of the first right one, sums over a chunk in place of one window.",
    "Begin with v = the signs, S = 0, p = 0. Repeat: p += 1, S += v_1, stop if S < 0; then v becomes A v, whose entry i is (v_i + v_{i+1}) / 2, and v_n / 2 for the last.",
  ],
  misconceptions: [
    mistake<Critical>(
      "a short window has the right sign",
      "Begin with p = 1: the last copy of θ moves the first unit by +1, since that unit carries a plus. But in the long run s¹ moves by 2 (plus - minus), which is negative. So p = 1 has the wrong sign.",
      () => 1,
    ),
    mistake<Critical>(
      "the influence of one copy, not of the window",
      "All p copies in the window act on the loss: add their influences, e₁ᵀ(1 + A + ... + A^{p-1}) signs.",
      firstNegative((influence) => influence),
    ),
    mistake<Critical>(
      "chunks in place of a window",
      "In a chunk of L steps the loss of its step t sees t copies, so that S_1 + ... + S_L decides. Here the window slides: every loss sees p copies, and S_p decides.",
      firstNegative((_, __, total) => total),
    ),
    mistake<Critical>(
      "the last wrong length",
      "Wanted is the first p with the right sign, one more than the last with the wrong one. (Does your p begin at 0?)",
      (plus, minus) => rightLength(plus, minus) - 1,
    ),
    mistake<Critical>(
      "NaN from beyond the last unit",
      "`v[i + 1]` of the last unit is undefined, and a sum with it is NaN. NaN moves on by one unit at each step; at the first unit it ends the loop. Beyond the last unit there is 0: `v[i + 1] ?? 0`.",
      (plus, minus) => Math.min(rightLength(plus, minus), plus + minus + 1),
    ),
    mistake<Critical>(
      "as soon as the first minus is heard",
      "After plus + 1 steps a minus has come through to the first unit, but only a little of it: the plus of the steps before outweighs it. Add up.",
      (plus) => plus + 1,
    ),
    mistake<Critical>(
      "as soon as the last minus is heard",
      "After plus + minus steps all units are heard, but through many halvings: the plus may still outweigh them. Add up.",
      (plus, minus) => plus + minus,
    ),
    told(
      "the loop does not end",
      "A has ½ on the diagonal and above it, so that unit i hears of unit i + 1: (A v)_i = (v_i + v_{i+1}) / 2. With the transpose the first unit never hears of the others, and S stays positive.",
    ),
  ],
};

export const exercise: Exercise = {
  id: "06-truncation",
  title: "Truncated back-propagation through time",
  questions: [cost, oneStepGradient, tbpttStep, windowGradient, artbp, criticalLength],
};
