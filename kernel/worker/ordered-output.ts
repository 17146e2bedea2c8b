/** What cells show, as frames in the order in which things happened, text in batches. Nothing of Node in it. */
import type { Frame, Output } from "../frames";

/** Text is handed over when there is this much of it, or after this long: 64 kB, 40 ms. */
const batch = { characters: 65536, ms: 40 };

type Sink = {
  send(frame: Frame): void;
  /** The run of a cell that the present code belongs to. */
  currentCell(): number;
};

export function orderedOutput({ send, currentCell }: Sink) {
  // A cell may put others in their place.
  const now = performance.now.bind(performance);
  const later = setTimeout;
  const interrupted = new Set<number>();
  let pending: { cell: number; name: "stdout" | "stderr"; parts: string[]; length: number; since: number } | undefined;
  let isFlushPlanned = false;

  function flush(): void {
    if (!pending) return;
    const { cell, name, parts } = pending;
    pending = undefined;
    send({ type: "output", cell, output: { kind: "stream", name, text: parts.join("") } });
  }

  function endOfBatch(): void {
    isFlushPlanned = false;
    flush();
  }

  function emitText(name: "stdout" | "stderr", text: string): void {
    const cell = currentCell();
    if (pending && (pending.cell !== cell || pending.name !== name)) flush();
    pending ??= { cell, name, parts: [], length: 0, since: now() };
    pending.parts.push(text);
    pending.length += text.length;
    if (pending.length > batch.characters || now() - pending.since > batch.ms) flush();
    else if (!isFlushPlanned) {
      isFlushPlanned = true;
      later(endOfBatch, batch.ms);
    }
  }

  function emit(output: Output): void {
    if (interrupted.has(currentCell())) throw new Error("The cell was interrupted.");
    flush();
    send({ type: "output", cell: currentCell(), output });
  }

  /** A promise cannot be stopped: what still runs of an interrupted cell ends when it next shows something. */
  function endCell(cell: number): void {
    interrupted.add(cell);
  }

  return { emit, emitText, flush, endCell };
}
