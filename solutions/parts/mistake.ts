/** Mistakes, as an author writes them down in a question. */
import type { Misconception } from "../../grader/question";

/** Returns a mistake that is recognised by what it gives. */
export const mistake = <Answer>(name: string, hint: string, answer: Answer): Misconception<Answer> => {
  return { kind: "value", name, hint, answer };
};

/** Returns a mistake that is recognised by watching the answer; `seen` travels as text. */
export const watched = (name: string, hint: string, seen: unknown): Misconception<never> => {
  return { kind: "counted", name, hint, seen: seen as (answer: never) => boolean };
};

/** Returns a mistake that is only told, after the last hint. */
export const told = (name: string, hint: string): Misconception<never> => ({ kind: "text", name, hint });

type Callable = (...args: never[]) => unknown;

/**
 * Returns a function whose text contains others, which it gets as its first arguments.
 *
 * The functions of a question that travel as text may use nothing but their arguments.
 */
export const carrying = (carried: Callable[], f: Callable): unknown =>
  new Function("...args", `return (${f})(${carried.map((one) => `(${one})`).join(", ")}, ...args);`);
