/** Gaussian negative log likelihood: outputs that say how sure they are. */
import type { Loss } from "./loss";
import { rowLoss } from "./row-loss";

/** How many numbers y has where o has n = d + d (d + 1) / 2. */
function dimension(n: number): number {
  const d = (Math.sqrt(9 + 8 * n) - 3) / 2;
  if (!Number.isInteger(d) || d < 1)
    throw new RangeError(
      `Cannot read a Gaussian from ${n} outputs: wanted d + d (d + 1) / 2, which is 2, 5, 9, ... for d = 1, 2, 3, ...`,
    );
  return d;
}

/**
 * Measures y by the Gaussian that o describes: L_t = -log N(y_t; mu_t, Lambda_t Lambda_t'), in nats.
 *
 * o_t holds the mean mu, d numbers, and then the Cholesky factor Lambda, lower triangular, row by row, with the logarithms
 * of its diagonal: for d = 1 they are mu and log sigma, for d = 2 mu_1, mu_2, log Lambda_11, Lambda_21, log Lambda_22.
 * With z = Lambda^-1 (y - mu) and w = Lambda'^-1 z: dL/dmu = -w, dL/dLambda_ij = -w_i z_j, and
 * dL/dlog Lambda_ii = 1 - w_i z_i Lambda_ii. A row of targets with NaN is left out.
 * Source: Boudier et al., "Data assimilation networks" (2023), for the form of the output.
 * @throws {RangeError} where o has no such size.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * gaussianNll.of(unroll(cell, [[1], [0]]), [[0.5], [2]]);
 */
export const gaussianNll: Loss = rowLoss(
  (o, at, n, y, to, gradient) => {
    const d = dimension(n);
    const factor = (i: number, j: number) => at + d + (i * (i + 1)) / 2 + j;
    // Steps through a row write z, and then w, where dL/dmu will stand: no memory is needed.
    let L = (d * Math.log(2 * Math.PI)) / 2;
    for (let i = 0; i < d; i++) {
      let z = y[to + i] - o[at + i];
      for (let j = 0; j < i; j++) z -= o[factor(i, j)] * gradient[at + j];
      const logScale = o[factor(i, i)];
      // exp(1000) is Infinity, and Infinity * 0 is NaN.
      z = z === 0 ? 0 : z * Math.exp(-logScale);
      gradient[at + i] = z;
      L += logScale + (z * z) / 2;
    }
    for (let i = d - 1; i >= 0; i--) {
      const z = gradient[at + i];
      let scaled = z;
      for (let k = i + 1; k < d; k++) scaled += o[factor(k, i)] * gradient[at + k];
      gradient[factor(i, i)] = 1 - scaled * z;
      const w = scaled === 0 ? 0 : scaled * Math.exp(-o[factor(i, i)]);
      for (let j = 0; j < i; j++) gradient[factor(i, j)] = -w * gradient[at + j];
      gradient[at + i] = -w;
    }
    return L;
  },
  {
    width: dimension,
    none: Number.NaN,
    latex:
      "L_{t} = \\tfrac{d}{2} \\log 2 \\pi + \\sum_{i} \\log \\Lambda_{t, ii} + \\tfrac{1}{2} \\lVert z_{t} \\rVert^2, \\quad z_{t} = \\Lambda_{t}^{-1} (y_{t} - \\mu_{t})",
    gradientLatex:
      "\\left(-\\Lambda_{t}^{-\\top} z_{t},\\; -\\left(\\Lambda_{t}^{-\\top} z_{t}\\right)_{i} z_{t, j},\\; 1 - \\left(\\Lambda_{t}^{-\\top} z_{t}\\right)_{i} z_{t, i} \\Lambda_{t, ii}\\right)",
  },
);
