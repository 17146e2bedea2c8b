/** The one allocator: every array of an unrolled network lies in one block of memory, so that one product serves all. */
import { type Displayed, displayed, matrixBundle } from "./display";
import { type Product, product } from "./product";

export type Real = Float64Array | Float32Array;
export type RealType = Float64ArrayConstructor | Float32ArrayConstructor;

/**
 * A flat array that knows its shape: entry (i, j) stands at i * columns + j. It shows itself as a matrix.
 * `start` is where it begins in its block of memory, in entries.
 */
export type Matrix<Array extends Real = Real> = Array & Displayed & { rows: number; columns: number; start: number };

/** Gives a flat array its shape. The properties are hidden, so that the array prints and compares as numbers. */
export function shaped<Array extends Real>(array: Array, rows: number, columns: number): Matrix<Array> {
  const start = array.byteOffset / array.BYTES_PER_ELEMENT;
  Object.defineProperties(array, { rows: { value: rows }, columns: { value: columns }, start: { value: start } });
  return displayed(array, () => matrixBundle(rows, columns, (i, j) => array[i * columns + j])) as Matrix<Array>;
}

/** Makes a matrix of its own, of zeros. */
export const zeros = (rows: number, columns: number): Matrix<Float64Array> =>
  shaped(new Float64Array(rows * columns), rows, columns);

/**
 * Copies a matrix of the library into plain rows: `rows(net.value.h)[t]` is h_t.
 * @example
 * rows(shaped(new Float64Array([1, 2, 3, 4]), 2, 2)); // [[1, 2], [3, 4]]
 */
export const rows = (matrix: Matrix): number[][] =>
  Array.from({ length: matrix.rows }, (_, i) =>
    Array.from(matrix.subarray(i * matrix.columns, (i + 1) * matrix.columns)),
  );

export type Memory = { matrix(rows: number, columns: number): Matrix; product: Product };

/** The product reads whole vectors, up to 64 bytes past the end of a matrix. */
const slack = 64;

/** Reserves one block for `entries` numbers, all zero. */
export function reserve(entries: number, Real: RealType): Memory {
  const heap = new Real(entries + slack / Real.BYTES_PER_ELEMENT);
  let used = 0;
  return {
    matrix(rows, columns) {
      used += rows * columns;
      return shaped(heap.subarray(used - rows * columns, used), rows, columns);
    },
    product: product(heap),
  };
}
