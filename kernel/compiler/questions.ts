/** Questions to the compiler and its answers, over a port with messages. Nothing of Node in it. */
import type { Compiling } from "./answers";

export type { Completions, Inspection } from "./types";

export type Question = { id: number; ask: keyof Compiling; with: unknown[] };
export type Answer = { id: number; answer?: unknown; error?: string };

/** Asks the compiler. */
export type Ask = <K extends keyof Compiling>(
  ask: K,
  ...values: Parameters<Compiling[K]>
) => Promise<ReturnType<Compiling[K]>>;

/** The side that asks: `take` is for what comes back, `fail` for the end of the other side. */
export function asking(post: (question: Question) => void) {
  const waiting = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>();
  let asked = 0;
  const ask: Ask = (ask, ...values) => {
    const id = ++asked;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      post({ id, ask, with: values });
    });
  };
  const take = ({ id, answer, error }: Answer): void => {
    const question = waiting.get(id);
    waiting.delete(id);
    if (error) question?.reject(new Error(error));
    else question?.resolve(answer as never);
  };
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  return { ask, take, fail };
}

/** The side that answers. */
export function answering(answers: Compiling, post: (answer: Answer) => void): (question: Question) => void {
  return ({ id, ask, with: values }) => {
    try {
      post({ id, answer: (answers[ask] as (...values: unknown[]) => unknown)(...values) });
    } catch (error) {
      post({ id, error: String((error as Error).stack ?? error) });
    }
  };
}
