/** A session: compiles cells and runs them in a worker process. No protocol; the Jupyter front, the tests and the grader use it. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { Worker } from "node:worker_threads";
import type { Answer, Compiling, Question } from "./compiler";
import {
  type Command,
  type Failure,
  type Frame,
  lineSplitter,
  type MimeBundle,
  type Outcome,
  type Output,
} from "./frames";
import { decodePlain } from "./plain";

export type { Failure, MimeBundle, Outcome, Output };

/** How a cell, or an evaluation, failed. `died`: the worker has ended, and the variables are gone with it. */
export type Failed = Failure & { died?: boolean };
/** `value` is plain data: numbers (also NaN, Infinity, -0), strings, booleans, null, undefined, arrays, records. */
export type Evaluation = { status: "ok"; value: unknown } | Failed;

export type SessionOptions = {
  /** The notebook's folder: imports and files of cells are relative to it. */
  folder: string;
  /** Limit of the worker's heap, MB; Node's own limit where none is given. */
  memoryMb?: number;
  /** Environment of the worker; that of this process where none is given. */
  env?: NodeJS.ProcessEnv;
  /** Gives a cell the line that it asks for with `input()`. */
  onInput?: (prompt: string, password: boolean) => Promise<string>;
};

const boot = join(__dirname, "boot.js");
const flags = [
  "--expose-internals", // See interruptible-hooks.ts.
  "--disable-warning=internal/test/binding",
  "--disable-warning=ExperimentalWarning",
];
/** How long a worker's own stdout may hold up what follows, ms: a cell can have closed it. */
const barrierPatience = 1000;

/** What is known of one run of a cell or evaluation, until it is done; its output may come later still. */
type Run = { onOutput: (output: Output) => void; settle: (frame: Frame | Failed) => void };

const isFailed = (outcome: Frame | Failed): outcome is Failed => "status" in outcome;

/**
 * Runs cells in a worker process of its own.
 * @example
 * const session = new Session({ folder: process.cwd() });
 * await session.execute("const x = 6 * 7");
 * await session.evaluate("scope.x"); // { status: "ok", value: 42 }
 * await session.close();
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #compiler: Worker;
  readonly #questions = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>();
  #worker: RunningWorker;
  #asked = 0;
  #runs = 0;
  /** Cells and evaluations run one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#compiler = new Worker(boot, { argv: ["compiler"], workerData: { folder: options.folder } });
    this.#compiler.on("message", ({ id, answer, error }: Answer) => {
      const question = this.#questions.get(id);
      this.#questions.delete(id);
      if (error) question?.reject(new Error(error));
      else question?.resolve(answer as never);
    });
    this.#compiler.on("error", (error) => {
      for (const { reject } of this.#questions.values()) reject(error as Error);
      this.#questions.clear();
    });
    this.#worker = new RunningWorker(options);
  }

  /** Asks the compiler's thread. */
  #ask<K extends keyof Compiling>(ask: K, ...values: Parameters<Compiling[K]>): Promise<ReturnType<Compiling[K]>> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#questions.set(id, { resolve, reject });
      this.#compiler.postMessage({ id, ask, with: values } satisfies Question);
    });
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** A worker that runs: a new one where the last has died. */
  async #ready(): Promise<RunningWorker> {
    if (this.#worker.isDead && !this.#isClosed) {
      await this.#ask("clear");
      this.#worker = new RunningWorker(this.#options);
    }
    return this.#worker;
  }

  /**
   * Compiles, checks and runs one cell. Resolves when it is done and all that it has shown until then has been handed
   * to `onOutput`, which is called later too: a timer that the cell has set may still show something.
   * @param name what errors call the cell, such as "Cell In[3]".
   */
  execute(
    source: string,
    onOutput: (output: Output) => void = () => {},
    name?: string,
  ): Promise<Outcome & { died?: boolean }> {
    return this.#inTurn(async () => {
      const lost = this.#worker.lostWhileIdle;
      const worker = await this.#ready();
      if (lost) onOutput({ kind: "stream", name: "stderr", text: `${lost}\n` });
      const cell = ++this.#runs;
      const cellName = name ?? `Cell In[${cell}]`;
      const compiled = await this.#ask("compile", source, cellName);
      if ("report" in compiled) return { status: "error", ...compiled.report };
      const run = worker.run({ type: "run", cell, name: cellName, source, ...compiled }, onOutput);
      // A cell that is stopped half-way has set some of its names: later cells may use them.
      const outcome = await run;
      if (isFailed(outcome)) return outcome;
      await this.#ask("commit");
      return (outcome as Frame & { type: "done" }).outcome;
    });
  }

  /**
   * Evaluates a JavaScript expression in which the cells' top-level names are `scope.name`; it may be a promise.
   * The value crosses as plain data: typed arrays and mathjs matrices become arrays.
   * @param options.timeoutMs after this the worker is killed: its variables are gone.
   */
  evaluate(js: string, { timeoutMs = 0, maxBytes = 50e6 } = {}): Promise<Evaluation> {
    return this.#inTurn(async () => {
      const worker = await this.#ready();
      const running = worker.run({ type: "evaluate", cell: ++this.#runs, js, maxBytes }, () => {});
      const timer =
        timeoutMs > 0 ? setTimeout(() => worker.kill(`took longer than ${timeoutMs} ms`), timeoutMs) : undefined;
      const outcome = await running;
      clearTimeout(timer);
      if (isFailed(outcome)) return outcome;
      const { value, failure } = outcome as Frame & { type: "value" };
      return failure ?? { status: "ok", value: decodePlain(value as string) };
    });
  }

  complete(source: string, offset: number) {
    return this.#ask("complete", source, offset);
  }

  inspect(source: string, offset: number) {
    return this.#ask("inspect", source, offset);
  }

  completeness(source: string) {
    return this.#ask("completeness", source);
  }

  /** Stops the cell that runs; the variables stay. Without one, does nothing. */
  interrupt(): void {
    this.#worker.send({ type: "interrupt" });
  }

  /** Replaces the worker: the variables are gone, the compiler stays warm. */
  async restart(): Promise<void> {
    this.#worker.kill("was replaced");
    await this.#inTurn(() => this.#ready());
  }

  /** Ends the worker and the compiler. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#worker.kill("was closed");
    await this.#compiler.terminate();
  }
}

/** One worker process, from its start to its end. */
class RunningWorker {
  readonly #process: ChildProcess;
  readonly #runs = new Map<number, Run>();
  /** The run that is not settled yet. */
  #current: number | undefined;
  #killedBecause: string | undefined;
  isDead = false;
  /** What the reader is to be told where the worker ended and no cell was running. */
  lostWhileIdle: string | undefined;

  constructor(options: SessionOptions) {
    const memory = options.memoryMb ? [`--max-old-space-size=${options.memoryMb}`] : [];
    this.#process = spawn(process.execPath, [...flags, ...memory, boot, "worker"], {
      cwd: options.folder,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    });
    const [, stdout, stderr, frames, commands] = this.#process.stdio as [
      unknown,
      Readable,
      Readable,
      Readable,
      Writable,
    ];
    const barriers = new Barriers([stdout, stderr], (name, text) => this.#output({ kind: "stream", name, text }));
    const inOrder = new FrameQueue(barriers, (frame) => this.#handle(frame, options));
    frames.setEncoding("utf8").on(
      "data",
      lineSplitter((line) => inOrder.push(JSON.parse(line) as Frame)),
    );
    commands.on("error", () => {}); // The worker has gone: its end is told by "close".
    this.#process.on("error", (error) => this.#end(`could not be started: ${error.message}`));
    this.#process.on("close", (code, signal) => this.#end(this.#cause(code, signal)));
  }

  send(command: Command): void {
    if (!this.isDead) (this.#process.stdio[4] as Writable).write(`${JSON.stringify(command)}\n`);
  }

  run(command: Command & { type: "run" | "evaluate" }, onOutput: (output: Output) => void): Promise<Frame | Failed> {
    return new Promise((settle) => {
      this.#runs.set(command.cell, { onOutput, settle });
      this.#current = command.cell;
      this.send(command);
    });
  }

  kill(because: string): void {
    this.#killedBecause = because;
    this.#process.kill("SIGKILL");
  }

  #output(output: Output, cell = this.#current): void {
    this.#runs.get(cell ?? Math.max(0, ...this.#runs.keys()))?.onOutput(output);
  }

  #handle(frame: Frame, { onInput }: SessionOptions): void {
    if (frame.type === "output") this.#output(frame.output, frame.cell);
    else if (frame.type === "done" || frame.type === "value") this.#settle(frame.cell, frame);
    else if (frame.type === "input")
      void (onInput?.(frame.prompt, frame.password) ?? Promise.resolve("")).then((text) =>
        this.send({ type: "input", text }),
      );
  }

  #settle(cell: number, outcome: Frame | Failed): void {
    if (this.#current !== cell) return;
    this.#current = undefined;
    this.#runs.get(cell)?.settle(outcome);
  }

  #cause(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#killedBecause) return this.#killedBecause;
    if (code === 134 || signal === "SIGABRT") return "ran out of memory";
    if (signal) return `was killed from outside (${signal})`;
    return `was ended by process.exit(${code ?? ""})`;
  }

  #end(cause: string): void {
    if (this.isDead) return;
    this.isDead = true;
    const evalue = `The process that runs the cells ${cause}. Its variables are gone; the next cell starts with none.`;
    if (this.#current === undefined) {
      if (!this.#killedBecause) this.lostWhileIdle = evalue;
      return;
    }
    this.#settle(this.#current, {
      status: "error",
      ename: "WorkerEnded",
      evalue,
      traceback: [`WorkerEnded: ${evalue}`],
      died: true,
    });
  }
}

/** The worker's own stdout and stderr, where child processes write, and the marks between which they are in order. */
class Barriers {
  readonly #seen = new Map<string, number>();
  readonly #waiting = new Map<string, () => void>();

  constructor(streams: [Readable, Readable], onText: (name: "stdout" | "stderr", text: string) => void) {
    for (const [i, stream] of streams.entries()) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        const parts = (rest + chunk).split(/(\0unroll \d+ \d+\0)/);
        rest = "";
        for (const part of parts) {
          if (/^\0unroll \d+ \d+\0$/.test(part)) this.#note(part);
          else if (part) {
            // A mark may come in two pieces.
            const cut = /\0[^\0]{0,40}$/.exec(part)?.index ?? part.length;
            rest = part.slice(cut);
            if (cut > 0) onText(i === 0 ? "stdout" : "stderr", part.slice(0, cut));
          }
        }
      });
    }
  }

  #note(token: string): void {
    const count = (this.#seen.get(token) ?? 0) + 1;
    this.#seen.set(token, count);
    if (count === 2) this.#waiting.get(token)?.();
  }

  /** Resolves when everything before the mark has been handed over. */
  async passed(token: string): Promise<void> {
    if (this.#seen.get(token) !== 2)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, barrierPatience);
        this.#waiting.set(token, () => {
          clearTimeout(timer);
          resolve();
        });
      });
    this.#waiting.delete(token);
    this.#seen.delete(token);
  }
}

/** Frames in the order in which they were sent; a barrier holds up those behind it. */
class FrameQueue {
  readonly #frames: Frame[] = [];
  #isHeldUp = false;

  constructor(
    readonly barriers: Barriers,
    readonly handle: (frame: Frame) => void,
  ) {}

  push(frame: Frame): void {
    this.#frames.push(frame);
    if (!this.#isHeldUp) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isHeldUp = true;
    for (let frame = this.#frames.shift(); frame; frame = this.#frames.shift()) {
      if (frame.type === "barrier") await this.barriers.passed(frame.token);
      else this.handle(frame);
    }
    this.#isHeldUp = false;
  }
}
