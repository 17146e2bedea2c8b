/** Keeps what child processes write to the worker's own stdout and stderr in its place among the frames. */
import type { Readable } from "node:stream";
import type { Frame } from "../frames";

/** How long a worker's own stdout may hold up what follows, ms: a cell can have closed it. */
const barrierPatience = 1000;

/** The worker's own stdout and stderr, where child processes write, and the marks between which they are in order. */
export class Barriers {
  readonly #seen = new Map<string, number>();
  readonly #waiting = new Map<string, () => void>();

  constructor(streams: [Readable, Readable], onText: (name: "stdout" | "stderr", text: string) => void) {
    for (const [i, stream] of streams.entries()) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        const parts = (rest + chunk).split(/(\0unroll \d+ \d+\0)/);
        rest = "";
        for (const part of parts) {
          if (/^\0unroll \d+ \d+\0$/.test(part)) this.#note(part);
          else if (part) {
            // A mark may come in two pieces.
            const cut = /\0[^\0]{0,40}$/.exec(part)?.index ?? part.length;
            rest = part.slice(cut);
            if (cut > 0) onText(i === 0 ? "stdout" : "stderr", part.slice(0, cut));
          }
        }
      });
    }
  }

  #note(token: string): void {
    const count = (this.#seen.get(token) ?? 0) + 1;
    this.#seen.set(token, count);
    if (count === 2) this.#waiting.get(token)?.();
  }

  /** Resolves when everything before the mark has been handed over. */
  async passed(token: string): Promise<void> {
    if (this.#seen.get(token) !== 2)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, barrierPatience);
        this.#waiting.set(token, () => {
          clearTimeout(timer);
          resolve();
        });
      });
    this.#waiting.delete(token);
    this.#seen.delete(token);
  }
}

/** Frames in the order in which they were sent; a barrier holds up those behind it. */
export class FrameQueue {
  readonly #frames: Frame[] = [];
  #isHeldUp = false;

  constructor(
    readonly barriers: Barriers,
    readonly handle: (frame: Frame) => void,
  ) {}

  push(frame: Frame): void {
    this.#frames.push(frame);
    if (!this.#isHeldUp) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isHeldUp = true;
    for (let frame = this.#frames.shift(); frame; frame = this.#frames.shift()) {
      if (frame.type === "barrier") await this.barriers.passed(frame.token);
      else this.handle(frame);
    }
    this.#isHeldUp = false;
  }
}
