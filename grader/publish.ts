/** Makes the cases of a question from its specification: what a notebook gets, and what only the grader knows. */
import { kinds, ownArguments } from "./assess";
import { plain } from "./compare";
import { digest } from "./digest";
import type { Case, Exercise, PublicExercise, PublicQuestion, Question } from "./question";
import { randomFrom } from "./random";

const hiddenRounds = 3;

/** Returns the public part of an exercise, with the cases that `seed` makes. */
export function publish(exercise: Exercise, seed = "public"): PublicExercise {
  return { exercise: exercise.id, questions: exercise.questions.map((question) => publishQuestion(question, seed)) };
}

/** Returns what a notebook gets of one question. */
export function publishQuestion(question: Question, seed: string): PublicQuestion {
  const { id, number, points, kind, name, parameters, hints, tolerance } = question;
  const argsOfCases = kind === "value" ? [[]] : question.cases(randomFrom(`${seed}/${id}`));
  const outputs = (answer: unknown) =>
    argsOfCases.map((args) => {
      const output = rounded(valueOn(question, answer, args), tolerance);
      return kind === "value" ? digest(output, id, tolerance) : output;
    });
  const expected = kind === "outcome" ? undefined : outputs(question.reference);
  const misconceptions = question.misconceptions.map((one) => {
    if (one.kind === "value") return { name: one.name, hint: one.hint, outputs: outputs(one.answer) };
    if (one.kind === "counted") return { name: one.name, hint: one.hint, seen: one.seen.toString() };
    return { name: one.name, hint: one.hint };
  });
  return {
    ...{ id, number, points, kind, name, parameters, tolerance, hints, misconceptions },
    cases: argsOfCases.map((args, i) => (expected ? { args, expected: expected[i] } : { args })),
    ...(kind === "outcome" ? { ask: question.ask.toString(), judge: question.judge.toString() } : {}),
  };
}

/** Returns the cases that no notebook has, some rounds of what the question's generator makes. */
export function hiddenCases(question: Question, secret: string): Case[] {
  const unmistaken = { ...question, misconceptions: [] };
  return Array.from(
    { length: hiddenRounds },
    (_, round) => publishQuestion(unmistaken, `${secret}/${round}`).cases,
  ).flat();
}

type Callable = (...args: unknown[]) => unknown;

/** What an answer of the course's own gives on a case. */
function valueOn(question: Question, answer: unknown, args: unknown[]): unknown {
  const { value } = kinds[question.kind];
  if (value) return plain(value(question.parameters, answer, args));
  if (question.kind === "outcome") return plain((question.ask as Callable)(answer, ...ownArguments(args)));
  return plain((answer as Callable)(...ownArguments(args)));
}

/** Keeps one digit more than the tolerance tells apart, so that the file of cases stays small. */
function rounded(value: unknown, tolerance: number): unknown {
  if (typeof value === "number") return Number(value.toFixed(Math.ceil(-Math.log10(tolerance)) + 1));
  if (Array.isArray(value)) return value.map((item) => rounded(item, tolerance));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rounded(item, tolerance)]));
}
