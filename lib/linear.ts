/** The linear maps that the blocks of a program call, each beside its adjoint, for B sequences side by side. */
import type { Matrix, Memory } from "./memory";

/** A parameter as the maps want it: its copy, and the copy of its transpose. */
export type Weights = { rows: number; columns: number; start: number; transposed: number };
/** Vectors that are all 0 but for a 1 at the label. */
export type OneHot = { columns: number; labels: Int32Array };

/**
 * Makes the maps for a block of memory. Steps first..last are the rows (first - 1) * B to last * B - 1.
 * A product with one-hot vectors is a look-up; nobody asks for the gradient of a label.
 */
export function linearMaps({ product }: Memory, B: number) {
  const rowsOf = (first: number, last: number) => ({ from: (first - 1) * B, count: (last - first + 1) * B });

  return {
    /** y_t += W v_t. */
    addProduct(y: Matrix, W: Matrix & Weights, v: Matrix | OneHot, first: number, last: number) {
      const { from, count } = rowsOf(first, last);
      const [m, n] = [W.rows, W.columns];
      if ("labels" in v) {
        for (let r = from; r < from + count; r++)
          for (let i = 0, column = v.labels[r]; i < m; i++) y[r * m + i] += W[i * n + column];
      } else product(count, m, n, v.start + from * n, n, 1, W.transposed, m, y.start + from * m, m);
    },
    /** dv_t += W' dy_t. */
    addTransposed(dv: Matrix | undefined, W: Weights, dy: Matrix, first: number, last: number) {
      const { from, count } = rowsOf(first, last);
      const [m, n] = [W.rows, W.columns];
      if (dv) product(count, n, m, dy.start + from * m, m, 1, W.start, n, dv.start + from * n, n);
    },
    /** dW += sum over t of dy_t v_t'. */
    addOuter(dW: Matrix, dy: Matrix, v: Matrix | OneHot, first: number, last: number) {
      const { from, count } = rowsOf(first, last);
      const [m, n] = [dW.rows, dW.columns];
      if ("labels" in v) {
        for (let r = from; r < from + count; r++)
          for (let i = 0, column = v.labels[r]; i < m; i++) dW[i * n + column] += dy[r * m + i];
      } else product(m, n, count, dy.start + from * m, 1, m, v.start + from * n, n, dW.start, n);
    },
    /** y_t = b. */
    setRows(y: Matrix, b: Matrix, first: number, last: number) {
      const { from, count } = rowsOf(first, last);
      const n = b.columns;
      for (let r = from; r < from + count; r++) for (let i = 0; i < n; i++) y[r * n + i] = b[i];
    },
    /** y_t += b. */
    addRows(y: Matrix, b: Matrix, first: number, last: number) {
      const { from, count } = rowsOf(first, last);
      const n = b.columns;
      for (let r = from; r < from + count; r++) for (let i = 0; i < n; i++) y[r * n + i] += b[i];
    },
    /** y_t = 0. */
    clearRows(y: Matrix, first: number, last: number) {
      const { from, count } = rowsOf(first, last);
      y.fill(0, from * y.columns, (from + count) * y.columns);
    },
    /** db += sum over t of dy_t. */
    addSum(db: Matrix, dy: Matrix, first: number, last: number) {
      const { from, count } = rowsOf(first, last);
      const n = db.columns;
      for (let r = from; r < from + count; r++) for (let i = 0; i < n; i++) db[i] += dy[r * n + i];
    },
  };
}
