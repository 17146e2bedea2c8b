/** The equations of a cell, their partial derivatives and the whole derivation as LaTeX, from the trees that run. */
import {
  type FunctionNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isSymbolNode,
  type MathNode,
} from "mathjs/number";
import { type Displayed, type Formula, formulas } from "./display";
import { functions } from "./functions";
import { softmaxCrossEntropy } from "./loss";
import { base, type Equation, inputs, isPrev, operands } from "./symbols";

type IsVariable = (name: string) => boolean;

const greek = /^(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|rho|sigma|tau|phi|chi|psi|omega)$/;
/** A letter, a Greek letter by its name, or a word. */
export const letter = (name: string) => (greek.test(name) ? `\\${name}` : name.length > 1 ? `\\mathrm{${name}}` : name);
const time = (offset: number) => (offset === 0 ? "t" : `t${offset > 0 ? "+" : "-"}${Math.abs(offset)}`);

/** A name as LaTeX at step t + offset: a_i is a_{i,t}, hPrev is h_{t-1}; a parameter carries no time. */
function symbol(name: string, offset: number, isVariable: IsVariable): string {
  const [stem, subscript] = base(name).split("_");
  const subscripts = [subscript, isVariable(base(name)) && time(offset - (isPrev(name) ? 1 : 0))].filter(Boolean);
  return letter(stem) + (subscripts.length ? `_{${subscripts.join(",")}}` : "");
}

/** How symbols, calls and what stands between two factors are written. */
type Notation = {
  symbol: (name: string) => string;
  call: (call: FunctionNode, print: (n: MathNode) => string) => string;
  times: (factors: MathNode[]) => string;
};

/** f as LaTeX; sums among factors stand in parentheses. mathjs alone would set b, h and W upright, as units. */
export function typeset(f: MathNode, { symbol, call, times }: Notation): string {
  const inner = (n: MathNode): MathNode => (isParenthesisNode(n) ? inner(n.content) : n);
  const isSum = (n: MathNode) => isOperatorNode(n) && (n.op === "+" || n.op === "-");
  const factor = (n: MathNode) => (isSum(inner(n)) ? `\\left(${print(inner(n))}\\right)` : print(inner(n)));
  const handler = (n: MathNode): string | undefined => {
    if (isSymbolNode(n)) return symbol(n.name);
    if (isFunctionNode(n)) return call(n, print);
    if (isOperatorNode(n) && n.op === "*") return n.args.map(factor).join(times(n.args));
  };
  const print = (n: MathNode): string =>
    n.toTex({ parenthesis: "auto", handler }).replaceAll("\\mathrm{\\left", "\\left").trim();
  return print(f);
}

/** f as LaTeX at step t + offset. */
function toLatex(f: MathNode, isVariable: IsVariable, offset = 0): string {
  const isVector = (n: MathNode) => n.filter((m) => isSymbolNode(m) && isVariable(base(m.name))).length > 0;
  return typeset(f, {
    symbol: (name) => symbol(name, offset, isVariable),
    call: (n, print) => `${functions[n.fn.name].latex}\\left(${print(n.args[0])}\\right)`,
    times: (factors) => (factors.every(isVector) ? " \\odot " : " "),
  });
}

const isVariableOf = (equations: Equation[]): IsVariable => {
  const names = new Set([...inputs, ...equations.map(({ y }) => y)]);
  return (name) => names.has(name);
};

/** The equations as formulas by left-hand side, in the lecture's notation. */
export function equationFormulas(equations: Equation[]): Record<string, Formula> & Displayed {
  const isVariable = isVariableOf(equations);
  return formulas(
    Object.fromEntries(equations.map(({ y, f }) => [y, `${symbol(y, 0, isVariable)} = ${toLatex(f, isVariable)}`])),
  );
}

/**
 * Typesets the partial derivatives of the elementwise equations: `dh/da` is 1 - h_t^2 for h = tanh(a).
 * @example
 * const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 3, outputSize: 2 });
 * partials(cell)["dh/da"].latex;
 */
export function partials({ equations }: { equations: Equation[] }): Record<string, Formula> & Displayed {
  const isVariable = isVariableOf(equations);
  const s = (name: string) => symbol(name, 0, isVariable);
  const of = (equation: Equation): [string, string][] =>
    equation.kind === "affine"
      ? []
      : [...equation.partials].map(([u, d]) => [
          `d${equation.y}/d${u}`,
          `\\frac{\\partial ${s(equation.y)}}{\\partial ${s(u)}} = ${toLatex(d, isVariable)}`,
        ]);
  return formulas(Object.fromEntries(equations.flatMap(of)));
}

/** What the derivation needs of a cell and of a loss. */
type Derived = { equations: Equation[]; output: string; states: string[]; inputs: string[] };
type Gradient = { gradientLatex: string };
/** One way for a change to reach L: as the chain rule has it, and worked out. */
type Path = { rule: string; worked: string };

/**
 * Derives the gradients of L = sum of L_t by the chain rule, in the lecture's order: from the loss to o_t, then back
 * through the equations and through time, then the parameters, whose gradients are summed over t.
 *
 * The lines come from the trees that `bptt` runs; each is reachable by name: `h` for h_t, `h0` for the initial state,
 * `W` for a parameter. What carries the time T + 1 is zero.
 * Source: lecture, slides "Example 1: BPTT by chain rule".
 * @example
 * const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 3, outputSize: 2 });
 * const { h, W } = derivation(cell);
 * W.latex; // "\\nabla_{W} L = \\sum_{t=1}^{T} \\nabla_{a_{t}} L \\, h_{t-1}^{\\top}"
 */
export function derivation(cell: Derived, loss: Gradient = softmaxCrossEntropy): Record<string, Formula> & Displayed {
  const { equations, output, states } = cell;
  const isVariable = isVariableOf(equations);
  const s = (name: string, offset = 0) => symbol(name, offset, isVariable);
  const grad = (name: string, offset = 0) => `\\nabla_{${s(name, offset)}} L`;
  const join = (parts: string[]) => parts.join(" + ") || "0";

  const paths = (v: string): Path[] =>
    equations.flatMap((equation) =>
      operands(equation).flatMap((u, index) => {
        if (base(u) !== v) return [];
        const offset = isPrev(u) ? 1 : 0;
        const dy = grad(equation.y, offset);
        const rule = `\\left(\\frac{\\partial ${s(equation.y, offset)}}{\\partial ${s(v)}}\\right)^{\\top} ${dy}`;
        if (equation.kind === "elementwise") {
          const partial = toLatex(equation.partials.get(u) as MathNode, isVariable, offset);
          return [{ rule, worked: partial === "1" ? dy : `\\left(${partial}\\right) \\odot ${dy}` }];
        }
        const { W } = equation.terms[index];
        return [{ rule, worked: W ? `${s(W)}^{\\top} ${dy}` : dy }];
      }),
    );
  const fromLoss = (v: string): Path[] =>
    v === output
      ? [{ rule: `\\left(\\frac{\\partial L_{t}}{\\partial ${s(v)}}\\right)^{\\top}`, worked: loss.gradientLatex }]
      : [];
  const variable = (v: string): [string, string] => {
    const all = [...fromLoss(v), ...paths(v)];
    return [v, `${grad(v)} = ${join(all.map((p) => p.rule))} = ${join(all.map((p) => p.worked))}`];
  };
  const initial = (v: string): [string, string] => {
    const atZero = (latex: string) => latex.replaceAll(/(?<=[{,])t\+1(?=})/g, "1").replaceAll(/(?<=[{,])t(?=})/g, "0");
    const carried = paths(v)
      .filter((p) => p.rule.includes("t+1"))
      .map((p) => atZero(p.worked));
    return [`${v}0`, `${atZero(grad(v))} = ${join(carried)}`];
  };
  const parameters = equations.toReversed().flatMap((equation) => {
    if (equation.kind !== "affine") return [];
    const dy = grad(equation.y);
    return [
      ...equation.terms.filter(({ W }) => W).map(({ W, v }): [string, string] => [W, `${dy} \\, ${s(v)}^{\\top}`]),
      ...equation.biases.map((b): [string, string] => [b, dy]),
    ];
  });
  const sums = new Map<string, string[]>();
  for (const [name, term] of parameters) sums.set(name, [...(sums.get(name) ?? []), term]);
  const sum = (name: string, terms: string[]): [string, string] => {
    const all = terms.length > 1 ? `\\left(${join(terms)}\\right)` : terms[0];
    return [name, `\\nabla_{${s(name)}} L = \\sum_{t=1}^{T} ${all}`];
  };
  return formulas(
    Object.fromEntries([
      ["L", "\\frac{\\partial L}{\\partial L_{t}} = 1"],
      ...equations.toReversed().map(({ y }) => variable(y)),
      ...cell.inputs.map(variable),
      ...states.map(initial),
      ...[...sums].map(([name, terms]) => sum(name, terms)),
    ]),
  );
}
