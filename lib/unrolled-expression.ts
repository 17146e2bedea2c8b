/** One step, written into itself T times: what a recurrent system computes, as one expression. */
import { isSymbolNode, type MathNode, parse, SymbolNode } from "mathjs/number";
import { type Displayed, displayed } from "./display";
import { letter, typeset } from "./latex";

/** Is h_T as one expression of x_1, ..., x_T, h_0 and the parameters; `text` is for mathjs, and it shows itself as LaTeX. */
export type UnrolledExpression = Displayed & { text: string; latex: string; expression: MathNode };

/**
 * Unrolls h_t = f(h_{t-1}, x_t; theta) over T steps: h_{t-1} is replaced by its own expression until h_0 is left.
 *
 * The step is written for mathjs with `hPrev` and `x`; every other name is a parameter. Where hPrev occurs once, the
 * expression grows in proportion to T; where it occurs twice, it doubles at each step.
 * Source: lecture, slide "Unrolling a dynamical system".
 *
 * @throws RangeError where T is not 1, 2, ...
 * @throws SyntaxError for a step without hPrev, which would have no past.
 * @example
 * unrolledExpression("f(hPrev, x, theta)", 2).text; // "f(f(h_0, x_1, theta), x_2, theta)"
 * unrolledExpression("hPrev + theta", 3).text; // "h_0 + theta + theta + theta"
 */
export function unrolledExpression(step: string, T: number): UnrolledExpression {
  if (!Number.isInteger(T) || T < 1) throw new RangeError(`Cannot unroll over ${T} steps: wanted 1, 2, 3, ...`);
  const f = parse(step);
  if (!names(f).includes("hPrev")) throw new SyntaxError(`Cannot unroll "${step}": it does not read hPrev`);
  let expression: MathNode = new SymbolNode("h_0");
  for (let t = 1; t <= T; t++) expression = oneStep(f, expression, t);
  const latex = `h_{${T}} = ${toLatex(expression)}`;
  const text = expression.toString({ parenthesis: "auto" });
  return displayed({ text, latex, expression }, () => ({ "text/latex": `$$${latex}$$`, "text/plain": text }));
}

const names = (f: MathNode): string[] => f.filter(isSymbolNode).map((node) => (node as SymbolNode).name);

/** The step with the input of time t, and with an expression in place of hPrev. */
function oneStep(f: MathNode, before: MathNode, t: number): MathNode {
  return f.transform((node) => {
    if (!isSymbolNode(node)) return node;
    if (node.name === "hPrev") return before;
    return node.name === "x" ? new SymbolNode(`x_${t}`) : node;
  });
}

const isVariable = (node: MathNode) => !isSymbolNode(node) || /^[hx]_/.test(node.name);

function toLatex(expression: MathNode): string {
  return typeset(expression, {
    symbol: (name) => {
      const [stem, time] = name.split("_");
      return letter(stem) + (time ? `_{${time}}` : "");
    },
    call: ({ fn, args }, print) => {
      const name = fn.name in Math ? `\\${fn.name}` : fn.name;
      // Parameters stand behind a semicolon, as in the lecture: f(h, x; theta).
      const [variables, parameters] = [true, false].map((kind) => args.filter((arg) => isVariable(arg) === kind));
      const lists = [variables, parameters].map((list) => list.map(print).join(", ")).filter(Boolean);
      return `${name}\\left(${lists.join("; ")}\\right)`;
    },
    times: () => " ",
  });
}
