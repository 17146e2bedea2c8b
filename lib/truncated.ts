/** Truncated BPTT: the parameters move while time goes on, and the gradient looks back over few steps. */
import type { Cell } from "./cell";
import type { Loss } from "./loss";
import { lossAtEnd } from "./loss-at-end";
import { type Matrix, shaped } from "./memory";
import { bptt, forward, type Input, type Network, type Options, stepOperands, unroll } from "./network";
import type { Optimizer } from "./optimizers";
import type { Example, Progress } from "./train";

/** How to train along one long sequence. */
export type OnlineTraining = Options & { loss: Loss; optimizer: Optimizer };

/**
 * Cuts an example into pieces of equal length in time: as many pieces as there are steps for `truncatedBptt`.
 * @throws {RangeError} where the pieces would not be equal.
 * @example
 * [...pieces({ x: [0, 1, 1, 0], y: [1, 0, 0, 1] }, 2)]; // [{ "x": [0, 1], "y": [1, 0] }, { "x": [1, 0], "y": [0, 1] }]
 */
export function* pieces({ x, y }: Example, count: number): Generator<Example, void> {
  for (const [name, { length }] of Object.entries({ x, y }))
    if (!(Number.isInteger(length / count) && length >= count))
      throw new RangeError(`Cannot cut ${name} into ${count} pieces of equal length: it has ${length} entries`);
  // Typed arrays have the same slice, but not the same type.
  const piece = <V>(whole: V, k: number): V => {
    const each = (whole as number[]).length / count;
    return (whole as number[]).slice(k * each, (k + 1) * each) as V;
  };
  for (let k = 0; k < count; k++) yield { x: piece(x, k), y: piece(y, k) };
}

/** Lets a network go on where it ended: its last row becomes row 0. */
export function carryState({ cell, value, T, B }: Network): void {
  for (const state of cell.states) value[state].copyWithin(0, T * B * value[state].columns);
}

/**
 * Trains by BPTT on one chunk after another: the state is carried from chunk to chunk, the gradient is not.
 *
 * The parameters stay as they are within a chunk, and move behind it. All chunks have one length; time and memory for a
 * step do not depend on how many there are.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 4, outputSize: 2 });
 * const chunks = pieces({ x: [0, 1, 1, 0, 1, 1], y: [1, 0, 0, 1, 0, 0] }, 3);
 * for (const { step, loss } of chunkedBptt(cell, chunks, { loss: softmaxCrossEntropy, optimizer: sgd(0.1) }))
 *   console.log(step, loss);
 */
export function* chunkedBptt(
  cell: Cell,
  chunks: Iterable<Example>,
  { loss, optimizer, ...options }: OnlineTraining,
): Generator<Progress, void> {
  let net: Network | undefined;
  let step = 0;
  for (const { x, y } of chunks) {
    if (net) carryState(net);
    net = net ? forward(net, x) : unroll(cell, x, options);
    const L = bptt(net, y, loss);
    optimizer(cell.param, net.dparam, ++step);
    yield { step, loss: L, net };
  }
}

/**
 * Trains at every step, as the slide "Updates of truncated BPTT" has it: step k is (theta_k, h_k), and moves to
 *
 *   theta_{k+1} = theta_k - eta_k times the truncated gradient of L_{k+1} at theta_k,
 *   h_{k+1} = f(h_k, x_{k+1}; theta_k), with the old theta.
 *
 * The truncated gradient holds h_{k+1-p} constant: only the last p copies of the parameters see L_{k+1}; p = 1 is the
 * slide. Each example is one step: x_t and y_t of B sequences. The last p states are kept as they were computed, and a
 * network of 2p rows is all the memory, however long the sequence.
 * Source: lecture, slides "Truncated BPTT" and "Updates of truncated BPTT".
 * @example
 * const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 4, outputSize: 2 });
 * const steps = pieces({ x: [0, 1, 1, 0], y: [1, 0, 0, 1] }, 4);
 * for (const { step, loss } of truncatedBptt(cell, steps, { loss: softmaxCrossEntropy, optimizer: sgd(0.1), p: 2 }))
 *   console.log(step, loss);
 */
export function* truncatedBptt(
  cell: Cell,
  steps: Iterable<Example>,
  { loss, optimizer, p = 1, ...options }: OnlineTraining & { p?: number },
): Generator<Progress, void> {
  if (!Number.isInteger(p) || p < 1) throw new RangeError(`Cannot look back ${p} steps: wanted 1, 2, 3, ...`);
  let window: Window | undefined;
  let last = 0;
  let step = 0;
  for (const { x, y } of steps) {
    window ??= openWindow(unroll(cell, inSequence(Array(2 * p).fill(x)), options), p);
    if (last === 2 * p) last = moveToFront(window.rows, p);
    last++;
    forward(window.step[last], x);
    const net = window.past[last];
    const L = bptt(net, y, lossAtEnd(loss));
    // h_{k+1} is computed: moving the parameters before it would be another algorithm (on Example 4 one that converges).
    optimizer(cell.param, net.dparam, ++step);
    yield { step, loss: L, net };
  }
}

/** Rows for 2p steps; `step[t]` is step t of them, and `past[t]` the p steps that end there, where there are so many. */
type Window = { rows: Network; step: Network[]; past: Network[] };

function openWindow(rows: Network, p: number): Window {
  const each = Array.from({ length: rows.T + 1 }, (_, t) => t);
  return {
    rows,
    step: each.map((t) => part(rows, Math.max(1, t), t)),
    past: each.map((t) => part(rows, Math.max(1, t - p + 1), t)),
  };
}

/** The steps of an input, or of targets, one after the other, of the same kind as the first. */
export function inSequence(steps: Input[]): Input {
  const all = steps.flatMap((step) => Array.from(step as number[]));
  const [first] = steps;
  return ArrayBuffer.isView(first) ? (first.constructor as Float64ArrayConstructor).from(all) : all;
}

/** Steps first..last of a network as a network of their own, in the same memory; row first - 1 is their row 0. */
export function part(net: Network, first: number, last: number): Network {
  const { cell, B } = net;
  const T = last - first + 1;
  const height = (T + 1) * B;
  const cut = (array: Matrix) => {
    const from = (first - 1) * B * array.columns;
    return shaped(array.subarray(from, from + height * array.columns), height, array.columns);
  };
  const cutAll = (arrays: Record<string, Matrix>) =>
    Object.fromEntries(Object.entries(arrays).map(([v, array]) => [v, cut(array)]));
  const [value, grad] = [cutAll(net.value), cutAll(net.grad)];
  const labels = Object.fromEntries(
    Object.entries(net.labels).map(([v, all]) => [v, all.subarray((first - 1) * B, (last + 1) * B)]),
  );
  const operands = { ...net.operands, ...stepOperands({ cell, T, B, value, grad, labels }) };
  return { ...net, T, value, grad, labels, operands };
}

/** Moves the last p steps, and the row before them, to where rows begin; returns p. */
function moveToFront({ value, labels, T, B }: Network, p: number): number {
  for (const array of Object.values(value)) array.copyWithin(0, (T - p) * B * array.columns);
  for (const all of Object.values(labels)) all.copyWithin(0, (T - p) * B);
  return p;
}
