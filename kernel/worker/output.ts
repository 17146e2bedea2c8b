/** What the worker process hands to the front over its pipe. */
import { AsyncLocalStorage } from "node:async_hooks";
import { writeSync } from "node:fs";
import { type Frame, framesFd } from "../frames";
import { orderedOutput } from "./ordered-output";
import { writing } from "./watch-states";

/** Shared with the watching thread. `[0]`: one of the states of watch-states.ts; `[1]`: how many runs have begun. */
export const state = new Int32Array(new SharedArrayBuffer(8));
const stringify = JSON.stringify;

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

export function send(frame: Frame): void {
  const before = Atomics.exchange(state, 0, writing);
  writeAll(framesFd, Buffer.from(`${stringify(frame)}\n`));
  Atomics.store(state, 0, before);
}

/** The run of a cell that the present code belongs to, also in its timers and promises. */
export const context = new AsyncLocalStorage<number>();
let latest = 0;
export const currentCell = () => context.getStore() ?? latest;
/** Output that belongs to no run, of a native library for instance, goes to the latest. */
export function setLatest(cell: number): void {
  latest = cell;
}

export const { emit, emitText, flush, endCell } = orderedOutput({ send, currentCell });

let barriers = 0;
/** Lets the front take everything from our own stdout and stderr (child processes write there) before what follows. */
export function barrier(): void {
  flush();
  const token = `\0unroll ${process.pid} ${++barriers}\0`;
  send({ type: "barrier", token });
  for (const fd of [1, 2])
    try {
      writeAll(fd, Buffer.from(token));
    } catch {} // A cell has closed it: the front does not wait for ever.
}
