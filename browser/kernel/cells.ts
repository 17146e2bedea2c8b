/** The worker that runs cells, one at a time. It talks to the page by frames and commands (kernel/frames.ts). */
import { inspect as nodeInspect } from "node-inspect-extracted";
import { parameters } from "../../kernel/cell-parameters";
import { interruption, stackPrinter } from "../../kernel/errors";
import type { Command, Frame, Outcome } from "../../kernel/frames";
import { makeDisplay } from "../../kernel/worker/display";
import { printer, toBundle } from "../../kernel/worker/format";
import { orderedOutput } from "../../kernel/worker/ordered-output";
import { makeProgress } from "../../kernel/worker/progress";
import { lateness, ranCells } from "../../kernel/worker/ran-cells";
import { makeTslab } from "../../kernel/worker/tslab";
import { makeConsole } from "./console";
import { beginCell, currentCell, installTimers } from "./contexts";
import { moduleLoader } from "./modules";
import { importedAs, ownPlace } from "./place";

const place = ownPlace();
const post = self.postMessage.bind(self);
const now = performance.now.bind(performance);
// As text, as in the native kernel: a function in what is shown is left out, and does not stop the message.
const send = (frame: Frame): void => post(JSON.stringify(frame));
const { emit, emitText, flush, endCell } = orderedOutput({ send, currentCell });
const inspect = printer(nodeInspect);

const scope: Record<string, unknown> = {};
const { cells, mapPosition, report, failure } = ranCells(inspect, () => undefined);

/** A cell's name stands in stack traces as the address of its script, which has no spaces. */
const addressOf = (name: string): string => `cell:${encodeURIComponent(name)}`;
const nameAt = (address: string): string => decodeURIComponent(address.slice("cell:".length));
const isCell = (file: string): boolean => file.startsWith("cell:");
Error.stackTraceLimit = 50;
Error.prepareStackTrace = stackPrinter(
  // The first line of a cell's script is the kernel's.
  ({ file, line, column }) =>
    isCell(file) ? mapPosition({ file: nameAt(file), line: line - 1, column }) : { file, line, column },
  new URL(".", self.location.href).href,
);

/**
 * Most text that one cell shows, in characters. A loop that never pauses hears nothing from the page: with more, the page
 * has no time left for the button that would stop the loop.
 */
const mostText = 1e6;
let textLeft = mostText;
const print = (name: "stdout" | "stderr", text: string): void => {
  if (textLeft <= 0) return;
  emitText(name, text.slice(0, textLeft));
  textLeft -= text.length;
  if (textLeft <= 0) emitText("stderr", `\nWhat the cell prints beyond ${mostText} characters is not shown.\n`);
};

/** Cells that have asked for a line and wait for it. */
const waitingForInput: ((text: string) => void)[] = [];
const input = (prompt = "", { password = false } = {}): Promise<string> => {
  flush();
  send({ type: "input", cell: currentCell(), prompt, password });
  return new Promise((resolve) => waitingForInput.push(resolve));
};

const display = makeDisplay({ emit, cell: currentCell, inspect });
const load = moduleLoader(place, { tslab: makeTslab(display, () => ({})) });
installTimers();
Object.assign(self, {
  console: makeConsole(print, now),
  display,
  input,
  progress: makeProgress(display, now),
  __dirname: `/${place.folder}`,
  __filename: `/${place.folder}/notebook`,
});

/** The body of an async function over the cell's parameters. */
function asFunction(name: string, js: string): (...values: unknown[]) => Promise<unknown> {
  const head = `(async function (${parameters.join(", ")}) { "use strict";`;
  // biome-ignore lint/security/noGlobalEval: to run the reader's code is what this worker is for.
  // biome-ignore lint/complexity/noCommaOperator: called by its own name, eval would see this function's variables.
  return (0, eval)(`${head}\n${js}\n})\n//# sourceURL=${addressOf(name)}`);
}

/** What an interrupt stops: the cell that runs. */
let stopRunning = () => {};

async function runCell({ cell, name, source, js, map }: Command & { type: "run" }): Promise<void> {
  cells.set(name, { source, map });
  beginCell(cell);
  textLeft = mostText;
  const interrupted = new Promise<never>((_, reject) => {
    stopRunning = () => {
      endCell(cell);
      reject(interruption());
    };
  });
  const run = async (): Promise<Outcome> => {
    const value = await asFunction(name, js)(scope, load);
    return value === undefined ? { status: "ok" } : { status: "ok", result: await toBundle(value, inspect) };
  };
  const outcome = await Promise.race([run(), interrupted]).catch(failure);
  stopRunning = () => {};
  flush();
  send({ type: "done", cell, outcome });
}

/** An error that no cell was waiting for is told below the cell that it came from. */
function reportLate(event: Event, thrown: unknown, kind: string): void {
  event.preventDefault();
  emitText("stderr", `${kind}\n${report(thrown).traceback.join("\n")}\n`);
}
self.addEventListener("error", (event) => reportLate(event, event.error ?? event.message, lateness.thrown));
self.addEventListener("unhandledrejection", (event) => reportLate(event, event.reason, lateness.rejected));

const handlers: { [K in Command["type"]]?: (command: Command & { type: K }) => void } = {
  run: (command) => void runCell(command),
  // A package that cannot be loaded is told to the cell that imports it.
  preload: ({ packages }) => {
    for (const name of packages) void load(name).catch(() => {});
  },
  input: ({ text }) => waitingForInput.shift()?.(text),
  interrupt: () => stopRunning(),
};
self.onmessage = ({ data }: MessageEvent<Command>) => handlers[data.type]?.(data as never);
// Most notebooks begin with it.
void load(importedAs(place.folder, "lib"))
  .catch(() => {})
  .then(() => send({ type: "ready" }));
