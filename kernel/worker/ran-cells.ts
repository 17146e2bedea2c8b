/** The cells that have run, and what is thrown in them, told in the lines that were typed. Nothing of Node in it. */
import { type ErrorReport, reportThrown } from "../errors";
import type { Failure } from "../frames";
import { type MapPosition, positionMapper } from "../source-map";

/**
 * Keeps text and source map of every cell by its name.
 * @param inspect prints a thrown value that is no Error.
 * @param sourceMapOf the source map of any other file, if it has one.
 */
export function ranCells(inspect: (value: unknown) => string, sourceMapOf: (file: string) => string | undefined) {
  const cells = new Map<string, { source: string; map: string }>();
  const mapPosition: MapPosition = positionMapper((file) => cells.get(file)?.map ?? sourceMapOf(file));

  const report = (thrown: unknown): ErrorReport => {
    try {
      return reportThrown(thrown, (file) => cells.get(file)?.source, inspect);
    } catch (error) {
      return { ename: "Error", evalue: `The error cannot be shown: ${error}`, traceback: [] };
    }
  };
  const failure = (thrown: unknown): Failure => ({ status: "error", ...report(thrown) });
  return { cells, mapPosition, report, failure };
}

/** How an error that no cell was waiting for is introduced, below the cell that it came from. */
export const lateness = {
  thrown: "Thrown after the cell had handed over:",
  rejected: "A promise was rejected and nothing awaited it:",
};
