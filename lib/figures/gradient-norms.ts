import { logAxis } from "./axis";
import { curves } from "./curves";
import type { Figure } from "./figure";
import { type MatrixLike, toRows } from "./matrix";

/**
 * Draws the Euclidean norm of each row of gradients against time, on a logarithmic axis, so that a gradient that
 * vanishes or explodes at a constant rate is a straight line.
 *
 * Row 0 of each matrix belongs to `firstTime`: 1 for the gradients of a_1 to a_T, 0 where h_0 has a row too.
 *
 * @example
 * gradientNorms({ "∂L/∂h<sub>t</sub>": [[0.1, 0], [0.3, 0.4], [3, 4]] }, { firstTime: 0 });
 */
export function gradientNorms(
  gradients: Record<string, MatrixLike>,
  { title, firstTime = 1 }: GradientNormsOptions = {},
): Figure {
  const series = Object.entries(gradients).map(([name, matrix]) => {
    const y = toRows(matrix).map((row) => Math.hypot(...row));
    return [name, { x: y.map((_, k) => firstTime + k), y }] as const;
  });
  return curves(Object.fromEntries(series), { title, x: "t", y: logAxis("norm of the gradient") });
}

export type GradientNormsOptions = { title?: string; firstTime?: number };
