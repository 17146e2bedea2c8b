/** Clipping: a step of bounded length, in the direction of the gradient. */
import type { Matrix } from "./memory";
import type { Optimizer } from "./optimizers";

/**
 * Scales all gradients together, in place, so that their common Euclidean norm is at most `limit`; returns the norm
 * before. One factor for all keeps the direction; entries clipped one by one would turn it.
 *
 * Source: Pascanu, Mikolov and Bengio (2013), algorithm 1.
 * @example
 * const dparam = { W: shaped(new Float64Array([3, 4]), 1, 2) };
 * clipByNorm(dparam, 1); // 5, and W is now [0.6, 0.8]
 */
export function clipByNorm(dparam: Record<string, Matrix>, limit: number): number {
  if (!(limit > 0)) throw new RangeError(`Cannot clip to the norm ${limit}: wanted more than 0`);
  let squares = 0;
  for (const name of Object.keys(dparam)) for (const g of dparam[name]) squares += g * g;
  const norm = Math.sqrt(squares);
  if (norm > limit)
    for (const name of Object.keys(dparam)) {
      const g = dparam[name];
      for (let i = 0; i < g.length; i++) g[i] *= limit / norm;
    }
  return norm;
}

/**
 * Makes an optimizer that clips the gradients to a norm before it moves the parameters.
 * @example
 * const training = { loss: softmaxCrossEntropy, optimizer: clipped(sgd(0.1), 1), steps: 10 };
 */
export const clipped =
  (optimizer: Optimizer, limit: number): Optimizer =>
  (param, dparam, k) => {
    clipByNorm(dparam, limit);
    optimizer(param, dparam, k);
  };
