/**
 * Is a matrix to be drawn: its rows, an array of the library that knows its columns, or values row after row with the
 * number of columns.
 */
export type MatrixLike =
  | ArrayLike<ArrayLike<number>>
  | (ArrayLike<number> & { columns: number })
  | { values: ArrayLike<number>; columns: number };

/**
 * Gives the rows of a matrix as arrays.
 *
 * @throws RangeError where there are no values, the rows differ in length, or the values do not fill them.
 * @example
 * toRows({ values: [1, 2, 3, 4], columns: 2 }); // [[1, 2], [3, 4]]
 */
export function toRows(matrix: MatrixLike): number[][] {
  const rows = "columns" in matrix ? cut(matrix) : Array.from(matrix, (row) => Array.from(row));
  const columns = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== columns);
  if (columns === 0) throw new RangeError("Cannot draw the matrix: it has no values");
  if (odd >= 0)
    throw new RangeError(`Cannot draw the matrix: row 1 has ${columns} values, row ${odd + 1} has ${rows[odd].length}`);
  return rows;
}

function cut(matrix: Exclude<MatrixLike, ArrayLike<ArrayLike<number>>>): number[][] {
  const { columns } = matrix;
  const values = Array.from("length" in matrix ? matrix : matrix.values);
  if (!(columns > 0) || values.length % columns !== 0)
    throw new RangeError(`Cannot draw the matrix: ${values.length} values do not fill rows of ${columns}`);
  return Array.from({ length: values.length / columns }, (_, i) => values.slice(i * columns, (i + 1) * columns));
}
