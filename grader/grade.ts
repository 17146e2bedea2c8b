/** Grades one notebook. Inputs, expected values and verdicts stay here; the session's process only runs functions. */
import type { Failed, Session } from "../kernel/session";
import { type Assessment, assess, type Given, isFunctionText, isUndone, kinds } from "./assess";
import { isRecord, plain } from "./compare";
import type { Case, PublicQuestion } from "./question";
import type { RunCell, Submission } from "./submission";

/** How a question ended. Only `right` gives points; `infra-error` gives none at all, not even 0. */
export type Verdict =
  | "right"
  | "wrong"
  | "not done"
  | "missing"
  | "error"
  | "timeout"
  | "out of memory"
  | "crash"
  | "infra-error";

export type QuestionResult = {
  id: string;
  number: string;
  points: number | null;
  of: number;
  verdict: Verdict;
  reason: string;
  misconception: string;
};

/** `died`: the process ended by itself while the notebook was graded, at which somebody should look. */
export type NotebookResult = { questions: QuestionResult[]; remarks: string[]; died: boolean };

/** A question with its public cases, and with those that no notebook has. */
export type Graded = { question: PublicQuestion; hidden: Case[] };

export type Limits = { notebookMs: number; cellMs: number; callMs: number; patienceMs: number; valueBytes: number };
export const limits: Limits = {
  notebookMs: 600_000,
  cellMs: 60_000,
  callMs: 10_000,
  patienceMs: 2_000,
  // A schedule's rates, 500000 numbers, take 11 MB.
  valueBytes: 16e6,
};

type Ending = { verdict: Verdict; reason: string; misconception?: string };

/** How often a cell or question is tried in which the process was killed from outside. */
const tries = 2;

/**
 * Runs a submission's cells and grades its questions, in a process that has run no other submission.
 *
 * A process that dies is started again, and all cells with it. The cell or question in which it died is then left
 * out; where the process was killed from outside, it is tried once more.
 */
export async function gradeSubmission(
  session: Session,
  { cells, repairs }: Submission,
  graded: Graded[],
  within: Limits = limits,
): Promise<NotebookResult> {
  const remarks = new Set(repairs);
  const deaths = new Map<RunCell, number>();
  const failures = new Map<string, Ending>();
  const options = { timeoutMs: within.callMs };
  const started = performance.now();
  let died = false;
  let isRun = false;
  let runs = 0;
  let deathsBetween = 0;

  /** Runs the cells from the first, and again from the first whenever the process dies. */
  async function runCells(): Promise<void> {
    const mark = markOf(++runs);
    // A process that is just being replaced may still take the first call.
    for (let attempt = 0; attempt < tries; attempt++)
      if ((await session.evaluate(`(${mark.set}, 0)`, options)).status === "ok") break;
    for (const cell of cells) {
      if ((deaths.get(cell) ?? 0) >= tries) continue;
      const isOver = performance.now() - started > within.notebookMs;
      const failure: Stopped | undefined = isOver
        ? { ending: late(within.notebookMs) }
        : await runCell(session, cell, within);
      if (failure === undefined) {
        failures.delete(cell.name);
        continue;
      }
      const { ending, death } = failure;
      failures.set(cell.name, ending);
      remarks.add(`The cell \`${cell.name}\`: ${ending.reason}`);
      // What ran too long once would do so again.
      const isOwnDoing = death === "own" || ending.verdict === "timeout";
      deaths.set(cell, isOwnDoing ? tries : (deaths.get(cell) ?? 0) + (death ? 1 : 0));
      if (!death) continue;
      died ||= ending.verdict !== "timeout";
      return runCells();
    }
    const found = await session.evaluate(mark.get, options);
    if (found.status === "ok" && found.value === true) return;
    died = true;
    remarks.add("The process ended between two cells.");
    if (++deathsBetween < tries) return runCells();
  }

  async function gradeQuestion(one: Graded): Promise<Ending> {
    for (let attempt = 1; ; attempt++) {
      if (!isRun) await runCells();
      isRun = true;
      const outcome = await endingOf(one, failures, asker(session, markOf(runs), within));
      if (!("ending" in outcome)) return outcome;
      isRun = false;
      const { ending, death } = outcome;
      if (ending.verdict === "timeout") return ending;
      died = true;
      remarks.add(`The question ${one.question.number}: ${ending.reason}`);
      if (death === "own" || attempt === tries) return ending;
    }
  }

  await session.restart();
  const questions: QuestionResult[] = [];
  for (const one of graded) {
    const { id, number, points: of } = one.question;
    const { verdict, reason, misconception = "" } = await gradeQuestion(one);
    questions.push({ id, number, points: verdict === "right" ? of : 0, of, verdict, reason, misconception });
  }
  return { questions, remarks: [...remarks], died };
}

/** Returns the result of a notebook that could not be graded for a reason that is none of its author's. */
export function infraResult(graded: Graded[], error: unknown): NotebookResult {
  const reason = `It could not be graded, by no fault of its own: ${error instanceof Error ? error.message : error}`;
  const questions = graded.map(({ question: { id, number, points: of } }): QuestionResult => {
    return { id, number, points: null, of, verdict: "infra-error", reason, misconception: "" };
  });
  return { questions, remarks: [reason], died: true };
}

/** What did not come to its end. `death`: the variables are gone as well, by its own doing or by somebody else's. */
type Stopped = { ending: Ending; death?: "own" | "outside" };

async function runCell(session: Session, { name, source }: RunCell, within: Limits): Promise<Stopped | undefined> {
  let isLate = false;
  const interrupt = setTimeout(() => {
    isLate = true;
    session.interrupt();
  }, within.cellMs);
  // A cell may outlive the interrupt, by catching it.
  const replace = setTimeout(() => void session.restart(), within.cellMs + within.patienceMs);
  const outcome = await session.execute(source, () => {}, name);
  clearTimeout(interrupt);
  clearTimeout(replace);
  if (outcome.status === "ok") return undefined;
  if (isLate) return { ending: late(within.cellMs), death: outcome.died ? "own" : undefined };
  if (outcome.died) return deathOf(outcome, within);
  return { ending: { verdict: "error", reason: `${outcome.ename}: ${outcome.evalue}` } };
}

const late = (ms: number): Ending => ({ verdict: "timeout", reason: `It was stopped after ${ms / 1000} s.` });

function deathOf({ evalue }: Failed, { callMs }: Limits): Stopped {
  if (/took longer/.test(evalue)) return { ending: late(callMs), death: "own" };
  if (/out of memory/.test(evalue))
    return { ending: { verdict: "out of memory", reason: "Its process ran out of memory." }, death: "own" };
  // The first sentence tells the cause; what follows is for somebody who sits at the notebook.
  const ending: Ending = { verdict: "crash", reason: evalue.split(/(?<=\.)\s/)[0] };
  return { ending, death: /from outside/.test(evalue) ? "outside" : "own" };
}

/**
 * A mark in the process, made before the cells run: a process without it has started since, and knows nothing of them.
 */
function markOf(run: number): { set: string; get: string } {
  return { set: `scope["#run"] = ${run}`, get: `scope["#run"] === ${run}` };
}

/** Evaluates in the process in which the cells have run. */
type Ask = (js: string) => Promise<{ value: unknown } | { error: string } | Stopped>;

function asker(session: Session, mark: { get: string }, within: Limits): Ask {
  const options = { timeoutMs: within.callMs, maxBytes: within.valueBytes };
  return async (js) => {
    const outcome = await session.evaluate(`(async () => ${mark.get} ? [await ${js}] : undefined)()`, options);
    if (outcome.status === "error") return outcome.died ? deathOf(outcome, within) : { error: outcome.evalue };
    if (Array.isArray(outcome.value)) return { value: outcome.value[0] };
    return { ending: { verdict: "crash", reason: "Its process ended between two calls." }, death: "outside" };
  };
}

/** Grades one question on the cells that have run. */
async function endingOf(
  { question, hidden }: Graded,
  failures: Map<string, Ending>,
  ask: Ask,
): Promise<Ending | Stopped> {
  const { id, name, cases, misconceptions } = question;
  const { value: valueHere, fault } = kinds[question.kind];
  // What is called stays in its process; what is data is fetched.
  const parts = [`typeof scope.${name}`, `"${name}" in scope`, ...(valueHere ? [`scope.${name}`] : [])];
  const found = await ask(`[${parts}]`);
  if ("ending" in found) return found;
  if ("error" in found || !Array.isArray(found.value)) return wrong(`\`${name}\` cannot be read.`);
  const [type, isDefined, answer] = found.value;
  if (valueHere ? isUndone(answer) : type === "undefined") {
    const missing: Ending = { verdict: "missing", reason: `The notebook does not define \`${name}\`.` };
    return failures.get(`${id}-answer`) ?? (isDefined ? { verdict: "not done", reason: "" } : missing);
  }
  const faultFound = fault(question, type === "function" ? () => {} : answer);
  if (faultFound) return wrong(faultFound);

  /** What the answer gives on cases, up to the first at which it stops. */
  async function give(some: Case[]): Promise<Given[] | Stopped> {
    const given: Given[] = [];
    for (const { args } of some) {
      const one = valueHere ? locally(question, answer, args) : await called(args, question.ask);
      if ("ending" in one) return one;
      given.push(one);
      if ("error" in one) break;
    }
    return given;
  }

  async function called(args: unknown[], through?: string): Promise<Given | Stopped> {
    const outcome = await ask(callOf(name, args, through));
    if (!("value" in outcome)) return outcome;
    const { value } = outcome;
    if (isRecord(value) && Array.isArray(value.args)) return { value: value.value, args: value.args };
    return { error: "it handed over something else than a value" };
  }

  const given = await give(cases);
  if ("ending" in given) return given;
  const seen: boolean[][] = misconceptions.map(() => []);
  for (const [i, misconception] of misconceptions.entries()) {
    for (const { args } of misconception.seen ? cases : []) {
      const look = await called(args, misconception.seen);
      if ("ending" in look) return look;
      seen[i].push("error" in look || look.value !== false);
    }
  }
  const visible = assess(question, given, seen);
  if (visible.status !== "right") return endingFrom(visible);

  const unseen = await give(hidden);
  if ("ending" in unseen) return unseen;
  const assessment = assess({ ...question, cases: hidden, misconceptions: [] }, unseen);
  // Nothing of a hidden case may be told: neither its numbers, nor what the answer says of its arguments.
  if (assessment.status !== "wrong") return endingFrom(assessment);
  return wrong(`Right on the visible cases, but on a hidden one ${words[assessment.what]}.`);
}

const words: Record<(Assessment & { status: "wrong" })["what"], string> = {
  nan: "it gave NaN",
  shape: "it gave a wrong shape",
  type: "it gave something of another type",
  number: "it gave a wrong number",
  error: "it stopped with an error",
  argument: "it changed an argument",
  way: "it took another way",
  form: "it could not be tried",
};

const wrong = (reason: string): Ending => ({ verdict: "wrong", reason });

function endingFrom(assessment: Assessment): Ending {
  if (assessment.status === "right") return { verdict: "right", reason: "" };
  if (assessment.status === "not done")
    return {
      verdict: "not done",
      reason: assessment.calls ? `It calls \`${assessment.calls}\`, which is not done.` : "",
    };
  const { what, sentence, misconception } = assessment;
  return { verdict: what === "error" ? "error" : "wrong", reason: sentence, misconception: misconception?.name };
}

/** JavaScript that calls the answer on a case and hands over what it gave, with the arguments as they are afterwards. */
function callOf(name: string, args: unknown[], through = "(answer, ...args) => answer(...args)"): string {
  const texts = args.map((arg) => (isFunctionText(arg) ? `(${arg.js}\n)` : JSON.stringify(arg)));
  const after = `args.map((arg) => (typeof arg === "function" ? null : arg))`;
  return `(async () => {
    const args = [${texts.join(", ")}];
    const value = await (${through}\n)(scope.${name}, ...args);
    return { value, args: ${after} };
  })()`;
}

/** A formula, or a value, is data: it is evaluated here. */
function locally(question: PublicQuestion, answer: unknown, args: unknown[]): Given {
  try {
    return { value: plain(kinds[question.kind].value?.(question.parameters, answer, args)), args };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
