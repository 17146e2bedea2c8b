/** A network: a cell unrolled over T steps, with the values of every step and their gradients. */
import type { Cell } from "./cell";
import { linearMaps, load, scratchLength, type Weights, weights, weightsLength } from "./linear";
import type { Loss, Targets } from "./loss";
import { type Matrix, reserve, shaped } from "./memory";
import type { RealType } from "./product";
import { compile, gradientName, type Operands, type Program } from "./program";
import { isMatrix } from "./symbols";

/** Is the input of all steps: vectors x_1..x_T, or labels that stand for one-hot vectors, or flat rows t * B + b. */
export type Input = number[][] | ArrayLike<number>;
export type Options = {
  /** How many sequences lie side by side: row (t - 1) * B + b of the input is step t of sequence b. */
  B?: number;
  /** Initial values of states by name, `{ h: h0 }`: B rows. Zero where none is given. */
  initial?: Record<string, ArrayLike<number>>;
  Real?: RealType;
};

/** Is a cell unrolled over T steps of B sequences: every value, every gradient, and the program that computes them. */
export type Network = {
  cell: Cell;
  T: number;
  B: number;
  /** Every variable: row t * B + b is step t of sequence b; rows 0..B-1 are the initial values. */
  value: Record<string, Matrix>;
  /** dL/d(variable), in the same rows. `grad.h` begins with dL/dh0. */
  grad: Record<string, Matrix>;
  /** dL/d(parameter). */
  dparam: Record<string, Matrix>;
  /** What the program works on, by the names that it uses. */
  operands: Operands;
  program: Program;
};

const programs = new WeakMap<Cell, Map<RealType, Program>>();

/** The compiled cell. One for each type of numbers: code that has met both types is slower. */
function programOf(cell: Cell, Real: RealType): Program {
  const compiled = programs.get(cell) ?? new Map<RealType, Program>();
  programs.set(cell, compiled);
  const program = compiled.get(Real) ?? compile(cell.equations, cell.size, Real);
  compiled.set(Real, program);
  return program;
}

const isVectors = (x: Input): x is number[][] => Array.isArray(x[0]);

/** Allocates a network for T steps of B sequences. Labels take the place of x where `oneHot` is given. */
function allocate(cell: Cell, T: number, B: number, Real: RealType, oneHot?: Int32Array): Network {
  const variables = cell.variables.filter((v) => v !== "x" || !oneHot);
  const height = (T + 1) * B;
  const numbers = (matrices: { length: number }[]) => matrices.reduce((sum, { length }) => sum + length, 0);
  const params = Object.entries(cell.param);
  const memory = reserve(
    2 * height * variables.reduce((sum, v) => sum + cell.size(v), 0) +
      numbers(params.map(([, w]) => w)) +
      params.reduce((sum, [, w]) => sum + weightsLength(w.rows, w.columns), 0) +
      scratchLength(Math.max(...variables.map(cell.size))) +
      1,
    Real,
  );
  const sequences = () => Object.fromEntries(variables.map((v) => [v, memory.matrix(height, cell.size(v))]));
  const [value, grad] = [sequences(), sequences()];
  const dparam = Object.fromEntries(params.map(([name, w]) => [name, memory.matrix(w.rows, w.columns)]));
  const one = memory.matrix(1, 1).fill(1) as Matrix;
  const operands: Operands = { batch: B, ...linearMaps(memory, Math.max(...variables.map(cell.size)), one, B) };
  for (const v of variables)
    for (const [name, array] of [
      [v, value[v]],
      [gradientName(v), grad[v]],
    ] as const) {
      const n = array.columns;
      operands[name] = shaped(array.subarray(B * n), T * B, n);
      operands[`${name}Prev`] = shaped(array.subarray(0, T * B * n), T * B, n);
    }
  if (oneHot) operands.x = { columns: cell.size("x"), labels: oneHot };
  for (const [name, w] of params) {
    operands[name] = isMatrix(name) ? weights(memory, w.rows, w.columns) : w;
    operands[gradientName(name)] = dparam[name];
  }
  return { cell, T, B, value, grad, dparam, operands, program: programOf(cell, Real) };
}

/** Copies the parameters to where the products want them. */
function loadParameters({ cell, operands }: Network): void {
  for (const [name, w] of Object.entries(cell.param)) if (isMatrix(name)) load(operands[name] as Weights, w);
}

function loadInput({ cell, T, B, value, operands }: Network, x: Input): void {
  const n = cell.size("x");
  const labels = (operands.x as { labels?: Int32Array }).labels;
  const flat = isVectors(x) ? x.flat() : x;
  const wanted = labels ? T * B : T * B * n;
  if (flat.length !== wanted || (isVectors(x) && x.some((row) => row.length !== n)))
    throw new RangeError(
      `Cannot read x: wanted ${T * B} ${labels ? "labels" : `vectors of ${n} entries`}, found ${isVectors(x) ? `${x.length} vectors of ${[...new Set(x.map((row) => row.length))].join(" and ")}` : `${x.length} numbers`}`,
    );
  if (!labels) {
    value.x.set(flat, B * n);
    return;
  }
  for (let r = 0; r < flat.length; r++)
    if (!(Number.isInteger(flat[r]) && flat[r] >= 0 && flat[r] < n))
      throw new RangeError(`Cannot read x: label ${flat[r]} at ${r}, wanted 0 to ${n - 1}`);
  labels.set(flat);
}

/**
 * Computes every variable of every step from the input, the parameters and the initial values in row 0.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * const net = unroll(cell, [[1], [0]]);
 * forward(net, [[0], [1]]); // again, with another input
 */
export function forward(net: Network, x?: Input): Network {
  if (x) loadInput(net, x);
  loadParameters(net);
  const { before, step, after } = net.program.forward;
  before(net.operands, 1, net.T);
  for (let t = 1; t <= net.T; t++) step(net.operands, t, t);
  after(net.operands, 1, net.T);
  return net;
}

/**
 * Unrolls a cell over the steps of an input and computes the values of every variable.
 *
 * `net.value.h` has a row for each step, from the initial state in row 0 to h_T in row T.
 * @throws {RangeError} for an input whose rows do not fit.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 3, outputSize: 2 });
 * const net = unroll(cell, [[1, 0], [0, 1]]);
 * rows(net.value.h)[2]; // h_2
 * unroll(cell, [0, 1]); // the same input as labels
 */
export function unroll(cell: Cell, x: Input, { B = 1, initial = {}, Real = Float64Array }: Options = {}): Network {
  const perStep = B * (isVectors(x) || x.length === 0 ? 1 : typedRow(cell, x));
  const T = x.length / perStep;
  if (!Number.isInteger(T) || T < 1)
    throw new RangeError(`Cannot unroll: x has ${x.length} rows, wanted a multiple of ${B}`);
  const net = allocate(cell, T, B, Real, isVectors(x) || isFlat(x) ? undefined : new Int32Array(T * B));
  for (const [name, start] of Object.entries(initial)) {
    if (!cell.states.includes(name))
      throw new RangeError(`Cannot set the initial ${name}: the states are ${cell.states.join(", ")}`);
    if (start.length !== B * cell.size(name))
      throw new RangeError(
        `Cannot set the initial ${name}: wanted ${B * cell.size(name)} numbers, found ${start.length}`,
      );
    net.value[name].set(start);
  }
  return forward(net, x);
}

/** Flat rows of vectors come as an array of reals; whatever else is flat holds labels. */
const isFlat = (x: Input) => x instanceof Float64Array || x instanceof Float32Array;
const typedRow = (cell: Cell, x: Input) => (isFlat(x) ? cell.size("x") : 1);

/**
 * Computes the gradient of the loss with respect to every variable of every step and every parameter, by
 * back-propagation through time, and returns the loss.
 *
 * `net.grad.h`, `net.grad.x`, ... and `net.dparam.W`, ... hold the gradients; row 0 of `net.grad.h` is dL/dh0.
 * Source: lecture, slides "Example 1: BPTT by chain rule".
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * const net = unroll(cell, [[1], [0], [1]]);
 * const L = bptt(net, [1, 0, 1], softmaxCrossEntropy);
 * rows(net.dparam.W);
 */
export function bptt(net: Network, y: Targets, loss: Loss): number {
  for (const gradient of [...Object.values(net.grad), ...Object.values(net.dparam)]) gradient.fill(0);
  const L = loss.of(net, y);
  const { after, step, before, parameters } = net.program.backward;
  after(net.operands, 1, net.T);
  for (let t = net.T; t >= 1; t--) step(net.operands, t, t);
  before(net.operands, 1, net.T);
  parameters(net.operands, 1, net.T);
  return L;
}
