/**
 * Which cell the present code belongs to, also in its timers. Node knows it of every promise; here each turn of the
 * event loop belongs to one cell, and what a turn sets going belongs to the same.
 */

/** The cell that began last; turns whose cell is unknown are taken for its. */
let latest = 0;
let current = 0;

const endOfTurn = new MessageChannel();
endOfTurn.port1.onmessage = () => {
  current = latest;
};

export const currentCell = (): number => current;

export function beginCell(cell: number): void {
  latest = cell;
  current = cell;
}

type Callback = (...values: never[]) => unknown;

/** The callback, run in a turn that belongs to the cell that is current now. */
export function bound<F extends Callback>(callback: F): F {
  const cell = current;
  return function (this: unknown, ...values: never[]) {
    current = cell;
    if (cell !== latest) endOfTurn.port2.postMessage(0);
    return callback.apply(this, values);
  } as F;
}

type Start = (callback: () => void, ms?: number) => number;
type BrowserTimers = Record<"setTimeout" | "setInterval", Start> &
  Record<`clear${"Timeout" | "Interval"}`, (id: number) => void>;

/** What Node's timers give; the browser's own are numbers, which `clearTimeout` takes from it. */
class Timer {
  readonly #start: () => number;
  readonly #clear: (id: number) => void;
  #id: number;

  constructor(start: () => number, clear: (id: number) => void) {
    this.#start = start;
    this.#clear = clear;
    this.#id = start();
  }

  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
  refresh(): this {
    this.#clear(this.#id);
    this.#id = this.#start();
    return this;
  }
  [Symbol.toPrimitive](): number {
    return this.#id;
  }
}

/** Puts the timers that cells use in the place of the browser's own. */
export function installTimers(): void {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = self as unknown as BrowserTimers;
  const timer =
    (start: Start, clear: (id: number) => void) =>
    (callback: Callback, ms?: number, ...values: never[]): Timer => {
      const inCell = bound(() => callback(...values));
      return new Timer(() => start(inCell, ms), clear);
    };

  // A message comes in the next turn; a timer waits for 4 ms once they are nested.
  const turns = new MessageChannel();
  const immediates = new Map<number, () => void>();
  let count = 0;
  turns.port1.onmessage = ({ data }) => {
    const callback = immediates.get(data);
    immediates.delete(data);
    callback?.();
  };
  const forget = (id: number) => void immediates.delete(id);
  const setImmediate = (callback: Callback, ...values: never[]): Timer => {
    const inCell = bound(() => callback(...values));
    const start = () => {
      immediates.set(++count, inCell);
      turns.port2.postMessage(count);
      return count;
    };
    return new Timer(start, forget);
  };

  const port = Object.getOwnPropertyDescriptor(MessagePort.prototype, "onmessage") as PropertyDescriptor;
  Object.defineProperty(MessagePort.prototype, "onmessage", {
    ...port,
    set(callback: Callback | null) {
      port.set?.call(this, callback && bound(callback));
    },
  });

  Object.assign(self, {
    setTimeout: timer(setTimeout, clearTimeout),
    setInterval: timer(setInterval, clearInterval),
    setImmediate,
    clearImmediate: (immediate?: Timer) => forget(Number(immediate)),
  });
}
