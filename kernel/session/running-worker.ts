/** The process that runs cells, as the front sees it: started, spoken to, and told about when it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { kernelFolder } from "../folders";
import { type Command, type Frame, lineSplitter, type Output } from "../frames";
import { Barriers, FrameQueue } from "./barriers";
import type { CellWorker } from "./cell-session";
import { type Failed, Runs } from "./runs";

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
export class RunningWorker implements CellWorker {
  readonly ended: Promise<void>;
  readonly #process: ChildProcess;
  readonly #runs = new Runs();
  #killedBecause: string | undefined;
  isDead = false;
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
    const barriers = new Barriers([stdout, stderr], (name, text) => this.#runs.show({ kind: "stream", name, text }));
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
    const run = this.#runs.begin(command, onOutput);
    this.send(command);
    return run;
  }

  interrupt(): void {
    this.send({ type: "interrupt" });
  }

  kill(because: string): void {
    this.#killedBecause = because;
    this.#process.kill("SIGKILL");
  }

  #handle(frame: Frame, { onInput }: WorkerOptions): void {
    // What is being killed has not done its work: a cell that ended well would be told to the next one as crashed.
    if (this.#killedBecause && frame.type !== "output") return;
    if (frame.type === "output") this.#runs.show(frame.output, frame.cell);
    else if (frame.type === "input")
      void (onInput?.(frame.prompt, frame.password) ?? Promise.resolve("")).then((text) =>
        this.send({ type: "input", text }),
      );
    else this.#runs.take(frame);
  }

  #cause(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#killedBecause) return this.#killedBecause;
    // V8 ends a process by SIGTRAP where a single array grows too large.
    if (code === 134 || signal === "SIGABRT" || signal === "SIGTRAP") return "ran out of memory";
    if (signal) return `was killed from outside (${signal})`;
    return `was ended by process.exit(${code ?? ""})`;
  }

  #end(cause: string): void {
    if (this.isDead) return;
    this.isDead = true;
    const evalue = `The process that runs the cells ${cause}. Its variables are gone; the next cell starts with none.`;
    if (this.#runs.current === undefined && !this.#killedBecause) this.lostWhileIdle = evalue;
    const traceback = [`WorkerEnded: ${evalue}`];
    this.#runs.fail({ status: "error", ename: "WorkerEnded", evalue, traceback, died: true });
  }
}
