/** What the front and the worker process say to each other: one JSON record a line, each way over a pipe of its own. */

/** MIME type to content: text for text types, objects for JSON types, base64 for binary ones. */
export type MimeBundle = Record<string, unknown>;
export type Metadata = Record<string, unknown>;

/** What a cell shows while it runs, or later. */
export type Output =
  | { kind: "stream"; name: "stdout" | "stderr"; text: string }
  | { kind: "display"; data: MimeBundle; metadata: Metadata; id?: string; update: boolean }
  | { kind: "clear"; wait: boolean };

export type Failure = { status: "error"; ename: string; evalue: string; traceback: string[] };
/** How a cell ended; `metadata` and `result` are those of its last expression. */
export type Outcome = { status: "ok"; result?: MimeBundle; metadata?: Metadata } | Failure;

/** From the worker. `cell` is the number that the command to run had. */
export type Frame =
  | { type: "output"; cell: number; output: Output }
  | { type: "input"; cell: number; prompt: string; password: boolean }
  | { type: "done"; cell: number; outcome: Outcome }
  | { type: "value"; cell: number; value?: string; failure?: Failure }
  | { type: "barrier"; token: string }
  | { type: "ready" };

/** To the worker. */
export type Command =
  | { type: "run"; cell: number; name: string; source: string; js: string; map: string }
  | { type: "evaluate"; cell: number; js: string; maxBytes: number }
  | { type: "preload"; packages: string[] }
  | { type: "input"; text: string }
  | { type: "interrupt" };

/** File descriptors of the worker, beside its own stdout and stderr. */
export const framesFd = 3;
export const commandsFd = 4;

/** Splits a stream of text into lines, the last of which may come in parts. */
export function lineSplitter(onLine: (line: string) => void): (chunk: string) => void {
  let parts: string[] = [];
  return (chunk) => {
    const lines = chunk.split("\n");
    const rest = lines.pop() as string;
    for (const line of lines) {
      onLine(parts.length ? parts.join("") + line : line);
      parts = [];
    }
    if (rest) parts.push(rest);
  };
}
