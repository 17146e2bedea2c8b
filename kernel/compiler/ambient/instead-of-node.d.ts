/** The globals that cells use most, as Node has them; the whole of Node's types is loaded when a cell needs more. */

interface Console {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  table(rows: unknown, columns?: readonly string[]): void;
  dir(value: unknown, options?: object): void;
  trace(...values: unknown[]): void;
  assert(condition?: unknown, ...values: unknown[]): void;
  count(label?: string): void;
  countReset(label?: string): void;
  group(...labels: unknown[]): void;
  groupCollapsed(...labels: unknown[]): void;
  groupEnd(): void;
  time(label?: string): void;
  timeLog(label?: string, ...values: unknown[]): void;
  timeEnd(label?: string): void;
}
declare var console: Console;

interface Timer {
  ref(): this;
  unref(): this;
  hasRef(): boolean;
  refresh(): this;
  [Symbol.toPrimitive](): number;
}
/** Also `resolve` of `new Promise((resolve) => setTimeout(resolve, 100))`, although it wants a value. */
// biome-ignore lint/suspicious/noConfusingVoidType: what wants no argument, or can do without.
type TimerCallback = (_: void) => void;
declare function setTimeout(callback: TimerCallback, ms?: number): Timer;
declare function setTimeout<A extends unknown[]>(callback: (...values: A) => void, ms?: number, ...values: A): Timer;
declare function setInterval(callback: TimerCallback, ms?: number): Timer;
declare function setInterval<A extends unknown[]>(callback: (...values: A) => void, ms?: number, ...values: A): Timer;
declare function setImmediate(callback: TimerCallback): Timer;
declare function setImmediate<A extends unknown[]>(callback: (...values: A) => void, ...values: A): Timer;
declare function clearTimeout(timer?: Timer | number): void;
declare function clearInterval(timer?: Timer | number): void;
declare function clearImmediate(timer?: Timer): void;
declare function queueMicrotask(callback: () => void): void;
declare function structuredClone<T>(value: T, options?: { transfer?: unknown[] }): T;
declare function atob(text: string): string;
declare function btoa(text: string): string;
declare var performance: { now(): number; readonly timeOrigin: number };
interface MessagePort {
  onmessage: ((event: { data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}
declare class MessageChannel {
  readonly port1: MessagePort;
  readonly port2: MessagePort;
}
declare class TextEncoder {
  encode(text?: string): Uint8Array;
}
declare class TextDecoder {
  constructor(encoding?: string);
  decode(bytes?: ArrayBuffer | ArrayBufferView): string;
}
declare var __dirname: string;
declare var __filename: string;
