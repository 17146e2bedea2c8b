/** Answers that are formulas: text in mathjs's notation, compared by what they evaluate to. No Node here. */
import { type MathNode, parse } from "mathjs/number";

const functions = [
  "abs",
  "cos",
  "cosh",
  "exp",
  "log",
  "max",
  "min",
  "pow",
  "sign",
  "sin",
  "sinh",
  "sqrt",
  "tan",
  "tanh",
];
const constants = ["e", "pi"];
const operators = ["+", "-", "*", "/", "^"];
const maxLength = 2000;

type Parsed = MathNode & {
  name: string;
  op: string;
  value: unknown;
  fn: MathNode & { name: string };
  content: MathNode;
};

/**
 * Says what keeps a text from being a formula in these variables, or nothing if it is one.
 *
 * Only numbers, the variables, + - * / ^, brackets and the elementary functions are let through, so that a formula can
 * be evaluated where the answers are.
 *
 * @example
 * expressionFault("2 theta T", ["theta", "T"]); // undefined
 * expressionFault("2 * tau", ["theta", "T"]); // "`tau` is not a variable here: use theta and T."
 */
export function expressionFault(text: unknown, variables: string[]): string | undefined {
  if (Array.isArray(text)) return text.map((part) => expressionFault(part, variables)).find((fault) => fault);
  if (typeof text !== "string")
    return `The answer is a formula written as text, in quotation marks; got ${typeof text}.`;
  if (text.trim() === "") return "A formula is missing: write it between the quotation marks.";
  if (text.length > maxLength) return `The formula has ${text.length} characters; at most ${maxLength} are read.`;
  try {
    return nodeFault(parse(typeable(text, variables)) as Parsed, variables);
  } catch (error) {
    return `The formula cannot be read: ${(error as Error).message}.`;
  }
}

/** Returns the value of a formula that has no fault; a list of formulas gives the list of their values. */
export function evaluateExpression(text: unknown, point: Record<string, number>): unknown {
  if (Array.isArray(text)) return text.map((part) => evaluateExpression(part, point));
  return parse(typeable(text as string, Object.keys(point))).evaluate({ ...point });
}

/** What people write on paper, in the notation that mathjs reads; it would take `V (1 - h)` for a call of V. */
function typeable(text: string, variables: string[]): string {
  const signs = text.replace(/\*\*/g, "^").replace(/[−–]/g, "-").replace(/[·×⋅]/g, "*");
  const powers = signs.replace(/²/g, "^2").replace(/³/g, "^3");
  return powers.replace(/([A-Za-z_]\w*)\s*\(/g, (call, name) => (meant(name, variables) ? `${name} * (` : call));
}

/** The variable, or the product of variables, that a name stands for. */
function meant(name: string, variables: string[]): string | undefined {
  const bare = (one: string) => one.replace("_", "");
  const product = [...name].every((letter) => variables.includes(letter)) ? [...name].join(" * ") : undefined;
  return variables.find((one) => bare(one) === bare(name)) ?? product;
}

function nodeFault(node: Parsed, variables: string[]): string | undefined {
  if (node.type === "FunctionNode" && !functions.includes(node.fn.name)) {
    return `\`${node.fn.name}\` is not a function that can be used here: ${functions.join(", ")} are.`;
  }
  if (node.type === "SymbolNode" && ![...variables, ...constants].includes(node.name)) {
    const other = meant(node.name, variables);
    const hint = other ? `did you mean \`${other}\`?` : `use ${variables.join(", ")}.`;
    return `\`${node.name}\` is not a variable here: ${hint}`;
  }
  if (node.type === "OperatorNode" && !operators.includes(node.op))
    return `\`${node.op}\` cannot be used here: a formula is made with ${operators.join(" ")} and brackets.`;
  if (node.type === "ConstantNode" && typeof node.value !== "number") return `\`${node.value}\` is not a number.`;
  if (!["FunctionNode", "SymbolNode", "OperatorNode", "ConstantNode", "ParenthesisNode"].includes(node.type))
    return `\`${node.toString()}\` is not a formula: numbers, variables, + - * / ^, brackets and functions make one.`;
  const parts: MathNode[] = [];
  // The name of a function is a symbol too, but no variable.
  node.forEach((part) => {
    if (!(node.type === "FunctionNode" && part === node.fn)) parts.push(part);
  });
  return parts.map((part) => nodeFault(part as Parsed, variables)).find((fault) => fault);
}
