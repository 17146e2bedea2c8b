/** A cell: its equations, the size of every variable, its parameters. Time belongs to the network that unrolls it. */
import type { Displayed } from "./display";
import { displayed, jupyterDisplay } from "./display";
import { equationFormulas } from "./latex";
import { type Matrix, zeros } from "./memory";
import { random } from "./random";
import { base, type Equation, inputs, isMatrix, isPrev, operands, parseEquations } from "./symbols";

/** Holds the lengths of x and of o and y; every other variable has the hidden size. The seed draws the matrices. */
export type Sizes = { inputSize: number; hiddenSize: number; outputSize: number; seed?: number };
/** Holds arrays by name; a vector is one row. */
export type Arrays = Record<string, Matrix<Float64Array>>;

/** Is a cell: its equations with all that follows from them, and its parameters. It shows itself as its equations. */
export type Cell = Displayed & {
  equations: Equation[];
  /** Which of x and y the equations read. */
  inputs: string[];
  /** The inputs, then every left-hand side. */
  variables: string[];
  /** The length of a variable. */
  size: (variable: string) => number;
  /** Variables whose value at t - 1 is read, so that they need an initial value. */
  states: string[];
  /** What the loss reads: o, or the last left-hand side where there is no o. */
  output: string;
  param: Arrays;
};

/** Rows and columns of every parameter; a bias is one row. */
function shapes(equations: Equation[], size: Cell["size"]): Map<string, [number, number]> {
  const found = new Map<string, [number, number]>();
  const put = (line: string, name: string, rows: number, columns: number) => {
    const [m, n] = found.get(name) ?? [rows, columns];
    if (m !== rows || n !== columns)
      throw new RangeError(`Cannot fit "${line}": ${name} must be ${rows} x ${columns} here, and is ${m} x ${n} above`);
    found.set(name, [rows, columns]);
  };
  for (const equation of equations) {
    const { line, y } = equation;
    const plain =
      equation.kind === "affine" ? equation.terms.filter(({ W }) => !W).map(({ v }) => v) : operands(equation);
    for (const v of plain)
      if (size(v) !== size(y))
        throw new RangeError(`Cannot fit "${line}": ${y} has ${size(y)} entries, and ${base(v)} has ${size(v)}`);
    if (equation.kind === "elementwise") continue;
    for (const { W, v } of equation.terms) if (W) put(line, W, size(y), size(v));
    for (const b of equation.biases) put(line, b, 1, size(y));
  }
  return found;
}

/**
 * Defines a cell from its equations.
 *
 * Matrices start uniform in +-1/sqrt(columns), biases at zero, or at the value that `initial` gives them by name.
 * @throws {SyntaxError} for an equation that cannot be read; {RangeError} for shapes that cannot fit.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 3, outputSize: 2, seed: 7 });
 * rows(cell.param.W); // 3 x 3
 */
export function defineCell(lines: string[], sizes: Sizes, initial: Record<string, number> = {}): Cell {
  const equations = parseEquations(lines);
  const { inputSize: x, hiddenSize, outputSize: o } = sizes;
  for (const [name, n] of Object.entries({ inputSize: x, hiddenSize, outputSize: o }))
    if (!Number.isInteger(n) || n < 1)
      throw new RangeError(`Cannot define a cell: ${name} is ${n}, wanted 1, 2, 3, ...`);
  const size = (variable: string) => ({ x, o, y: o })[base(variable)] ?? hiddenSize;
  const uniform = random(sizes.seed ?? 1);
  const param: Arrays = {};
  for (const [name, [m, n]] of shapes(equations, size)) {
    param[name] = zeros(m, n).fill(initial[name] ?? 0) as Arrays[string];
    if (isMatrix(name) && !(name in initial))
      for (let i = 0; i < m * n; i++) param[name][i] = (2 * uniform() - 1) / Math.sqrt(n);
  }
  for (const name of Object.keys(initial))
    if (!(name in param))
      throw new RangeError(
        `Cannot give ${name} its initial value: the parameters are ${Object.keys(param).join(", ")}`,
      );
  const defined = equations.map(({ y }) => y);
  const read = equations.flatMap(operands);
  const given = inputs.filter((v) => read.some((name) => base(name) === v));
  const cell = {
    equations,
    inputs: given,
    variables: [...given, ...defined],
    size,
    states: [...new Set(read.filter(isPrev).map(base))].filter((v) => !inputs.includes(v)),
    output: defined.includes("o") ? "o" : defined[defined.length - 1],
    param,
  };
  return displayed(cell, () => equationFormulas(equations)[jupyterDisplay]());
}
