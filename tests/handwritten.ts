/** Cells by hand, in plain nested arrays: a second opinion that shares no line with the library. */

export type Vec = number[];
export type Mat = number[][];
type Parameters = Record<string, Mat>;

const times = (W: Mat, v: Vec): Vec => W.map((row) => row.reduce((sum, w, j) => sum + w * v[j], 0));
const timesTransposed = (W: Mat, v: Vec): Vec => W[0].map((_, j) => W.reduce((sum, row, i) => sum + row[j] * v[i], 0));
const plus = (...vs: Vec[]): Vec => vs[0].map((_, i) => vs.reduce((sum, v) => sum + v[i], 0));
const zero = (n: number): Vec => Array(n).fill(0);
const addOuter = (dW: Mat, u: Vec, v: Vec) => {
  for (let i = 0; i < u.length; i++) for (let j = 0; j < v.length; j++) dW[i][j] += u[i] * v[j];
};

export function softmax(o: Vec): Vec {
  const max = Math.max(...o);
  const e = o.map((v) => Math.exp(v - max));
  const Z = e.reduce((a, b) => a + b);
  return e.map((v) => v / Z);
}

/** Example 1 with softmax cross-entropy on one sequence: the loss, and every gradient by the formulas of the slides. */
export function vanillaGradients(p: Parameters, h0: Vec, x: Mat, y: number[]) {
  const T = x.length;
  const h = [h0];
  const o: Mat = [];
  let L = 0;
  for (let t = 1; t <= T; t++) {
    h.push(plus(p.b[0], times(p.W, h[t - 1]), times(p.U, x[t - 1])).map(Math.tanh));
    o.push(plus(p.c[0], times(p.V, h[t])));
    L -= Math.log(softmax(o[t - 1])[y[t - 1]]);
  }
  const dparam = Object.fromEntries(Object.entries(p).map(([name, w]) => [name, w.map((row) => zero(row.length))]));
  const dx: Mat = Array(T);
  const dh: Mat = Array(T + 1);
  let later = zero(h0.length);
  for (let t = T; t >= 1; t--) {
    const g = softmax(o[t - 1]).map((v, i) => v - (i === y[t - 1] ? 1 : 0));
    dh[t] = plus(timesTransposed(p.V, g), later);
    const alpha = dh[t].map((v, i) => v * (1 - h[t][i] ** 2));
    addOuter(dparam.V, g, h[t]);
    addOuter(dparam.W, alpha, h[t - 1]);
    addOuter(dparam.U, alpha, x[t - 1]);
    dparam.c[0] = plus(dparam.c[0], g);
    dparam.b[0] = plus(dparam.b[0], alpha);
    dx[t - 1] = timesTransposed(p.U, alpha);
    later = timesTransposed(p.W, alpha);
  }
  dh[0] = later;
  return { L, h, o, dparam, dx, dh };
}
