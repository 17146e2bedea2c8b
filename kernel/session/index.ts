/** A session: compiles cells and runs them in a worker process. No protocol; the Jupyter front, the tests and the grader use it. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { asking } from "../compiler/questions";
import { kernelFolder } from "../folders";
import type { Failure, MimeBundle, Outcome, Output } from "../frames";
import { CellSession, type Evaluation } from "./cell-session";
import { RunningWorker, type WorkerOptions } from "./running-worker";
import type { Failed } from "./runs";

export type { Evaluation, Failed, Failure, MimeBundle, Outcome, Output };

/** How long a session must be idle before it loads what cells are likely to import, ms. */
const idleTime = 1000;

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

/** The thread that compiles, and how it is asked. */
function startCompiler(folder: string) {
  const thread = new Worker(join(kernelFolder, "boot.js"), { argv: ["compiler"], workerData: { folder } });
  const { ask, take, fail } = asking((question) => thread.postMessage(question));
  thread.on("message", take);
  thread.on("error", (error) => fail(error as Error));
  return { thread, ask };
}

/**
 * Runs cells in a worker process of its own.
 * @example
 * const session = new Session({ folder: process.cwd() });
 * await session.execute("const x = 6 * 7");
 * await session.evaluate("scope.x"); // { status: "ok", value: 42 }
 * await session.close();
 */
export class Session extends CellSession {
  readonly #compiler: Worker;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    const { thread, ask } = startCompiler(options.folder);
    super(ask, () => new RunningWorker(options));
    this.#compiler = thread;
    this.#preloadWhenIdle(wantedPackages(options.folder));
  }

  #preloadWhenIdle(packages: string[]): void {
    if (!packages.length) return;
    const seen = this.runs;
    this.#idleTimer = setTimeout(() => {
      if (this.runs !== seen) return this.#preloadWhenIdle(packages);
      this.worker.send({ type: "preload", packages });
      void this.ask("preload", packages).catch(() => {});
    }, idleTime).unref();
  }

  /** Ends the worker and the compiler. */
  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.end();
    await this.#compiler.terminate();
  }
}
