/** What the worker hands to the front: frames, in the order in which things happened, text in batches. */
import { AsyncLocalStorage } from "node:async_hooks";
import { writeSync } from "node:fs";
import { type Frame, framesFd, type Output } from "../frames";
import { writing } from "./watch-states";

/** Text is handed over when there is this much of it, or after this long: 64 kB, 40 ms. */
const batch = { characters: 65536, ms: 40 };

/** `[0]`: one of the states of watch-states.ts, shared with the watching thread. */
export const state = new Int32Array(new SharedArrayBuffer(4));
const stringify = JSON.stringify;
const now = performance.now.bind(performance);

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

const interrupted = new Set<number>();
/** A promise cannot be stopped: what still runs of an interrupted cell ends when it next shows something. */
export function endCell(cell: number): void {
  interrupted.add(cell);
}

let pending: { cell: number; name: "stdout" | "stderr"; parts: string[]; length: number; since: number } | undefined;
let isFlushPlanned = false;

export function flush(): void {
  if (!pending) return;
  const { cell, name, parts } = pending;
  pending = undefined;
  send({ type: "output", cell, output: { kind: "stream", name, text: parts.join("") } });
}

export function emitText(name: "stdout" | "stderr", text: string): void {
  const cell = currentCell();
  if (pending && (pending.cell !== cell || pending.name !== name)) flush();
  pending ??= { cell, name, parts: [], length: 0, since: now() };
  pending.parts.push(text);
  pending.length += text.length;
  if (pending.length > batch.characters || now() - pending.since > batch.ms) flush();
  else if (!isFlushPlanned) {
    isFlushPlanned = true;
    setTimeout(endOfBatch, batch.ms);
  }
}

function endOfBatch(): void {
  isFlushPlanned = false;
  flush();
}

export function emit(output: Output): void {
  if (interrupted.has(currentCell())) throw new Error("The cell was interrupted.");
  flush();
  send({ type: "output", cell: currentCell(), output });
}

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
