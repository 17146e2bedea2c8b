/** The process that runs cells, one at a time. It talks to the front by frames and commands (frames.ts). */
import { join } from "node:path";
import { constants, Script } from "node:vm";
import { Worker } from "node:worker_threads";
import { compiled } from "../boot";
import { parameters } from "../cell-parameters";
import { interruption, stackPrinter } from "../errors";
import { kernelFolder } from "../folders";
import type { Command, Outcome } from "../frames";
import { encodePlain } from "../plain";
import { inlineSourceMap } from "../source-map";
import { toBundle } from "./format";
import { inspect, modules, waitingForInput } from "./globals";
import { afterTermination, allowTermination } from "./interruptible-hooks";
import { barrier, context, emitText, endCell, flush, send, setLatest, state } from "./output";
import { lateness, ranCells } from "./ran-cells";
import { idle, running } from "./watch-states";

const scope: Record<string, unknown> = {};
const { cells, mapPosition, report, failure } = ranCells(inspect, (file) => {
  const js = compiled.get(file);
  return js === undefined ? undefined : inlineSourceMap(js);
});
Error.stackTraceLimit = 50;
Error.prepareStackTrace = stackPrinter(mapPosition, kernelFolder);

/** What an interrupt stops: the cell (or evaluation) that runs. */
let stopRunning: ((reason: Error) => void) | undefined;

/** Runs a task that an interrupt can end, also when its promise never settles. */
async function interruptible<T>(cell: number, task: () => Promise<T>): Promise<T> {
  setLatest(cell);
  const interrupted = new Promise<never>((_, reject) => {
    stopRunning = (reason) => {
      endCell(cell);
      reject(reason);
    };
  });
  allowTermination(); // Again: an AsyncLocalStorage of the cell's own has turned the checks on.
  Atomics.store(state, 0, running);
  Atomics.add(state, 1, 1);
  try {
    // In a turn of its own: terminating it must not take this function with it.
    const done = new Promise<T>((resolve) => setImmediate(() => resolve(context.run(cell, task))));
    return await Promise.race([done, interrupted]);
  } finally {
    Atomics.store(state, 0, idle);
    stopRunning = undefined;
  }
}

/** The body of an async function over `names`, its lines counted from 1. */
function asFunction(name: string, js: string, names: readonly string[]): (...values: unknown[]) => Promise<unknown> {
  const source = `(async function (${names.join(", ")}) { "use strict";\n${js}\n})`;
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return new Script(source, { filename: name, lineOffset: -1, importModuleDynamically }).runInThisContext();
}

async function runCell({ cell, name, source, js, map }: Command & { type: "run" }): Promise<void> {
  cells.set(name, { source, map });
  let outcome: Outcome;
  try {
    outcome = await interruptible(cell, async () => {
      const value = await asFunction(name, js, parameters)(scope, modules.load);
      return value === undefined ? { status: "ok" } : { status: "ok", result: await toBundle(value, inspect) };
    });
  } catch (thrown) {
    outcome = failure(thrown);
  }
  barrier();
  send({ type: "done", cell, outcome });
}

async function evaluate({ cell, js, maxBytes }: Command & { type: "evaluate" }): Promise<void> {
  try {
    const value = await interruptible(cell, async () => {
      const text = encodePlain(await asFunction("evaluation", `return (${js}\n)`, ["scope"])(scope));
      if (text.length > maxBytes)
        throw new RangeError(`The value takes ${text.length} bytes; at most ${maxBytes} cross`);
      return text;
    });
    flush();
    send({ type: "value", cell, value });
  } catch (thrown) {
    flush();
    send({ type: "value", cell, failure: failure(thrown) });
  }
}

/** An error that no cell was waiting for is told below the cell that it came from. */
function reportLate(thrown: unknown, kind: string): void {
  emitText("stderr", `${kind}\n${report(thrown).traceback.join("\n")}\n`);
}
process.on("uncaughtException", (error) => reportLate(error, lateness.thrown));
process.on("unhandledRejection", (reason) => reportLate(reason, lateness.rejected));
process.on("exit", flush);
// Jupyter may signal the whole process group; the front decides what an interrupt means.
process.on("SIGINT", () => {});

const handlers: { [K in Command["type"]]: (command: Command & { type: K }) => void } = {
  run: (command) => void runCell(command),
  evaluate: (command) => void evaluate(command),
  // A package that cannot be loaded is told to the cell that imports it.
  preload: ({ packages }) => {
    for (const name of packages) void modules.load(name).catch(() => {});
  },
  input: ({ text }) => waitingForInput.shift()?.(text),
  interrupt: () => {
    afterTermination();
    stopRunning?.(interruption());
    Atomics.store(state, 0, idle);
  },
};

const watch = new Worker(join(kernelFolder, "boot.js"), {
  argv: ["watch"],
  workerData: state.buffer,
  stdout: true,
  stderr: true,
});
watch.on("message", (command: Command) => handlers[command.type](command as never));
send({ type: "ready" });
