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
  "bptt-all-gradients": [all({})],
};
