/** The runs of cells in one worker, wherever it works: whose its frames are, and how each run ends. Nothing of Node in it. */
import type { Command, Failure, Frame, Output } from "../frames";

/** How a cell, or an evaluation, failed. `died`: the worker has ended, and the variables are gone with it. */
export type Failed = Failure & { died?: boolean };

/** What is known of one run of a cell or evaluation, until it is done; its output may come later still. */
type Run = { onOutput: (output: Output) => void; settle: (frame: Frame | Failed) => void };

export class Runs {
  readonly #runs = new Map<number, Run>();
  /** The frame that the present run ends with. */
  #awaited: "done" | "value" = "done";
  /** The run that is not settled yet. */
  #current: number | undefined;

  get current(): number | undefined {
    return this.#current;
  }

  /** Notes a run; resolves when it is settled. */
  begin(command: Command & { type: "run" | "evaluate" }, onOutput: (output: Output) => void): Promise<Frame | Failed> {
    return new Promise((settle) => {
      this.#runs.set(command.cell, { onOutput, settle });
      this.#current = command.cell;
      this.#awaited = command.type === "run" ? "done" : "value";
    });
  }

  /** Hands output to the run that it belongs to; without a run, to the present or the latest one. */
  show(output: Output, cell = this.#current): void {
    this.#runs.get(cell ?? Math.max(0, ...this.#runs.keys()))?.onOutput(output);
  }

  /** Ends a run by the frame that it waits for. */
  take(frame: Frame): void {
    if (frame.type === this.#awaited) this.#settle(frame.cell, frame);
  }

  /** Fails the run that goes on, if one does. */
  fail(failed: Failed): void {
    if (this.#current !== undefined) this.#settle(this.#current, failed);
  }

  #settle(cell: number, outcome: Frame | Failed): void {
    if (this.#current !== cell) return;
    this.#current = undefined;
    this.#runs.get(cell)?.settle(outcome);
  }
}
