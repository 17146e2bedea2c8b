/** Anticipated reweighted truncated back-propagation: truncated at random times, and right in the mean. */
import type { Loss, Targets } from "./loss";
import type { Network } from "./network";
import type { Random } from "./random";

/** Gives the probability to stop at a step, given how many steps ago the last stop was: 1, 2, ... */
export type StoppingRate = (since: number) => number;

/**
 * Gives the stopping rate c(n) = alpha / ((alpha - 1) meanLength + n), n steps after the last stop.
 *
 * Pieces between stops have the mean length given, and lengths above n a probability that falls as n^-alpha.
 * Source: Tallec and Ollivier, "Unbiasing truncated backpropagation through time" (2017).
 * @throws {RangeError} for a mean length below 1, or alpha not above 1.
 * @example
 * stoppingRate(3, 6)(1); // 0.375
 */
export function stoppingRate(meanLength: number, alpha = 4): StoppingRate {
  if (!(meanLength >= 1 && alpha > 1))
    throw new RangeError(
      `Cannot make a stopping rate of mean length ${meanLength} and alpha ${alpha}: wanted 1 at least, and above 1`,
    );
  return (since) => alpha / ((alpha - 1) * meanLength + since);
}

/**
 * Computes an unbiased estimate of what `bptt` computes, with back-propagation that stops at random steps; returns L.
 *
 * After step t it stops with probability c_t, and passes nothing on; else the gradient that comes from later steps is
 * divided by 1 - c_t. With X_t = 1 for a stop, and s_t for the state:
 *
 *   delta_t = dL_t/ds_t if X_t = 1, else dL_t/ds_t + (ds_{t+1}/ds_t)' delta_{t+1} / (1 - c_t).
 *
 * The factor is 1 in the mean, so the gradients are right in the mean: that of h_t as it enters W, U and b, and theirs.
 * Source: Tallec and Ollivier, "Unbiasing truncated backpropagation through time" (2017).
 * @throws {RangeError} for a rate that is no probability below 1.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * const net = unroll(cell, [[1], [0], [1]]);
 * artbp(net, [1, 0, 1], softmaxCrossEntropy, stoppingRate(2), random(7));
 */
export function artbp(net: Network, y: Targets, loss: Loss, rate: StoppingRate, uniform: Random): number {
  return weightedBptt(net, y, loss, stoppingWeights(net.T, rate, uniform));
}

/** The factor of what step t + 1 passes to step t, for t = 1..T-1: 0 at a stop, else 1 / (1 - c_t). */
function stoppingWeights(T: number, rate: StoppingRate, uniform: Random): number[] {
  const weights = [1];
  for (let t = 1, since = 1; t < T; t++, since++) {
    const c = rate(since);
    if (!(c >= 0 && c < 1)) throw new RangeError(`Cannot stop with probability ${c}: wanted 0 or more, and below 1`);
    const stops = uniform() < c;
    weights.push(stops ? 0 : 1 / (1 - c));
    if (stops) since = 0;
  }
  return weights;
}

/** BPTT in which all that step t + 1 passes to step t is multiplied by weights[t]; with weights of 1 it is `bptt`. */
function weightedBptt(net: Network, y: Targets, loss: Loss, weights: number[]): number {
  const { cell, grad, dparam, operands, T, B } = net;
  const { after, step, before, parameters } = net.program.backward;
  for (const gradient of [...Object.values(grad), ...Object.values(dparam)]) gradient.fill(0);
  const L = loss.of(net, y);
  // Where the output is itself a state, part of its gradient is of this step.
  const local = cell.states.map((state) => grad[state].slice());
  for (let t = T; t >= 1; t--) {
    if (t < T)
      for (const [k, state] of cell.states.entries()) {
        const [g, own, row] = [grad[state], local[k], B * grad[state].columns];
        for (let i = t * row; i < (t + 1) * row; i++) g[i] = own[i] + weights[t] * (g[i] - own[i]);
      }
    after(operands, t, t);
    step(operands, t, t);
  }
  before(operands, 1, T);
  parameters(operands, 1, T);
  return L;
}
