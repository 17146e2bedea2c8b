/** Losses with their gradients, in forms that are right for any size of o. */
import { exp } from "./functions";
import type { Matrix } from "./memory";
import type { Network } from "./network";

/** Holds what the outputs are compared with: a label for each row (-1: no loss there), or a row of numbers for each row. */
export type Targets = ArrayLike<number> | number[][];

/** Is a loss with its gradient. */
export type Loss = {
  /** L: the sum over the steps first..last, all of them if not given, and the mean over the batch. Writes dL/do. */
  of(net: Network, y: Targets, first?: number, last?: number): number;
  /** L_t and dL_t/do_t in LaTeX. */
  latex: string;
  gradientLatex: string;
};

/**
 * Sums -log yhat[y] over the rows from `from` on that have a label, and writes weight (yhat - y) to their gradients.
 * One function for all rows: a number for each would be an object for each, which is collected.
 */
function sumOverRows(o: Matrix, gradient: Matrix, y: ArrayLike<number>, from: number, weight: number): number {
  const n = o.columns;
  let L = 0;
  for (let r = 0; r < y.length; r++) {
    if (y[r] < 0) continue;
    const [first, end] = [(from + r) * n, (from + r + 1) * n];
    // exp(1000) is Infinity: the maximum is taken off.
    let max = -Infinity;
    for (let i = first; i < end; i++) max = Math.max(max, o[i]);
    let Z = 0;
    for (let i = first; i < end; i++) {
      const e = exp(o[i] - max);
      gradient[i] = e;
      Z += e;
    }
    for (let i = first; i < end; i++) gradient[i] *= weight / Z;
    gradient[first + y[r]] -= weight;
    L += weight * (Math.log(Z) + max - o[first + y[r]]);
  }
  return L;
}

/**
 * Compares the softmax of o with the label y by cross-entropy: L_t = -log yhat_t[y_t] in nats, dL_t/do_t = yhat_t - y_t.
 *
 * y holds T * B labels, row (t - 1) * B + b for step t of sequence b; -1 leaves a row out.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * softmaxCrossEntropy.of(unroll(cell, [[1], [0]]), [0, 1]);
 */
export const softmaxCrossEntropy: Loss = {
  of({ cell, value, grad, T, B }, y, first = 1, last = T) {
    const [o, g] = [value[cell.output], grad[cell.output]];
    checkLabels(y, (last - first + 1) * B, o.columns);
    return sumOverRows(o, g, y as ArrayLike<number>, first * B, 1 / B);
  },
  latex: "L_{t} = -\\log \\hat{y}_{t, y_{t}}, \\quad \\hat{y}_{t} = \\operatorname{softmax}(o_{t})",
  gradientLatex: "\\hat{y}_{t} - y_{t}",
};

function checkLabels(y: Targets, count: number, classes: number): void {
  if (y.length !== count) throw new RangeError(`Cannot compute the loss: wanted ${count} labels, found ${y.length}`);
  for (let r = 0; r < count; r++) {
    const label = y[r] as number;
    if (!Number.isInteger(label) || label >= classes || label < -1)
      throw new RangeError(
        `Cannot compute the loss: label ${label} at ${r}, wanted 0 to ${classes - 1}, or -1 for none`,
      );
  }
}
