/** Judges what an answer gave on the cases of a question. Check and grade share it; it runs no student code. No Node here. */
import { type Difference, difference, same } from "./compare";
import { hasDigest } from "./digest";
import { evaluateExpression, expressionFault } from "./expression";
import type { PublicQuestion } from "./question";

/** What an answer gave on one case: a value, with the arguments as they were afterwards, or an error's message. */
export type Given = { value: unknown; args: unknown[] } | { error: string };

export type Assessment =
  | { status: "right" }
  /** `calls` is another answer that it calls, which is not done. */
  | { status: "not done"; calls?: string }
  | {
      status: "wrong";
      /** What is wrong, in a word that says nothing of the numbers of a hidden case. */
      what: Difference["what"] | "error" | "argument" | "way" | "form";
      sentence: string;
      /** The first case that fails, from 0; absent if the answer could not be tried on any. */
      case?: number;
      /** The value that was wrong; absent if there is none, or it is right. */
      got?: unknown;
      misconception?: { name: string; hint: string };
    };

type KindRules = {
  /** The lines that stand in the exercise where the solution was. */
  stub(question: { name: string; reference: unknown }): string;
  /** What keeps an answer from being tried at all. */
  fault(question: PublicQuestion, answer: unknown): string | undefined;
  /** The value on a case where it can be had without running student code. */
  value?(parameters: string[], answer: unknown, args: unknown[]): unknown;
  differs(question: PublicQuestion, got: unknown, index: number): Difference | undefined;
};

const functionStub = ({ name }: { name: string }) =>
  `// Write your answer here, in place of the next line.\nthrow new Error("${name} is not done yet");`;
const notDone = /^(\S+) is not done yet$/;

function valueDiffers({ cases, tolerance }: PublicQuestion, got: unknown, index: number): Difference | undefined {
  return difference(got, cases[index].expected, tolerance);
}

/** As many empty texts as an answer has formulas: `["", ""]`. */
const emptyTexts = (answer: unknown): string =>
  Array.isArray(answer) ? `[${answer.map(emptyTexts).join(", ")}]` : '""';

/** The rules of each kind of question. */
export const kinds: Record<string, KindRules> = {
  function: {
    stub: functionStub,
    fault: ({ id, name }, answer) =>
      typeof answer === "function"
        ? undefined
        : `The answer is the function itself: \`check("${id}", ${name})\`, without brackets after \`${name}\`.`,
    differs: valueDiffers,
  },
  expression: {
    stub: ({ name, reference }) => {
      const what = Array.isArray(reference) ? "formulas" : "formula";
      return `const ${name} = ${emptyTexts(reference)}; // your ${what}, between the quotation marks`;
    },
    fault: ({ parameters }, answer) => expressionFault(answer, parameters),
    value: (parameters, answer, args) =>
      evaluateExpression(answer, Object.fromEntries(parameters.map((name, i) => [name, args[i] as number]))),
    differs: valueDiffers,
  },
  value: {
    stub: ({ name }) => `const ${name} = undefined; // your answer, in place of undefined`,
    fault: () => undefined,
    value: (_, answer) => answer,
    differs: ({ id, cases, tolerance }, got, index) =>
      hasDigest(got, cases[index].expected, id, tolerance)
        ? undefined
        : { what: "number", path: "", sentence: "This is not the answer." },
  },
  outcome: {
    stub: functionStub,
    fault: () => undefined,
    differs: ({ judge, cases }, got, index) => {
      const sentence = compiled(judge as string)(got, ...cases[index].args);
      return sentence === undefined ? undefined : { what: "number", path: "", sentence: `${sentence}` };
    },
  },
};

/** Returns the function that a text of the course stands for. */
export function compiled(text: string): (...args: unknown[]) => unknown {
  return new Function(`return (${text}\n);`)();
}

/** Returns true for what stands where an answer will be. */
export function isUndone(answer: unknown): boolean {
  return answer === undefined || answer === null || Number.isNaN(answer) || isEmpty(answer);
}

const isEmpty = (answer: unknown): boolean =>
  Array.isArray(answer) ? answer.length > 0 && [...answer].every(isEmpty) : answer === "";

/**
 * Judges what an answer gave on a question's cases, in their order.
 *
 * An answer is right only if it gave a value on every case, each value is right, and no argument was changed.
 * `seen[i]` says on which cases the i-th misconception was seen by counting. An answer may have several mistakes: named
 * is one that is seen on the case that is shown.
 */
export function assess(question: PublicQuestion, given: Given[], seen: boolean[][] = []): Assessment {
  if (question.cases.length === 0) return { status: "wrong", what: "form", sentence: "The question has no cases." };
  for (const index of question.cases.keys()) {
    const one = given[index] ?? { error: "it was not run on this case" };
    if ("error" in one) return stopped(question, one.error, index);
    const differs = kinds[question.kind].differs(question, one.value, index);
    const changed = changedArgument(question, one.args, index);
    if (differs === undefined && changed === undefined) continue;
    return {
      status: "wrong",
      what: changed ? "argument" : (differs as Difference).what,
      sentence: [changed, differs?.sentence].filter(Boolean).join(" "),
      case: index,
      ...(differs && { got: one.value }),
      ...named(question.misconceptions.find((_, i) => seen[i]?.[index]) ?? recognised(question, given)),
    };
  }
  const counted = question.misconceptions.find((_, i) => seen[i]?.includes(true));
  if (counted === undefined) return { status: "right" };
  return {
    status: "wrong",
    what: "way",
    sentence: "The values are right, but not the way to them.",
    ...named(counted),
  };
}

function stopped(question: PublicQuestion, error: string, index: number): Assessment {
  const undone = notDone.exec(error)?.[1];
  if (undone === question.name) return { status: "not done" };
  if (undone) return { status: "not done", calls: undone };
  const cause = /^Cannot read properties of undefined/.test(error) ? ". Does an index run too far?" : "";
  const sentence = `\`${call(question)}\` stopped with an error: ${error}${cause}`;
  return { status: "wrong", what: "error", sentence, case: index };
}

const named = (one?: { name: string; hint: string }) => one && { misconception: { name: one.name, hint: one.hint } };

const call = ({ kind, name, parameters }: PublicQuestion) =>
  kind === "function" ? `${name}(${parameters.join(", ")})` : name;

/** The misconception that gives these values on every case. */
function recognised(question: PublicQuestion, given: Given[]) {
  return question.misconceptions.find(({ outputs }) =>
    outputs?.every((output, i) => {
      const one = given[i];
      if (one === undefined || "error" in one) return false;
      if (question.kind === "value") return hasDigest(one.value, output, question.id, question.tolerance);
      return same(one.value, output, question.tolerance);
    }),
  );
}

function changedArgument(question: PublicQuestion, after: unknown[], index: number): string | undefined {
  for (const [i, before] of question.cases[index].args.entries()) {
    if (isFunctionText(before)) continue;
    const name = question.parameters[i];
    const change = difference({ [name]: after[i] }, { [name]: before }, 0);
    if (change)
      return `It changes its argument \`${name}\` (at \`${change.path}\`), which the caller still needs: work on a copy, \`structuredClone(${name})\`.`;
  }
  return undefined;
}

/** Each call gets arguments of its own, so that an answer that changes them spoils no other call. */
export function ownArguments(args: unknown[]): unknown[] {
  return args.map((arg) => (isFunctionText(arg) ? compiled(arg.js) : structuredClone(arg)));
}

/** Returns true for an argument that travels as the text of a function. */
export function isFunctionText(arg: unknown): arg is { js: string } {
  return typeof arg === "object" && arg !== null && typeof (arg as { js?: unknown }).js === "string";
}
