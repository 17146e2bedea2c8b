/** Squared error: the loss of Examples 3 and 4. */
import type { Loss } from "./loss";
import { rowLoss } from "./row-loss";

/**
 * Compares o with y by its squared distance: L_t = |o_t - y_t|^2, dL_t/do_t = 2 (o_t - y_t).
 *
 * A row of targets with NaN is left out. Source: lecture, slide "Example 3".
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * squaredError.of(unroll(cell, [[1], [0]]), [[0.5, 1], [2, -1]]);
 */
export const squaredError: Loss = rowLoss(
  (o, at, n, y, to, gradient) => {
    let L = 0;
    for (let i = 0; i < n; i++) {
      const e = o[at + i] - y[to + i];
      L += e * e;
      gradient[at + i] = 2 * e;
    }
    return L;
  },
  {
    width: (n) => n,
    none: Number.NaN,
    latex: "L_{t} = \\lVert o_{t} - y_{t} \\rVert^2",
    gradientLatex: "2 \\left(o_{t} - y_{t}\\right)",
  },
);
