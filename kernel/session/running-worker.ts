/** The process that runs cells, as the front sees it: started, spoken to, and told about when it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { kernelFolder } from "../folders";
import { type Command, type Failure, type Frame, lineSplitter, type Output } from "../frames";
import { Barriers, FrameQueue } from "./barriers";

/** How a cell, or an evaluation, failed. `died`: the worker has ended, and the variables are gone with it. */
export type Failed = Failure & { died?: boolean };
export type WorkerOptions = {
  /** The notebook's folder: imports and files of cells are relative to it. */
  folder: string;
  /** Limit of the worker's heap, MB; Node's own limit where none is given. */
  memoryMb?: number;
  /** Environment of the worker; that of this process where none is given. */
  env?: NodeJS.ProcessEnv;
  /** Gives a cell the line that it asks for with `input()`. */
  onInput?: (prompt: string, password: boolean) => Promise<string>;
};

const flags = [
  "--expose-internals", // See interruptible-hooks.ts.
  "--disable-warning=internal/test/binding",
  "--disable-warning=ExperimentalWarning",
];

/** What is known of one run of a cell or evaluation, until it is done; its output may come later still. */
type Run = { onOutput: (output: Output) => void; settle: (frame: Frame | Failed) => void };

/** A line that the worker wrote: code of a cell can write there too, so it may be anything. */
function readFrame(line: string): Frame | undefined {
  try {
    const frame = JSON.parse(line);
    return typeof frame === "object" && frame !== null ? frame : undefined;
  } catch {
    return undefined;
  }
}

/** One worker process, from its start to its end. */
export class RunningWorker {
  /** Resolves when the process has gone. */
  readonly ended: Promise<void>;
  readonly #process: ChildProcess;
  readonly #runs = new Map<number, Run>();
  /** The frame that the present run ends with. */
  #awaited: "done" | "value" = "done";
  /** The run that is not settled yet. */
  #current: number | undefined;
  #killedBecause: string | undefined;
  isDead = false;
  /** What the reader is to be told where the worker ended and no cell was running. */
  lostWhileIdle: string | undefined;

  constructor(options: WorkerOptions) {
    const memory = options.memoryMb ? [`--max-old-space-size=${options.memoryMb}`] : [];
    this.#process = spawn(process.execPath, [...flags, ...memory, join(kernelFolder, "boot.js"), "worker"], {
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
    const inOrder = new FrameQueue(barriers, (frame) => {
      try {
        this.#handle(frame, options);
      } catch {
        this.kill("sent what the kernel cannot show");
      }
    });
    frames.setEncoding("utf8").on(
      "data",
      lineSplitter((line) => {
        const frame = readFrame(line);
        if (frame) inOrder.push(frame);
        else this.kill("wrote to the kernel's own pipe what the kernel cannot read");
      }),
    );
    commands.on("error", () => {}); // The worker has gone: its end is told by "close".
    this.ended = new Promise((resolve) => this.#process.on("close", () => resolve()));
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
      this.#awaited = command.type === "run" ? "done" : "value";
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

  #handle(frame: Frame, { onInput }: WorkerOptions): void {
    // What is being killed has not done its work: a cell that ended well would be told to the next one as crashed.
    if (this.#killedBecause && frame.type !== "output") return;
    if (frame.type === "output") this.#output(frame.output, frame.cell);
    else if (frame.type === this.#awaited) this.#settle(frame.cell, frame);
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
