/** The linear algebra of references, on plain lists of numbers. */

export type Vec = number[];
export type Mat = number[][];

export const times = (M: Mat, v: Vec): Vec => M.map((row) => row.reduce((sum, x, j) => sum + x * v[j], 0));
export const transpose = (M: Mat): Mat => M[0].map((_, j) => M.map((row) => row[j]));
export const plus = (...vectors: Vec[]): Vec => vectors.reduce((u, v) => u.map((x, i) => x + v[i]));

export function softmax(o: Vec): Vec {
  const exp = o.map((x) => Math.exp(x - Math.max(...o)));
  const total = exp.reduce((sum, x) => sum + x, 0);
  return exp.map((x) => x / total);
}
