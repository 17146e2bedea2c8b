/** Exercise 5, training: gradient descent, clipping, the reach of a gradient, and a network that writes (slides 15, 22). */
import type { Cases, Exercise, FunctionQuestion, OutcomeQuestion, Random, ValueQuestion } from "../grader/question";
import { numberWords } from "../lib";
import { apart, list, matrix, vector, whole } from "./parts/draw";
import type { Mat, Vec } from "./parts/linear";
import { carrying, mistake, told, watched } from "./parts/mistake";
import { numberSpeller, type SpellerParam } from "./parts/number-speller";

// 5.1

type Descent = (grad: (theta: Vec) => Vec, theta0: Vec, eta: (k: number) => number, K: number) => Mat | Vec;

/** theta^(0), ..., theta^(K), where `step(theta, gradient, k)` makes the next from the last. */
const descent =
  (step: (theta: Vec, g: Vec, eta: number) => Vec, rate = (eta: (k: number) => number, k: number) => eta(k)): Descent =>
  (grad, theta0, eta, K) => {
    const path = [theta0];
    for (let k = 1; k <= K; k++) {
      const theta = path[k - 1];
      path.push(step(theta, grad(theta), rate(eta, k)));
    }
    return path;
  };
const down = (theta: Vec, g: Vec, eta: number) => theta.map((x, i) => x - eta * g[i]);
const right = descent(down);

/** L = a (x - p)^2 + c x y + b (y - q)^2, and schedules that tell the steps apart. */
const descents: Cases = (random) => {
  const bowl = () => {
    const [a, b, c, p, q] = [whole(random, 1, 3), whole(random, 1, 3), 1, whole(random, 1, 3), whole(random, -3, -1)];
    return { js: `([x, y]) => [${2 * a} * (x - ${p}) + ${c} * y, ${c} * x + ${2 * b} * (y - ${q})]` };
  };
  return [
    [{ js: "([x]) => [2 * x]" }, [1], { js: "(k) => 0.1" }, 1],
    [{ js: "([x]) => [2 * x]" }, [1], { js: "(k) => 0.1 * k" }, 3],
    [{ js: "([x]) => [2 * x]" }, [5], { js: "(k) => 0.1" }, 0],
    [bowl(), [apart(random, 1, 2), apart(random, 1, 2)], { js: "(k) => 0.05 * k" }, 3],
    [bowl(), [apart(random, 1, 2), apart(random, 1, 2)], { js: "(k) => 0.2 / (k + 1)" }, whole(random, 4, 6)],
  ];
};

const gradientDescent: FunctionQuestion = {
  kind: "function",
  id: "training-descent",
  number: "5.1",
  points: 4,
  name: "gd",
  parameters: ["grad", "theta0", "eta", "K"],
  tolerance: 1e-6,
  cases: descents,
  reference: right,
  hints: [
    "K steps visit K + 1 places, and the first of them is theta0. With K = 0 the list is `[theta0]`.",
    "At each step three things are new: the place, the gradient there, and the rate. Which of them does your loop forget to renew?",
    "For k = 1, ..., K: the last theta of the list is θ; then push θ_i - eta(k) · grad(θ)_i for each i, as a new list.",
  ],
  misconceptions: [
    mistake<Descent>(
      "uphill: + in place of -",
      "The gradient points to where L grows. Training goes against it.",
      descent((theta, g, eta) => theta.map((x, i) => x + eta * g[i])),
    ),
    mistake<Descent>(
      "the gradient at the start, at every step",
      "The gradient belongs to a place. After each step call `grad` again, at the new theta.",
      (grad, theta0, eta, K) => descent((theta, _, rate) => down(theta, grad(theta0), rate))(grad, theta0, eta, K),
    ),
    mistake<Descent>(
      "k counted from 0",
      "The first step is k = 1: its rate is eta(1). With c / k, eta(0) would even be infinite.",
      descent(down, (eta, k) => eta(k - 1)),
    ),
    mistake<Descent>(
      "the rate of the first step at every step",
      "`eta` is a schedule: ask it at each step, eta(k).",
      descent(down, (eta) => eta(1)),
    ),
    mistake<Descent>(
      "only the last theta",
      "The answer is the whole way: a list of K + 1 vectors, from theta0 to the end.",
      (grad, theta0, eta, K) => right(grad, theta0, eta, K)[K] as Vec,
    ),
    mistake<Descent>(
      "theta0 is missing from the list",
      "K steps visit K + 1 places. The start is one of them.",
      (grad, theta0, eta, K) => (right(grad, theta0, eta, K) as Mat).slice(1),
    ),
    mistake<Descent>(
      "every row is the end",
      "One list was changed again and again and pushed again and again, so that all rows are the same list. Make a new list at each step, as `map` does.",
      (grad, theta0, eta, K) => {
        const path = right(grad, theta0, eta, K) as Mat;
        return path.map(() => path[K]);
      },
    ),
    mistake<Descent>(
      "every row but the first is the end",
      "One list was changed again and again and pushed again and again, so that all these rows are the same list. Make a new list at each step, as `map` does.",
      (grad, theta0, eta, K) => {
        const path = right(grad, theta0, eta, K) as Mat;
        return path.map((_, k) => path[k && K]);
      },
    ),
    mistake<Descent>(
      "a unit step: the gradient divided by its length",
      "The step is eta(k) times the gradient itself: it gets smaller by itself where L is flat.",
      descent((theta, g, eta) => down(theta, g, eta / Math.hypot(...g))),
    ),
  ],
};

// 5.2

type Clip = (g: Mat[], c: number) => Mat[];

const norm = (g: Mat[]): number => Math.hypot(...g.flat(2));
const scaled = (g: Mat[], factor: number): Mat[] => g.map((M) => M.map((row) => row.map((x) => x * factor)));
const eachEntry = (g: Mat[], f: (x: number) => number): Mat[] => g.map((M) => M.map((row) => row.map(f)));
const clipBy =
  (size: (g: Mat[]) => number): Clip =>
  (g, c) =>
    scaled(g, Math.min(1, c / size(g)));

const clipping: FunctionQuestion = {
  kind: "function",
  id: "training-clipping",
  number: "5.2",
  points: 5,
  name: "clipNorm",
  parameters: ["g", "c"],
  tolerance: 1e-6,
  cases: (random) => [
    [[[[3, 4]]], 1],
    [[[[0.3, 0.4]]], 1],
    [[[[3]], [[4]]], 2],
    [[[[0.3, -0.1]], [[5], [-0.2]]], 3],
    [[matrix(random, 2, 2), [[apart(random, 2, 4), apart(random, 0.2, 0.5)]]], 1.5],
    [[matrix(random, 2, 3), matrix(random, 3, 1)], 20],
  ],
  reference: clipBy(norm),
  hints: [
    "Two properties to look at: a gradient that is short enough comes back unchanged, and a long one keeps its direction, so that all entries of all matrices are multiplied by the same number.",
    "The norm is one number for the whole list: the root of the sum of the squares of all entries of all matrices.",
    "With |g| = √(Σ x²) over everything, each entry becomes x · min(1, c / |g|).",
  ],
  misconceptions: [
    mistake<Clip>(
      "each entry is clipped by itself",
      "For g = (3, 4) and c = 1 you get (1, 1), which points elsewhere than (3, 4). Take one factor for all entries: (0.6, 0.8).",
      (g, c) => eachEntry(g, (x) => Math.max(-c, Math.min(c, x))),
    ),
    mistake<Clip>(
      "small gradients are made longer",
      "A gradient shorter than c stays as it is: near a minimum steps must become small. The factor is at most 1.",
      (g, c) => scaled(g, c / norm(g)),
    ),
    mistake<Clip>(
      "each matrix has a norm of its own",
      "With a factor of its own for each matrix, the direction of the whole step changes. There is one norm, over all matrices together.",
      (g, c) => g.map((M) => clipBy(norm)([M], c)[0]),
    ),
    mistake<Clip>(
      "the root is missing from the norm",
      "|g| is the root of the sum of squares: (3, 4) has the length 5, not 25.",
      clipBy((g) => norm(g) ** 2),
    ),
    mistake<Clip>(
      "the largest entry in place of the norm",
      "The length of (3, 4) is 5. The largest entry is another measure, and would let long vectors with many entries pass.",
      clipBy((g) => Math.max(...g.flat(2).map(Math.abs))),
    ),
    mistake<Clip>(
      "the sum of absolute values in place of the norm",
      "|g| is the Euclidean length: square, add, take the root. (3, 4) has the length 5, not 7.",
      clipBy((g) => g.flat(2).reduce((sum, x) => sum + Math.abs(x), 0)),
    ),
    mistake<Clip>(
      "divided by the norm, and not brought to c",
      "What is too long gets the length c, not 1: the factor is c / |g|.",
      (g, c) => scaled(g, norm(g) > c ? 1 / norm(g) : 1),
    ),
    mistake<Clip>(
      "a gradient that is too long is thrown away",
      "It still points downhill. Keep its direction, and give it the length c.",
      (g, c) => scaled(g, norm(g) > c ? 0 : 1),
    ),
  ],
};

// 5.3

type Reach = (p: { W: Mat }, h: Mat, lag: number) => number;

const product = (A: Mat, B: Mat): Mat =>
  A.map((row) => B[0].map((_, j) => row.reduce((sum, x, k) => sum + x * B[k][j], 0)));
const identity = (n: number): Mat => list(n, (i) => list(n, (j) => Number(i === j)));
const frobenius = (M: Mat): number => Math.hypot(...M.flat());
const rowsTimes = (v: Vec, M: Mat): Mat => M.map((row, i) => row.map((x) => v[i] * x));
const slopeAt = (h: Vec): Vec => h.map((x) => 1 - x * x);

/** The norm of the product of the factors of the steps s = T - lag + 1, ..., T, the latest on the left. */
const reachBy =
  (factor: (W: Mat, h: Mat, s: number) => Mat, lastOf = (h: Mat, _lag: number) => h.length - 1): Reach =>
  ({ W }, h, lag) => {
    let J = identity(W.length);
    const last = lastOf(h, lag);
    for (let s = last - lag + 1; s <= last; s++) J = product(factor(W, h, s), J);
    return frobenius(J);
  };
const stepJacobian = (W: Mat, h: Mat, s: number): Mat => rowsTimes(slopeAt(h[s]), W);

const jacobian: FunctionQuestion = {
  kind: "function",
  id: "training-jacobian-norm",
  number: "5.3a",
  points: 4,
  name: "jacobianNorm",
  parameters: ["p", "h", "lag"],
  tolerance: 1e-6,
  cases: (random) => {
    const states = (T: number, m: number): Mat => list(T + 1, () => list(m, () => apart(random, 0.2, 0.9)));
    const weights = (m: number): Mat => list(m, () => list(m, () => apart(random, 0.3, 1.5)));
    return [
      [{ W: [[2]] }, [[0.1], [0.5]], 1],
      [{ W: [[2]] }, [[0.1], [0.5], [-0.8], [0.3]], 2],
      [{ W: weights(2) }, states(3, 2), 0],
      [{ W: weights(2) }, states(4, 2), 2],
      [{ W: weights(3) }, states(5, 3), 3],
      [{ W: weights(3) }, states(4, 3), 4],
    ];
  },
  reference: reachBy(stepJacobian),
  hints: [
    "Begin with one step: ∂h_T/∂h_{T-1} is a matrix. Entry (i, j) says how unit i moves at T when unit j is moved one step before. With lag 0 nothing lies in between, and the matrix is the identity, whose norm is √m.",
    "Each step gives two factors: W, and the derivative of the tanh, which belongs to the state that the step has made.",
    "J = D_T W · D_{T-1} W ⋯ D_{T-lag+1} W with D_s = diag(1 - h_s²), the latest step on the left; the answer is √(Σ J_ij²). In code: start with the identity, and for s = T - lag + 1, ..., T let J become D_s W J.",
  ],
  misconceptions: [
    mistake<Reach>(
      "the factor 1 - h² is missing",
      "That is the Jacobian of a linear network. Behind W comes the tanh, whose derivative 1 - h² is at most 1: it is why ρ(W) > 1 does not yet mean that the gradient explodes.",
      reachBy((W) => W),
    ),
    mistake<Reach>(
      "1 - h² of the state before the step",
      "h_s = tanh(a_s): the derivative of this tanh is 1 - h_s², with the state that the step has made, not the one that it began with.",
      reachBy((W, h, s) => rowsTimes(slopeAt(h[s - 1]), W)),
    ),
    mistake<Reach>(
      "the first steps in place of the last",
      "The lag is counted back from the end: from h_T to h_{T-lag}.",
      reachBy(stepJacobian, (_, lag) => lag),
    ),
    mistake<Reach>(
      "W times D in place of D times W",
      "h_s = tanh(W h_{s-1} + ...): seen from h_{s-1}, first W acts, then the tanh. So ∂h_s/∂h_{s-1} = D_s W: row i of W is multiplied by 1 - h_{s,i}².",
      reachBy((W, h, s) => W.map((row) => row.map((x, j) => x * slopeAt(h[s])[j]))),
    ),
    mistake<Reach>(
      "the product in the wrong order",
      "Matrices do not commute: the latest step stands on the left, since it acts last.",
      ({ W }, h, lag) => {
        let J = identity(W.length);
        for (let s = h.length - lag; s < h.length; s++) J = product(J, stepJacobian(W, h, s));
        return frobenius(J);
      },
    ),
    mistake<Reach>("one step too few", "From h_{T-lag} to h_T there are `lag` steps, so `lag` factors.", (p, h, lag) =>
      reachBy(stepJacobian)(p, h, Math.max(0, lag - 1)),
    ),
    mistake<Reach>(
      "one step too many",
      "From h_{T-lag} to h_T there are `lag` steps, so `lag` factors. With lag 0 there is none.",
      (p, h, lag) => {
        const T = h.length - 1;
        let J = identity(p.W.length);
        for (let s = Math.max(0, T - lag); s <= T; s++) J = product(stepJacobian(p.W, h, s), J);
        return frobenius(J);
      },
    ),
    mistake<Reach>(
      "the root is missing from the norm",
      "The norm is the root of the sum of squares.",
      (p, h, lag) => reachBy(stepJacobian)(p, h, lag) ** 2,
    ),
    mistake<Reach>(
      "the norms of the steps multiplied",
      "The norm of a product is not the product of the norms (that is only a bound from above): multiply the matrices, then take the norm once.",
      ({ W }, h, lag) => {
        let size = lag === 0 ? Math.sqrt(W.length) : 1;
        for (let s = h.length - lag; s < h.length; s++) size *= frobenius(stepJacobian(W, h, s));
        return size;
      },
    ),
  ],
};

const exponents: ValueQuestion = {
  kind: "value",
  id: "training-reach",
  number: "5.3b",
  points: 2,
  name: "exponents",
  parameters: [],
  tolerance: 1e-6,
  reference: [4, -8, 4],
  hints: [
    "Do not guess: call your `jacobianNorm` for each of the three lists of states, and look at the exponents before you round them.",
    "For the linear network there is no tanh, so that no factor 1 - h² belongs into the product. What must `h` be, so that 1 - h² is 1?",
    "Math.round(Math.log10(jacobianNorm(net, states, 50))), for the linear network with states of zeros: 1 - 0² = 1.",
  ],
  misconceptions: [
    mistake<number[]>(
      "a spectral radius above 1 is taken for an explosion",
      "That is right for the linear network, and for states near 0. But driven by noise the units saturate: 1 - h² is far below 1, and each step multiplies by it.",
      [4, 4, 4],
    ),
    mistake<number[]>(
      "the tanh is taken to make every gradient vanish",
      "It does where the units saturate. Without noise the states stay near 0, where the tanh is a straight line of slope 1.",
      [4, -8, -8],
    ),
    mistake<number[]>("the natural logarithm", "The exponent of 10 is asked: Math.log10, not Math.log.", [10, -19, 10]),
  ],
};

// 5.4

type Sample = (logits: Vec, temp: number, u: number) => number;

/** The first class whose probability, added to those before it, is above u; weights need not sum to 1. */
function drawn(weights: Vec, u: number): number {
  const total = weights.reduce((sum, w) => sum + w, 0);
  let below = 0;
  for (const [i, w] of weights.entries()) {
    below += w / total;
    if (u < below) return i;
  }
  return weights.length - 1;
}
const powers = (logits: Vec, temp: number): Vec => logits.map((o) => Math.exp((o - Math.max(...logits)) / temp));
const sampled: Sample = (logits, temp, u) => drawn(powers(logits, temp), u);

/** What `u` must be to fall into the middle of the part of class i. */
const middleOf = (weights: Vec, i: number): number => {
  const total = weights.reduce((sum, w) => sum + w, 0);
  const before = weights.slice(0, i).reduce((sum, w) => sum + w, 0);
  return Number(((before + weights[i] / 2) / total).toFixed(4));
};

const sampleMistakes = [
  mistake<Sample>(
    "the temperature multiplies the logits",
    "Cold must make the likely more likely: divide by a small number, and the differences grow.",
    (logits, temp, u) => sampled(logits, 1 / temp, u),
  ),
  mistake<Sample>(
    "always the most likely class",
    "That is what a temperature near 0 does. Here chance decides, by u: even an unlikely class is drawn now and then.",
    (logits) => logits.indexOf(Math.max(...logits)),
  ),
  mistake<Sample>(
    "the temperature is not used",
    "Divide the logits by the temperature before the softmax.",
    (logits, _, u) => sampled(logits, 1, u),
  ),
  mistake<Sample>(
    "the probabilities divided by the temperature, not the logits",
    "Dividing all probabilities by one number changes nothing once they sum to 1 again. The temperature belongs inside of the exponential.",
    (logits, temp, u) => {
      const p = powers(logits, 1);
      const total = p.reduce((sum, w) => sum + w, 0);
      let below = 0;
      for (const [i, w] of p.entries()) {
        below += w / total / temp;
        if (u < below) return i;
      }
      return logits.length - 1;
    },
  ),
  mistake<Sample>(
    "the class before the one in whose part u falls",
    "Look at the sum *with* the class's own probability: the answer is the first i with u < p_0 + ... + p_i.",
    (logits, temp, u) => sampled(logits, temp, u) - 1,
  ),
  mistake<Sample>(
    "the class behind the one in whose part u falls",
    "The sum has to contain the class's own probability before it is compared with u.",
    (logits, temp, u) => Math.min(logits.length - 1, sampled(logits, temp, u) + 1),
  ),
  mistake<Sample>(
    "u compared with each probability by itself",
    "Lay the probabilities side by side from 0 to 1: u falls into one of the parts. So their sum up to i is what u is compared with.",
    (logits, temp, u) => {
      const p = powers(logits, temp);
      const total = p.reduce((sum, w) => sum + w, 0);
      const found = p.findIndex((w) => u < w / total);
      return found < 0 ? logits.length - 1 : found;
    },
  ),
  mistake<Sample>(
    "the parts laid from the last class to the first",
    "Class 0 comes first: it is drawn for the smallest u.",
    (logits, temp, u) => logits.length - 1 - drawn(powers(logits, temp).reverse(), u),
  ),
  mistake<Sample>(
    "every class equally likely",
    "The classes have different probabilities: those of softmax(logits / temp).",
    (logits, _, u) => Math.floor(u * logits.length),
  ),
];

/** Cases that no two of the answers pass with the same values. */
const samples: Cases = (random) => {
  const answers = [sampled, ...sampleMistakes.map((one) => (one as { answer: Sample }).answer)];
  const draw = (): unknown[] => {
    const logits = vector(random, whole(random, 3, 5), 2);
    const temp = [0.5, 2][whole(random, 0, 1)];
    return [logits, temp, middleOf(powers(logits, temp), whole(random, 0, logits.length - 1))];
  };
  for (;;) {
    const cases = [[[0, 0], 1, 0.7], [[0, 1, 2], 1, 0.05], ...list(14, draw)];
    const values = answers.map((answer) => cases.map((args) => answer(...(args as Parameters<Sample>))).join());
    // Large logits come last: what overflows there is right before.
    if (new Set(values).size === answers.length) return [...cases, [[1000, 1001, 999], 1, 0.5]];
  }
};

const sample: FunctionQuestion = {
  kind: "function",
  id: "training-sample",
  number: "5.4a",
  points: 3,
  name: "sample",
  parameters: ["logits", "temp", "u"],
  tolerance: 1e-6,
  cases: samples,
  reference: sampled,
  hints: [
    "Lay the probabilities side by side on the interval from 0 to 1, class 0 first. The answer is the number of the part into which u falls. Do yours sum to 1 for logits of 1000 as well?",
    "Two places to look at: the logits are *divided* by the temperature, before the exponential; and u is compared with the *sum* of the probabilities up to a class.",
    "w_i = exp((o_i - max o) / temp), p = w / Σ w; add p_0 + p_1 + ... until the sum is above u, and return the class at which that happens.",
  ],
  misconceptions: [
    ...sampleMistakes,
    mistake<Sample>(
      "the exponential of a large logit overflows",
      "exp(1000) is Infinity, and Infinity / Infinity is NaN. Subtract the largest logit from all of them first: the probabilities stay the same.",
      (logits, temp, u) => (Math.max(...logits) > 700 ? -1 : sampled(logits, temp, u)),
    ),
    mistake<Sample>(
      "the exponential of a large logit overflows, and the last class is taken",
      "exp(1000) is Infinity, and nothing is below NaN. Subtract the largest logit from all logits first: the probabilities stay the same.",
      (logits, temp, u) => (Math.max(...logits) > 700 ? logits.length - 1 : sampled(logits, temp, u)),
    ),
  ],
};

type State = number[];
type Step = (h: State, label: number) => { h: State; o: Vec };
type Write = (step: Step, h0: State, temp: number, dice: () => number) => number[];

/** Writes until 0 is drawn, 60 labels at most; `next` says what is read and in which state, after (h, o, label drawn). */
const writing =
  ({
    reads = (label: number, _o: Vec) => label,
    keeps = (h: State, _h0: State) => h,
    temperature = (temp: number) => temp,
    draws = (o: Vec, temp: number, u: number) => sampled(o, temp, u),
  } = {}): Write =>
  (step, h0, temp, dice) => {
    const written: number[] = [];
    let [h, read] = [h0, 0];
    while (written.length < 60) {
      const made = step(h, read);
      const label = draws(made.o, temperature(temp), dice());
      if (label === 0) break;
      written.push(label);
      [h, read] = [keeps(made.h, h0), reads(label, made.o)];
    }
    return written;
  };

/** A small network that is a rule: what comes next depends on the last label and on how many steps there were. */
const rule = (shift: number): { js: string } => ({
  js: `(h, label) => ({ h: [h[0] + 1, label], o: [0, 1, 2, 3, 4].map((k) => k === 0 ? (h[0] > 5 ? 4 : -9) : 2 * Math.sin(${shift} * k + 1.7 * label * k + 0.9 * h[0] * k)) })`,
});
/** A line that never ends would fill the memory of the student's kernel, and end it. */
const throws = (values: Vec): { js: string } => ({
  js: `(() => { const u = [${values.join(", ")}]; let i = 0; return () => { if (i === 100) throw new Error("100 labels are drawn, and the line has not ended"); return u[i++ % u.length]; }; })()`,
});

const writeMistakes = [
  mistake<Write>(
    "the label that was drawn is not fed back",
    "Your network always reads the same. What was written has to be read at the next step, or the line does not know how it began.",
    writing({ reads: () => 0 }),
  ),
  mistake<Write>(
    "the state is not carried on",
    "Each step must begin with the state that the last one left: otherwise the network sees one character, and no more of the line.",
    writing({ keeps: (_, h0) => h0 }),
  ),
  mistake<Write>(
    "the most likely label is read, not the one that was drawn",
    "What was drawn is what stands in the line, likely or not: that is what the next step must read.",
    writing({ reads: (_, o) => o.indexOf(Math.max(...o)) }),
  ),
  mistake<Write>(
    "the most likely label is written",
    "Draw the label with `sample` and a new number from `dice`: else each line is the same line.",
    writing({ draws: (o) => o.indexOf(Math.max(...o)) }),
  ),
  mistake<Write>("the temperature is not handed on", "Hand `temp` on to `sample`.", writing({ temperature: () => 1 })),
  mistake<Write>(
    "one throw for the whole line",
    "Throw the dice again for each character: `dice()` inside of the loop.",
    (step, h0, temp, dice) => {
      const u = dice();
      return writing()(step, h0, temp, () => u);
    },
  ),
  mistake<Write>(
    "the end of the line is written too",
    "Label 0 only says that the line is over. It is not part of the list.",
    (step, h0, temp, dice) => {
      const line = writing()(step, h0, temp, dice);
      return line.length < 60 ? [...line, 0] : line;
    },
  ),
];

const writes: Cases = (random) => {
  const answers = [writing(), ...writeMistakes.map((one) => (one as { answer: Write }).answer)];
  const once = (step: { js: string }, h0: State, temp: number, dice: { js: string }) => {
    const args = () => [step, dice].map(({ js }) => new Function(`return ${js}`)());
    return answers.map((answer) => {
      const [f, g] = args();
      return answer(f, h0, temp, g).join();
    });
  };
  for (;;) {
    const cases = [0.5, 2, 0.7, 1.5].map((temp): [{ js: string }, State, number, { js: string }] => [
      rule(whole(random, 1, 9) / 2),
      [0, 0],
      temp,
      throws(list(40, () => Math.round(random() * 1000) / 1000)),
    ]);
    const values = cases.map((args) => once(...args));
    const all = answers.map((_, k) => values.map((row) => row[k]).join(" | "));
    if (new Set(all).size === answers.length && values[0][0].length > 3) return cases;
  }
};

const write: FunctionQuestion = {
  kind: "function",
  id: "training-write",
  number: "5.4b",
  points: 2,
  name: "write",
  parameters: ["step", "h0", "temp", "dice"],
  tolerance: 1e-6,
  cases: writes,
  reference: writing(),
  hints: [
    "Two things go from each step to the next: the state, and the label that was drawn.",
    "Follow one line by hand: what does `step` read at first, what at the second step, and with which state?",
    "h = h0, label = 0; again and again: { h, o } = step(h, label), label = sample(o, temp, dice()); stop if it is 0, else append it; at most 60.",
  ],
  misconceptions: writeMistakes,
};

// 5.5

type Pair = (labels: number[]) => { x: number[]; y: number[] };

const pairs: FunctionQuestion = {
  kind: "function",
  id: "training-pair",
  number: "5.5a",
  points: 3,
  name: "pair",
  parameters: ["labels"],
  tolerance: 1e-6,
  cases: (random) => [
    [[5]],
    [[3, 7]],
    [list(5, (i) => 1 + ((i * 7 + whole(random, 0, 3)) % 23))],
    [list(8, () => whole(random, 1, 23))],
  ],
  reference: (labels: number[]) => ({ x: [0, ...labels], y: [...labels, 0] }),
  hints: [
    "Write the two lists under one another, for a line of two characters. At each place the lower one must be what comes after the upper one.",
    "A line of n characters gives n + 1 steps: also its first character has to be predicted, from nothing but the end of the line before, and also its own end.",
    "x = [0, c_1, ..., c_n] and y = [c_1, ..., c_n, 0].",
  ],
  misconceptions: [
    mistake<Pair>(
      "the target is the input",
      "Not shifted: the network would only have to copy what it reads. Its loss goes to 0, far below the floor, and it has learnt nothing.",
      (labels) => ({ x: [0, ...labels], y: [0, ...labels] }),
    ),
    mistake<Pair>(
      "shifted the other way",
      "Your target is the character *before*: the past, which the network has seen. Exchange x and y.",
      (labels) => ({ x: [...labels, 0], y: [0, ...labels] }),
    ),
    mistake<Pair>(
      "the first character is not predicted",
      "The line begins with nothing but the end of the line before: x begins with 0, and the first target is the first character.",
      (labels) => ({ x: [...labels], y: [...labels.slice(1), 0] }),
    ),
    mistake<Pair>(
      "the end of the line is not predicted",
      "The network must also learn where a line ends, or it cannot stop when it writes: the last target is 0.",
      (labels) => ({ x: [0, ...labels.slice(0, -1)], y: [...labels] }),
    ),
    mistake<Pair>(
      "neither the first character nor the end is predicted",
      "Put a 0 in front of x, and a 0 at the end of y: the end of the line before, and the end of this one.",
      (labels) => ({ x: labels.slice(0, -1), y: labels.slice(1) }),
    ),
    mistake<Pair>(
      "the end is read as well",
      "Nothing comes after the end: it is the last target, and no input. x and y have n + 1 entries each.",
      (labels) => ({ x: [0, ...labels, 0], y: [...labels, 0, 0] }),
    ),
  ],
};

/** The functions of this question travel as text and use only their arguments. */
type Fault = (p: SpellerParam) => string | undefined;
type BitsOn = (p: SpellerParam, lines: string[], target: "next" | "same", state: "carried" | "forgotten") => number;
type Given = SpellerParam | (() => SpellerParam);

function spellerFault(p: SpellerParam): string | undefined {
  const isRow = (v: unknown, n: number) => Array.isArray(v) && v.length === n && v.every(Number.isFinite);
  if (typeof p !== "object" || p === null || !Array.isArray(p.b))
    return "The answer is the record that `parametersOf` makes of your trained cell: U, W, V, b and c.";
  const m = p.b.length;
  const shapes = { U: [m, 24], W: [m, m], V: [24, m] } as const;
  for (const [name, [rows, columns]] of Object.entries(shapes)) {
    const M = p[name as "U" | "W" | "V"] as unknown;
    if (!Array.isArray(M) || M.length !== rows || !M.every((row) => isRow(row, columns)))
      return `${name} must have ${rows} rows of ${columns} numbers, for ${m} hidden units and 24 characters.`;
  }
  if (!isRow(p.b, m) || !isRow(p.c, 24)) return "b must have a number for each hidden unit, and c 24 numbers.";
  return undefined;
}

/** Bits per character of Example 1 on lines, each begun with the state 0. */
function bitsOnLines(p: SpellerParam, lines: string[], target: "next" | "same", state: "carried" | "forgotten") {
  const alphabet = "\n-acdefghilmnopqrstuvxzé";
  const m = p.b.length;
  // Flat, since this loop runs for every check.
  const [W, V] = [Float64Array.from(p.W.flat()), Float64Array.from(p.V.flat())];
  let [nats, count] = [0, 0];
  for (const line of lines) {
    let h = new Float64Array(m);
    const labels = Array.from(`\n${line}\n`, (character) => alphabet.indexOf(character));
    for (let t = 0; t + 1 < labels.length; t++) {
      const made = new Float64Array(m);
      for (let i = 0; i < m; i++) {
        let a = p.b[i] + p.U[i][labels[t]];
        for (let j = 0; j < m; j++) a += W[i * m + j] * h[j];
        made[i] = Math.tanh(a);
      }
      const o = Float64Array.from(p.c);
      for (let k = 0; k < 24; k++) for (let i = 0; i < m; i++) o[k] += V[k * m + i] * made[i];
      const most = Math.max(...o);
      const Z = o.reduce((sum, v) => sum + Math.exp(v - most), 0);
      nats += Math.log(Z) + most - o[labels[target === "next" ? t + 1 : t]];
      count++;
      if (state === "carried") h = made;
    }
  }
  return nats / count / Math.LN2;
}

const parametersIn = (given: Given): SpellerParam => (typeof given === "function" ? given() : given);

/** A watched mistake: what `isSo` says of a network that has the right shape. */
const seenIn = (isSo: (p: SpellerParam, bits: BitsOn, lines: string[]) => boolean): unknown =>
  carrying(
    [parametersIn, spellerFault, bitsOnLines, isSo],
    (
      read: typeof parametersIn,
      fault: Fault,
      bits: BitsOn,
      isSo: (p: SpellerParam, bits: BitsOn, lines: string[]) => boolean,
      given: Given,
      lines: string[],
    ) => {
      const p = read(given);
      return fault(p) === undefined && isSo(p, bits, lines);
    },
  );

/** Draws 30 lines of the mean length: on short ones even the best network would pay more bits per character. */
function typicalLines(random: Random): string[] {
  for (;;) {
    const lines = list(30, () => numberWords(whole(random, 0, 9999)));
    if (Math.abs(lines.join("\n").length / 30 - 31.38) < 0.3) return lines;
  }
}

let built: SpellerParam | undefined;

const speller: OutcomeQuestion = {
  kind: "outcome",
  id: "training-speller",
  number: "5.5b",
  points: 5,
  name: "numberSpeller",
  parameters: ["lines"],
  tolerance: 1e-6,
  cases: (random) => [[typicalLines(random)]],
  ask: carrying([parametersIn], (read: typeof parametersIn, given: Given) => read(given)) as OutcomeQuestion["ask"],
  judge: carrying([spellerFault, bitsOnLines], (fault: Fault, bitsOn: BitsOn, p: SpellerParam, lines: string[]) => {
    const wrong = fault(p);
    if (wrong !== undefined) return wrong;
    const bits = bitsOn(p, lines, "next", "carried");
    const characters = lines.reduce((sum, line) => sum + line.length + 1, 0);
    const floor = (lines.length * Math.log2(10_000)) / characters;
    const found = `${bits.toFixed(3)} bits per character on ${lines.length} lines`;
    if (bits < 0.97 * floor)
      return `Your network has ${found}, whose floor is ${floor.toFixed(3)}: that can only be if it was trained on them.`;
    if (bits <= 0.5) return undefined;
    return `Your network has ${found}; wanted 0.50 or less. The floor on these lines is ${floor.toFixed(3)}.`;
  }) as OutcomeQuestion["judge"],
  // Built when it is needed: it takes a second.
  reference: () => {
    built ??= numberSpeller(20);
    return built;
  },
  hints: [
    "Look at the curve of the loss. If it still falls at the end, take more steps or a larger rate; if it jumps, or is above the 4.58 of guessing, a smaller one; if it lies flat above 0.5, more hidden units.",
    "Four things to check: the targets are shifted (5.5a); the state runs through the whole line; every step sees lines drawn anew from all of the training lines; the loss is divided by the number of steps before you read it as bits.",
    "This is enough: 64 hidden units, Adam with the rate 0.01, 32 lines at each step, 400 steps. `parametersOf` turns the cell into the answer.",
  ],
  misconceptions: [
    watched(
      "the target was the input",
      "Your network says with certainty what it has just read, and not what comes next. Shift the targets by one, as in 5.5a.",
      seenIn((p, bits, lines) => bits(p, lines, "same", "carried") < 0.3),
    ),
    watched(
      "the state was reset at every character",
      "Your network predicts better, or just as well, when its state is thrown away before each character: it was trained on single characters. Give each example a whole line, so that W learns.",
      seenIn((p, bits, lines) => {
        const forgotten = bits(p, lines, "next", "forgotten");
        return forgotten < 2.5 && forgotten <= bits(p, lines, "next", "carried") + 1e-9;
      }),
    ),
    told(
      "tested on what it was trained on",
      "Fewer bits than the floor, 0.4235 in the mean, cannot be had on new lines. If you see them, the lines of the test were among those of the training, or the characters were counted wrongly.",
    ),
  ],
};

export const exercise: Exercise = {
  id: "05-training",
  title: "Training",
  questions: [gradientDescent, clipping, jacobian, exponents, sample, write, pairs, speller],
};
