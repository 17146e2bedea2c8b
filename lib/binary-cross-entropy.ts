/** Binary cross-entropy: each output says yes or no by itself. */
import type { Loss } from "./loss";
import { rowLoss } from "./row-loss";

/**
 * Compares the sigmoid of every output with y in [0, 1] by cross-entropy, in nats:
 * L_t = sum over i of -y log yhat - (1 - y) log(1 - yhat), yhat = sigmoid(o), dL_t/do_t = yhat_t - y_t.
 *
 * A row of targets with -1 is left out. Right at o = 1000: log yhat is never taken of a yhat that rounds to 0 or 1.
 * @throws {RangeError} for a target that is no probability.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 1 });
 * binaryCrossEntropy.of(unroll(cell, [[1], [0]]), [0, 1]);
 */
export const binaryCrossEntropy: Loss = rowLoss(
  (o, at, n, y, to, gradient) => {
    let L = 0;
    for (let i = 0; i < n; i++) {
      const [v, target] = [o[at + i], y[to + i]];
      if (!(target >= 0 && target <= 1))
        throw new RangeError(`Cannot compute the loss: target ${target}, wanted 0 to 1, or -1 for none`);
      const small = Math.exp(-Math.abs(v));
      L += Math.max(v, 0) - target * v + Math.log1p(small);
      gradient[at + i] = (v >= 0 ? 1 : small) / (1 + small) - target;
    }
    return L;
  },
  {
    width: (n) => n,
    none: -1,
    latex:
      "L_{t} = -\\sum_{i} y_{t, i} \\log \\hat{y}_{t, i} + (1 - y_{t, i}) \\log (1 - \\hat{y}_{t, i}), \\quad \\hat{y}_{t} = \\sigma(o_{t})",
    gradientLatex: "\\hat{y}_{t} - y_{t}",
  },
);
