/** Compiles cells and runs them in a worker, one after the other, wherever the two work. Nothing of Node in it. */
import type { Ask, Completions, Inspection } from "../compiler/questions";
import { interruption, reportThrown } from "../errors";
import type { Command, Frame, Outcome, Output } from "../frames";
import { decodePlain } from "../plain";
import type { Failed } from "./runs";

export type { Completions, Inspection };

/** `value` is plain data: numbers (also NaN, Infinity, -0), strings, booleans, null, undefined, arrays, records. */
export type Evaluation = { status: "ok"; value: unknown } | Failed;

/** The worker that runs cells, as a session sees it. */
export type CellWorker = {
  readonly isDead: boolean;
  /** Resolves when it has gone. */
  readonly ended: Promise<void>;
  /** What the reader is to be told where it ended and no cell was running. */
  readonly lostWhileIdle: string | undefined;
  send(command: Command): void;
  run(command: Command & { type: "run" | "evaluate" }, onOutput: (output: Output) => void): Promise<Frame | Failed>;
  /** Stops the run that goes on; without one, does nothing. */
  interrupt(): void;
  kill(because: string): void;
};

/** Names of the packages that a cell imports. */
const importedPackages = (source: string): string[] =>
  [...source.matchAll(/^\s*import\b[^"';]*["']([^"'./][^"']*)["']/gm)].map(([, name]) => name);

const isFailed = (outcome: Frame | Failed): outcome is Failed => "status" in outcome;

export class CellSession {
  protected readonly ask: Ask;
  protected worker: CellWorker;
  readonly #startWorker: () => CellWorker;
  #runs = 0;
  /** Cells and evaluations run one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  /** Of the cell whose turn has come, until it runs: whether it may still be run. */
  #mayRun: boolean | undefined;

  constructor(ask: Ask, startWorker: () => CellWorker) {
    this.ask = ask;
    this.#startWorker = startWorker;
    this.worker = startWorker();
  }

  /** How many cells and evaluations have been run. */
  protected get runs(): number {
    return this.#runs;
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** A worker that runs: a new one where the last has died. */
  async #ready(): Promise<CellWorker> {
    if (this.worker.isDead && !this.#isClosed) {
      await this.ask("clear");
      this.worker = this.#startWorker();
    }
    return this.worker;
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
      this.#mayRun = true;
      const lost = this.worker.lostWhileIdle;
      const worker = await this.#ready();
      if (lost) onOutput({ kind: "stream", name: "stderr", text: `${lost}\n` });
      const cell = ++this.#runs;
      const cellName = name ?? `Cell In[${cell}]`;
      // The worker loads packages while the types of the cell are checked.
      worker.send({ type: "preload", packages: importedPackages(source) });
      const compiled = await this.ask("compile", source, cellName);
      const mayRun = this.#mayRun;
      this.#mayRun = undefined;
      if ("report" in compiled) return { status: "error", ...compiled.report };
      if (!mayRun) return { status: "error", ...reportThrown(interruption(), () => undefined, String) };
      const run = worker.run({ type: "run", cell, name: cellName, source, ...compiled }, onOutput);
      // A cell that is stopped half-way has set some of its names: later cells may use them.
      const outcome = await run;
      if (isFailed(outcome)) return outcome;
      await this.ask("commit");
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
    return this.ask("complete", source, offset);
  }

  inspect(source: string, offset: number) {
    return this.ask("inspect", source, offset);
  }

  completeness(source: string) {
    return this.ask("completeness", source);
  }

  /** Stops the cell that runs, or is about to; without one, does nothing. */
  interrupt(): void {
    if (this.#mayRun === undefined) this.worker.interrupt();
    else this.#mayRun = false;
  }

  /** Replaces the worker: the variables are gone, the compiler stays warm. */
  async restart(): Promise<void> {
    this.worker.kill("was replaced");
    await this.worker.ended;
    await this.#inTurn(() => this.#ready());
  }

  /** Ends the worker; no other takes its place. */
  end(): void {
    this.#isClosed = true;
    this.worker.kill("was closed");
  }
}
