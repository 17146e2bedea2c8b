/** The symbolic side of a cell: parse its equations, classify them, differentiate them, print them as JavaScript. */
import {
  derivative,
  isAssignmentNode,
  isConstantNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isSymbolNode,
  type MathNode,
  parse,
  SymbolNode,
  simplify,
} from "mathjs/number";
import { functions } from "./functions";

/** One addend of an affine line: W v, or a vector v by itself (then W is empty). */
export type Term = { W: string; v: string };
export type Affine = { kind: "affine"; line: string; y: string; f: MathNode; biases: string[]; terms: Term[] };
export type Elementwise = {
  kind: "elementwise";
  line: string;
  y: string;
  f: MathNode;
  partials: Map<string, MathNode>;
};
export type Equation = Affine | Elementwise;

/** Says whether a name stands for the value at t - 1. */
export const isPrev = (name: string) => name.endsWith("Prev");
/** The variable whose value at t - 1 or t a name stands for: h for hPrev and for h. */
export const base = (name: string) => name.replace(/Prev$/, "");
/** Says whether a name stands for a matrix: it begins with a capital. */
export const isMatrix = (name: string) => /^[A-Z]/.test(name);

/** The names of vectors that a line reads: hPrev, x, ... but not its biases. */
export const operands = (equation: Equation): string[] =>
  equation.kind === "affine" ? equation.terms.map((term) => term.v) : [...equation.partials.keys()];

/** The variables of f, each once; function names are not variables. */
const variables = (f: MathNode): string[] => [
  ...new Set(f.filter((n, path) => isSymbolNode(n) && path !== "fn").map((n) => (n as SymbolNode).name)),
];

const factored = ["n1 - n1^2 -> n1 * (1 - n1)"];

/**
 * df/du by the chain rule: mathjs differentiates the arithmetic, the table of functions gives f' for every call f(g).
 * Each call is replaced by a symbol of its own, whose partial is multiplied by f'(g) dg/du.
 */
function total(f: MathNode, u: string): string {
  const calls: { symbol: string; call: MathNode; inner: string }[] = [];
  const skeleton = f.transform((n) => {
    if (!isFunctionNode(n)) return n;
    const symbol = `call${calls.length}`;
    const prime = parse(functions[n.fn.name].derivative).transform((m) =>
      isSymbolNode(m) && m.name === "x" ? n.args[0] : m,
    );
    calls.push({ symbol, call: n, inner: `(${prime}) * (${total(n.args[0], u)})` });
    return new SymbolNode(symbol);
  });
  const withCalls = (n: MathNode) =>
    n.transform((m) => calls.find((c) => isSymbolNode(m) && m.name === c.symbol)?.call ?? m);
  const outer = (name: string) => `(${withCalls(derivative(skeleton, name))})`;
  return [outer(u), ...calls.map((c) => `${outer(c.symbol)} * ${c.inner}`)].join(" + ");
}

/** dy/du for every variable u of f, where y = f. Where f itself reappears it is written y: tanh gives 1 - h^2. */
function partialsOf(y: string, f: MathNode): Map<string, MathNode> {
  const intoY = (n: MathNode) => (n.toString() === f.toString() ? new SymbolNode(y) : n);
  return new Map(variables(f).map((u) => [u, simplify(simplify(parse(total(f, u)).transform(intoY)), factored)]));
}

/** The addends of a sum of vectors and matrix * vector products, or nothing where f is no such sum. */
function addends(f: MathNode): Term[] | undefined {
  if (isParenthesisNode(f)) return addends(f.content);
  if (isSymbolNode(f) && !isMatrix(f.name)) return [{ W: "", v: f.name }];
  if (!isOperatorNode(f) || f.args.length !== 2) return;
  const [p, q] = f.args;
  if (f.op === "*" && isSymbolNode(p) && isMatrix(p.name) && isSymbolNode(q) && !isMatrix(q.name))
    return [{ W: p.name, v: q.name }];
  if (f.op !== "+") return;
  const [left, right] = [addends(p), addends(q)];
  return left && right && [...left, ...right];
}

/** The names that no equation defines: the input, and the target for teacher forcing. */
export const inputs = ["x", "y"];

/** A name that can stand in JavaScript, and is none of the generated code's own. */
function isName(name: string): boolean {
  try {
    new Function(name, '"use strict";');
    return !["at", "first", "last", "batch"].includes(name);
  } catch {
    return false;
  }
}

function parseLine(line: string): { y: string; f: MathNode } {
  const cannot = (why: string) => new SyntaxError(`Cannot read "${line}": ${why}`);
  let node: MathNode;
  try {
    node = parse(line);
  } catch (error) {
    throw cannot((error as Error).message);
  }
  if (!isAssignmentNode(node) || !isSymbolNode(node.object)) throw cannot("an equation is name = expression");
  const { name: y, value: f } = node;
  if (isMatrix(y)) throw cannot(`a capital names a matrix, and ${y} is computed here; call it ${y.toLowerCase()}`);
  if (isPrev(y)) throw cannot(`${y} is the value of ${base(y)} at t - 1; an equation gives the value at t`);
  if (y === "x") throw cannot("x is the input");
  if (y === "y") throw cannot("y is the target, which teacher forcing reads");
  if (!isName(y)) throw cannot(`${y} is a word of the language that the equations become`);
  for (const n of f.filter(isFunctionNode)) {
    if (!isFunctionNode(n)) continue;
    if (!(n.fn.name in functions))
      throw cannot(`${n.fn.name} is none of the functions ${Object.keys(functions).join(", ")}`);
    if (n.args.length !== 1) throw cannot(`${n.fn.name} takes 1 argument, found ${n.args.length}`);
  }
  const matrix = variables(f).find(isMatrix);
  if (matrix && !addends(f))
    throw cannot(`it names the matrix ${matrix}, so it must be a sum of vectors and matrix * vector products`);
  const foreign = f.filter((n) => !(isSymbolNode(n) || isConstantNode(n) || isOperatorNode(n) || isParenthesisNode(n)));
  const other = foreign.find((n) => !isFunctionNode(n));
  if (other) throw cannot(`found ${other}, wanted + - * / ^ and functions of vectors`);
  return { y, f };
}

/**
 * Parses the equations of a cell, one step in time.
 *
 * A line that is a sum of vectors and matrix * vector products is affine; a name in it that no line defines is a bias.
 * Every other line is elementwise, and is differentiated. `x` is the input; `hPrev` is h at t - 1.
 * @throws {SyntaxError} for a line that is neither affine nor elementwise, a variable that is undefined, used before it
 * is defined or defined twice, an unknown function.
 * @example
 * const [affine, elementwise] = parseEquations(["a = U * x + b + W * hPrev", "h = tanh(a)"]);
 * elementwise.kind === "elementwise" && `${elementwise.partials.get("a")}`; // "1 - h ^ 2"
 */
export function parseEquations(lines: string[]): Equation[] {
  const parsed = lines.map((line) => ({ line, ...parseLine(line) }));
  const all = [...inputs, ...parsed.map(({ y }) => y)];
  return parsed.map(({ line, y, f }, index) => {
    const cannot = (why: string) => new SyntaxError(`Cannot read "${line}": ${why}`);
    if (all.indexOf(y) < index + inputs.length) throw cannot(`${y} is defined twice`);
    const known = (v: string) => all.includes(base(v));
    const early = variables(f).find((v) => !isPrev(v) && all.indexOf(v) >= index + inputs.length);
    if (early) throw cannot(`${early} is used before it is defined; its value at t - 1 is ${early}Prev`);
    const undefinedIn = (names: string[]) => {
      const name = names.find((v) => !known(v));
      if (name) throw cannot(`no line defines ${base(name)}`);
    };
    const sum = addends(f);
    if (sum) {
      const isBias = ({ W, v }: Term) => !W && !known(v) && !isPrev(v);
      const terms = sum.filter((term) => !isBias(term));
      undefinedIn(terms.map((term) => term.v));
      return { kind: "affine", line, y, f, biases: sum.filter(isBias).map(({ v }) => v), terms };
    }
    undefinedIn(variables(f));
    return { kind: "elementwise", line, y, f, partials: partialsOf(y, f) };
  });
}

/**
 * Gives every call inside an elementwise line a line of its own: "h = q * tanh(s)" becomes tanh_in_h = tanh(s) and
 * h = q * tanh_in_h. So the way back reads what the way forward has computed.
 */
export function nameCalls(equations: Equation[]): Equation[] {
  const taken = new Set(equations.map(({ y }) => y));
  return equations.flatMap((equation): Equation[] => {
    if (equation.kind === "affine") return [equation];
    const { line, y } = equation;
    const toLine = (name: string, f: MathNode): Elementwise => {
      return { kind: "elementwise", line, y: name, f, partials: partialsOf(name, f) };
    };
    const calls: Elementwise[] = [];
    const name = (n: MathNode): MathNode => {
      const f = n.map(name);
      if (!isFunctionNode(f)) return f;
      let call = calls.find((each) => `${each.f}` === `${f}`)?.y;
      if (!call) {
        call = `${f.fn.name}_in_${y}`;
        while (taken.has(call)) call += "_";
        taken.add(call);
        calls.push(toLine(call, f));
      }
      return new SymbolNode(call);
    };
    const f = equation.f.map(name);
    return calls.length ? [...calls, toLine(y, f)] : [equation];
  });
}

/** f as a JavaScript expression; `ref` says how to read a variable. */
export function toJs(f: MathNode, ref: (name: string) => string): string {
  const print = (n: MathNode): string => n.toString({ implicit: "show", parenthesis: "auto", handler });
  const handler = (n: MathNode): string | undefined => {
    if (isSymbolNode(n)) return ref(n.name);
    if (isFunctionNode(n)) return `${n.fn.name}(${print(n.args[0])})`;
    if (!isOperatorNode(n) || n.op !== "^") return;
    const [p, q] = n.args;
    return isSymbolNode(p) && q.toString() === "2"
      ? `(${print(p)} * ${print(p)})`
      : `Math.pow(${print(p)}, ${print(q)})`;
  };
  return print(f);
}
