/** Exercise 6 once more, written another way; see `04-bptt.ts`. */
import { dot, matrix, multiply, transpose } from "mathjs";

type Rows = number[][];
type P = { U: Rows; W: Rows; V: Rows; b: number[]; c: number[]; h0: number[] };

// 6.1: count by walking

type Walk = { beyond?: boolean; all?: boolean; again?: boolean; price?: number; noForward?: boolean };

/** Walks forward to step T and back through the window, and notes which states it touches. */
const walked =
  ({ beyond, all, again, price = 2, noForward }: Walk, keep = (touched: Set<number>, _T: number) => touched.size) =>
  (T: number, p: number) => {
    const touched = new Set([T - 1, T]);
    let ops = noForward ? 0 : 1;
    for (let s = T, n = 0; (beyond || s >= 1) && (all || n < p); s--, n++) {
      touched.add(s).add(s - 1);
      ops += price;
      if (again && s < T) ops += 1;
    }
    return { ops, memory: keep(touched, T) };
  };

// 6.2 and 6.4: one backward pass with index loops

type Bug =
  | "none"
  | "sign"
  | "number"
  | "no slope"
  | "no slope back"
  | "slope of a"
  | "new beside W"
  | "old beside V"
  | "W"
  | "from h0"
  | "from 0"
  | "windows from h0";

function states(p: P, X: Rows, start: number[]) {
  const [a, h]: [Rows, Rows] = [[[]], [start]];
  for (let t = 1; t <= X.length; t++) {
    a[t] = p.b.map((bias, i) => {
      let total = bias;
      for (let j = 0; j < X[0].length; j++) total += p.U[i][j] * X[t - 1][j];
      for (let j = 0; j < start.length; j++) total += p.W[i][j] * h[t - 1][j];
      return total;
    });
    h[t] = a[t].map((v) => 1 - 2 / (Math.exp(2 * v) + 1));
  }
  return { a, h };
}

function outputs(p: P, h: number[]): number[] {
  const e = p.c.map((c, k) => Math.exp(c + p.V[k].reduce((sum, v, j) => sum + v * h[j], 0)));
  const Z = e.reduce((sum, v) => sum + v, 0);
  return e.map((v) => v / Z);
}

const blank = (p: P) => ({
  U: p.U.map((row) => new Float64Array(row.length)),
  W: p.W.map((row) => new Float64Array(row.length)),
  V: p.V.map((row) => new Float64Array(row.length)),
  b: new Float64Array(p.b.length),
  c: new Float64Array(p.c.length),
});

/** Adds the gradient of the loss of step t, back to step `first`; returns that of h_{first-1}. */
function back(
  p: P,
  X: Rows,
  { a, h }: { a: Rows; h: Rows },
  label: number,
  t: number,
  first: number,
  bug: Bug,
  grad: ReturnType<typeof blank>,
) {
  const m = p.b.length;
  const yhat = outputs(p, h[t]);
  let delta = new Float64Array(m);
  for (let k = 0; k < yhat.length; k++) {
    const g = (bug === "sign" ? -1 : 1) * (yhat[k] - (bug === "number" ? label : Number(k === label)));
    grad.c[k] += g;
    for (let j = 0; j < m; j++) {
      grad.V[k][j] += g * h[bug === "old beside V" ? t - 1 : t][j];
      delta[j] += p.V[k][j] * g;
    }
  }
  for (let s = t; s >= first; s--) {
    const before = new Float64Array(m);
    for (let i = 0; i < m; i++) {
      const u = bug === "slope of a" ? a[s][i] : h[s][i];
      const alpha = bug === "no slope" ? delta[i] : delta[i] * (1 - u) * (1 + u);
      grad.b[i] += alpha;
      for (let j = 0; j < X[0].length; j++) grad.U[i][j] += alpha * X[s - 1][j];
      for (let j = 0; j < m; j++) {
        grad.W[i][j] += alpha * h[bug === "new beside W" ? s : s - 1][j];
        before[j] += (bug === "W" ? p.W[j][i] : p.W[i][j]) * (bug === "no slope back" ? delta[i] : alpha);
      }
    }
    delta = before;
  }
  return delta;
}

const one = (bug: Bug, flows = false) => {
  return (p: P, hTilde: number[], x: number[], y: number) => {
    const start = bug === "from h0" ? p.h0 : bug === "from 0" ? hTilde.map(() => 0) : hTilde;
    const grad = blank(p);
    const before = back(p, [x], states(p, [x], start), y, 1, 1, bug, grad);
    return { ...grad, h0: flows ? before : new Float64Array(before.length) };
  };
};

type First = (t: number, depth: number) => number;
const slide: First = (t, depth) => t + 1 - depth;
const windowed =
  (bug: Bug, first: First = slide, losses = (t: number, T: number) => t <= T, mean = false) =>
  (p: P, X: Rows, y: number[], depth: number) => {
    const T = y.length;
    const whole = states(p, X, p.h0);
    const grad = blank(p);
    for (let t = T; t >= 1; t--) {
      const from = Math.max(first(t, depth), 1);
      if (!losses(t, T)) continue;
      if (bug === "windows from h0") {
        const inputs = X.slice(from - 1, t);
        back(p, inputs, states(p, inputs, p.h0), y[t - 1], inputs.length, 1, bug, grad);
      } else back(p, X, whole, y[t - 1], t, from, bug, grad);
    }
    if (mean)
      for (const part of [...grad.U, ...grad.W, ...grad.V, grad.b, grad.c]) for (const i of part.keys()) part[i] /= T;
    return grad;
  };

// 6.3

type StepFunction = (h: number, x: number, theta: number) => number;
type LossSlope = (h: number, y: number) => number;
type State = { theta: number; h: number };
type Wrong =
  | "new theta"
  | "stays"
  | "anew"
  | "old loss"
  | "new slope"
  | "no slope"
  | "no loss slope"
  | "up"
  | "no eta"
  | "theta stays";

const step =
  (bug?: Wrong) =>
  (f: StepFunction, slope: StepFunction, lossSlope: LossSlope, state: State, x: number, y: number, eta: number) => {
    let { theta, h } = state;
    if (bug === "anew") h = 0;
    const made = f(h, x, theta);
    let gradient = 1;
    if (bug !== "no loss slope") gradient *= lossSlope(bug === "old loss" ? h : made, y);
    if (bug !== "no slope") gradient *= slope(bug === "new slope" ? made : h, x, theta);
    const old = theta;
    if (bug !== "theta stays") theta += (bug === "up" ? 1 : -1) * (bug === "no eta" ? 1 : eta) * gradient;
    const moved = bug === "new theta" ? f(h, x, theta) : f(h, x, old);
    return { h: bug === "stays" ? state.h : moved, theta };
  };

// 6.5: by recursion over the steps, or with the weights of all paths

type Rule = (stops: boolean, c: number) => number;
const weight: Rule = (stops, c) => Number(!stops) / (1 - c);

function pattern(T: number, c: (n: number) => number, uniform: () => number, begin = 1, goesOn = false) {
  const drawn: [boolean, number][] = [];
  let n = begin;
  while (drawn.length < T - 1) {
    const rate = c(n);
    const stops = uniform() < rate;
    drawn.push([stops, rate]);
    n = stops && !goesOn ? begin : n + 1;
  }
  return drawn;
}

/** delta_t is the sum over all later losses, each with the product of the factors on its way back. */
const paths =
  (rule: Rule = weight, draw = pattern, own: Rule = () => 1, furthest = Number.POSITIVE_INFINITY) =>
  (local: number[], jacobian: number[], c: (n: number) => number, uniform: () => number) => {
    const factors = draw(local.length, c, uniform);
    const at = (t: number) => (t < factors.length ? own(...factors[t]) : 1);
    return local.map((_, t) => {
      let [sum, product] = [local[t] * at(t), 1];
      for (let s = t + 1; s < local.length && s - t <= furthest; s++) {
        product *= jacobian[s - 1] * rule(...factors[s - 1]);
        sum += product * local[s] * (furthest === 1 ? 1 : at(s));
      }
      return sum;
    });
  };

function recursive(local: number[], jacobian: number[], c: (n: number) => number, uniform: () => number): number[] {
  const delta: number[] = [];
  const visit = (t: number, n: number): number => {
    const last = t === local.length - 1;
    const rate = last ? 0 : c(n);
    const stops = last || uniform() < rate;
    const later = last ? 0 : visit(t + 1, stops ? 1 : n + 1);
    delta[t] = local[t] + (stops ? 0 : (jacobian[t] * later) / (1 - rate));
    return delta[t];
  };
  visit(0, 1);
  return delta;
}

// 6.6: by powers of the matrix

function matrixOf(n: number) {
  return matrix(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (j === i || j === i + 1 ? 0.5 : 0))),
  );
}

/** The influences of the copies 1, 2, ..., P steps back. */
function influence(plus: number, minus: number, P = 300): number[] {
  const signs = [...Array(plus).fill(1), ...Array(minus).fill(-1)];
  const A = transpose(matrixOf(plus + minus));
  let row = matrix([1, ...Array(plus + minus - 1).fill(0)]);
  return Array.from({ length: P }, () => {
    const value = dot(row, signs);
    row = multiply(A, row);
    return value;
  });
}
const sums = (values: number[]) => {
  const all = values.slice();
  for (let i = 1; i < all.length; i++) all[i] += all[i - 1];
  return all;
};
const below0 = (values: number[]) => values.findIndex((v) => v < 0);

/** By question, then by the name of the misconception. */
export const wrong: Record<string, Record<string, unknown>> = {
  "truncation-cost": {
    "the window goes back beyond the first step": walked({ beyond: true }),
    "all T steps, whatever p is": walked({ all: true }),
    "the state before the window is not counted": walked({}, (touched) => touched.size - 1),
    "all states are kept": walked({}, (_, T) => T + 1),
    "a step back counted once": walked({ price: 1 }),
    "the step forward is not counted": walked({ noForward: true }),
    "the window is computed forward again": walked({ again: true }),
    "summed over all steps": (T: number, p: number) => {
      let ops = 0;
      for (let t = 1; t <= T; t++) ops += walked({})(t, p).ops;
      return { ops, memory: walked({})(T, p).memory };
    },
  },
  "truncation-one-step": {
    "the gradient flows into h̃": one("none", true),
    "the state is computed anew, from h_0": one("from h0"),
    "the state is left out: the step begins at 0": one("from 0"),
    "the new state beside α in the gradient of W": one("new beside W"),
    "the old state beside g in the gradient of V": one("old beside V"),
    "the factor 1 - h² is missing": one("no slope"),
    "1 - a² in place of 1 - h²": one("slope of a"),
    "y - ŷ in place of ŷ - y": one("sign"),
    "the number y subtracted from every entry": one("number"),
  },
  "truncation-step": {
    "the state moves with the new θ": step("new theta"),
    "the state stays where it was": step("stays"),
    "the state begins anew at 0": step("anew"),
    "the loss is taken at the old state": step("old loss"),
    "∂f/∂θ is taken at the new state": step("new slope"),
    "∂f/∂θ is missing": step("no slope"),
    "dℓ/dh is missing": step("no loss slope"),
    "the step goes up": step("up"),
    "the learning rate is missing": step("no eta"),
    "θ stays where it was": step("theta stays"),
  },
  "truncation-window": {
    "one copy too many": windowed("none", (t, depth) => t - depth),
    "one copy too few": windowed("none", (t, depth) => t + 2 - depth),
    "blocks in place of a window that slides": windowed("none", (t, depth) => 1 + depth * Math.floor((t - 1) / depth)),
    "depth is not used: back to step 1": windowed("none", () => 0),
    "depth is not used: one step back only": windowed("none", (t) => t),
    "only the last loss": windowed("none", slide, (t, T) => t === T),
    "each window begins at h_0": windowed("windows from h0"),
    "W in place of Wᵀ": windowed("W"),
    "the factor 1 - h² is missing on the way back": windowed("no slope back"),
    "the factor 1 - h² is missing": windowed("no slope"),
    "1 - a² in place of 1 - h²": windowed("slope of a"),
    "the new state beside α in the gradient of W": windowed("new beside W"),
    "the old state beside g in the gradient of V": windowed("old beside V"),
    "y - ŷ in place of ŷ - y": windowed("sign"),
    "divided by T": windowed("none", slide, () => true, true),
  },
  "truncation-artbp": {
    "divided by c in place of 1 - c": paths((stops, c) => (stops ? 0 : c ** -1)),
    "multiplied by 1 - c": paths((stops, c) => (stops ? 0 : 1 - c)),
    "no factor": paths((stops) => Number(!stops)),
    "the step's own part is weighted too": paths(weight, pattern, (stops, c) => (stops ? 1 : 1 / (1 - c))),
    "a stop takes the step's own part away too": paths(weight, pattern, (stops) => Number(!stops)),
    "n is not set back after a stop": paths(weight, (T, c, uniform) => pattern(T, c, uniform, 1, true)),
    "n begins at 0": paths(weight, (T, c, uniform) => pattern(T, c, uniform, 0)),
    "the factor of the next n": (
      local: number[],
      jacobian: number[],
      c: (n: number) => number,
      uniform: () => number,
    ) => {
      const [delta, factors] = [local.slice(), [] as number[]];
      let n = 1;
      for (const _ of jacobian) {
        n = uniform() < c(n) ? 1 : n + 1;
        factors.push(n === 1 ? 0 : 1 / (1 - c(n)));
      }
      for (let t = jacobian.length - 1; t >= 0; t--) delta[t] += factors[t] * jacobian[t] * delta[t + 1];
      return delta;
    },
    "drawn on the way back": (local: number[], jacobian: number[], c: (n: number) => number, uniform: () => number) => {
      const delta = local.slice();
      for (let t = local.length - 2, n = 1; t >= 0; t--, n++) {
        const rate = c(n);
        if (uniform() < rate) n = 0;
        else delta[t] += (jacobian[t] * delta[t + 1]) / (1 - rate);
      }
      return delta;
    },
    "it stops where it should go on": paths((stops, c) => Number(stops) / (1 - c)),
    "only one step back": paths(weight, pattern, undefined, 1),
  },
  "truncation-critical-length": {
    "a short window has the right sign": () => 1,
    "the influence of one copy, not of the window": (plus: number, minus: number) => 1 + below0(influence(plus, minus)),
    "chunks in place of a window": (plus: number, minus: number) => 1 + below0(sums(sums(influence(plus, minus)))),
    "the last wrong length": (plus: number, minus: number) => below0(sums(influence(plus, minus))),
    "NaN from beyond the last unit": (plus: number, minus: number) => {
      let s: number[] = [...Array(plus).fill(1), ...Array(minus).fill(-1)];
      let [p, S] = [0, 0];
      while (S >= 0) {
        S += s[0];
        s = s.map((v, i) => (v + s[i + 1]) / 2);
        p++;
      }
      return p;
    },
    "as soon as the first minus is heard": (plus: number) => 1 + plus,
    "as soon as the last minus is heard": (plus: number, minus: number) => minus + plus,
  },
};

/** Right answers in other forms. */
export const right: Record<string, unknown[]> = {
  "truncation-cost": [
    walked({}),
    (T: number, p: number) => ({ memory: p < T ? p + 1 : T + 1, ops: 2 * Math.min(T, p) + 1, more: 0 }),
  ],
  "truncation-one-step": [
    one("none"),
    (p: P, hTilde: number[], x: number[], y: number) => {
      const grad = windowed("none")({ ...p, h0: hTilde }, [x], [y], 1);
      return { h0: matrix(hTilde.map(() => 0)), ...grad };
    },
  ],
  "truncation-step": [
    step(),
    (
      f: StepFunction,
      slope: StepFunction,
      lossSlope: LossSlope,
      { theta, h }: State,
      x: number,
      y: number,
      eta: number,
    ) => ({
      h: f(h, x, theta),
      theta: theta - slope(h, x, theta) * eta * lossSlope(f(h, x, theta), y),
    }),
  ],
  "truncation-window": [
    windowed("none"),
    (p: P, X: Rows, y: number[], depth: number) => {
      const { U, W, V, b, c } = windowed("none")(p, X, y, depth);
      return { U: matrix(U.map((row) => [...row])), W, V, b, c };
    },
  ],
  "truncation-artbp": [
    paths(),
    recursive,
    // One draw more, for step T, does no harm.
    (local: number[], jacobian: number[], c: (n: number) => number, uniform: () => number) => {
      const drawn = pattern(local.length + 1, c, uniform);
      return paths(weight, () => drawn.slice(0, local.length - 1))(local, jacobian, c, uniform);
    },
  ],
  "truncation-critical-length": [
    (plus: number, minus: number) => 1 + below0(sums(influence(plus, minus))),
    // The first unit of a trajectory that begins at 0 with theta = 1 is S_p.
    (plus: number, minus: number) => {
      let s: number[] = Array(plus + minus).fill(0);
      for (let p = 1; ; p++) {
        s = s.map((v, i) => (v + (s[i + 1] ?? 0)) / 2 + (i < plus ? 1 : -1));
        if (s[0] < 0) return p;
      }
    },
  ],
};
