/** Equations become loops: one block forward and one backward for each line, in JavaScript that can be read. */
import { functions } from "./functions";
import { base, type Equation, operands, type Term, toJs } from "./symbols";

/** What the blocks work on: the arrays of a network by name, and the linear maps. */
export type Operands = Record<string, unknown>;
/** Runs a block for the steps first..last. */
export type Block = (net: Operands, first: number, last: number) => void;
/**
 * A step in three parts. `before` and `after` hold what is not part of the recurrence (U x, the read-out): they are run
 * once for all steps. `step` is the recurrence, run step by step.
 */
export type Program = {
  forward: { before: Block; step: Block; after: Block };
  backward: { after: Block; step: Block; before: Block; parameters: Block };
  /** The JavaScript of all blocks. */
  source: string;
};

type SizeOf = (variable: string) => number;
type Place = "before" | "step" | "after";

/** Where each variable is computed: in the recurrence, if it lies on a loop or between two; else before or after it. */
function places(equations: Equation[]): (variable: string) => Place {
  const reads = new Map(equations.map((e) => [e.y, operands(e).map(base)]));
  const reach = (from: string, seen = new Set<string>()): Set<string> => {
    for (const v of reads.get(from) ?? []) if (!seen.has(v)) reach(v, seen.add(v));
    return seen;
  };
  const ancestors = new Map(equations.map((e) => [e.y, reach(e.y)]));
  const cyclic = equations.map((e) => e.y).filter((y) => ancestors.get(y)?.has(y));
  const feeds = (y: string) => cyclic.some((z) => z === y || ancestors.get(z)?.has(y));
  const follows = (y: string) => cyclic.some((z) => z === y || ancestors.get(y)?.has(z));
  return (variable) => {
    const y = base(variable);
    return !follows(y) ? "before" : feeds(y) ? "step" : "after";
  };
}

/** What the blocks call a gradient: grad_h, grad_hPrev, grad_W. A mere d in front would make `do` of o. */
export const gradientName = (name: string) => `grad_${name}`;
const d = gradientName;

/** Elementwise statements of n entries a row, in one loop over the rows of the steps first..last. */
const loop = (n: number, statements: string[]) =>
  `for (let k = (first - 1) * B * ${n}; k < last * B * ${n}; k++) {\n  ${statements.join("\n  ")}\n}`;

type Statement = { n: number; text: string } | { call: string };

/** Joins statements: neighbours that are elementwise and of one size share a loop. */
function block(name: string, statements: Statement[]): string {
  const parts: string[] = [];
  for (let i = 0; i < statements.length; i++) {
    const head = statements[i];
    if ("call" in head) {
      parts.push(head.call);
      continue;
    }
    const texts: string[] = [];
    for (let s = statements[i]; i < statements.length && "n" in s && s.n === head.n; s = statements[++i])
      texts.push(s.text);
    i--;
    parts.push(loop(head.n, texts));
  }
  const names = new Set(
    parts
      .join("\n")
      .replaceAll(/\/\/.*/g, "")
      .match(/[A-Za-z_]\w*/g) ?? [],
  );
  for (const word of ["for", "let", "k", "first", "last", "Math", "pow", ...Object.keys(functions)]) names.delete(word);
  const body = parts.join("\n").replaceAll(/^/gm, "  ");
  return `function ${name}({ ${[...names].join(", ")} }, first, last) {\n${body}\n}`;
}

/** Compiles the equations of a cell. */
export function compile(equations: Equation[], size: SizeOf): Program {
  const place = places(equations);
  const isHoisted = (equation: Equation, { v }: Term) => place(equation.y) === "step" && place(v) === "before";
  const entry = (v: string) => `${v}[k]`;

  const products = (e: Equation, terms: Term[]): Statement[] =>
    terms.map(({ W, v }) =>
      W ? { call: `addProduct(${e.y}, ${W}, ${v}, first, last);` } : { n: size(e.y), text: `${e.y}[k] += ${v}[k];` },
    );
  /** y = b, or y = 0: what comes after it adds to y. */
  const begin = (e: Equation & { kind: "affine" }): Statement[] => [
    { call: `// ${e.line}` },
    { call: e.biases.length ? `setRows(${e.y}, ${e.biases[0]}, first, last);` : `clearRows(${e.y}, first, last);` },
    ...e.biases.slice(1).map((b) => ({ call: `addRows(${e.y}, ${b}, first, last);` })),
  ];
  const forward = (e: Equation, at: Place): Statement[] => {
    const y = place(e.y);
    if (e.kind === "elementwise") return y === at ? [{ n: size(e.y), text: `${e.y}[k] = ${toJs(e.f, entry)};` }] : [];
    if (y === at && at !== "step") return [...begin(e), ...products(e, e.terms)];
    if (y !== "step") return [];
    const [hoisted, recurrent] = [true, false].map((h) => e.terms.filter((term) => isHoisted(e, term) === h));
    if (at === "before") return [...begin(e), ...products(e, hoisted)];
    return at === "step" ? products(e, recurrent) : [];
  };

  /** du += dy dy/du, dv += W' dy. */
  const adjoints = (e: Equation, terms: Term[]): Statement[] =>
    terms.map(({ W, v }) =>
      W
        ? { call: `addTransposed(${d(v)}, ${W}, ${d(e.y)}, first, last);` }
        : { n: size(e.y), text: `${d(v)}[k] += ${d(e.y)}[k];` },
    );
  const backward = (e: Equation, at: Place): Statement[] => {
    const y = place(e.y);
    if (e.kind === "elementwise") {
      if (y !== at) return [];
      return [...e.partials].map(([u, dydu]) => {
        const factor = toJs(dydu, entry);
        return { n: size(e.y), text: `${d(u)}[k] += ${d(e.y)}[k]${factor === "1" ? "" : ` * (${factor})`};` };
      });
    }
    if (y !== "step") return y === at ? adjoints(e, e.terms) : [];
    if (at === "after") return [];
    return adjoints(
      e,
      e.terms.filter((term) => isHoisted(e, term) === (at === "before")),
    );
  };
  /** dW += dy v', db += dy, summed over all steps and sequences. */
  const parameters = (e: Equation): Statement[] =>
    e.kind === "elementwise"
      ? []
      : [
          ...e.terms
            .filter(({ W }) => W)
            .map(({ W, v }) => ({ call: `addOuter(${d(W)}, ${d(e.y)}, ${v}, first, last);` })),
          ...e.biases.map((b) => ({ call: `addSum(${d(b)}, ${d(e.y)}, first, last);` })),
        ];

  const reversed = equations.toReversed();
  const blocks = {
    forwardBefore: equations.flatMap((e) => forward(e, "before")),
    forwardStep: equations.flatMap((e) => forward(e, "step")),
    forwardAfter: equations.flatMap((e) => forward(e, "after")),
    backwardAfter: reversed.flatMap((e) => backward(e, "after")),
    backwardStep: reversed.flatMap((e) => backward(e, "step")),
    backwardBefore: reversed.flatMap((e) => backward(e, "before")),
    parameters: reversed.flatMap(parameters),
  };
  const source = Object.entries(blocks)
    .map(([name, statements]) => block(name, statements))
    .join("\n\n");
  const values = Object.values(functions).map((f) => f.of);
  const compiled = new Function(...Object.keys(functions), `${source}\nreturn { ${Object.keys(blocks).join(", ")} };`)(
    ...values,
  );
  const { forwardBefore, forwardStep, forwardAfter, backwardAfter, backwardStep, backwardBefore } = compiled;
  return {
    forward: { before: forwardBefore, step: forwardStep, after: forwardAfter },
    backward: { after: backwardAfter, step: backwardStep, before: backwardBefore, parameters: compiled.parameters },
    source,
  };
}
