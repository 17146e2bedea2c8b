/** Checks an answer in the student's own notebook, against the public cases. No Node here, and nothing of the kernel. */
import { type Assessment, assess, compiled, type Given, isUndone, kinds, ownArguments } from "./assess";
import { difference, isRecord, plain, written } from "./compare";
import type { PublicExercise, PublicQuestion } from "./question";
import { type Line, Report } from "./report";

/** Compares an answer with the public cases of a question; `check.hint(id)` gives the next hint. */
export type Check = {
  (id: string, answer: unknown): Report;
  hint(id: string): Report;
};

const maxShown = 1200;
const maxLine = 240;

/**
 * Returns the check of an exercise.
 *
 * It keeps, for as long as the notebook's kernel lives, which questions passed and how many hints were given.
 *
 * @throws RangeError from `check` if the exercise has no question of that id.
 * @example
 * import cases from "./04-bptt.cases.json";
 * const check = checker(cases);
 * check("bptt-softmax-jacobian", softmaxJacobian);
 */
export function checker(cases: PublicExercise): Check {
  const earned = new Map<string, number>();
  const hintsGiven = new Map<string, number>();
  const total = sum(cases.questions.map(({ points }) => points));

  function find(id: string): PublicQuestion {
    const question = cases.questions.find((one) => one.id === id);
    if (question) return question;
    const ids = cases.questions.map((one) => one.id).join(", ");
    throw new RangeError(`Cannot check "${id}": ${cases.exercise} has the questions ${ids}`);
  }

  function check(id: string, answer: unknown): Report {
    const question = find(id);
    const assessment = assessHere(question, answer);
    earned.set(id, assessment.status === "right" ? question.points : 0);
    if (assessment.status === "wrong" && !hintsGiven.has(id)) hintsGiven.set(id, 1);
    const soFar = `${sum([...earned.values()])} of ${pointsOf(total)} so far.`;
    return reportOf(question, assessment, soFar);
  }

  check.hint = (id: string): Report => {
    const question = find(id);
    const stage = hintsGiven.get(id) ?? 0;
    hintsGiven.set(id, stage + 1);
    return hintReport(question, stage);
  };

  return check;
}

/** Judges an answer in this process. */
export function assessHere(question: PublicQuestion, answer: unknown): Assessment {
  if (isUndone(answer)) return { status: "not done" };
  const fault = kinds[question.kind].fault(question, answer);
  if (fault) return { status: "wrong", what: "form", sentence: fault };
  const given: Given[] = [];
  for (const { args } of question.cases) {
    const one = tryOn(question, answer, args);
    given.push(one);
    if ("error" in one) break;
  }
  const isWhole = given.every((one) => !("error" in one));
  const seen = question.misconceptions.map(({ seen }) =>
    isWhole && seen !== undefined ? question.cases.map(({ args }) => isSeen(seen, answer, args)) : [],
  );
  return assess(question, given, seen);
}

/** As in grading, an answer that stops when it is watched counts as seen. */
function isSeen(seen: string, answer: unknown, args: unknown[]): boolean {
  try {
    return compiled(seen)(answer, ...ownArguments(args)) !== false;
  } catch {
    return true;
  }
}

/** What an answer gives on a case, in this process. */
function tryOn(question: PublicQuestion, answer: unknown, args: unknown[]): Given {
  const own = ownArguments(args);
  try {
    const { value } = kinds[question.kind];
    if (value) return { value: plain(value(question.parameters, answer, args)), args };
    const ask = question.ask ? compiled(question.ask) : (f: unknown, ...rest: unknown[]) => (f as Answer)(...rest);
    const given = ask(answer, ...own);
    if (given instanceof Promise) return { error: "it returned a Promise: take away `async`." };
    return { value: plain(given), args: own.map((arg) => plain(arg)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : `${error}` };
  }
}

type Answer = (...args: unknown[]) => unknown;

function reportOf(question: PublicQuestion, assessment: Assessment, soFar: string): Report {
  const { id, points, cases, hints } = question;
  const title = `${question.number} ${question.name}`;
  if (assessment.status === "right") {
    const lines = ["The visible cases pass; hidden ones run at grading.", soFar];
    return new Report("right", `${title}: ${points} of ${pointsOf(points)}`, lines);
  }
  if (assessment.status === "not done") {
    const lines = assessment.calls
      ? [`\`${question.name}\` calls \`${assessment.calls}\`, which is not done yet: do that first.`]
      : [`Write your answer in the cell above, run it, then run this cell again. It is worth ${pointsOf(points)}.`];
    return new Report("open", `${title}: not done yet`, lines);
  }
  const lines: Line[] = [assessment.sentence];
  if (assessment.case !== undefined) lines.push(...caseLines(question, assessment, assessment.case));
  const { misconception } = assessment;
  if (misconception) lines.push(`This looks like: ${misconception.name}. ${misconception.hint}`);
  else if ("got" in assessment || assessment.what === "error") lines.push(`Hint: ${hints[0]}`);
  lines.push(`For the next hint: \`check.hint("${id}")\`. ${soFar}`);
  const where = assessment.case === undefined ? "" : `, case ${assessment.case + 1} of ${cases.length} fails`;
  return new Report("wrong", `${title}: 0 of ${pointsOf(points)}${where}`, lines);
}

/** The failing case: what went in, what came out, what was expected. */
function caseLines(question: PublicQuestion, assessment: Assessment & { status: "wrong" }, index: number): Line[] {
  const { args, expected } = question.cases[index];
  const inputs = args.map((arg, i) => {
    const name = question.parameters[i];
    return `${name} = ${written(arg, " ".repeat(name.length + 3))}`;
  });
  const lines: Line[] = [];
  if (inputs.length > 0) lines.push({ label: "input", code: cut(inputs.join("\n")) });
  if (!("got" in assessment)) return lines;
  if (question.kind !== "function" && question.kind !== "expression") return lines;
  const { right, got, wanted } = wrongParts(question, assessment.got, expected);
  lines.push({ label: "got", code: cut(written(got)) }, { label: "expected", code: cut(written(wanted)) });
  if (right.length > 0) lines.push(`Right in this case: ${right.join(", ")}.`);
  return lines;
}

/** Of a record only what is wrong is shown, and the names of what is right. */
function wrongParts({ tolerance }: PublicQuestion, got: unknown, expected: unknown) {
  if (!isRecord(got) || !isRecord(expected)) return { right: [], got, wanted: expected };
  const isRight = (key: string) => difference(got[key], expected[key], tolerance) === undefined;
  const wrong = Object.keys(expected).filter((key) => !isRight(key));
  const part = (whole: Record<string, unknown>) => Object.fromEntries(wrong.map((key) => [key, whole[key]]));
  return { right: Object.keys(expected).filter(isRight), got: part(got), wanted: part(expected) };
}

function hintReport(question: PublicQuestion, stage: number): Report {
  const { id, hints, misconceptions } = question;
  const others = misconceptions.filter(({ outputs, seen }) => outputs === undefined && seen === undefined);
  const all = [...hints, ...others.map(({ name, hint }) => `A mistake that others made: ${name}. ${hint}`)];
  const title = `${question.number} ${question.name}: hint ${Math.min(stage + 1, all.length)} of ${all.length}`;
  if (stage >= all.length) return new Report("open", title, [all[all.length - 1], "That is the last hint."]);
  const lines = stage + 1 < all.length ? [all[stage], `The next one: \`check.hint("${id}")\`.`] : [all[stage]];
  return new Report("open", title, lines);
}

const short = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)} ...` : text);
const cut = (text: string) =>
  short(
    text.replace(/.+/g, (line) => short(line, maxLine)),
    maxShown,
  );
const pointsOf = (points: number) => `${points} ${points === 1 ? "point" : "points"}`;
const sum = (numbers: number[]) => numbers.reduce((total, x) => total + x, 0);
