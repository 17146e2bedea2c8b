/** The worker that runs cells, as the page sees it. */
import type { Command, Frame, Output } from "../../kernel/frames";
import type { CellWorker } from "../../kernel/session/cell-session";
import { type Failed, Runs } from "../../kernel/session/runs";
import { type Place, startWorker } from "./place";

/** How long a cell may take to notice an interrupt before its worker is ended, ms. */
const patience = 300;

export class CellsWorker implements CellWorker {
  readonly ended: Promise<void>;
  /** Resolves when it can run cells, or has failed to start. */
  readonly ready: Promise<void>;
  readonly lostWhileIdle = undefined;
  isDead = false;
  readonly #worker: Worker;
  readonly #runs = new Runs();
  #resolveReady!: () => void;
  #resolveEnded!: () => void;

  constructor(url: string, place: Place, onInput: (prompt: string, password: boolean) => Promise<string>) {
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.ready = new Promise((resolve) => {
      this.#resolveReady = resolve;
    });
    this.#worker = startWorker(url, place);
    this.#worker.onmessage = ({ data }) => this.#handle(JSON.parse(data), onInput);
    this.#worker.onerror = ({ message }) => this.#end("Error", `failed${message ? `: ${message}` : ""}`);
  }

  send(command: Command): void {
    if (!this.isDead) this.#worker.postMessage(command);
  }

  run(command: Command & { type: "run" | "evaluate" }, onOutput: (output: Output) => void): Promise<Frame | Failed> {
    const run = this.#runs.begin(command, onOutput);
    if (this.isDead) this.#fail("Error", "has ended");
    this.send(command);
    return run;
  }

  /** Stops the cell that runs; where it does not pause, ends the worker. */
  async interrupt(): Promise<void> {
    const cell = this.#runs.current;
    if (cell === undefined) return;
    this.send({ type: "interrupt" });
    await new Promise((resolve) => setTimeout(resolve, patience));
    if (this.#runs.current === cell) this.#end("KeyboardInterrupt", "had to be ended, since the cell never paused");
  }

  kill(because: string): void {
    this.#end("WorkerEnded", because);
  }

  #handle(frame: Frame, onInput: (prompt: string, password: boolean) => Promise<string>): void {
    if (frame.type === "output") this.#runs.show(frame.output, frame.cell);
    else if (frame.type === "input")
      void onInput(frame.prompt, frame.password).then((text) => this.send({ type: "input", text }));
    else if (frame.type === "ready") this.#resolveReady();
    else this.#runs.take(frame);
  }

  #end(ename: string, cause: string): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#worker.terminate();
    this.#fail(ename, cause);
    this.#resolveReady();
    this.#resolveEnded();
  }

  #fail(ename: string, cause: string): void {
    const evalue = `The worker that runs the cells ${cause}. Its variables are gone: run the cells above again.`;
    this.#runs.fail({ status: "error", ename, evalue, traceback: [`${ename}: ${evalue}`], died: true });
  }
}
