/** Anticipated reweighted truncated back-propagation: truncated at random times, and right in the mean. */
import type { Cell } from "./cell";
import type { Loss, Targets } from "./loss";
import { forward, type Network, type Options, unroll } from "./network";
import type { Random } from "./random";
import type { Example, Progress } from "./train";
import { carryState, inSequence, type OnlineTraining, part } from "./truncated";

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
  const weights: number[] = [];
  for (let t = 1, since = 1; t < T; t++, since++) {
    weights.push(stoppingWeight(since, rate, uniform));
    if (weights[t - 1] === 0) since = 0;
  }
  return weights;
}

/** Draws one such factor. */
function stoppingWeight(since: number, rate: StoppingRate, uniform: Random): number {
  const c = rate(since);
  if (!(c >= 0 && c < 1)) throw new RangeError(`Cannot stop with probability ${c}: wanted 0 or more, and below 1`);
  return uniform() < c ? 0 : 1 / (1 - c);
}

/**
 * Computes BPTT in which all that step t + 1 passes back to step t is multiplied by weights[t - 1], t = 1..T-1;
 * returns L.
 *
 * With weights of 1 it is `bptt`; a weight of 0 cuts the sequence there, though the state goes on.
 * @throws {RangeError} for weights that are not T - 1.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * const net = unroll(cell, [[1], [0], [1], [1]]);
 * weightedBptt(net, [1, 0, 1, 0], softmaxCrossEntropy, [1, 0, 1]); // two chunks of two steps
 */
export function weightedBptt(net: Network, y: Targets, loss: Loss, weights: ArrayLike<number>): number {
  const { cell, grad, dparam, operands, T, B } = net;
  const { after, step, before, parameters } = net.program.backward;
  if (weights.length !== T - 1)
    throw new RangeError(`Cannot weigh ${T} steps: wanted ${T - 1} weights, found ${weights.length}`);
  for (const gradient of [...Object.values(grad), ...Object.values(dparam)]) gradient.fill(0);
  const L = loss.of(net, y);
  // Where the output is itself a state, part of its gradient is of this step.
  const local = cell.states.map((state) => grad[state].slice());
  for (let t = T; t >= 1; t--) {
    if (t < T)
      for (const [k, state] of cell.states.entries()) {
        const [g, own, row] = [grad[state], local[k], B * grad[state].columns];
        for (let i = t * row; i < (t + 1) * row; i++) g[i] = own[i] + weights[t - 1] * (g[i] - own[i]);
      }
    after(operands, t, t);
    step(operands, t, t);
  }
  before(operands, 1, T);
  parameters(operands, 1, T);
  return L;
}

/**
 * Trains along one long sequence by `artbp`: the steps between two stops are one piece, and the parameters move behind it.
 *
 * Where a piece ends is drawn step by step. Within it the parameters stay as they are, and what step t + 1 passes to step
 * t is divided by 1 - c_t; the state is carried on to the next piece, the gradient is not. Each example is one step: x_t
 * and y_t of B sequences. The last piece is left out where the examples end before it does. Time and memory for a piece
 * are proportional to its length, and do not depend on the length of the sequence.
 * Source: Tallec and Ollivier, "Unbiasing truncated backpropagation through time" (2017).
 * @throws {RangeError} for a rate that is no probability below 1.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 4, outputSize: 2 });
 * const steps = pieces({ x: [0, 1, 1, 0], y: [1, 0, 0, 1] }, 4);
 * const training = { loss: softmaxCrossEntropy, optimizer: sgd(0.1), rate: stoppingRate(2), uniform: random(7) };
 * for (const { step, loss, net } of onlineArtbp(cell, steps, training)) console.log(step, loss, net.T);
 */
export function* onlineArtbp(
  cell: Cell,
  steps: Iterable<Example>,
  { loss, optimizer, rate, uniform, ...options }: OnlineTraining & { rate: StoppingRate; uniform: Random },
): Generator<Progress, void> {
  const networkOf = growing(cell, options);
  let piece: Example[] = [];
  let weights: number[] = [];
  let step = 0;
  for (const example of steps) {
    piece.push(example);
    const weight = stoppingWeight(piece.length, rate, uniform);
    if (weight > 0) {
      weights.push(weight);
      continue;
    }
    const net = forward(networkOf(piece), inSequence(piece.map(({ x }) => x)));
    const L = weightedBptt(net, inSequence(piece.map(({ y }) => y)), loss, weights);
    optimizer(cell.param, net.dparam, ++step);
    [piece, weights] = [[], []];
    yield { step, loss: L, net };
  }
}

/** Gives networks for pieces of any length, each of which begins where the one before ended, all in one memory. */
function growing(cell: Cell, options: Options): (piece: Example[]) => Network {
  let rows: Network | undefined;
  let last: Network | undefined;
  return (piece) => {
    if (last) carryState(last);
    if (!rows || rows.T < piece.length) {
      // Twice the length: a new memory for every longest piece so far would be many.
      const x = inSequence(Array(2 * piece.length).fill(piece[0].x));
      const initial = last ? initialOf(last) : options.initial;
      rows = unroll(cell, x, { ...options, initial });
    }
    last = part(rows, 1, piece.length);
    return last;
  };
}

/** The initial values of a network, to begin another one with. */
const initialOf = ({ cell, value, B }: Network) =>
  Object.fromEntries(cell.states.map((state) => [state, value[state].slice(0, B * value[state].columns)]));
