/** What a question is: the record that an author writes, and the part of it that a student's notebook gets. */

/** Draws the next number, uniform on [0, 1). */
export type Random = () => number;

/**
 * A plausible wrong answer and the hint that it deserves.
 *
 * - `value`: recognised when every public case gives what `answer` gives.
 * - `counted`: recognised by `seen`, which runs the student's answer on a case's arguments and counts (calls, reads).
 *   It travels as text, so it may use nothing but its arguments. An answer with right values still fails on it.
 * - `text`: not recognised; listed after the last hint.
 */
export type Misconception<Answer> =
  | { kind: "value"; name: string; hint: string; answer: Answer }
  | { kind: "counted"; name: string; hint: string; seen: (answer: never, ...args: never[]) => boolean }
  | { kind: "text"; name: string; hint: string };

type Common<Answer> = {
  /** A slug, the question's identity everywhere; the id of its check cell. The answer's cell is `<id>-answer`. */
  id: string;
  /** As in the course's plan: "4.1". */
  number: string;
  points: number;
  /** The top-level name of the notebook that holds the answer. */
  name: string;
  /** Names of the arguments of a case, as the student knows them; the variables of a formula. */
  parameters: string[];
  /** First the property to look at, then the name of the likely mistake, then the line of the derivation. */
  hints: [string, string, string];
  /** |got - expected| <= tolerance max(1, |expected|). */
  tolerance: number;
  /** The right answer. */
  reference: Answer;
  misconceptions: Misconception<Answer>[];
};

/** Arguments are plain data; one that is a function, or a seeded generator, is `{ js: "its text" }`. */
export type Cases = (random: Random) => unknown[][];

type Callable = (...args: never[]) => unknown;
/** A formula as text in mathjs's notation, or lists of formulas. */
export type Formula = string | Formula[];

/** The answer is a function; its values on the cases are compared. */
export type FunctionQuestion = Common<Callable> & { kind: "function"; cases: Cases };
/** The answer is a formula; a case is one value for each of its variables. */
export type ExpressionQuestion = Common<Formula> & { kind: "expression"; cases: Cases };
/** The answer is a number, a text or lists of them; only digests of it are published. */
export type ValueQuestion = Common<unknown> & { kind: "value" };
/**
 * The answer is run and must reach something: `ask` turns it into plain data (in the process of the student's code),
 * `judge` says in a sentence what was not reached, or nothing. Both travel as text and use only their arguments.
 */
export type OutcomeQuestion = Common<unknown> & {
  kind: "outcome";
  cases: Cases;
  ask: (answer: never, ...args: never[]) => unknown;
  judge: (given: never, ...args: never[]) => string | undefined;
};

export type Question = FunctionQuestion | ExpressionQuestion | ValueQuestion | OutcomeQuestion;
export type Kind = Question["kind"];

/** A set of questions: `solutions/<id>.ts` exports one as `exercise`, beside `solutions/<id>.ipynb`. */
export type Exercise = { id: string; title: string; questions: Question[] };

export type Case = { args: unknown[]; expected?: unknown };

/** What a notebook gets of a question. Its types are those that TypeScript sees in an imported JSON file. */
export type PublicQuestion = {
  id: string;
  number: string;
  points: number;
  kind: string;
  name: string;
  parameters: string[];
  hints: string[];
  tolerance: number;
  cases: Case[];
  /** `outputs[i]` is what the misconception gives on case i; `seen` is a function's text. */
  misconceptions: { name: string; hint: string; outputs?: unknown[]; seen?: string }[];
  /** Texts of functions, for outcomes. */
  ask?: string;
  judge?: string;
};

/** The public cases of an exercise: `exercises/<id>.cases.json`. */
export type PublicExercise = { exercise: string; questions: PublicQuestion[] };
