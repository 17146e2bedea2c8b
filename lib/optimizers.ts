/** Optimizers: how the parameters move, given their gradients. */
import type { Matrix } from "./memory";

/** Is a learning rate: a number, or a schedule, which gives the rate of step k = 1, 2, ... */
export type LearningRate = number | ((k: number) => number);
/** Moves the parameters by step k, in place. */
export type Optimizer = (param: Record<string, Matrix>, dparam: Record<string, Matrix>, k: number) => void;

/** The learning rate of step k. */
export const rateAt = (learningRate: LearningRate, k: number): number =>
  typeof learningRate === "number" ? learningRate : learningRate(k);

/**
 * Makes gradient descent: theta <- theta - eta_k dL/dtheta.
 * @example
 * const step = sgd(0.1);
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * const net = unroll(cell, [[1], [0]]);
 * bptt(net, [0, 1], softmaxCrossEntropy);
 * step(cell.param, net.dparam, 1);
 */
export const sgd =
  (learningRate: LearningRate): Optimizer =>
  (param, dparam, k) => {
    const rate = rateAt(learningRate, k);
    for (const name of Object.keys(param)) {
      const [w, dw] = [param[name], dparam[name]];
      for (let i = 0; i < w.length; i++) w[i] -= rate * dw[i];
    }
  };
