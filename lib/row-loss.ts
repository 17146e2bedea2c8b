/** What losses of real outputs share: a row of o against a row of y. */
import type { Loss, Targets } from "./loss";
import type { Real } from "./product";

/** Is the loss of one row: o from place `at`, n numbers, against y from place `to`. Writes dL/do to the row of `gradient`. */
export type RowLoss = (o: Real, at: number, n: number, y: ArrayLike<number>, to: number, gradient: Real) => number;

const isRows = (y: Targets): y is number[][] => Array.isArray(y[0]);

/**
 * Makes a loss from the loss of one row: summed over the steps, and the mean over the batch.
 *
 * `width(n)` is how many targets belong to n outputs. A row of targets that holds `none` is left out.
 */
export function rowLoss(
  of: RowLoss,
  { width, none, latex, gradientLatex }: { width: (n: number) => number; none: number } & Omit<Loss, "of">,
): Loss {
  return {
    of({ cell, value, grad, T, B }, y, first = 1, last = T) {
      const [o, g] = [value[cell.output], grad[cell.output]];
      const n = o.columns;
      const m = width(n);
      const targets = isRows(y) ? y.flat() : y;
      const count = (last - first + 1) * B;
      if (targets.length !== count * m || (isRows(y) && y.some((row) => row.length !== m)))
        throw new RangeError(
          `Cannot compute the loss: wanted ${count} rows of ${m} targets, found ${isRows(y) ? `${y.length} rows of ${[...new Set(y.map((row) => row.length))].join(" and ")}` : `${y.length} numbers`}`,
        );
      let L = 0;
      for (let r = 0; r < count; r++) {
        const at = (first * B + r) * n;
        if (holds(targets, r * m, m, none)) continue;
        L += of(o, at, n, targets, r * m, g);
        if (B > 1) for (let i = at; i < at + n; i++) g[i] /= B;
      }
      return L / B;
    },
    latex,
    gradientLatex,
  };
}

function holds(y: ArrayLike<number>, from: number, count: number, wanted: number): boolean {
  for (let i = from; i < from + count; i++) if (Object.is(y[i], wanted)) return true;
  return false;
}
