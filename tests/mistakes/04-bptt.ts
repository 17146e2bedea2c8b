/**
 * Exercise 4 once more, written another way: index loops and typed arrays. `wrong` has every mistake that the
 * specification says is recognised by its values, `right` has answers that are right in another form.
 */
import { add, dotMultiply, matrix, multiply, subtract, transpose } from "mathjs";

type Rows = number[][];
type P = { U: Rows; W: Rows; V: Rows; b: number[]; c: number[]; h0: number[] };
type Cache = { a: Rows; h: Rows; yhat: Rows };

type Bug =
  | "none"
  | "sign"
  | "again"
  | "cut"
  | "no factor"
  | "no factor back"
  | "factor of a"
  | "factor of t"
  | "W"
  | "one step"
  | "last loss";

function backward(p: P, { a, h, yhat }: Cache, y: number[], bug: Bug) {
  const T = y.length;
  const m = p.h0.length;
  const q = p.c.length;
  const g: Rows = [];
  const dh: Rows = [];
  const da: Rows = [];
  let fromLater: number[] = [];
  for (let t = T; t >= 0; t--) {
    const row = new Array<number>(m).fill(0);
    const own = new Array<number>(m).fill(0);
    if (t > 0) {
      g[t] = [];
      for (let k = 0; k < q; k++) {
        let value = yhat[t - 1][k];
        if (y[t - 1] === k) value -= 1;
        if (bug === "sign") value *= -1;
        if (bug === "again") value *= yhat[t - 1][k] - yhat[t - 1][k] ** 2;
        if (bug === "last loss" && t !== T) value = 0;
        g[t][k] = value;
        for (let j = 0; j < m; j++) own[j] += p.V[k][j] * value;
      }
    }
    for (let j = 0; j < m; j++) {
      row[j] = own[j];
      if (t === T || bug === "cut") continue;
      for (let i = 0; i < m; i++) {
        const weight = bug === "W" ? p.W[j][i] : p.W[i][j];
        const factor = bug === "factor of t" ? 1 - h[t][i] * h[t][i] : 1;
        row[j] += weight * factor * fromLater[i];
      }
    }
    dh[t] = row;
    if (t === 0) break;
    const squared = (i: number) => (bug === "factor of a" ? a[t - 1][i] ** 2 : h[t][i] ** 2);
    da[t] = row.map((x, i) => (bug === "no factor" ? x : x - x * squared(i)));
    fromLater = da[t];
    if (bug === "no factor back" || bug === "factor of t") fromLater = row;
    if (bug === "one step") fromLater = own.map((x, i) => x - x * squared(i));
  }
  return { g, dh, da };
}

const rowsOver = (rows: Rows, by: number): Rows => rows.map((row) => row.map((x) => x / by));
const hidden = (bug: Bug) => (p: P, cache: Cache, y: number[]) => backward(p, cache, y, bug).dh;
const copies = (bug: Bug) => (p: P, cache: Cache, y: number[]) => backward(p, cache, y, bug).da.slice(1);

function run(p: P, X: Rows): Cache {
  const cache: Cache = { a: [], h: [p.h0.slice()], yhat: [] };
  for (let t = 1; t <= X.length; t++) {
    const a = p.b.map((b, i) => {
      let sum = b;
      for (let j = 0; j < X[0].length; j++) sum += p.U[i][j] * X[t - 1][j];
      for (let j = 0; j < p.h0.length; j++) sum += p.W[i][j] * cache.h[t - 1][j];
      return sum;
    });
    const h = a.map((x) => (Math.exp(2 * x) - 1) / (Math.exp(2 * x) + 1));
    const e = p.c.map((c, k) => Math.exp(c + p.V[k].reduce((sum, v, j) => sum + v * h[j], 0)));
    const Z = e.reduce((sum, x) => sum + x, 0);
    cache.a.push(a);
    cache.h.push(h);
    cache.yhat.push(e.map((x) => x / Z));
  }
  return cache;
}

type Choice = {
  bug?: Bug;
  beside?: "h" | "V";
  steps?: (t: number, T: number) => boolean;
  over?: boolean;
  h0?: "cut" | "zero";
};

/** All gradients as typed arrays. */
const all =
  ({ bug = "none", beside, steps = () => true, over = false, h0 }: Choice) =>
  (p: P, X: Rows, y: number[]) => {
    const cache = run(p, X);
    const { g, dh, da } = backward(p, cache, y, bug);
    const [T, m, n, q] = [y.length, p.h0.length, X[0].length, p.c.length];
    const rows = (count: number, size: number) => Array.from({ length: count }, () => new Float64Array(size));
    const grad = {
      U: rows(m, n),
      W: rows(m, m),
      V: rows(q, m),
      b: new Float64Array(m),
      c: new Float64Array(q),
      h0: new Float64Array(m),
    };
    for (let t = 1; t <= T; t++) {
      if (!steps(t, T)) continue;
      for (let i = 0; i < m; i++) {
        grad.b[i] += da[t][i];
        for (let j = 0; j < n; j++) grad.U[i][j] += da[t][i] * X[t - 1][j];
        for (let j = 0; j < m; j++) grad.W[i][j] += da[t][i] * cache.h[beside === "h" ? t : t - 1][j];
      }
      for (let k = 0; k < q; k++) {
        grad.c[k] += g[t][k];
        for (let j = 0; j < m; j++) grad.V[k][j] += g[t][k] * cache.h[beside === "V" ? t - 1 : t][j];
      }
    }
    for (let j = 0; j < m; j++) {
      grad.h0[j] = dh[0][j];
      if (h0 === "zero") grad.h0[j] = 0;
      if (h0 === "cut") grad.h0[j] = p.W.reduce((sum, row, i) => sum + row[j] * da[1][i], 0);
    }
    if (over)
      for (const part of [...grad.U, ...grad.W, ...grad.V, grad.b, grad.c, grad.h0])
        for (let i = 0; i < part.length; i++) part[i] /= T;
    return grad;
  };

const soft = (o: number[]) => o.map((x) => Math.exp(x) / o.reduce((sum, other) => sum + Math.exp(other), 0));

function jacobian(yhat: number[], diagonal: (y: number) => number, off: (a: number, b: number) => number): Rows {
  const J: Rows = [];
  for (let i = 0; i < yhat.length; i++) {
    J[i] = [];
    for (let j = 0; j < yhat.length; j++) J[i][j] = i === j ? diagonal(yhat[i]) : off(yhat[i], yhat[j]);
  }
  return J;
}

type Arrays = Record<string, number[] | Rows>;
type Measured = (p: Arrays) => { L: number; grad: Arrays };
type Slip = "forward" | "not halved" | "stays below" | "stays above" | "back and forth" | "deaf";

/** A vector or a matrix as one list of ways to read and write its entries. */
function entriesOf(array: number[] | Rows) {
  return array.flatMap((item, i) => {
    const row = Array.isArray(item) ? item : (array as number[]);
    return (Array.isArray(item) ? [...item.keys()] : [i]).map((j) => ({
      get: () => row[j],
      set: (x: number) => {
        row[j] = x;
      },
    }));
  });
}

/** Central differences, where not even the argument is touched: each loss gets parameters of its own. */
const differences = (f: Measured, p: Arrays, key: string, eps: number) =>
  entriesOf(p[key]).map((_, place) => {
    const [up, down] = [eps, -eps].map((by) => {
      const own = structuredClone(p);
      const entry = entriesOf(own[key])[place];
      entry.set(entry.get() + by);
      return f(own).L;
    });
    return 0.5 * (up / eps - down / eps);
  });

/** The same in place, with a slip. */
function slipping(f: Measured, p: Arrays, key: string, eps: number, slip: Slip): number[] {
  const found: number[] = [];
  for (const entry of entriesOf(p[key])) {
    const w = entry.get();
    const middle = f(p).L;
    entry.set(w + eps);
    const above = f(p).L;
    entry.set(w - eps);
    const below = f(p).L;
    if (slip === "stays above") entry.set(w + eps);
    if (slip === "back and forth") {
      entry.set(w);
      entry.set(entry.get() + eps);
      entry.set(entry.get() - 2 * eps);
      entry.set(entry.get() + eps);
    }
    if (slip !== "stays above" && slip !== "stays below" && slip !== "back and forth") entry.set(w);
    const span = slip === "not halved" || slip === "forward" ? eps : eps + eps;
    found.push(((slip === "forward" ? above - middle : above - below) as number) / span);
  }
  return found;
}

type Ratio = (worst: number, d: number[], g: number[]) => number;
const size = (v: number[]) => v.reduce((most, x) => Math.max(most, x, -x), 0);
const overMeasured: Ratio = (worst, d) => worst / size(d);

const gradCheckBy =
  (choice: { own?: number; slip?: Slip; ratio?: Ratio }) => (f: Measured, p: Arrays, key: string, eps?: number) => {
    const g = entriesOf(f(p).grad[key]).map(({ get }) => get());
    const own = choice.own ?? 3e-6;
    const step = choice.slip === "deaf" || eps === undefined ? own : eps;
    const { slip } = choice;
    const d = slip === undefined ? differences(f, p, key, step) : slipping(f, p, key, step, slip);
    return (choice.ratio ?? overMeasured)(size(d.map((x, i) => g[i] - x)), d, g);
  };

type Entry = { value: number; from: number[]; slopes: number[] };

/** Hands on by recursion, path by path: right without any order, and without `+=` on a shared list but one. */
function alongPaths(tape: Entry[], factor: (entry: Entry, k: number) => number): number[] {
  const total = tape.map(() => 0);
  const walk = (i: number, carried: number) => {
    total[i] += carried;
    tape[i].from.forEach((j, k) => {
      walk(j, carried * factor(tape[i], k));
    });
  };
  walk(tape.length - 1, 1);
  return total;
}

/** From the receiving side: each entry asks the later ones that are made from it. */
function asking(tape: Entry[], part: (grad: number[], i: number, k: number) => number, last = 1, others = 0): number[] {
  const grad: number[] = [];
  for (let j = tape.length - 1; j >= 0; j--) {
    grad[j] = j === tape.length - 1 ? last : others;
    for (let i = tape.length - 1; i > j; i--)
      tape[i].from.forEach((place, k) => {
        if (place === j) grad[j] += part(grad, i, k);
      });
  }
  return grad;
}

/** A tape of objects that know how to hand back, each with its gradient in itself. */
class Scalar {
  grad = 0;
  constructor(
    readonly value: number,
    readonly back: (grad: number) => void = () => {},
  ) {
    Scalar.all.push(this);
  }
  static all: Scalar[] = [];
  static plus(terms: Scalar[]) {
    const value = terms.reduce((sum, term) => sum + term.value, 0);
    return new Scalar(value, (grad) => {
      for (const term of terms) term.grad += grad;
    });
  }
  by(other: Scalar) {
    return new Scalar(this.value * other.value, (grad) => {
      this.grad += grad * other.value;
      other.grad += grad * this.value;
    });
  }
  through(f: (x: number) => number, slope: (x: number) => number) {
    return new Scalar(f(this.value), (grad) => {
      this.grad += grad * slope(this.value);
    });
  }
}

type Wrong = "copies" | "hidden" | "nothing" | "last" | "restart" | "no h0" | "no Z" | "no log" | "sign" | "mean";

/** All gradients by a tape of objects. */
const taped = (bug?: Wrong) => (p: P, X: Rows, y: number[]) => {
  Scalar.all = [];
  const on = (M: Rows) => M.map((row) => row.map((x) => new Scalar(x)));
  const write = () => ({ U: on(p.U), W: on(p.W), V: on(p.V), bc: on([p.b, p.c]) });
  let theta = write();
  const start = on([p.h0])[0];
  let h = start;
  const losses: Scalar[] = [];
  for (let t = 0; t < X.length; t++) {
    if (bug === "copies" && t > 0) theta = write();
    const { U, W, V, bc } = bug === "hidden" ? { ...write(), bc: theta.bc } : theta;
    const before = bug === "restart" ? start : h;
    const x = on([X[t]])[0];
    h = bc[0].map((b, i) => {
      const terms = [...U[i].map((u, j) => u.by(x[j])), ...W[i].map((w, j) => before[j].by(w)), b];
      return Scalar.plus(terms).through(Math.tanh, (a) => Math.cosh(a) ** -2);
    });
    const state = h;
    const o = bc[1].map((c, k) => Scalar.plus([c, ...V[k].map((v, j) => v.by(state[j]))]));
    const Z = Scalar.plus(o.map((one) => one.through(Math.exp, Math.exp)));
    const logarithm = Scalar.plus([
      o[y[t]],
      Z.through(
        (z) => -Math.log(z),
        (z) => -1 / z,
      ),
    ]);
    const gain = bug === "no Z" ? o[y[t]] : bug === "no log" ? logarithm.through(Math.exp, Math.exp) : logarithm;
    losses.push(gain.by(new Scalar(bug === "sign" ? 1 : -1)));
  }
  const counted = bug === "last" ? losses.slice(-1) : losses;
  const L = Scalar.plus(counted).by(new Scalar(bug === "mean" ? 1 / X.length : 1));
  const last = bug === "nothing" ? new Scalar(L.value) : L;
  last.grad = 1;
  for (const one of Scalar.all.reverse()) one.back(one.grad);
  const read = (M: Scalar[][]) => M.map((row) => Float64Array.from(row, ({ grad }) => grad));
  const { U, W, V, bc } = theta;
  const [b, c] = read(bc);
  const h0 = bug === "no h0" ? new Float64Array(start.length) : read([start])[0];
  return { U: read(U), W: read(W), V: read(V), b, c, h0 };
};

const bptt = all({});

/** By question, then by the name of the misconception. */
export const wrong: Record<string, Record<string, unknown>> = {
  "bptt-softmax-jacobian": {
    "only the diagonal, as for a sigmoid applied to each entry": (y: number[]) =>
      jacobian(
        y,
        (a) => a - a * a,
        () => 0,
      ),
    "a vector ŷ_i (1 - ŷ_i) in place of a matrix": (y: number[]) => Float64Array.from(y, (a) => a - a * a),
    "plus off the diagonal, where there is a minus": (y: number[]) =>
      jacobian(
        y,
        (a) => a - a * a,
        (a, b) => a * b,
      ),
    "the sign of every entry turned round": (y: number[]) =>
      jacobian(
        y,
        (a) => a * a - a,
        (a, b) => a * b,
      ),
    "the numerator's derivative is missing: only -ŷ ŷᵀ": (y: number[]) =>
      jacobian(
        y,
        (a) => -a * a,
        (a, b) => -a * b,
      ),
    "the diagonal is ŷ_i, without its part -ŷ_i²": (y: number[]) =>
      jacobian(
        y,
        (a) => a,
        (a, b) => -a * b,
      ),
    "softmax applied once more": (y: number[]) =>
      jacobian(
        soft(y),
        (a) => a - a * a,
        (a, b) => -a * b,
      ),
  },
  "bptt-logits-gradient": {
    "y - ŷ in place of ŷ - y": (yhat: number[], y: number) => yhat.map((a, i) => Number(i === y) - a),
    "multiplied by ŷ (1 - ŷ) once more": (yhat: number[], y: number) =>
      yhat.map((a, i) => (a - Number(i === y)) * (a - a * a)),
    "the gradient with respect to ŷ, not o": (yhat: number[], y: number) => {
      const grad = new Float64Array(yhat.length);
      grad[y] = -(yhat[y] ** -1);
      return grad;
    },
    "only the entry of the true class": (yhat: number[], y: number) => {
      const grad = new Array(yhat.length).fill(0);
      grad[y] = yhat[y] - 1;
      return grad;
    },
    "the number y subtracted from every entry": (yhat: number[], y: number) => subtract(matrix(yhat), y),
    "classes counted from 1": (yhat: number[], y: number) => {
      const grad = yhat.slice();
      if (y > 0) grad[y - 1] -= 1;
      return grad;
    },
    "softmax applied once more": (yhat: number[], y: number) => soft(yhat).map((a, i) => a - Number(i === y)),
  },
  "bptt-hidden-gradient": {
    "only the path through o_t": hidden("cut"),
    "W in place of Wᵀ": hidden("W"),
    "the factor 1 - h² is missing": hidden("no factor"),
    "1 - h_t² in place of 1 - h_{t+1}²": hidden("factor of t"),
    "1 - a² in place of 1 - h²": hidden("factor of a"),
    "the gradient of a_t, not of h_t": (p: P, cache: Cache, y: number[]) => {
      const { dh, da } = backward(p, cache, y, "none");
      return dh.map((row, t) => (t === 0 ? row : da[t]));
    },
    "only one step back": hidden("one step"),
    "only the last loss": hidden("last loss"),
    "the rows stand from δ_T to δ_0": (p: P, cache: Cache, y: number[]) => {
      const rows: unknown[] = [];
      for (const row of backward(p, cache, y, "none").dh) rows.unshift(row);
      return rows;
    },
    "the row of h_0 is left at 0": (p: P, cache: Cache, y: number[]) => {
      const { dh } = backward(p, cache, y, "none");
      dh[0].fill(0);
      return dh;
    },
    "multiplied by ŷ (1 - ŷ) after ŷ - y": hidden("again"),
    "y - ŷ in place of ŷ - y": hidden("sign"),
    "divided by T": (p: P, cache: Cache, y: number[]) => rowsOver(backward(p, cache, y, "none").dh, y.length),
  },
  "bptt-bias-copies": {
    "∂L_t/∂b_t, each copy's own loss only": copies("cut"),
    "δ_t itself, without 1 - h_t²": (p: P, cache: Cache, y: number[]) => backward(p, cache, y, "none").dh.slice(1),
    "the sum over t in every row": (p: P, cache: Cache, y: number[]) => {
      const rows = copies("none")(p, cache, y);
      const total = p.b.map((_, j) => rows.reduce((sum, row) => sum + row[j], 0));
      return rows.map(() => total);
    },
    "sums from t to T in row t": (p: P, cache: Cache, y: number[]) => {
      const rows = copies("none")(p, cache, y);
      for (let t = rows.length - 2; t >= 0; t--) for (let j = 0; j < p.b.length; j++) rows[t][j] += rows[t + 1][j];
      return rows;
    },
    "1 - h_{t-1}² in place of 1 - h_t²": (p: P, cache: Cache, y: number[]) => {
      const { dh } = backward(p, cache, y, "none");
      return y.map((_, i) => dh[i + 1].map((x, j) => x * (1 + cache.h[i][j]) * (1 - cache.h[i][j])));
    },
    "the factor 1 - h² is missing between the steps": copies("no factor back"),
    "the factor 1 - h² is missing everywhere": copies("no factor"),
    "1 - a² in place of 1 - h²": copies("factor of a"),
    "W in place of Wᵀ": copies("W"),
    "multiplied by ŷ (1 - ŷ) after ŷ - y": copies("again"),
    "y - ŷ in place of ŷ - y": copies("sign"),
    "divided by T": (p: P, cache: Cache, y: number[]) => rowsOver(copies("none")(p, cache, y), y.length),
  },
  "bptt-bias-formula": {
    "each copy's own loss only": "V g_1 - V g_1 h_1^2 + V g_2 - V g_2 h_2 h_2",
    "only the copy b_1": "(1 - h_1)(1 + h_1) * V * (g_1 + W g_2 (1 - h_2^2))",
    "only the copy b_2": "g_2 * V - V * g_2 * h_2^2",
    "1 - h_2² is missing on the path from L_2 to b_1": "V * (g_1 + W g_2) (1 - h_1^2) + V g_2 (1 - h_2^2)",
    "1 - h_1² is missing on the path from L_2 to b_1": "V g_1 (1 - h_1^2) + (W + 1) V g_2 (1 - h_2^2)",
    "no factor 1 - h²": "V * (g_1 + g_2 * (1 + W))",
    "W is missing on the path from L_2 to b_1": "V g_1 (1 - h_1^2) + V g_2 (1 - h_2^2) (2 - h_1^2)",
    "divided by T": "0.5 * V * ((1 - h_1^2) g_1 + (1 - h_2^2) g_2 * (1 + W - W h_1^2))",
  },
  "bptt-all-gradients": {
    "y - ŷ in place of ŷ - y": all({ bug: "sign" }),
    "divided by T": all({ over: true }),
    "multiplied by ŷ (1 - ŷ) after ŷ - y": all({ bug: "again" }),
    "nothing comes back from step t + 1": all({ bug: "cut", h0: "cut" }),
    "the factor 1 - h² is missing": all({ bug: "no factor" }),
    "the factor 1 - h² is missing on the way back": all({ bug: "no factor back" }),
    "1 - a² in place of 1 - h²": all({ bug: "factor of a" }),
    "W in place of Wᵀ": all({ bug: "W" }),
    "h_t in place of h_{t-1} in the gradient of W": all({ beside: "h" }),
    "h_{t-1} in place of h_t in the gradient of V": all({ beside: "V" }),
    "only the step T": all({ steps: (t, T) => t === T }),
    "only the step 1, the last that a backward loop visits": all({ steps: (t) => t === 1 }),
    "the gradient of h_0 is left at 0": all({ h0: "zero" }),
  },
  "bptt-gradient-check": {
    "ε far too small where none is given": gradCheckBy({ own: 1e-12 }),
    "ε too large where none is given": gradCheckBy({ own: 0.01 }),
    "the forward difference": gradCheckBy({ own: 1e-8, slip: "forward" }),
    "divided by ε in place of 2ε": gradCheckBy({ own: 1e-4, slip: "not halved" }),
    "the absolute error": gradCheckBy({ ratio: (worst) => worst }),
    "each entry relative to itself": gradCheckBy({
      ratio: (_, d, g) => size(d.map((x, i) => g[i] / x - 1)),
    }),
    "relative to the gradient that is tested": gradCheckBy({ ratio: (worst, _, g) => worst / size(g) }),
    "the entry is not put back": gradCheckBy({ slip: "stays below" }),
    "the entry is left at w + ε": gradCheckBy({ slip: "stays above" }),
    "put back by adding and subtracting": gradCheckBy({ own: 1e-6, slip: "back and forth" }),
    "the ε that was given is not used": gradCheckBy({ slip: "deaf" }),
  },
  "bptt-tape-sweep": {
    "overwritten in place of added": (tape: Entry[]) => {
      // What stands at the end is what the first entry made from this one wrote, the last of its slopes.
      const grad = new Float64Array(tape.length);
      for (let j = tape.length - 1; j >= 0; j--) {
        const i = tape.findIndex(({ from }) => from.includes(j));
        grad[j] = i < 0 ? 1 : grad[i] * tape[i].slopes[tape[i].from.lastIndexOf(j)];
      }
      return grad;
    },
    "from the first entry to the last": (tape: Entry[]) => {
      const last = tape[tape.length - 1];
      const grad = tape.map((_, j) =>
        last.from.reduce((sum, place, k) => (place === j ? sum + last.slopes[k] : sum), 0),
      );
      grad[tape.length - 1] = 1;
      return grad;
    },
    "nothing to begin with: all gradients are 0": (tape: Entry[]) =>
      asking(tape, (g, i, k) => g[i] * tape[i].slopes[k], 0),
    "every gradient begins at 1": (tape: Entry[]) => asking(tape, (g, i, k) => g[i] * tape[i].slopes[k], 1, 1),
    "the slopes are left out": (tape: Entry[]) => alongPaths(tape, () => 1),
    "slopes added, without the gradient of the entry": (tape: Entry[]) => asking(tape, (_, i, k) => tape[i].slopes[k]),
    "multiplied by the entry's value, not by its gradient": (tape: Entry[]) =>
      asking(tape, (_, i, k) => tape[i].value * tape[i].slopes[k]),
    "multiplied by the value in place of the slope": (tape: Entry[]) =>
      alongPaths(tape, ({ from }, k) => tape[from[k]].value),
  },
  "bptt-tape-gradients": {
    "it calls bptt": (p: P, X: Rows, y: number[]) => bptt(p, X, y),
    "the parameters are written anew at every step": taped("copies"),
    "the matrices are read at places that nothing was made from": taped("hidden"),
    "all gradients are 0": taped("nothing"),
    "only the last loss": taped("last"),
    "every step begins at h_0": taped("restart"),
    "h_0 is a constant": taped("no h0"),
    "the softmax's sum is missing: L_t = -o_y": taped("no Z"),
    "the logarithm is missing: L_t = -ŷ_y": taped("no log"),
    "y - ŷ in place of ŷ - y": taped("sign"),
    "divided by T": taped("mean"),
  },
};

/** Right answers in other forms: second implementations, typed arrays, mathjs matrices, other algebra. */
export const right: Record<string, unknown[]> = {
  "bptt-softmax-jacobian": [
    (y: number[]) =>
      jacobian(
        y,
        (a) => a * (1 - a),
        (a, b) => -b * a,
      ).map((row) => Float32Array.from(row)),
    (y: number[]) => {
      const column = matrix(y.map((a) => [a]));
      const diagonal = matrix(y.map((a, i) => y.map((_, j) => (i === j ? a : 0))));
      return subtract(diagonal, multiply(column, transpose(column)));
    },
  ],
  "bptt-logits-gradient": [
    (yhat: number[], y: number) => Float64Array.from(yhat, (a, i) => (i === y ? a - 1 : a)),
    (yhat: number[], y: number) => subtract(matrix(yhat), matrix(yhat.map((_, i) => Number(i === y)))),
  ],
  "bptt-hidden-gradient": [
    hidden("none"),
    (p: P, { h, yhat }: Cache, y: number[]) => {
      // The whole matrix is written at once, from the last row to the first.
      const [V, W] = [transpose(matrix(p.V)), transpose(matrix(p.W))];
      const rows: unknown[] = [];
      let back = matrix(p.h0.map(() => 0));
      for (let t = y.length; t > 0; t--) {
        const g = matrix(yhat[t - 1].map((x, k) => x - Number(k === y[t - 1])));
        const row = add(multiply(V, g), multiply(W, back));
        rows.unshift(row);
        back = dotMultiply(matrix(h[t].map((x) => 1 - x * x)), row) as typeof back;
      }
      return [multiply(W, back), ...rows];
    },
  ],
  "bptt-bias-copies": [copies("none"), (p: P, cache: Cache, y: number[]) => matrix(copies("none")(p, cache, y))],
  "bptt-bias-formula": [
    "V g_1 (1 - h_1^2) + V g_2 (1 - h_2^2) (1 + W (1 - h_1^2))",
    "V*(g_1 + W*g_2 − W·g_2*h_2²)*(1-h_1)*(1+h_1) + g_2*V - pow(h_2, 2)*g_2*V",
  ],
  "bptt-all-gradients": [bptt],
  "bptt-gradient-check": [gradCheckBy({}), gradCheckBy({ own: 1e-4 }), gradCheckBy({ own: 1e-8 })],
  "bptt-tape-sweep": [
    (tape: Entry[]) => Float64Array.from(alongPaths(tape, ({ slopes }, k) => slopes[k])),
    (tape: Entry[]) => matrix(asking(tape, (grad, i, k) => grad[i] * tape[i].slopes[k])),
  ],
  "bptt-tape-gradients": [
    taped(),
    (p: P, X: Rows, y: number[]) => {
      // The same numbers as bptt(p, X, y) gives.
      return taped()(p, X, y);
    },
  ],
};
