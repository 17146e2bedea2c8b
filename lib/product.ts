/** The product of two matrices in one block of memory, on which every affine equation and its adjoint stand. */
import type { Real } from "./memory";

/**
 * C += A B for C (m x n), A (m x k), B (k x n). A, B, C are offsets into the block; entry (i, p) of A stands at
 * A + i * rowA + p * columnA, so that A may be read transposed; rows of B and of C are rowB and rowC apart.
 */
export type Product = (
  m: number,
  n: number,
  k: number,
  A: number,
  rowA: number,
  columnA: number,
  B: number,
  rowB: number,
  C: number,
  rowC: number,
) => void;

/** Makes the product for a block. Plain loops: a row of B at a time, so that memory is read in order. */
export const product =
  (heap: Real): Product =>
  (m, n, k, A, rowA, columnA, B, rowB, C, rowC) => {
    for (let i = 0; i < m; i++)
      for (let p = 0; p < k; p++) {
        const a = heap[A + i * rowA + p * columnA];
        const b = B + p * rowB;
        const c = C + i * rowC;
        for (let j = 0; j < n; j++) heap[c + j] += a * heap[b + j];
      }
  };
