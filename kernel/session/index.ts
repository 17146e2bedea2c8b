/** A session: compiles cells and runs them in a worker process. No protocol; the Jupyter front, the tests and the grader use it. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Answer, Compiling, Question } from "../compiler/thread";
import { kernelFolder } from "../folders";
import type { Failure, Frame, MimeBundle, Outcome, Output } from "../frames";
import { decodePlain } from "../plain";
import { type Failed, RunningWorker, type WorkerOptions } from "./running-worker";

export type { Failed, Failure, MimeBundle, Outcome, Output };

/** `value` is plain data: numbers (also NaN, Infinity, -0), strings, booleans, null, undefined, arrays, records. */
export type Evaluation = { status: "ok"; value: unknown } | Failed;

/** How long a session must be idle before it loads what cells are likely to import, ms. */
const idleTime = 1000;

/** Names of the packages that a cell imports. */
const importedPackages = (source: string): string[] =>
  [...source.matchAll(/^\s*import\b[^"';]*["']([^"'./][^"']*)["']/gm)].map(([, name]) => name);

/** What the nearest package.json wants loaded before it is asked for: `"unroll": { "preload": ["mathjs"] }`. */
function wantedPackages(folder: string): string[] {
  for (let at = folder; ; at = dirname(at)) {
    try {
      return JSON.parse(readFileSync(join(at, "package.json"), "utf8")).unroll?.preload ?? [];
    } catch {
      if (at === dirname(at)) return [];
    }
  }
}

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
  readonly #options: WorkerOptions;
  readonly #compiler: Worker;
  readonly #questions = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>();
  #worker: RunningWorker;
  #idleTimer: NodeJS.Timeout | undefined;
  #asked = 0;
  #runs = 0;
  /** Cells and evaluations run one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#compiler = new Worker(join(kernelFolder, "boot.js"), {
      argv: ["compiler"],
      workerData: { folder: options.folder },
    });
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
    this.#preloadWhenIdle();
  }

  #preloadWhenIdle(): void {
    const packages = wantedPackages(this.#options.folder);
    if (!packages.length) return;
    const seen = this.#runs;
    this.#idleTimer = setTimeout(() => {
      if (this.#runs !== seen) return this.#preloadWhenIdle();
      this.#worker.send({ type: "preload", packages });
      void this.#ask("preload", packages).catch(() => {});
    }, idleTime).unref();
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
      // The worker loads packages while the types of the cell are checked.
      worker.send({ type: "preload", packages: importedPackages(source) });
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
    await this.#worker.ended;
    await this.#inTurn(() => this.#ready());
  }

  /** Ends the worker and the compiler. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idleTimer);
    this.#worker.kill("was closed");
    await this.#compiler.terminate();
  }
}
