/** The one allocator: every array of an unrolled network lies in one block of memory, so that one product serves all. */
import { type Displayed, displayed, matrixBundle } from "./display";
import { type Block, plainBlock, type Real, type RealType, wasmBlock } from "./product";

/**
 * Is a flat array that knows its shape: entry (i, j) stands at i * columns + j. It shows itself as a matrix.
 * `start` is where it begins in its block of memory, in numbers.
 */
export type Matrix<Array extends Real = Real> = Array & Displayed & { rows: number; columns: number; start: number };

/**
 * Gives a flat array its shape. The properties are hidden, so that the array prints and compares as numbers.
 * @example
 * shaped(new Float64Array([1, 2, 3, 4]), 2, 2); // [1, 2, 3, 4]
 */
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

/** The product reads whole vectors, up to 32 bytes past the end of a matrix. */
const slack = 64;

/** Plain memory serves where WebAssembly is missing, or its memory is too small. */
function block(length: number, Real: RealType): Block {
  try {
    return wasmBlock(length, Real);
  } catch {
    return plainBlock(length, Real);
  }
}

/** Is one block of memory with its matrices by name. */
export type Memory = Block & { matrices: Record<string, Matrix> };

/**
 * Reserves one block for matrices of the given rows and columns, all zero.
 *
 * Between them lies a line of the cache (64 bytes): variables of one shape would otherwise be a multiple of 4096 bytes
 * apart, fall into the same sets of the cache, and drive each other out of it; an LSTM then takes 1.2 times as long.
 */
export function reserve(shapes: Record<string, [rows: number, columns: number]>, Real: RealType): Memory {
  const line = 64 / Real.BYTES_PER_ELEMENT;
  const places: [name: string, start: number][] = [];
  let used = 0;
  for (const [name, [rows, columns]] of Object.entries(shapes)) {
    places.push([name, used]);
    used += Math.ceil((rows * columns) / line) * line + line;
  }
  const { heap, product } = block(used + slack, Real);
  const matrix = ([name, start]: [string, number]) => {
    const [rows, columns] = shapes[name];
    return [name, shaped(heap.subarray(start, start + rows * columns), rows, columns)];
  };
  return { heap, product, matrices: Object.fromEntries(places.map(matrix)) };
}
