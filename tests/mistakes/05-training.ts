/**
 * Exercise 5 once more, written another way: index loops, typed arrays, mathjs. `wrong` has every mistake that the
 * specification says is recognised, `right` has answers that are right in another form.
 */
import { diag, exp, map, matrix, multiply, norm as normOf } from "mathjs";
import { numberWords } from "../../lib";
import { numberSpeller } from "../../solutions/parts/number-speller";

type Rows = number[][];

// 5.1

type Slip = "none" | "plus" | "start" | "from 0" | "first rate" | "unit";

function walk(slip: Slip, grad: (theta: number[]) => number[], start: number[], eta: (k: number) => number, K: number) {
  const path: Rows = [start.slice()];
  const theta = start.slice();
  let k = 0;
  while (k < K) {
    k += 1;
    const g = grad(slip === "start" ? start : theta);
    const size = slip === "unit" ? Math.sqrt(g.reduce((sum, x) => sum + x * x, 0)) : 1;
    const rate = slip === "from 0" ? eta(k - 1) : slip === "first rate" ? eta(1) : eta(k);
    for (let i = 0; i < theta.length; i++) theta[i] += ((slip === "plus" ? 1 : -1) * rate * g[i]) / size;
    path.push(theta.slice());
  }
  return path;
}
type Walk = Parameters<typeof walk> extends [Slip, ...infer Rest] ? Rest : never;
const gd =
  (slip: Slip) =>
  (...args: Walk) =>
    walk(slip, ...args);

// 5.2

type Measure = (entries: number[]) => number;
const euclid: Measure = (entries) => Number(normOf(entries));

/** Shortens all matrices by the factor that their entries deserve. */
const shorten =
  (factor: (entries: number[], c: number) => number) =>
  (g: Rows[], c: number): Rows[] => {
    const f = factor(g.flat().flat(), c);
    return JSON.parse(JSON.stringify(g), (_, value) => (typeof value === "number" ? f * value : value));
  };
const limited = (measure: Measure) => shorten((entries, c) => (measure(entries) > c ? c / measure(entries) : 1));

// 5.3

type Turn =
  | "none"
  | "no slope"
  | "before"
  | "from the front"
  | "columns"
  | "order"
  | "few"
  | "many"
  | "squared"
  | "norms";

function reach(turn: Turn, { W }: { W: Rows }, h: Rows, lag: number): number {
  const T = h.length - 1;
  const m = W.length;
  const end = turn === "from the front" ? lag : T;
  let first = end - lag + 1;
  if (turn === "few") first = Math.min(first + 1, end + 1);
  if (turn === "many") first = Math.max(first - 1, 0);
  let J = matrix(m === 1 ? [[1]] : (diag(new Array(m).fill(1)) as unknown as Rows));
  let sizes = 1;
  for (let s = end; s >= first; s--) {
    const slope = h[turn === "before" ? s - 1 : s].map((x) => (1 - x) * (1 + x));
    const factor = W.map((row, i) =>
      row.map((w, j) => (turn === "no slope" ? w : turn === "columns" ? w * slope[j] : slope[i] * w)),
    );
    sizes *= Number(normOf(matrix(factor), "fro"));
    J = turn === "order" ? multiply(matrix(factor), J) : multiply(J, matrix(factor));
  }
  if (turn === "norms") return lag > 0 ? sizes : Math.sqrt(m);
  const size = Number(normOf(J, "fro"));
  return turn === "squared" ? size * size : size;
}
const jacobian = (turn: Turn) => (p: { W: Rows }, h: Rows, lag: number) => reach(turn, p, h, lag);

// 5.4

/** Probabilities by mathjs, without taking off the maximum. */
const plainSoftmax = (logits: number[], temp: number): number[] => {
  const powers = map(
    logits.map((o) => o / temp),
    exp,
  ) as number[];
  const Z = powers.reduce((sum, w) => sum + w, 0);
  return powers.map((w) => w / Z);
};
const stableSoftmax = (logits: number[], temp: number): number[] => {
  const shift = Math.max(...logits);
  return plainSoftmax(
    logits.map((o) => o - shift),
    temp,
  );
};
/** Takes u away part by part. */
function pick(p: number[], u: number): number {
  let rest = u;
  for (let i = 0; i < p.length - 1; i++) {
    rest -= p[i];
    if (rest < 0) return i;
  }
  return p.length - 1;
}
const largest = (v: number[]): number => v.reduce((best, x, i) => (x > v[best] ? i : best), 0);
const pickUnscaled = (p: number[], u: number, temp: number): number => pick([...p.map((x) => x / temp)], u);

type Step = (h: number[], label: number) => { h: number[]; o: number[] };
type Lapse = "none" | "not fed" | "forgets" | "feeds largest" | "writes largest" | "temp" | "one throw" | "end";

const line = (lapse: Lapse) => (step: Step, h0: number[], temp: number, dice: () => number) => {
  const thrown: number[] = lapse === "one throw" ? [dice()] : [];
  const labels: number[] = [];
  let state = h0;
  let input = 0;
  for (let count = 0; count < 60; count++) {
    const { h, o } = step(state, input);
    const u = thrown[0] ?? (lapse === "writes largest" ? 0 : dice());
    const p = stableSoftmax(o, lapse === "temp" ? 1 : temp);
    const label = lapse === "writes largest" ? largest(o) : pick(p, u);
    if (label === 0) {
      if (lapse === "end") labels.push(label);
      return labels;
    }
    labels.push(label);
    if (lapse !== "forgets") state = h;
    input = lapse === "not fed" ? 0 : lapse === "feeds largest" ? largest(o) : label;
  }
  return labels;
};

// 5.5

const alphabet = "\n-acdefghilmnopqrstuvxzé";
const zeros = (rows: number, columns: number): Rows => Array.from({ length: rows }, () => new Array(columns).fill(0));
const scaledIdentity = (size: number, by: number): Rows =>
  zeros(24, 24).map((row, i) => row.map((_, j) => (i === j && i < size ? by : 0)));

/** Unit i says that character i was read, and nothing else: what is read is the answer. */
const copying = () => ({
  U: scaledIdentity(24, 5),
  W: zeros(24, 24),
  V: scaledIdentity(24, 30),
  b: new Array(24).fill(0),
  c: new Array(24).fill(0),
});

/** Counts which character follows which, as a network that is trained on single characters learns. */
function followers(): Rows {
  const counts = zeros(24, 24).map((row) => row.map(() => 0.01));
  for (let number = 0; number < 10_000; number += 7) {
    const text = [0, ...[...numberWords(number)].map((character) => alphabet.indexOf(character)), 0];
    for (let t = 1; t < text.length; t++) counts[text[t - 1]][text[t]]++;
  }
  return counts;
}
/** W was never trained: it is still what it was at the start, and disturbs. */
function forgetting(disturbance: number) {
  const counts = followers();
  const V = counts.map((_, k) => counts.map((row) => Math.log(row[k] / row.reduce((sum, x) => sum + x, 0))));
  const W = zeros(24, 24).map((row, i) => row.map((_, j) => disturbance * Math.sin(1 + 5 * i + 3 * j * j)));
  return { U: scaledIdentity(24, 20), W, V, b: new Array(24).fill(0), c: new Array(24).fill(0) };
}

/** Wrong answers by question and name of the mistake. */
export const wrong: Record<string, Record<string, unknown>> = {
  "training-descent": {
    "uphill: + in place of -": gd("plus"),
    "the gradient at the start, at every step": gd("start"),
    "k counted from 0": gd("from 0"),
    "the rate of the first step at every step": gd("first rate"),
    "only the last theta": (...args: Walk) => gd("none")(...args).pop(),
    "theta0 is missing from the list": (...args: Walk) => {
      const path = gd("none")(...args);
      path.shift();
      return path;
    },
    "every row is the end": (...[grad, theta0, eta, K]: Walk) => {
      const theta = Float64Array.from(theta0);
      const path = [theta];
      for (let k = 1; k <= K; k++) {
        const g = grad(Array.from(theta));
        for (const i of theta.keys()) theta[i] -= eta(k) * g[i];
        path.push(theta);
      }
      return path;
    },
    "every row but the first is the end": (...[grad, theta0, eta, K]: Walk) => {
      const theta = theta0.slice();
      const path = [theta0];
      for (let k = 1; k <= K; k++) {
        for (const [i, g] of grad(theta).entries()) theta[i] -= eta(k) * g;
        path.push(theta);
      }
      return path;
    },
    "a unit step: the gradient divided by its length": gd("unit"),
  },
  "training-clipping": {
    "each entry is clipped by itself": (g: Rows[], c: number) =>
      g.map((M) => M.map((row) => row.map((x) => Math.sign(x) * Math.min(Math.abs(x), c)))),
    "small gradients are made longer": shorten((entries, c) => c / euclid(entries)),
    "each matrix has a norm of its own": (g: Rows[], c: number) => g.flatMap((M) => limited(euclid)([M], c)),
    "the root is missing from the norm": limited((entries) => entries.reduce((sum, x) => sum + x ** 2, 0)),
    "the largest entry in place of the norm": limited((entries) => Number(normOf(entries, Infinity))),
    "the sum of absolute values in place of the norm": limited((entries) => Number(normOf(entries, 1))),
    "divided by the norm, and not brought to c": shorten((entries, c) =>
      euclid(entries) <= c ? 1 : 1 / euclid(entries),
    ),
    "a gradient that is too long is thrown away": shorten((entries, c) => Number(euclid(entries) <= c)),
  },
  "training-jacobian-norm": {
    "the factor 1 - h² is missing": jacobian("no slope"),
    "1 - h² of the state before the step": jacobian("before"),
    "the first steps in place of the last": jacobian("from the front"),
    "W times D in place of D times W": jacobian("columns"),
    "the product in the wrong order": jacobian("order"),
    "one step too few": jacobian("few"),
    "one step too many": jacobian("many"),
    "the root is missing from the norm": jacobian("squared"),
    "the norms of the steps multiplied": jacobian("norms"),
  },
  "training-reach": {
    "a spectral radius above 1 is taken for an explosion": Float64Array.of(4, 4, 4),
    "the tanh is taken to make every gradient vanish": matrix([4, -8, -8]),
    "the natural logarithm": [1, -1, 1].map((sign, i) => sign * [10, 19, 10][i]),
  },
  "training-sample": {
    "the temperature multiplies the logits": (o: number[], temp: number, u: number) =>
      pick(
        stableSoftmax(
          o.map((x) => x * temp),
          1,
        ),
        u,
      ),
    "always the most likely class": (o: number[]) => largest(o),
    "the temperature is not used": (o: number[], _: number, u: number) => pick(stableSoftmax(o, 1), u),
    "the probabilities divided by the temperature, not the logits": (o: number[], temp: number, u: number) =>
      pickUnscaled(stableSoftmax(o, 1), u, temp),
    "the class before the one in whose part u falls": (o: number[], temp: number, u: number) => {
      let i = -1;
      let sum = 0;
      for (const p of stableSoftmax(o, temp)) {
        if (sum + p > u) return i;
        sum += p;
        i++;
      }
      return i;
    },
    "the class behind the one in whose part u falls": (o: number[], temp: number, u: number) => {
      let sum = 0;
      const p = stableSoftmax(o, temp);
      for (let i = 0; i < p.length; i++) {
        if (sum > u) return i;
        sum += p[i];
      }
      return p.length - 1;
    },
    "u compared with each probability by itself": (o: number[], temp: number, u: number) => {
      const p = stableSoftmax(o, temp);
      for (let i = 0; i < p.length; i++) if (p[i] > u) return i;
      return p.length - 1;
    },
    "the parts laid from the last class to the first": (o: number[], temp: number, u: number) => {
      const p = stableSoftmax(o, temp);
      let sum = 0;
      let i = p.length;
      while (i > 0 && sum <= u) sum += p[--i];
      return i;
    },
    "every class equally likely": (o: number[], _: number, u: number) => Math.trunc(o.length * u),
    "the exponential of a large logit overflows": (o: number[], temp: number, u: number) => {
      let sum = 0;
      return plainSoftmax(o, temp).findIndex((p) => {
        sum += p;
        return sum > u;
      });
    },
    "the exponential of a large logit overflows, and the last class is taken": (o: number[], temp: number, u: number) =>
      pick(plainSoftmax(o, temp), u),
  },
  "training-write": {
    "the label that was drawn is not fed back": line("not fed"),
    "the state is not carried on": line("forgets"),
    "the most likely label is read, not the one that was drawn": line("feeds largest"),
    "the most likely label is written": line("writes largest"),
    "the temperature is not handed on": line("temp"),
    "one throw for the whole line": line("one throw"),
    "the end of the line is written too": line("end"),
  },
  "training-pair": {
    "the target is the input": (labels: number[]) => {
      const x = [0].concat(labels);
      return { x, y: x.slice() };
    },
    "shifted the other way": (labels: number[]) => ({ x: labels.concat(0), y: [0].concat(labels) }),
    "the first character is not predicted": (labels: number[]) => ({
      x: labels.slice(),
      y: labels.map((_, t) => labels[t + 1] ?? 0),
    }),
    "the end of the line is not predicted": (labels: number[]) => ({
      x: labels.map((_, t) => (t === 0 ? 0 : labels[t - 1])),
      y: labels.slice(),
    }),
    "neither the first character nor the end is predicted": (labels: number[]) => {
      const [x, y]: Rows = [[], []];
      for (let t = 1; t < labels.length; t++) {
        x.push(labels[t - 1]);
        y.push(labels[t]);
      }
      return { x, y };
    },
    "the end is read as well": (labels: number[]) => {
      const text = [0, ...labels, 0, 0];
      return { x: text.slice(0, -1), y: text.slice(1) };
    },
  },
  "training-speller": {
    "the target was the input": copying(),
    "the state was reset at every character": () => forgetting(3),
  },
};

const built = numberSpeller(30);
const builtOtherwise = {
  ...built,
  U: matrix(built.U),
  W: built.W.map((row) => Float32Array.from(row)),
  b: Float64Array.from(built.b),
  c: matrix(built.c),
};

/** Right answers in other forms. */
export const right: Record<string, unknown[]> = {
  "training-descent": [
    gd("none"),
    (...[grad, theta0, eta, K]: Walk) => {
      const rows: unknown[] = [matrix(theta0)];
      let theta = Float64Array.from(theta0);
      for (let k = 1; k <= K; k++) {
        const g = grad([...theta]);
        theta = theta.map((x, i) => x - eta(k) * g[i]);
        rows.push(theta);
      }
      return rows;
    },
  ],
  "training-clipping": [
    limited(euclid),
    (g: Rows[], c: number) => {
      const length = Math.sqrt(g.flat(2).reduce((sum, x) => sum + x * x, 0));
      return length <= c ? g : g.map((M) => multiply(matrix(M), c / length));
    },
  ],
  "training-jacobian-norm": [
    jacobian("none"),
    ({ W }: { W: Rows }, h: Rows, lag: number) => {
      // Column by column: each unit vector is carried through the last steps.
      let squares = 0;
      for (let j = 0; j < W.length; j++) {
        let v = W.map((_, i) => Number(i === j));
        for (const state of h.slice(h.length - lag, h.length))
          v = W.map((row, i) => (1 - state[i] ** 2) * row.reduce((sum, w, k) => sum + w * v[k], 0));
        squares += v.reduce((sum, x) => sum + x * x, 0);
      }
      return squares ** 0.5;
    },
  ],
  "training-reach": [Int8Array.of(4, -8, 4), matrix([4, -8, 4])],
  "training-sample": [
    (o: number[], temp: number, u: number) => pick(stableSoftmax(o, temp), u),
    (o: number[], temp: number, u: number) => {
      // Without dividing: u times the sum of the weights.
      const weights = o.map((x) => Math.exp((x - Math.max(...o)) / temp));
      let left = u * weights.reduce((sum, w) => sum + w, 0);
      return weights.findIndex((w) => {
        left -= w;
        return left < 0;
      });
    },
  ],
  "training-write": [
    line("none"),
    (step: Step, h: number[], temp: number, dice: () => number) => {
      const on = (state: number[], label: number, length: number): number[] => {
        if (length === 60) return [];
        const made = step(state, label);
        const next = pick(stableSoftmax(made.o, temp), dice());
        return next === 0 ? [] : [next, ...on(made.h, next, length + 1)];
      };
      return on(h, 0, 0);
    },
  ],
  "training-pair": [
    (labels: number[]) => {
      const text = Int32Array.from([0, ...labels, 0]);
      return { x: text.subarray(0, -1), y: text.subarray(1) };
    },
  ],
  "training-speller": [() => builtOtherwise],
};
