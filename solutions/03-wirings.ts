/** Exercise 3, three wirings: what is fed back, teacher forcing, and Example 3's concrete case (slides 7 to 12). */
import type { Exercise, ExpressionQuestion, FunctionQuestion, OutcomeQuestion, Random } from "../grader/question";
import { apart, list, matrix, vector, whole } from "./parts/draw";
import { type Mat, plus, softmax, times, type Vec } from "./parts/linear";
import { carrying, mistake, watched } from "./parts/mistake";

// 3.1

type Kind = "hidden" | "output" | "final";
type Wires = (kind: Kind, T: number) => string[];

/** The arrows of a step, so that a mistake is the right wiring with one of them changed. */
type Arrows = {
  feedback(kind: Kind, t: number): string[];
  isRead(kind: Kind, t: number, T: number): boolean;
  isLoss(kind: Kind, t: number, T: number): boolean;
};
const arrows: Arrows = {
  feedback: (kind, t) => [`${kind === "output" ? "o" : "h"}${t - 1}->h${t}`],
  isRead: (kind, t, T) => kind !== "final" || t === T,
  isLoss: (kind, t, T) => kind !== "final" || t === T,
};
const wires =
  (changed: Partial<Arrows>): Wires =>
  (kind, T) => {
    const { feedback, isRead, isLoss } = { ...arrows, ...changed };
    const steps = list(T, (i) => i + 1);
    return steps.flatMap((t) => [
      `x${t}->h${t}`,
      ...feedback(kind, t),
      ...(isRead(kind, t, T) ? [`h${t}->o${t}`] : []),
      ...(isLoss(kind, t, T) ? [`o${t}->L${t}`] : []),
    ]);
  };

/** Writes arrows in one way, whatever spaces they came with; an answer that is no list stays as it is. Travels as text. */
function arrowsOf(given: unknown): unknown {
  if (typeof given !== "object" || given === null || !(Symbol.iterator in given)) return given;
  const plainArrow = (arrow: unknown) => String(arrow).replace(/[\s_]/g, "").replace(/→/g, "->");
  return Array.from(given as Iterable<unknown>, plainArrow).sort();
}
type ArrowsOf = typeof arrowsOf;

type IsDrawn = (arrows: unknown[], kind: Kind, T: number) => boolean;

/** Looks for an arrow that does not belong there, whatever else is right or wrong. */
const drawing = (isDrawn: IsDrawn) =>
  carrying(
    [arrowsOf, isDrawn],
    (arrowsOf: ArrowsOf, isDrawn: IsDrawn, answer: Wires, kind: Kind, T: number): boolean => {
      const arrows = arrowsOf(answer(kind, T));
      return Array.isArray(arrows) && isDrawn(arrows, kind, T);
    },
  );

const wiring: OutcomeQuestion = {
  kind: "outcome",
  id: "wirings-arrows",
  number: "3.1",
  points: 3,
  name: "wiring",
  parameters: ["kind", "T"],
  tolerance: 1e-6,
  cases: (random) => [
    ["hidden", 1],
    ["hidden", 2],
    ["output", 1],
    ["output", 2],
    ["final", 1],
    ["final", 3],
    ...["hidden", "output", "final"].map((kind) => [kind, whole(random, 3, 6)]),
  ],
  // In any order, with spaces or without.
  ask: carrying([arrowsOf], (arrowsOf: ArrowsOf, answer: Wires, kind: Kind, T: number) =>
    arrowsOf(answer(kind, T)),
  ) as OutcomeQuestion["ask"],
  judge: (given: unknown, kind: string, T: number) => {
    if (!Array.isArray(given)) return 'The answer is a list of arrows, such as `["x1->h1", "h1->o1"]`.';
    const wanted: string[] = [];
    for (let t = 1; t <= T; t++) {
      wanted.push(`x${t}->h${t}`, `${kind === "output" ? "o" : "h"}${t - 1}->h${t}`);
      if (kind !== "final" || t === T) wanted.push(`h${t}->o${t}`, `o${t}->L${t}`);
    }
    const extra = given.find((arrow) => !wanted.includes(arrow));
    if (extra !== undefined) return `The arrow \`${extra}\` is not in this network.`;
    const missing = wanted.find((arrow) => !given.includes(arrow));
    if (missing !== undefined) return `An arrow into ${missing.split("->")[1]} is missing.`;
    return given.length > wanted.length ? "An arrow is in the list more than once." : undefined;
  },
  reference: wires({}),
  hints: [
    "Count what arrives at each node: two arrows at every h_t, one of them from the step before; one at each o_t and at each L_t that there is.",
    "An arrow of the feedback goes from one step to the next, never within a step: from h_{t-1} in Examples 1 and 3, from o_{t-1} in Example 2. At t = 1 it comes from the node 0.",
    'For each t: x_t -> h_t, and h_{t-1} -> h_t (for "output": o_{t-1} -> h_t). Then h_t -> o_t and o_t -> L_t, for "final" with t = T only.',
  ],
  misconceptions: [
    watched(
      "arrows drawn backward",
      "An arrow goes from what is known first to what is made from it: `x1->h1`. The other way is that of the gradient.",
      drawing((arrows) => arrows.includes("h1->x1")),
    ),
    watched(
      "o_t fed to h_t, at the same step",
      "Draw the delay: h_t is needed to make o_t, so o_t can only arrive at the step after, at h_{t+1}.",
      drawing((arrows, kind, T) => kind === "output" && arrows.includes(`o${T}->h${T}`)),
    ),
    watched(
      "outputs at every step of Example 3",
      "In Example 3 only the final output counts: h_T -> o_T and o_T -> L_T are the only arrows to an output and to a loss.",
      drawing((arrows, kind, T) => kind === "final" && T > 1 && arrows.includes("h1->o1")),
    ),
    mistake<Wires>(
      "two feedbacks in Example 2",
      "In Example 2 the hidden units see the previous output and nothing else of the past: h_{t-1} -> h_t is not there. This is what it cannot remember.",
      wires({
        feedback: (kind, t) => [`h${t - 1}->h${t}`, ...(kind === "output" ? [`o${t - 1}->h${t}`] : [])],
      }),
    ),
    mistake<Wires>(
      "the hidden state fed back in Example 2",
      "That is Example 1. In Example 2 it is the output that is fed back: the arrow begins at o_{t-1}.",
      wires({ feedback: (_, t) => [`h${t - 1}->h${t}`] }),
    ),
    mistake<Wires>(
      "nothing arrives at h_1 from the start",
      "The first step has a step before it too: the given h_0, or o_0 in Example 2.",
      wires({ feedback: (kind, t) => (t === 1 ? [] : arrows.feedback(kind, t)) }),
    ),
    mistake<Wires>(
      "no arrow from one step to the next",
      "Without feedback the steps know nothing of one another: this would not be a recurrent network.",
      wires({ feedback: () => [] }),
    ),
    mistake<Wires>(
      "one arrow beyond the end",
      "The last step is T: there is no h_{T+1} to which anything could go.",
      (kind, T) => [...wires({})(kind, T), `${kind === "output" ? "o" : "h"}${T}->h${T + 1}`],
    ),
  ],
};

// 3.2

type Param = { U: Mat; W: Mat; V: Mat; b: Vec; c: Vec; o0: Vec };
type OutputRec = (p: Param, X: Mat, teacher?: Mat) => Mat;

/** The steps of the forward pass; t runs from 1 to T, and o[t] is o_t. */
type Pass = {
  /** What the hidden units see of step t - 1. */
  back(p: Param, o: Mat, t: number, teacher?: Mat): Vec;
  squash(a: Vec): Vec;
  read(p: Param, h: Vec): Vec;
  bias(p: Param): Vec;
};
const rightPass: Pass = {
  back: (_, o, t, teacher) => (teacher && t > 1 ? teacher[t - 2] : o[t - 1]),
  squash: (a) => a.map(Math.tanh),
  read: ({ V, c }, h) => plus(c, times(V, h)),
  bias: ({ b }) => b,
};
const outputs =
  (changed: Partial<Pass>): OutputRec =>
  (p, X, teacher) => {
    const { back, squash, read, bias } = { ...rightPass, ...changed };
    const o = [p.o0];
    for (const [i, x] of X.entries()) {
      const a = plus(times(p.U, x), bias(p), times(p.W, back(p, o, i + 1, teacher)));
      o.push(read(p, squash(a)));
    }
    return o;
  };

const forwardOutputRec: FunctionQuestion = {
  kind: "function",
  id: "wirings-output-feedback",
  number: "3.2",
  points: 5,
  name: "forwardOutputRec",
  parameters: ["p", "X", "teacher"],
  tolerance: 1e-6,
  cases: (random) => {
    const network = (n: number, m: number, q: number): Param => ({
      ...{ U: matrix(random, m, n), W: list(m, () => list(q, () => apart(random, 0.4, 1))) },
      ...{ V: list(q, () => list(m, () => apart(random, 0.4, 1))), b: vector(random, m), c: vector(random, q) },
      o0: list(q, () => apart(random, 0.3, 1)),
    });
    const rows = (T: number, size: number) => matrix(random, T, size);
    const targets = (T: number, size: number) => list(T, () => list(size, () => apart(random, 0.2, 2)));
    const T = whole(random, 3, 4);
    return [
      [network(1, 1, 1), rows(1, 1)],
      [network(1, 1, 1), rows(3, 1)],
      [network(1, 1, 1), rows(1, 1), targets(1, 1)],
      [network(1, 1, 1), rows(3, 1), targets(3, 1)],
      [network(2, 3, 2), rows(T, 2)],
      [network(2, 3, 2), rows(T, 2), targets(T, 2)],
    ];
  },
  reference: outputs({}),
  hints: [
    "The list begins with o_0 as it is given, and has T + 1 rows. With a teacher only what the hidden units see changes: the rows you return are still the network's own outputs.",
    "At step t the hidden units see step t - 1: o_{t-1}, or with a teacher y_{t-1}. At step 1 that is o_0 in both cases, since there is no y_0. And `teacher[0]` is y_1.",
    "a_t = U x_t + b + W r, h_t = tanh(a_t), o_t = c + V h_t, with r = o_{t-1}, or, if there is a teacher and t > 1, r = y_{t-1}, which is `teacher[t - 2]`.",
  ],
  misconceptions: [
    // Seen where m = q = 1; with other sizes the shapes do not fit, and NaN is all that is left to see.
    watched(
      "h_{t-1} fed back",
      "That is Example 1. Here W has m rows and q columns: it is applied to the output of the step before, o_{t-1}.",
      (answer: OutputRec, p: Param, X: Mat, teacher?: Mat) => {
        if (p.b.length !== 1 || p.c.length !== 1 || X.length < 3 || teacher) return false;
        const found = answer(p, X);
        return [0, p.o0[0]].some((start) => {
          let h = start;
          return X.every(([x], i) => {
            h = Math.tanh(p.U[0][0] * x + p.b[0] + p.W[0][0] * h);
            return Math.abs(Number(found?.[i + 1]?.[0]) - (p.c[0] + p.V[0][0] * h)) < 1e-9;
          });
        });
      },
    ),
    mistake<OutputRec>(
      "the teacher shows y_t, not y_{t-1}",
      "Your loss would be too good: what does step t see? The very target that it has to find. The teacher tells what the step before should have given, y_{t-1}.",
      outputs({ back: (_, o, t, teacher) => (teacher ? teacher[t - 1] : o[t - 1]) }),
    ),
    mistake<OutputRec>(
      "the teacher is not asked",
      "Where there is a teacher, y_{t-1} takes the place of o_{t-1} from step 2 on.",
      outputs({ back: (_, o, t) => o[t - 1] }),
    ),
    mistake<OutputRec>(
      "the targets returned in place of the outputs",
      "The teacher's y_{t-1} goes into the network, but what is returned are the network's own outputs.",
      (p, X, teacher) => outputs({})(p, X, teacher).map((row, t) => (teacher && t > 0 ? teacher[t - 1] : row)),
    ),
    mistake<OutputRec>(
      "zeros before the first step",
      "The hidden units see o_0 at step 1, which is given: `p.o0`.",
      outputs({ back: (p, o, t, teacher) => (t === 1 ? p.o0.map(() => 0) : rightPass.back(p, o, t, teacher)) }),
    ),
    mistake<OutputRec>(
      "zeros before the first step, if there is a teacher",
      "There is no y_0, and the teacher says nothing at step 1: take o_0, as without a teacher.",
      outputs({
        back: (p, o, t, teacher) => (teacher && t === 1 ? p.o0.map(() => 0) : rightPass.back(p, o, t, teacher)),
      }),
    ),
    mistake<OutputRec>(
      "o_0 seen at every step",
      "Nothing is fed back so: at step t the hidden units see o_{t-1}, which changes from step to step.",
      outputs({ back: (p, _, t, teacher) => (teacher && t > 1 ? teacher[t - 2] : p.o0) }),
    ),
    mistake<OutputRec>(
      "softmax(o) fed back",
      "What is fed back is o_{t-1} itself, as V and c have made it.",
      outputs({
        back: (_, o, t, teacher) => (t === 1 ? o[0] : teacher ? teacher[t - 2] : softmax(o[t - 1])),
      }),
    ),
    mistake<OutputRec>(
      "o_0 is missing from the list",
      "The list begins with o_0, so that o[t] is o_t: T + 1 rows.",
      (p, X, y) => outputs({})(p, X, y).slice(1),
    ),
    mistake<OutputRec>(
      "no tanh",
      "Between a_t and o_t there are the hidden units: h_t = tanh(a_t).",
      outputs({ squash: (a) => a }),
    ),
    mistake<OutputRec>(
      "tanh applied to o",
      "Only the hidden units go through tanh; o_t = c + V h_t may have any size.",
      outputs({ read: (p, h) => rightPass.read(p, h).map(Math.tanh) }),
    ),
    mistake<OutputRec>(
      "b is missing",
      "a_t = U x_t + b + W o_{t-1}: the bias of the hidden units is added at every step.",
      outputs({ bias: ({ b }) => b.map(() => 0) }),
    ),
    mistake<OutputRec>(
      "c is missing",
      "o_t = c + V h_t: the read-out has a bias as well.",
      outputs({ read: ({ V }, h) => times(V, h) }),
    ),
  ],
};

// 3.3

type Steps = { o: number[]; h: number[]; b: number[] };
type Reached = (T: number) => Steps;
const from = (first: number, last: number): number[] => list(Math.max(0, last - first + 1), (i) => first + i);
const reached =
  (changed: (T: number) => Partial<Steps>): Reached =>
  (T) => ({ o: [T], h: from(0, T), b: from(1, T), ...changed(T) });

const gradFinal: FunctionQuestion = {
  kind: "function",
  id: "wirings-final-gradient",
  number: "3.3",
  points: 4,
  name: "gradFinal",
  parameters: ["T"],
  tolerance: 1e-6,
  cases: (random) => [[1], [2], [whole(random, 3, 5)], [whole(random, 6, 9)]],
  reference: reached(() => ({})),
  hints: [
    "A gradient is 0 for certain if no path of arrows leads from that node to the loss L_T. Look at each of the three lists by itself.",
    "The loss sees one output only. But a state is not an output: h_1 reaches the loss by way of h_2, ..., h_T, and so does the bias of every step. h_0 is a state as well.",
    "∇_{o_t}L = 0 for t < T. ∇_{h_T}L = Vᵀ ∇_{o_T}L, and ∇_{h_{t-1}}L = Wᵀ ((1 - h_t²) ⊙ ∇_{h_t}L) goes on down to h_0; ∇_{b_t}L = (1 - h_t²) ⊙ ∇_{h_t}L for t = 1, ..., T.",
  ],
  misconceptions: [
    mistake<Reached>(
      "a gradient at every output",
      "o_t with t < T goes nowhere: nothing but o_T is compared with a target, and outputs are not fed back here.",
      reached((T) => ({ o: from(1, T) })),
    ),
    mistake<Reached>(
      "a gradient at the last state only",
      "The last state was made from the one before, and so on: the gradient goes back along these arrows to every state.",
      reached((T) => ({ h: [T] })),
    ),
    mistake<Reached>(
      "the state h_0 is forgotten",
      "h_0 is at the beginning of the chain h_0 -> h_1 -> ... -> h_T: it reaches the loss, too.",
      reached((T) => ({ h: from(1, T) })),
    ),
    mistake<Reached>(
      "only the last copy of the bias",
      "b_t makes h_t, and every state reaches the loss: so does every copy of the bias, not only b_T.",
      reached((T) => ({ b: [T] })),
    ),
    mistake<Reached>(
      "a bias at step 0",
      "h_0 is given: no bias went into it. The copies are b_1, ..., b_T.",
      reached((T) => ({ b: from(0, T) })),
    ),
    mistake<Reached>(
      "everything at the last step only",
      "Only the output is confined to the step T. From h_T the gradient goes on to all states before it, and to all copies of the bias.",
      reached((T) => ({ h: [T], b: [T] })),
    ),
    mistake<Reached>(
      "the same steps for all three",
      "Outputs, states and copies of the bias differ: only o_T is compared with a target, all states from h_0 on reach it, and there is no b_0.",
      reached((T) => ({ o: from(1, T), h: from(1, T) })),
    ),
    mistake<Reached>(
      "steps counted from 0",
      "The steps are numbered as in the lecture: the last is T, the first output is o_1, the first bias b_1.",
      reached((T) => ({ o: [T - 1], h: from(0, T - 1), b: from(0, T - 1) })),
    ),
  ],
};

// 3.4

/** A standard deviation, at least 0.3 and far enough from 1 for its square to be another number. */
const spread = (random: Random): number => whole(random, 30, 80) / 100;

const exampleLoss: ExpressionQuestion = {
  kind: "expression",
  id: "wirings-expected-loss",
  number: "3.4a",
  points: 2,
  name: "ex3Loss",
  parameters: ["theta", "T", "mu", "sigma"],
  tolerance: 1e-6,
  cases: (random) => [
    [0, 3, 1, 0.5],
    [0.5, 3, 1, 0],
    [apart(random, 0.3, 0.9), whole(random, 2, 5), apart(random, 1, 3), spread(random)],
  ],
  reference: "sigma^2 + T^2 * theta^2",
  hints: [
    "With θ = 0 nothing moves: o_T = x_0, and the loss is E (μ - x_0)². What is that called? With σ = 0 nothing is random.",
    "First find h_T as a function of x_0, then o_T - μ as the sum of a random part with mean 0 and a part that is not random.",
    "h_T = x_0 + T θ. E (x_0 - μ + T θ)² = E (x_0 - μ)² + 2 T θ E (x_0 - μ) + T² θ² = σ² + T² θ².",
  ],
  misconceptions: [
    mistake("σ² is missing", "x_0 is random, and its distance from μ is not 0: E (x_0 - μ)² = σ².", "T^2 * theta^2"),
    mistake("θ added once only", "θ is added at each of the T steps: h_T = x_0 + T θ.", "sigma^2 + theta^2"),
    mistake(
      "T θ without its square",
      "The loss is a square: what θ adds to the error, T θ, is squared too.",
      "sigma^2 + T * theta",
    ),
    mistake("T in place of T²", "The whole of T θ is squared: (T θ)² = T² θ².", "sigma^2 + T * theta^2"),
    mistake(
      "σ in place of σ²",
      "In N(μ, σ²) the variance is σ², and E (x_0 - μ)² is the variance.",
      "sigma + T^2 * theta^2",
    ),
    mistake(
      "μ has not gone away",
      "The target is μ as well: o_T - y_T = x_0 + T θ - μ, and the mean of x_0 - μ is 0.",
      "sigma^2 + (mu + T * theta)^2",
    ),
    mistake(
      "the square of a sum of deviations",
      "The term 2 T θ E (x_0 - μ) is 0, because the mean of x_0 - μ is 0: no product of σ and θ is left.",
      "(sigma + T * theta)^2",
    ),
    mistake(
      "σ² at every step",
      "x_0 is drawn once. The steps after it add θ, which is not random.",
      "T * sigma^2 + T^2 * theta^2",
    ),
  ],
};

const exampleGradient: ExpressionQuestion = {
  kind: "expression",
  id: "wirings-expected-gradient",
  number: "3.4b",
  points: 2,
  name: "ex3Gradient",
  parameters: ["theta", "T", "mu", "sigma"],
  tolerance: 1e-6,
  cases: (random) => [
    [0.5, 1, 1, 0.5],
    [0.5, 2, 1, 0.5],
    [apart(random, 0.3, 0.9), whole(random, 3, 5), apart(random, 1, 3), spread(random)],
  ],
  reference: "2 * T^2 * theta",
  hints: [
    "Differentiate the formula of 3.4a with respect to θ: what does not contain θ goes away. With T = 2 the answer is four times that with T = 1.",
    "By the chain rule the derivative of h_T with respect to θ is needed. θ is used T times, once at each step.",
    "∂L/∂θ = 2 (o_T - μ) ∂h_T/∂θ with ∂h_T/∂θ = T, and E (o_T - μ) = T θ: together 2 T² θ.",
  ],
  misconceptions: [
    mistake(
      "∂h_T/∂θ taken as 1",
      "θ is used T times, once at each step: ∂h_T/∂θ is the sum over its T copies, which is T.",
      "2 * T * theta",
    ),
    mistake("θ added once only", "h_T = x_0 + T θ, with T both in o_T - μ and in its derivative.", "2 * theta"),
    mistake("the factor 2 is missing", "The derivative of a square u² is 2 u u'.", "T^2 * theta"),
    mistake("the sign", "If θ > 0 a larger θ makes the loss larger: the gradient is positive.", "-2 * T^2 * theta"),
    mistake(
      "μ has not gone away",
      "The mean of x_0 is μ, and the target is μ: E (x_0 + T θ - μ) = T θ.",
      "2 * T * (T * theta - mu)",
    ),
    mistake("σ² differentiated as well", "σ² does not contain θ: its derivative is 0.", "2 * sigma + 2 * T^2 * theta"),
  ],
};

const exampleBest: ExpressionQuestion = {
  kind: "expression",
  id: "wirings-expected-optimum",
  number: "3.4c",
  points: 1,
  name: "ex3Best",
  parameters: ["T", "mu", "sigma", "xbar"],
  tolerance: 1e-6,
  cases: (random) => [
    [2, 1, 0.5, 0.9],
    [whole(random, 3, 5), apart(random, 2, 3), spread(random), apart(random, 0.5, 1.5)],
  ],
  reference: ["0", "sigma^2"],
  hints: [
    "A parabola in θ has its lowest point where the gradient of 3.4b is 0. Put that θ into the loss of 3.4a.",
    "The optimum of the expected loss knows no samples, and the least loss is not 0: training cannot remove what is random in x_0.",
    "2 T² θ = 0 gives θ* = 0, and L(0) = σ² + 0.",
  ],
  misconceptions: [
    mistake(
      "the least loss taken as 0",
      "σ² cannot be removed: θ moves all x_0 by the same amount, and their spread stays.",
      ["0", "0"],
    ),
    mistake(
      "the optimum of some samples",
      "(μ - x̄) / T is the best θ for the samples with the mean x̄. The expected loss is over all x_0, whose mean is μ: there it is 0.",
      ["(mu - xbar) / T", "sigma^2"],
    ),
    mistake(
      "the optimum of some samples, and no loss",
      "(μ - x̄) / T is the best θ for some samples, and even for them the loss is not 0, since they differ from one another. In expectation: θ* = 0, and σ² is left.",
      ["(mu - xbar) / T", "0"],
    ),
    mistake(
      "μ / T, as if x_0 were 0",
      "x_0 is μ on the average, so there is no way to go to the target: θ* is not μ / T.",
      ["mu / T", "sigma^2"],
    ),
    mistake("σ in place of σ²", "The loss at θ = 0 is the variance of x_0, which is σ².", ["0", "sigma"]),
    mistake("the two answers exchanged", "First the best θ, then the loss that it gives.", ["sigma^2", "0"]),
  ],
};

// 3.5

type System = { T: number; mu: number; sigma: number };
type Sgd = (theta0: number, eta: number, B: number, K: number, normal: () => number, system: System) => Vec | number;

/** A step of stochastic gradient descent, its choices left open. */
type Descent = {
  x0(system: System, z: number): number;
  gradient(theta: number, x0: number, system: System): number;
  /** The mean of the gradients of a batch. */
  mean(gradients: Vec): number;
  batch(k: number, draw: () => Vec, last: Vec): Vec;
};
const descent: Descent = {
  x0: ({ mu, sigma }, z) => mu + sigma * z,
  gradient: (theta, x0, { T, mu }) => 2 * T * (x0 + T * theta - mu),
  mean: (gradients) => gradients.reduce((sum, g) => sum + g, 0) / gradients.length,
  batch: (_, draw) => draw(),
};
const descend =
  (changed: Partial<Descent>, sizeOf = (B: number) => B) =>
  (theta0: number, eta: number, B: number, K: number, normal: () => number, system: System): Vec => {
    const { x0, gradient, mean, batch } = { ...descent, ...changed };
    const theta = [theta0];
    let samples: Vec = [];
    for (let k = 0; k < K; k++) {
      samples = batch(k, () => list(sizeOf(B), () => x0(system, normal())), samples);
      theta.push(theta[k] - eta * mean(samples.map((sample) => gradient(theta[k], sample, system))));
    }
    return theta;
  };

/** A generator of standard normal numbers that a student can follow by hand: it goes through a list. */
const normals = (random: Random, size: number): { js: string } => {
  const z = list(size, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return Math.round(radius * Math.cos(2 * Math.PI * random()) * 100) / 100;
  });
  return { js: `(() => { const z = [${z.join(", ")}]; let i = 0; return () => z[i++ % z.length]; })()` };
};

const stochastic: FunctionQuestion = {
  kind: "function",
  id: "wirings-stochastic-descent",
  number: "3.5a",
  points: 3,
  name: "ex3Sgd",
  parameters: ["theta0", "eta", "B", "K", "normal", "system"],
  tolerance: 1e-6,
  cases: (random) => {
    const system = (T: number): System => ({ T, mu: apart(random, 1, 3), sigma: spread(random) });
    return [
      [1, 0.1, 1, 1, normals(random, 2), system(1)],
      [1, 0.05, 1, 3, normals(random, 4), system(2)],
      [apart(random, 0.5, 2), 0.05, 2, 2, normals(random, 5), system(2)],
      [apart(random, 0.5, 2), 0.02, 3, 4, normals(random, 13), system(whole(random, 3, 4))],
    ];
  },
  reference: descend({}) as Sgd,
  hints: [
    "The list has K + 1 numbers and begins with `theta0`. Each step calls `normal()` B times, one call for each x_0 of its batch, and no more.",
    "The usual mistakes: one batch used for ever, so that θ goes to the optimum of those samples; the sum over the batch in place of its mean; ∂h_T/∂θ taken as 1.",
    "x_0 = μ + σ normal(); the gradient for one x_0 is 2 T (x_0 + T θ - μ); g is the mean of B of them, and θ becomes θ - η g.",
  ],
  misconceptions: [
    mistake<Sgd>(
      "one batch used for all steps",
      "Is 0 your limit? With the same samples at each step θ goes to (μ - x̄) / T, the optimum of those samples. Draw a new batch at each step.",
      descend({ batch: (k, draw, last) => (k === 0 ? draw() : last) }),
    ),
    mistake<Sgd>(
      "the expected gradient",
      "2 T² θ is the mean over all x_0. Here each step knows only its B samples, which is what makes the descent stochastic.",
      descend({ gradient: (theta, _, { T }) => 2 * T * T * theta }),
    ),
    mistake<Sgd>(
      "∂h_T/∂θ taken as 1",
      "θ is used T times: the gradient for one sample is 2 T (x_0 + T θ - μ), with T before the bracket as well.",
      descend({ gradient: (theta, x0, { T, mu }) => 2 * (x0 + T * theta - mu) }),
    ),
    mistake<Sgd>(
      "the sum over the batch",
      "The gradient of a batch is the mean over its B samples: divide by B.",
      descend({ mean: (gradients) => gradients.reduce((sum, g) => sum + g, 0) }),
    ),
    mistake<Sgd>(
      "one sample for each step",
      "A batch has B samples, with a call of `normal()` for each.",
      descend({}, () => 1),
    ),
    mistake<Sgd>(
      "θ moved after each sample",
      "The B gradients of a batch are all taken at the same θ^(k); θ moves once, by their mean, when the batch is done.",
      (theta0, eta, B, K, normal, system) =>
        descend({}, () => 1)(theta0, eta / B, B, K * B, normal, system).filter((_, i) => i % B === 0),
    ),
    mistake<Sgd>(
      "σ² in place of σ",
      "x_0 has the variance σ² if x_0 = μ + σ z, with z standard normal: σ² is not the factor.",
      descend({ x0: ({ mu, sigma }, z) => mu + sigma ** 2 * z }),
    ),
    mistake<Sgd>(
      "the standard normal number taken for x_0",
      "`normal()` has mean 0 and variance 1. Make x_0 = μ + σ normal() of it.",
      descend({ x0: (_, z) => z }),
    ),
    mistake<Sgd>(
      "μ is not subtracted",
      "The target is μ: the error is x_0 + T θ - μ.",
      descend({ gradient: (theta, x0, { T }) => 2 * T * (x0 + T * theta) }),
    ),
    mistake<Sgd>(
      "uphill",
      "Descent goes against the gradient: θ - η g.",
      descend({ mean: (gradients) => -descent.mean(gradients) }),
    ),
    mistake<Sgd>(
      "the factor 2 is missing",
      "The derivative of a square u² is 2 u u'.",
      descend({ mean: (gradients) => descent.mean(gradients) / 2 }),
    ),
    mistake<Sgd>(
      "theta0 is missing from the list",
      "The list begins with the start, `theta0`: K steps, K + 1 numbers.",
      (theta0, eta, B, K, normal, system) => descend({})(theta0, eta, B, K, normal, system).slice(1),
    ),
    mistake<Sgd>(
      "only the last θ",
      "The answer is the list of all θ, from `theta0` on.",
      (theta0, eta, B, K, normal, system) => descend({})(theta0, eta, B, K, normal, system)[K],
    ),
  ],
};

const stationary: ExpressionQuestion = {
  kind: "expression",
  id: "wirings-stationary-variance",
  number: "3.5b",
  points: 2,
  name: "ex3Variance",
  parameters: ["eta", "B", "T", "sigma"],
  tolerance: 1e-6,
  cases: (random) => [
    [0.1, 1, 1, 1],
    [0.1, 2, 2, 1],
    [whole(random, 2, 4) / 100, whole(random, 3, 6), whole(random, 3, 4), spread(random)],
  ],
  reference: "eta * sigma^2 / (B * (1 - eta * T^2))",
  hints: [
    "Write one step as θ' = r θ + noise, with a number r. For η = 0.1 and B = T = σ = 1 the answer is 1/9.",
    "θ and the noise of the step are independent, so Var θ' = r² Var θ + Var(noise): mind the square of r, and the mean over B samples. In the end Var θ' = Var θ.",
    "r = 1 - 2 η T², and the noise -2 η T (x̄ - μ) has the variance 4 η² T² σ² / B. So v = 4 η² T² σ² / (B (1 - r²)), and 1 - r² = 4 η T² (1 - η T²).",
  ],
  misconceptions: [
    mistake(
      "no variance is left",
      "With a constant η each step adds new noise: θ goes on moving about 0. Only η -> 0 makes the variance vanish.",
      "0",
    ),
    mistake(
      "B is missing",
      "The mean over B samples has a variance B times smaller: σ² / B.",
      "eta * sigma^2 / (1 - eta * T^2)",
    ),
    mistake(
      "the noise of one step only",
      "What the earlier steps left is still there, made smaller by r at each step: solve v = r² v + noise for v.",
      "4 * eta^2 * T^2 * sigma^2 / B",
    ),
    mistake(
      "only for a small η",
      "For small η this is nearly right, but 1 - r² = 4 η T² - 4 η² T⁴ has a second term.",
      "eta * sigma^2 / B",
    ),
    mistake("r in place of r²", "Var(r θ) is r² Var θ: v = r² v + noise.", "2 * eta * sigma^2 / B"),
    mistake(
      "the variance of the optimum of one batch",
      "σ² / (B T²) is how the optimum of a batch varies. θ goes only a part of the way to it at each step, so it varies less.",
      "sigma^2 / (B * T^2)",
    ),
    mistake(
      "the standard deviation",
      "Asked for is the variance: do not take the root.",
      "sqrt(eta * sigma^2 / (B * (1 - eta * T^2)))",
    ),
    mistake(
      "σ in place of σ²",
      "The noise of a step is a multiple of x̄ - μ, whose variance is σ² / B.",
      "eta * sigma / (B * (1 - eta * T^2))",
    ),
  ],
};

export const exercise: Exercise = {
  id: "03-wirings",
  title: "Three wirings",
  questions: [wiring, forwardOutputRec, gradFinal, exampleLoss, exampleGradient, exampleBest, stochastic, stationary],
};
