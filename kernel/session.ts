/** A session: compiles cells and runs them in a worker process. No protocol; the Jupyter front, the tests and the grader use it. */

/** MIME type to content: text for text types, objects for JSON types, base64 for binary ones. */
export type MimeBundle = Record<string, unknown>;

export type Output =
  | { kind: "stream"; name: "stdout" | "stderr"; text: string }
  | { kind: "display"; data: MimeBundle; metadata: Record<string, unknown>; displayId?: string; update: boolean }
  | { kind: "clear"; wait: boolean };

export type CellError = { status: "error"; ename: string; evalue: string; traceback: string[] };
/** `died` tells in a sentence that the worker ended (killed, out of memory, process.exit) and the variables are gone. */
export type Outcome = { status: "ok"; result?: MimeBundle } | (CellError & { died?: boolean });
/** `value` is plain data: numbers (also NaN, Infinity, -0), strings, booleans, null, undefined, arrays, records. */
export type Evaluation = { status: "ok"; value: unknown } | (CellError & { died?: boolean });

export type SessionOptions = {
  /** The notebook's folder: imports and files of cells are relative to it. */
  cwd: string;
  /** Limit of the worker's heap, MB. */
  memoryMb?: number;
};

/**
 * Runs cells in a worker process of its own.
 *
 * `execute` compiles, type-checks and runs one cell and resolves when all its output has been handed over.
 * `evaluate` runs a JavaScript expression against the cells' top-level names (as `scope.name`) and returns plain data
 * made from what it gives (typed arrays and mathjs matrices become arrays); it is what the grader calls.
 */
export declare class Session {
  constructor(options: SessionOptions);
  execute(source: string, onOutput?: (output: Output) => void): Promise<Outcome>;
  evaluate(expression: string, options?: { timeoutMs?: number; maxBytes?: number }): Promise<Evaluation>;
  /** Stops what runs; the variables stay. */
  interrupt(): void;
  /** Replaces the worker: the variables are gone, the compiler stays warm. */
  restart(): Promise<void>;
  close(): Promise<void>;
}
