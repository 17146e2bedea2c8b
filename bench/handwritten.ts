/** Example 1, GRU and LSTM in the loops that one writes first: one forward and backward pass, softmax cross-entropy. */
import type { Cell } from "../lib";

type Sequence = { x: Int32Array; y: Int32Array; B: number };
/** The gradients by name, and the pass that fills them in. */
export type Handwritten = { gradients: Record<string, Float64Array>; run: () => void };

const zeros = (n: number) => new Float64Array(n);
const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

/** What all three share: the affine maps by gate with their adjoints, and the read-out with its loss. */
function parts(cell: Cell, { x, y, B }: Sequence, gates: string[]) {
  const { param } = cell;
  const [H, V] = [param.V.columns, param.V.rows];
  const [h, dh] = [zeros(x.length * H + B * H), zeros(x.length * H + B * H)];
  const gradients = Object.fromEntries(Object.entries(param).map(([name, w]) => [name, zeros(w.length)]));
  const name = (letter: string, gate: string) => (gate ? `${letter}_${gate}` : letter);
  const maps = gates.map((gate) => {
    const [U, W, b] = ["U", "W", "b"].map((letter) => param[name(letter, gate)]);
    const [dU, dW, db] = ["U", "W", "b"].map((letter) => gradients[name(letter, gate)]);
    return {
      /** a = b + U x + W v. */
      ahead(a: Float64Array, r: number, v: Float64Array, at: number) {
        for (let i = 0; i < H; i++) {
          let sum = b[i] + U[i * V + x[r - B]];
          for (let j = 0; j < H; j++) sum += W[i * H + j] * v[at + j];
          a[r * H + i] = sum;
        }
      },
      /** dv += W' da, and the gradients of W, U and b. */
      back(da: Float64Array, r: number, v: Float64Array, dv: Float64Array, at: number) {
        for (let i = 0; i < H; i++) {
          const g = da[i];
          db[i] += g;
          dU[i * V + x[r - B]] += g;
          for (let j = 0; j < H; j++) {
            dW[i * H + j] += g * v[at + j];
            dv[at + j] += g * W[i * H + j];
          }
        }
      },
    };
  });
  const o = zeros(V);
  const readOut = (r: number) => {
    let Z = 0;
    for (let i = 0; i < V; i++) {
      o[i] = param.c[i];
      for (let j = 0; j < H; j++) o[i] += param.V[i * H + j] * h[r * H + j];
      o[i] = Math.exp(o[i]);
      Z += o[i];
    }
    for (let i = 0; i < V; i++) {
      const g = (o[i] / Z - (i === y[r - B] ? 1 : 0)) / B;
      gradients.c[i] += g;
      for (let j = 0; j < H; j++) {
        gradients.V[i * H + j] += g * h[r * H + j];
        dh[r * H + j] += g * param.V[i * H + j];
      }
    }
  };
  const clear = () => {
    for (const g of [dh, ...Object.values(gradients)]) g.fill(0);
  };
  return { H, rows: x.length + B, h, dh, gradients, maps, readOut, clear };
}

function vanilla(cell: Cell, sequence: Sequence): Handwritten {
  const { B } = sequence;
  const { H, rows, h, dh, gradients, maps, readOut, clear } = parts(cell, sequence, [""]);
  const [a, da] = [zeros(rows * H), zeros(H)];
  const run = () => {
    clear();
    for (let r = B; r < rows; r++) {
      maps[0].ahead(a, r, h, (r - B) * H);
      for (let i = r * H; i < (r + 1) * H; i++) h[i] = Math.tanh(a[i]);
    }
    for (let r = rows - 1; r >= B; r--) {
      readOut(r);
      for (let i = 0; i < H; i++) da[i] = dh[r * H + i] * (1 - h[r * H + i] ** 2);
      maps[0].back(da, r, h, dh, (r - B) * H);
    }
  };
  return { gradients, run };
}

function gru(cell: Cell, sequence: Sequence): Handwritten {
  const { B } = sequence;
  const { H, rows, h, dh, gradients, maps, readOut, clear } = parts(cell, sequence, ["z", "r", "n"]);
  const [z, reset, n, m] = [0, 1, 2, 3].map(() => zeros(rows * H));
  const [dz, dr, dn, dm] = [zeros(H), zeros(H), zeros(H), zeros(H)];
  const run = () => {
    clear();
    for (let r = B; r < rows; r++) {
      const before = (r - B) * H;
      maps[0].ahead(z, r, h, before);
      maps[1].ahead(reset, r, h, before);
      for (let i = 0; i < H; i++) {
        z[r * H + i] = sigmoid(z[r * H + i]);
        reset[r * H + i] = sigmoid(reset[r * H + i]);
        m[r * H + i] = reset[r * H + i] * h[before + i];
      }
      maps[2].ahead(n, r, m, r * H);
      for (let i = 0; i < H; i++) {
        n[r * H + i] = Math.tanh(n[r * H + i]);
        h[r * H + i] = z[r * H + i] * h[before + i] + (1 - z[r * H + i]) * n[r * H + i];
      }
    }
    for (let r = rows - 1; r >= B; r--) {
      const before = (r - B) * H;
      readOut(r);
      for (let i = 0; i < H; i++) {
        const [g, zi, ni] = [dh[r * H + i], z[r * H + i], n[r * H + i]];
        dz[i] = g * (h[before + i] - ni) * zi * (1 - zi);
        dn[i] = g * (1 - zi) * (1 - ni * ni);
        dh[before + i] += g * zi;
      }
      dm.fill(0);
      maps[2].back(dn, r, m.subarray(r * H), dm, 0);
      for (let i = 0; i < H; i++) {
        const ri = reset[r * H + i];
        dr[i] = dm[i] * h[before + i] * ri * (1 - ri);
        dh[before + i] += dm[i] * ri;
      }
      maps[0].back(dz, r, h, dh, before);
      maps[1].back(dr, r, h, dh, before);
    }
  };
  return { gradients, run };
}

function lstm(cell: Cell, sequence: Sequence): Handwritten {
  const { B } = sequence;
  const { H, rows, h, dh, gradients, maps, readOut, clear } = parts(cell, sequence, ["i", "f", "g", "q"]);
  const values = [0, 1, 2, 3].map(() => zeros(rows * H));
  const [input, forget, candidate, output] = values;
  const [s, ds] = [zeros(rows * H), zeros(rows * H)];
  const da = [0, 1, 2, 3].map(() => zeros(H));
  const run = () => {
    clear();
    ds.fill(0);
    for (let r = B; r < rows; r++) {
      const before = (r - B) * H;
      for (const [k, map] of maps.entries()) map.ahead(values[k], r, h, before);
      for (let i = 0; i < H; i++) {
        const at = r * H + i;
        input[at] = sigmoid(input[at]);
        forget[at] = sigmoid(forget[at]);
        candidate[at] = Math.tanh(candidate[at]);
        output[at] = sigmoid(output[at]);
        s[at] = forget[at] * s[before + i] + input[at] * candidate[at];
        h[at] = output[at] * Math.tanh(s[at]);
      }
    }
    for (let r = rows - 1; r >= B; r--) {
      const before = (r - B) * H;
      readOut(r);
      for (let i = 0; i < H; i++) {
        const at = r * H + i;
        const t = Math.tanh(s[at]);
        const g = ds[at] + dh[at] * output[at] * (1 - t * t);
        da[0][i] = g * candidate[at] * input[at] * (1 - input[at]);
        da[1][i] = g * s[before + i] * forget[at] * (1 - forget[at]);
        da[2][i] = g * input[at] * (1 - candidate[at] ** 2);
        da[3][i] = dh[at] * t * output[at] * (1 - output[at]);
        ds[before + i] += g * forget[at];
      }
      for (const [k, map] of maps.entries()) map.back(da[k], r, h, dh, before);
    }
  };
  return { gradients, run };
}

export const handwritten = { vanilla, gru, lstm };
