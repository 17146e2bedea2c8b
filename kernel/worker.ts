/** The process that runs cells, one at a time. It talks to the front by frames and commands (frames.ts). */
import { AsyncLocalStorage } from "node:async_hooks";
import childProcess from "node:child_process";
import { writeSync } from "node:fs";
import { basename, join } from "node:path";
import { Writable } from "node:stream";
import { inspect as nodeInspect } from "node:util";
import { constants, Script } from "node:vm";
import { Worker } from "node:worker_threads";
import { compiled } from "./boot";
import { parameters } from "./cell-parameters";
import { makeDisplay } from "./display";
import { type ErrorReport, reportThrown, stackPrinter } from "./errors";
import { toBundle } from "./format";
import { type Command, type Frame, framesFd, type Outcome, type Output } from "./frames";
import { afterTermination, allowTermination } from "./interruptible-hooks";
import { moduleLoader } from "./modules";
import { encodePlain } from "./plain";
import { inlineSourceMap, positionMapper } from "./source-map";
import { idle, running, writing } from "./watch-states";

/** Text is handed over when there is this much of it, or after this long: 64 kB, 40 ms. */
const batch = { characters: 65536, ms: 40 };

const state = new Int32Array(new SharedArrayBuffer(4));
const stringify = JSON.stringify;
const now = performance.now.bind(performance);

// ---------------------------------------------------------------------------------------------- frames to the front

/** Writes all of the bytes, waiting where the pipe is full: what a cell has shown is never lost. */
function writeAll(fd: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function send(frame: Frame): void {
  const before = Atomics.exchange(state, 0, writing);
  writeAll(framesFd, Buffer.from(`${stringify(frame)}\n`));
  Atomics.store(state, 0, before);
}

/** The run of a cell that the present code belongs to, also in its timers and promises. */
const context = new AsyncLocalStorage<number>();
let latest = 0;
const currentCell = () => context.getStore() ?? latest;

let pending: { cell: number; name: "stdout" | "stderr"; parts: string[]; length: number; since: number } | undefined;
let isFlushPlanned = false;

function flush(): void {
  if (!pending) return;
  const { cell, name, parts } = pending;
  pending = undefined;
  send({ type: "output", cell, output: { kind: "stream", name, text: parts.join("") } });
}

function emitText(name: "stdout" | "stderr", text: string): void {
  const cell = currentCell();
  if (pending && (pending.cell !== cell || pending.name !== name)) flush();
  pending ??= { cell, name, parts: [], length: 0, since: now() };
  pending.parts.push(text);
  pending.length += text.length;
  if (pending.length > batch.characters || now() - pending.since > batch.ms) flush();
  else if (!isFlushPlanned) {
    isFlushPlanned = true;
    setTimeout(endOfBatch, batch.ms);
  }
}

function endOfBatch(): void {
  isFlushPlanned = false;
  flush();
}

function emit(output: Output): void {
  flush();
  send({ type: "output", cell: currentCell(), output });
}

let barriers = 0;
/** Lets the front take everything from our own stdout and stderr (child processes write there) before what follows. */
function barrier(): void {
  flush();
  const token = `\0unroll ${process.pid} ${++barriers}\0`;
  send({ type: "barrier", token });
  for (const fd of [1, 2])
    try {
      writeAll(fd, Buffer.from(token));
    } catch {} // A cell has closed it: the front does not wait for ever.
}

// -------------------------------------------------------------------------------------- what cells find in the process

const inspect = (value: unknown) =>
  typeof value === "string" ? nodeInspect(value) : nodeInspect(value, { depth: 4, maxArrayLength: 100 });

function textStream(name: "stdout" | "stderr", fd: number): Writable {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      emitText(name, String(chunk));
      done();
    },
  });
  return Object.assign(stream, { fd });
}
Object.defineProperty(process, "stdout", { value: textStream("stdout", 1), configurable: true });
Object.defineProperty(process, "stderr", { value: textStream("stderr", 2), configurable: true });

const waitingForInput: ((text: string) => void)[] = [];
const input = (prompt = "", { password = false } = {}): Promise<string> => {
  flush();
  send({ type: "input", cell: currentCell(), prompt, password });
  return new Promise((resolve) => waitingForInput.push(resolve));
};

const display = makeDisplay({ emit, cell: currentCell, inspect });
const folder = process.cwd();
const tslab = {
  display,
  newDisplay: () => {
    const id = `display-${++barriers}`;
    return Object.fromEntries(
      Object.entries(display).map(([key, show]) => [
        key,
        key === "raw"
          ? (type: string, content: unknown) => display.raw(type, content, { id })
          : (content: never) => (show as (content: never, options: object) => void)(content, { id }),
      ]),
    );
  },
  get versions() {
    return { tslab: "1.0.22", typescript: require("typescript").version, node: process.version };
  },
};
const modules = moduleLoader(folder, { tslab });
Object.assign(globalThis, {
  display,
  input,
  require: modules.require,
  __dirname: folder,
  __filename: join(folder, basename(folder)),
});

// Child processes that are waited for write to our stdout: what they wrote comes before what the cell shows next.
for (const name of ["execSync", "execFileSync", "spawnSync"] as const) {
  const original = childProcess[name] as (...values: unknown[]) => unknown;
  Object.assign(childProcess, {
    [name]: (...values: unknown[]) => {
      flush();
      try {
        return original(...values);
      } finally {
        barrier();
      }
    },
  });
}

// --------------------------------------------------------------------------------------------------- running a cell

const scope: Record<string, unknown> = {};
/** Text and source map of every cell that has run, by its name. */
const cells = new Map<string, { source: string; map: string }>();
const mapPosition = positionMapper((file) => {
  const cell = cells.get(file);
  if (cell) return cell.map;
  const js = compiled.get(file);
  return js === undefined ? undefined : inlineSourceMap(js);
});
Error.stackTraceLimit = 50;
Error.prepareStackTrace = stackPrinter(mapPosition, __dirname);

const report = (thrown: unknown): ErrorReport => {
  try {
    return reportThrown(thrown, (file) => cells.get(file)?.source, inspect);
  } catch (error) {
    return { ename: "Error", evalue: `The error cannot be shown: ${error}`, traceback: [] };
  }
};
const failure = (thrown: unknown): Outcome & { status: "error" } => ({ status: "error", ...report(thrown) });

/** What an interrupt rejects: the cell (or evaluation) that runs. */
let stopRunning: ((reason: Error) => void) | undefined;

/** Runs a task that an interrupt can end, also when its promise never settles. */
async function interruptible<T>(cell: number, task: () => Promise<T>): Promise<T> {
  latest = cell;
  const interrupted = new Promise<never>((_, reject) => {
    stopRunning = reject;
  });
  allowTermination(); // Again: an AsyncLocalStorage of the cell's own has turned the checks on.
  Atomics.store(state, 0, running);
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
process.on("uncaughtException", (error) => reportLate(error, "Thrown after the cell had handed over:"));
process.on("unhandledRejection", (reason) => reportLate(reason, "A promise was rejected and nothing awaited it:"));
process.on("exit", flush);
// Jupyter may signal the whole process group; the front decides what an interrupt means.
process.on("SIGINT", () => {});

const handlers: { [K in Command["type"]]: (command: Command & { type: K }) => void } = {
  run: (command) => void runCell(command),
  evaluate: (command) => void evaluate(command),
  input: ({ text }) => waitingForInput.shift()?.(text),
  interrupt: () => {
    afterTermination();
    const error = new Error("The cell was interrupted; variables keep the values that they had.");
    error.name = "KeyboardInterrupt";
    error.stack = "";
    stopRunning?.(error);
    Atomics.store(state, 0, idle);
  },
};

const boot = join(__dirname, "boot.js");
const watch = new Worker(boot, { argv: ["watch"], workerData: state.buffer, stdout: true, stderr: true });
watch.on("message", (command: Command) => handlers[command.type](command as never));
send({ type: "ready" });
