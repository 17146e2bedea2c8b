/**
 * The thread beside a worker's cells: it reads the commands, passes them on, and stops a cell that does not yield.
 * It answers while the cells' thread is busy, and ends the process when the front is gone.
 */
import { Session } from "node:inspector";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { type Command, commandsFd, lineSplitter } from "../frames";
import { idle, running } from "./watch-states";

/** How long a cell that waits for a promise may take to notice the interrupt, ms. */
const patience = 30;

/** `[0]`: one of the states of watch-states.ts; `[1]`: how many runs have begun. */
const state = new Int32Array(workerData as SharedArrayBuffer);

/** Ends the JavaScript that runs in the cells' thread; its variables stay. */
function terminate(): void {
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.terminateExecution", () => session.disconnect());
}

/** How many runs the cells' thread has been asked for. */
let asked = 0;

function interrupt(attempt = 0): void {
  if (Atomics.load(state, 1) < asked) {
    setTimeout(interrupt, patience); // The cell is on its way: terminating now would lose it, and returning the interrupt.
    return;
  }
  if (Atomics.load(state, 0) === idle) return;
  if (attempt === 0) parentPort?.postMessage({ type: "interrupt" });
  // A thread that is in its event loop takes the message and goes idle; terminating then would hit the next cell.
  setTimeout(() => {
    const now = Atomics.load(state, 0);
    if (now === running) terminate();
    if (now !== idle && attempt < 100) interrupt(attempt + 1);
  }, patience);
}

const commands = new Socket({ fd: commandsFd, readable: true, writable: false });
commands.setEncoding("utf8");
commands.on(
  "data",
  lineSplitter((line) => {
    const command = JSON.parse(line) as Command;
    if (command.type === "interrupt") interrupt();
    else {
      if (command.type === "run" || command.type === "evaluate") asked++;
      parentPort?.postMessage(command);
    }
  }) as (chunk: string | Buffer) => void,
);
commands.on("close", () => process.kill(process.pid, "SIGKILL"));
