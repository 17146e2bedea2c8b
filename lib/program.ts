/** Equations become loops: statements forward and backward for each line, in JavaScript that can be read. */
import { functions } from "./functions";
import type { RealType } from "./product";
import { base, type Equation, nameCalls, operands, toJs } from "./symbols";

/** What the parts work on: the arrays of a network by name, and the linear maps. */
export type Operands = Record<string, unknown>;
/** Runs a part for the steps first..last. */
export type Part = (operands: Operands, first: number, last: number) => void;
/**
 * A step in three parts. `before` and `after` are not part of the recurrence (U x, the read-out): they are run once for
 * all steps. `step` is the recurrence, run step by step. `parameters` adds up the gradients of the parameters.
 */
export type Program = {
  forward: Record<Place, Part>;
  backward: Record<Place | "parameters", Part>;
  /** The length of every variable that it computes. */
  sizes: Record<string, number>;
  /** The JavaScript of all parts. */
  source: string;
};
type Place = "before" | "step" | "after";
/** An elementwise statement on rows of n numbers; or a line of its own. */
type Statement = { n: number; text: string } | { line: string };
type Placed = { place: Place; statement: Statement };

/** The name of the gradient of a variable or parameter: grad_h, grad_hPrev, grad_W. */
export const gradientName = (name: string) => `grad_${name}`;

/** Where each variable is computed: in the step, if it lies on a cycle or between two; else before or after it. */
function places(equations: Equation[]): (variable: string) => Place {
  const reads = new Map(equations.map((e) => [e.y, operands(e).map(base)]));
  const reach = (from: string, seen = new Set<string>()): Set<string> => {
    for (const v of reads.get(from) ?? []) if (!seen.has(v)) reach(v, seen.add(v));
    return seen;
  };
  const ancestors = new Map(equations.map((e) => [e.y, reach(e.y)]));
  const cyclic = equations.map((e) => e.y).filter((y) => ancestors.get(y)?.has(y));
  return (variable) => {
    const y = base(variable);
    const follows = cyclic.some((z) => z === y || ancestors.get(y)?.has(z));
    const feeds = cyclic.some((z) => z === y || ancestors.get(z)?.has(y));
    return !follows ? "before" : feeds ? "step" : "after";
  };
}

/** The words of the generated code that are not names of operands. A cell may not use them as names. */
export const words = ["for", "let", "at", "first", "last", "Math", "pow", ...Object.keys(functions)];

/** Calls of elementwise functions in a text. */
const calls = (text: string) => text.match(new RegExp(`\\b(${Object.keys(functions).join("|")})\\(`, "g"))?.length ?? 0;

/**
 * The functions of a part: one, or more where there are more than three calls. V8 would inline no more in one function,
 * and a call that is not inlined allocates its result. Elementwise neighbours of one size share a loop.
 */
function part(name: string, statements: Statement[]): string[] {
  const textOf = (statement: Statement) => ("n" in statement ? statement.text : statement.line);
  const groups: Statement[][] = [[]];
  for (const statement of statements) {
    const group = groups[groups.length - 1];
    if (calls([...group, statement].map(textOf).join()) > 3) groups.push([statement]);
    else group.push(statement);
  }
  return groups.map((group, index) => {
    const body = group.flatMap((statement, k) => {
      if ("line" in statement) return [statement.line];
      const sameLoop = (other?: Statement) => other && "n" in other && other.n === statement.n;
      const head = `for (let at = (first - 1) * batch * ${statement.n}; at < last * batch * ${statement.n}; at++) {`;
      const [opens, closes] = [!sameLoop(group[k - 1]), !sameLoop(group[k + 1])];
      return [...(opens ? [head] : []), `  ${statement.text}`, ...(closes ? ["}"] : [])];
    });
    const code = body.filter((line) => !line.startsWith("//")).join("\n");
    const names = [...new Set(code.match(/[A-Za-z_]\w*/g))].filter((word) => !words.includes(word));
    const open = `function ${name}${groups.length > 1 ? index + 1 : ""}({ ${names.join(", ")} }, first, last) {`;
    return [open, ...body.map((line) => `  ${line}`), "}"].join("\n");
  });
}

/** Compiles the equations of a cell for one type of numbers: code that has met both types is slower. */
export function compile(lines: Equation[], sizeOf: (variable: string) => number, Real: RealType): Program {
  const equations = nameCalls(lines);
  const place = places(equations);
  /** The variable that a line gives; a call has the length of the one in whose line it stands. */
  const given = new Map(lines.map(({ line, y }) => [line, y]));
  const sizes = Object.fromEntries(equations.map(({ line, y }) => [y, sizeOf(given.get(line) as string)]));
  /** What y needs from v runs with y, or before the steps where v is known before. */
  const termPlace = (y: string, v: string) => (place(y) === "step" && place(v) === "before" ? "before" : place(y));
  const entry = (v: string) => `${v}[at]`;
  const elementwise = (y: string, text: string) => ({ n: sizes[y], text });
  /** y = f(u, ...); or y = b, y += W v. */
  const forward = (e: Equation): Placed[] => {
    const { y } = e;
    if (e.kind === "elementwise")
      return [{ place: place(y), statement: elementwise(y, `${y}[at] = ${toJs(e.f, entry)};`) }];
    const start = termPlace(y, "x");
    return [
      { place: start, statement: { line: `// ${e.line}` } },
      { place: start, statement: { line: `setRows(${[y, "first", "last", ...e.biases].join(", ")});` } },
      ...e.terms.map(({ W, v }) => ({
        place: termPlace(y, v),
        statement: W
          ? { line: `addProduct(${y}, ${W}, ${v}, first, last);` }
          : elementwise(y, `${entry(y)} += ${entry(v)};`),
      })),
    ];
  };

  /** grad_u += grad_y dy/du; or grad_v += W' grad_y. */
  const backward = (e: Equation): Placed[] => {
    const dy = gradientName(e.y);
    const add = (u: string, factor = "1") =>
      elementwise(e.y, `${entry(gradientName(u))} += ${entry(dy)}${factor === "1" ? "" : ` * (${factor})`};`);
    if (e.kind === "elementwise")
      return [...e.partials].map(([u, partial]) => ({ place: place(e.y), statement: add(u, toJs(partial, entry)) }));
    return e.terms.map(({ W, v }) => ({
      place: termPlace(e.y, v),
      statement: W ? { line: `addTransposed(${gradientName(v)}, ${W}, ${dy}, first, last);` } : add(v),
    }));
  };

  /** grad_W += grad_y v', grad_b += grad_y, summed over all steps and sequences. */
  const parameters = (e: Equation): Statement[] => {
    if (e.kind === "elementwise") return [];
    const dy = gradientName(e.y);
    return [
      ...e.terms
        .filter(({ W }) => W)
        .map(({ W, v }) => ({ line: `addOuter(${gradientName(W)}, ${dy}, ${v}, first, last);` })),
      ...e.biases.map((b) => ({ line: `addSum(${gradientName(b)}, ${dy}, first, last);` })),
    ];
  };

  const at = (placed: Placed[], where: Place) => placed.filter((p) => p.place === where).map((p) => p.statement);
  const [ahead, back] = [equations.flatMap(forward), equations.toReversed().flatMap(backward)];
  const parts = {
    forwardBefore: at(ahead, "before"),
    forwardStep: at(ahead, "step"),
    forwardAfter: at(ahead, "after"),
    backwardAfter: at(back, "after"),
    backwardStep: at(back, "step"),
    backwardBefore: at(back, "before"),
    parameters: equations.toReversed().flatMap(parameters),
  };
  const sources = Object.entries(parts).map(([name, statements]) => part(name, statements));
  const source = sources.flat().join("\n\n");
  const lists = Object.keys(parts).map(
    (name, k) => `${name}: [${sources[k].map((text) => text.slice(9, text.indexOf("(")))}]`,
  );
  const make = new Function(
    ...Object.keys(functions),
    `"use strict"; // ${Real.name}\n${source}\nreturn { ${lists} };`,
  );
  const made: Record<string, Part[]> = make(...Object.values(functions).map((f) => f.of));
  const run = Object.fromEntries(
    Object.entries(made).map(([name, list]): [string, Part] => [
      name,
      (net, first, last) => {
        for (const f of list) f(net, first, last);
      },
    ]),
  );
  return {
    forward: { before: run.forwardBefore, step: run.forwardStep, after: run.forwardAfter },
    backward: {
      after: run.backwardAfter,
      step: run.backwardStep,
      before: run.backwardBefore,
      parameters: run.parameters,
    },
    sizes,
    source,
  };
}
