/** A network: a cell unrolled over T steps, with the values of every step and their gradients. */
import type { Cell } from "./cell";
import { chunk, linearMaps, load, stride, type Weights } from "./linear";
import type { Loss, Targets } from "./loss";
import { type Matrix, reserve, shaped } from "./memory";
import type { RealType } from "./product";
import { compile, gradientName, type Operands, type Program } from "./program";
import { base, isMatrix, operands as operandsOf } from "./symbols";

/** Is the input of all steps: vectors x_1..x_T, or labels that stand for one-hot vectors, or flat rows t * B + b. */
export type Input = number[][] | ArrayLike<number>;
/** Is what a cell reads: x; x and y by name, for teacher forcing; or the number of steps where it reads nothing. */
export type Inputs = Input | Record<string, Input> | number;
/** Says how a cell is unrolled: how many sequences side by side, from which states, in which type of numbers. */
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
  param: Cell["param"];
  T: number;
  B: number;
  /** Every variable: row t * B + b is step t of sequence b; rows 0..B-1 are the initial values. */
  value: Record<string, Matrix>;
  /** dL/d(variable), in the same rows. `grad.h` begins with dL/dh0. */
  grad: Record<string, Matrix>;
  /** dL/d(parameter). */
  dparam: Record<string, Matrix>;
  /** The inputs that are labels, in the same rows; -1 is no label, a vector of zeros. */
  labels: Record<string, Int32Array>;
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

/** A label cannot take part in an elementwise line: it is no vector. */
function checkLabelled(cell: Cell, labelled: string[]): void {
  for (const e of cell.equations) {
    const vectors = e.kind === "affine" ? e.terms.filter(({ W }) => !W).map(({ v }) => v) : operandsOf(e);
    const label = labelled.find((v) => vectors.includes(v) || vectors.includes(`${v}Prev`));
    if (label) throw new RangeError(`Cannot read ${label} as labels: "${e.line}" wants vectors`);
  }
}

/** What a program reads and writes at steps 1..T: every variable and its gradient, and the same one step before. */
export function stepOperands({
  cell,
  T,
  B,
  value,
  grad,
  labels,
}: Pick<Network, "cell" | "T" | "B" | "value" | "grad" | "labels">): Operands {
  const found: Operands = {};
  const steps = (array: Matrix, first: number) =>
    shaped(array.subarray(first * B * array.columns, (first + T) * B * array.columns), T * B, array.columns);
  const add = (name: string, array: Matrix) => {
    found[name] = steps(array, 1);
    found[`${name}Prev`] = steps(array, 0);
  };
  for (const v of Object.keys(value)) {
    add(v, value[v]);
    add(gradientName(v), grad[v]);
  }
  for (const [v, all] of Object.entries(labels)) {
    found[v] = { columns: cell.size(v), labels: all.subarray(B, (T + 1) * B) };
    found[`${v}Prev`] = { columns: cell.size(v), labels: all.subarray(0, T * B) };
  }
  return found;
}

/** Allocates a network for T steps of B sequences. The inputs in `labelled` are labels. */
function allocate(cell: Cell, T: number, B: number, Real: RealType, labelled: string[] = []): Network {
  checkLabelled(cell, labelled);
  const program = programOf(cell, Real);
  const inputs = cell.inputs.filter((v) => !labelled.includes(v)).map((v) => [v, cell.size(v)] as const);
  const variables = [...inputs, ...Object.entries(program.sizes)];
  const height = (T + 1) * B;
  const widest = Math.max(...variables.map(([, n]) => n));
  const scratch: [number, number] = [chunk, stride(widest)];
  const classes = Math.max(0, ...labelled.map(cell.size));
  const shapes: Record<string, [number, number]> = {
    one: [1, 1],
    left: scratch,
    right: scratch,
    sums: [classes, widest],
  };
  for (const kind of ["value", "grad"]) for (const [v, n] of variables) shapes[`${kind} ${v}`] = [height, n];
  const read = (W: string) =>
    cell.equations.flatMap((e) => (e.kind === "affine" ? e.terms : [])).filter((t) => t.W === W);
  const isLabel = (v: string) => labelled.includes(base(v));
  for (const [name, { rows, columns }] of Object.entries(cell.param)) {
    shapes[`grad ${name}`] = [rows, columns];
    if (!isMatrix(name)) continue;
    shapes[`${name} transposed`] = [columns, stride(rows)];
    if (!read(name).every(({ v }) => isLabel(v))) shapes[name] = [rows, stride(columns)];
  }
  const memory = reserve(shapes, Real);
  const { matrices } = memory;
  matrices.one[0] = 1;
  const record = (kind: string, names: string[]) => Object.fromEntries(names.map((v) => [v, matrices[`${kind} ${v}`]]));
  const names = variables.map(([v]) => v);
  const [value, grad] = [record("value", names), record("grad", names)];
  const dparam = record("grad", Object.keys(cell.param));
  const labels = Object.fromEntries(labelled.map((v) => [v, new Int32Array(height).fill(-1)]));

  const operands: Operands = {
    batch: B,
    ...linearMaps(memory, B),
    ...stepOperands({ cell, T, B, value, grad, labels }),
  };
  for (const [name, w] of Object.entries(cell.param)) {
    operands[gradientName(name)] = dparam[name];
    const { rows, columns } = w;
    const weights: Weights = { rows, columns, matrix: matrices[name], transpose: matrices[`${name} transposed`] };
    operands[name] = isMatrix(name) ? weights : w;
  }
  // V8 would else compile a step while its first run lasts, not knowing how it begins, and may stay with that.
  for (const { step } of [program.forward, program.backward]) step(operands, 1, 0);
  return { cell, param: cell.param, T, B, value, grad, dparam, labels, operands, program };
}

const isVectors = (x: Input): x is number[][] => Array.isArray(x[0]);
const isReal = (x: Input) => x instanceof Float64Array || x instanceof Float32Array;
const isInput = (x: Inputs): x is Input => Array.isArray(x) || ArrayBuffer.isView(x);
/** Says whether inputs come by name. */
export const isByName = (x?: Inputs): x is Record<string, Input> => typeof x === "object" && !isInput(x);

/** Flat rows of vectors come as an array of reals, or as plain numbers where a vector has one; other numbers are labels. */
const isLabels = (x: Input, n: number) => !isVectors(x) && !isReal(x) && n > 1;
/** The rows of an input of n-vectors. */
const rowsOf = (x: Input, n: number) => (isVectors(x) || isLabels(x, n) ? x.length : x.length / n);

/** The inputs by name; those that the cell reads, and no others. Where it reads none, x may still count the steps. */
function named(cell: Cell, given: Inputs): Record<string, Input> {
  const inputs = typeof given === "number" ? {} : isInput(given) ? { x: given } : given;
  const found = Object.keys(inputs);
  if (cell.inputs.length === 0 && "x" in inputs) return inputs;
  if (found.length !== cell.inputs.length || !cell.inputs.every((v) => v in inputs))
    throw new RangeError(
      `Cannot unroll: the cell reads ${cell.inputs.join(" and ") || "no input, only a number of steps"}, found ${found.join(" and ") || "only a number of steps"}`,
    );
  return inputs;
}

/** Writes one input. */
function loadInput(net: Network, v: string, x: Input): void {
  const { cell, T, B, value, labels } = net;
  const n = cell.size(v);
  const wanted = T * B;
  if (rowsOf(x, n) !== wanted || (isVectors(x) && x.some((row) => row.length !== n)))
    throw new RangeError(
      `Cannot read ${v}: wanted ${wanted} ${labels[v] ? "labels" : `vectors of ${n} entries`}, found ${isVectors(x) ? `${x.length} vectors of ${[...new Set(x.map((row) => row.length))].join(" and ")}` : `${x.length} numbers`}`,
    );
  if (!labels[v]) {
    value[v].set(isVectors(x) ? x.flat() : x, B * n);
    return;
  }
  const flat = x as ArrayLike<number>;
  for (let r = 0; r < flat.length; r++)
    if (!(Number.isInteger(flat[r]) && flat[r] >= -1 && flat[r] < n))
      throw new RangeError(`Cannot read ${v}: label ${flat[r]} at ${r}, wanted 0 to ${n - 1}`);
  labels[v].set(flat, B);
}

/** Writes the inputs of all steps. */
function loadInputs(net: Network, given: Inputs): void {
  const inputs = named(net.cell, given);
  for (const v of net.cell.inputs) loadInput(net, v, inputs[v]);
}

/** Copies the parameters to where the products want them. */
function loadParameters({ cell, operands }: Network): void {
  for (const name in cell.param) {
    const w = operands[name] as Weights | Matrix;
    if ("transpose" in w) load(w, cell.param[name]);
  }
}

/**
 * Computes every variable of every step from the input, the parameters and the initial values in row 0.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * const net = unroll(cell, [[1], [0]]);
 * forward(net, [[0], [1]]); // again, with another input
 */
export function forward(net: Network, inputs?: Inputs): Network {
  if (inputs !== undefined) loadInputs(net, inputs);
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
 * `net.value.h` has a row for each step, from the initial state in row 0 to h_T in row T. A cell that reads no input is
 * given the number of steps; one that reads x and y, both by name.
 * @throws {RangeError} for an input whose rows do not fit.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 3, outputSize: 2 });
 * const net = unroll(cell, [[1, 0], [0, 1]]);
 * rows(net.value.h)[2]; // h_2
 * unroll(cell, [0, 1]); // the same input as labels
 */
export function unroll(cell: Cell, inputs: Inputs, options: Options = {}): Network {
  const { B = 1, initial = {}, Real = Float64Array } = options;
  const given = named(cell, inputs);
  const labelled = cell.inputs.filter((v) => isLabels(given[v], cell.size(v)));
  const first = cell.inputs[0] ?? "x";
  const T = typeof inputs === "number" ? inputs : rowsOf(given[first], cell.size(first)) / B;
  if (!Number.isInteger(T) || T < 1)
    throw new RangeError(
      typeof inputs === "number"
        ? `Cannot unroll over ${T} steps: wanted 1, 2, 3, ...`
        : `Cannot unroll: ${first} has ${T * B} rows, wanted a multiple of ${B}`,
    );
  const net = allocate(cell, T, B, Real, labelled);
  for (const [name, start] of Object.entries(initial)) setInitial(net, name, start);
  return forward(net, inputs);
}

/** Writes B rows of initial values. */
export function setInitial({ cell, B, value }: Network, name: string, start: ArrayLike<number>): void {
  if (!cell.states.includes(name))
    throw new RangeError(`Cannot set the initial ${name}: the states are ${cell.states.join(", ")}`);
  if (start.length !== B * cell.size(name))
    throw new RangeError(
      `Cannot set the initial ${name}: wanted ${B * cell.size(name)} numbers, found ${start.length}`,
    );
  value[name].set(start);
}

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
  for (const name in net.grad) net.grad[name].fill(0);
  for (const name in net.dparam) net.dparam[name].fill(0);
  const L = loss.of(net, y);
  const { after, step, before, parameters } = net.program.backward;
  after(net.operands, 1, net.T);
  for (let t = net.T; t >= 1; t--) step(net.operands, t, t);
  before(net.operands, 1, net.T);
  parameters(net.operands, 1, net.T);
  return L;
}
