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

/** Gives each parameter an array of its own size, zero at first, that lasts from step to step. */
function lasting(): (w: Matrix) => Float64Array {
  const arrays = new WeakMap<Matrix, Float64Array>();
  return (w) => {
    const array = arrays.get(w) ?? new Float64Array(w.length);
    if (!arrays.has(w)) arrays.set(w, array);
    return array;
  };
}

/**
 * Makes gradient descent with momentum: v <- beta v - eta_k dL/dtheta, theta <- theta + v.
 *
 * Source: Goodfellow, Bengio and Courville (2016), 8.3.2.
 * @example
 * const training = { loss: softmaxCrossEntropy, optimizer: momentum(0.1, 0.9), steps: 10 };
 */
export function momentum(learningRate: LearningRate, beta = 0.9): Optimizer {
  const velocity = lasting();
  return (param, dparam, k) => {
    const rate = rateAt(learningRate, k);
    for (const name of Object.keys(param)) {
      const [w, dw, v] = [param[name], dparam[name], velocity(param[name])];
      for (let i = 0; i < w.length; i++) {
        v[i] = beta * v[i] - rate * dw[i];
        w[i] += v[i];
      }
    }
  };
}

/**
 * Makes Adagrad: s <- s + g^2, theta <- theta - eta_k g / (sqrt(s) + epsilon), entry by entry, where g = dL/dtheta.
 *
 * Source: Duchi, Hazan and Singer (2011).
 * @example
 * const training = { loss: softmaxCrossEntropy, optimizer: adagrad(0.1), steps: 10 };
 */
export function adagrad(learningRate: LearningRate, epsilon = 1e-10): Optimizer {
  const squares = lasting();
  return (param, dparam, k) => {
    const rate = rateAt(learningRate, k);
    for (const name of Object.keys(param)) {
      const [w, dw, s] = [param[name], dparam[name], squares(param[name])];
      for (let i = 0; i < w.length; i++) {
        s[i] += dw[i] ** 2;
        w[i] -= (rate * dw[i]) / (Math.sqrt(s[i]) + epsilon);
      }
    }
  };
}

/**
 * Makes Adam: running means m of g and s of g^2, where g = dL/dtheta, both divided by what they lack in the first steps,
 * m' = m / (1 - beta1^k), s' = s / (1 - beta2^k), then theta <- theta - eta_k m' / (sqrt(s') + epsilon).
 *
 * k counts from 1, and must not jump. Source: Kingma and Ba (2015), algorithm 1.
 * @example
 * const training = { loss: softmaxCrossEntropy, optimizer: adam(0.01), steps: 10 };
 */
export function adam(
  learningRate: LearningRate,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: { beta1?: number; beta2?: number; epsilon?: number } = {},
): Optimizer {
  const [means, squares] = [lasting(), lasting()];
  return (param, dparam, k) => {
    const rate = rateAt(learningRate, k);
    const [wanting1, wanting2] = [1 - beta1 ** k, 1 - beta2 ** k];
    for (const name of Object.keys(param)) {
      const [w, dw, m, s] = [param[name], dparam[name], means(param[name]), squares(param[name])];
      for (let i = 0; i < w.length; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * dw[i];
        s[i] = beta2 * s[i] + (1 - beta2) * dw[i] ** 2;
        w[i] -= (rate * m[i]) / wanting1 / (Math.sqrt(s[i] / wanting2) + epsilon);
      }
    }
  };
}
