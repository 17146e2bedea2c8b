import type { Random } from "../random";
import { automatonStates, evenZeros, symbolIndices } from "../systems";

/**
 * Draws words of fair 0s and 1s for the lecture's acceptor: x_t is symbol t, and y_t the state after it, 0 while the
 * number of 0s is even.
 *
 * Knowing the rule costs nothing: the floor of the loss is 0. Without memory of the state it is log 2 a step.
 * @example
 * const [{ x, y }] = parityWords(1, 4, random(7));
 * y[3] === x.filter((symbol) => symbol === 0).length % 2; // true
 */
export function parityWords(count: number, length: number, uniform: Random): { x: number[]; y: number[] }[] {
  return Array.from({ length: count }, () => {
    const word = Array.from({ length }, () => (uniform() < 0.5 ? "0" : "1")).join("");
    return { x: symbolIndices(evenZeros, word), y: automatonStates(evenZeros, word).slice(1) };
  });
}
