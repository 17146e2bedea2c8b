/** What the cases of questions are made of: numbers of two decimals, so that a student can type them. */
import type { Random } from "../../grader/question";

type Vec = number[];
type Mat = number[][];

/** Draws a number between -limit and limit. */
export const uniform = (random: Random, limit = 1): number => Math.round((2 * random() - 1) * limit * 100) / 100;
/** Draws a whole number, both ends included. */
export const whole = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1));
/** Draws a number between `from` and `to`, with either sign: far from 0, where a part of a sum would not be seen. */
export const apart = (random: Random, from: number, to: number): number =>
  (random() < 0.5 ? -1 : 1) * (Math.round((from + random() * (to - from)) * 100) / 100);
export const list = <Item>(size: number, item: (i: number) => Item): Item[] =>
  Array.from({ length: size }, (_, i) => item(i));
export const vector = (random: Random, size: number, limit = 1): Vec => list(size, () => uniform(random, limit));
export const matrix = (random: Random, rows: number, columns: number): Mat => list(rows, () => vector(random, columns));
