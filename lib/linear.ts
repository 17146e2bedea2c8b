/** The linear map that the parts of a program call, beside its adjoints, for `batch` sequences side by side. */
import type { Matrix, Memory } from "./memory";
import type { Real } from "./product";

/** A matrix as the products want it: copies of it (where more than labels are read) and of its transpose, rows of `stride`. */
export type Weights = { rows: number; columns: number; matrix?: Matrix; transpose: Matrix };
/** Vectors that are all 0 but for a 1 at the label; all 0 where the label is -1. */
export type OneHot = { columns: number; labels: Int32Array };

// Rows whose length is a power of two fall into few sets of the cache, and drive each other out.
export const stride = (columns: number) => Math.ceil(columns / 8) * 8 + 8;

/** Copies a parameter, as it is and transposed, four rows at a time. */
export function load({ rows, columns, matrix, transpose }: Weights, w: Real): void {
  if (matrix) {
    // In one piece, and then, from the last, every row to its place.
    matrix.set(w);
    for (let i = rows - 1; i > 0; i--) matrix.copyWithin(i * matrix.columns, i * columns, (i + 1) * columns);
  }
  const n = transpose.columns;
  let i = 0;
  for (; i + 4 <= rows; i += 4)
    for (let j = 0, p = i * columns, at = i; j < columns; j++, p++, at += n) {
      transpose[at] = w[p];
      transpose[at + 1] = w[p + columns];
      transpose[at + 2] = w[p + 2 * columns];
      transpose[at + 3] = w[p + 3 * columns];
    }
  for (; i < rows; i++) for (let j = 0; j < columns; j++) transpose[j * n + i] = w[i * columns + j];
}

/** Rows of a chunk of addOuter: so many stay in the first cache while the product passes over dW. */
export const chunk = 64;

/**
 * Makes the maps for the matrices of one block. Steps first..last are the rows (first - 1) * batch to last * batch - 1;
 * all of them are one product. With one-hot vectors the product is a look-up; a label has no gradient.
 */
export function linearMaps({ product, heap, matrices: { one, left, right, sums } }: Memory, batch: number) {
  /** Copies rows to scratch, so that they fall into all sets of the cache. */
  const copy = (from: Matrix, first: number, count: number, to: Matrix) => {
    const n = from.columns;
    const s = stride(n);
    for (let r = 0, at = from.start + first * n; r < count; r++, at += n) heap.copyWithin(to.start + r * s, at, at + n);
    return s;
  };
  /** dW += sum over t of dy_t v_t', a column of dW for every label. */
  const addColumns = (dW: Matrix, dy: Matrix, labels: Int32Array, from: number, to: number) => {
    const { rows: m, columns: n } = dW;
    for (let r = from; r < to; r++)
      if (labels[r] >= 0) product(m, 1, 1, dy.start + r * m, 1, 1, one.start, 1, dW.start + labels[r], n);
  };
  /** The same for many: the rows of dW' are sums of rows of dy, and are added to dW at the end. */
  const addRows = (dW: Matrix, dy: Matrix, labels: Int32Array, from: number, to: number) => {
    const { rows: m, columns: n } = dW;
    sums.fill(0, 0, n * m);
    for (let r = from; r < to; r++)
      if (labels[r] >= 0) product(1, m, 1, one.start, 0, 0, dy.start + r * m, m, sums.start + labels[r] * m, m);
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) dW[i * n + j] += sums[j * m + i];
  };
  return {
    /** y_t = b + c + ... for biases b, c, ...: the first row, and then as many rows again as there are. */
    setRows(y: Matrix, first: number, last: number, ...biases: Matrix[]) {
      const n = y.columns;
      const from = (first - 1) * batch * n;
      const to = last * batch * n;
      y.fill(0, from, from + n);
      for (const b of biases) for (let i = 0; i < n; i++) y[from + i] += b[i];
      for (let at = from + n; at < to; at += at - from) y.copyWithin(at, from, Math.min(at, from + to - at));
    },
    /** y_t += W v_t. */
    addProduct(y: Matrix, W: Weights, v: Matrix | OneHot, first: number, last: number) {
      const [from, to] = [(first - 1) * batch, last * batch];
      const { rows: m, columns: n, transpose } = W;
      if (!("labels" in v))
        return product(
          to - from,
          m,
          n,
          v.start + from * n,
          n,
          1,
          transpose.start,
          transpose.columns,
          y.start + from * m,
          m,
        );
      for (let r = from; r < to; r++) {
        const row = transpose.start + v.labels[r] * transpose.columns;
        if (v.labels[r] >= 0) product(1, m, 1, one.start, 0, 0, row, m, y.start + r * m, m);
      }
    },
    /** dv_t += W' dy_t. */
    addTransposed(dv: Matrix | undefined, W: Weights, dy: Matrix, first: number, last: number) {
      const [from, to] = [(first - 1) * batch, last * batch];
      const { rows: m, columns: n, matrix } = W;
      if (dv && matrix)
        product(to - from, n, m, dy.start + from * m, m, 1, matrix.start, matrix.columns, dv.start + from * n, n);
    },
    /** db += sum over t of dy_t. */
    addSum(db: Matrix, dy: Matrix, first: number, last: number) {
      const n = db.columns;
      product(1, n, (last - first + 1) * batch, one.start, 0, 0, dy.start + (first - 1) * batch * n, n, db.start, n);
    },
    /** dW += sum over t of dy_t v_t'. */
    addOuter(dW: Matrix, dy: Matrix, v: Matrix | OneHot, first: number, last: number) {
      const [from, to] = [(first - 1) * batch, last * batch];
      const { rows: m, columns: n } = dW;
      if (!("labels" in v))
        for (let r = from; r < to; r += chunk) {
          const count = Math.min(chunk, to - r);
          const rowA = copy(dy, r, count, left);
          const rowB = copy(v, r, count, right);
          product(m, n, count, left.start, 1, rowA, right.start, rowB, dW.start, n);
        }
      else if (to - from > n) addRows(dW, dy, v.labels, from, to);
      else addColumns(dW, dy, v.labels, from, to);
    },
  };
}
