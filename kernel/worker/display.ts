/** The `display` of cells: what it shows goes to `emit`. Nothing of Node in it. */

import type { Metadata, MimeBundle, Output } from "../frames";
import { toBundle } from "./format";

type Options = { id?: string; metadata?: Metadata };

const base64 = (content: Uint8Array | string): string => {
  if (typeof content === "string") return content;
  let bytes = "";
  for (const byte of content) bytes += String.fromCharCode(byte);
  return btoa(bytes);
};

/** The one-line forms: `display.html("...")` shows content of this type. */
const textTypes = {
  html: "text/html",
  markdown: "text/markdown",
  latex: "text/latex",
  svg: "image/svg+xml",
  javascript: "application/javascript",
  text: "text/plain",
  json: "application/json",
};
const binaryTypes = { png: "image/png", jpeg: "image/jpeg", gif: "image/gif", pdf: "application/pdf" };

/** Where output goes, and which run of which cell it belongs to. */
export type Sink = { emit(output: Output): void; cell(): number; inspect(value: unknown): string };

/** Makes the `display` function of cells. */
export function makeDisplay(sink: Sink) {
  /** Ids that have been shown, by the run that showed them: the same id once more in that run replaces it. */
  const shown = new Map<string, number>();
  const show = (data: MimeBundle, { id, metadata = {} }: Options, update: boolean): void => {
    const again = id !== undefined && (update || shown.get(id) === sink.cell());
    if (id !== undefined) shown.set(id, sink.cell());
    sink.emit({ kind: "display", data, metadata, id, update: again });
  };
  const showValue = (value: unknown, options: Options, update: boolean): void | Promise<void> => {
    const bundle = toBundle(value, sink.inspect);
    if (bundle instanceof Promise) return bundle.then((data) => show(data, options, update));
    show(bundle, options, update);
  };

  const display = (value: unknown, options: Options = {}) => showValue(value, options, false);
  const raw = (type: string, content: unknown, options: Options = {}) =>
    show({ [type]: content instanceof Uint8Array ? base64(content) : content }, options, false);
  return Object.assign(display, {
    update: (value: unknown, options: Options) => showValue(value, options, true),
    raw,
    clear: ({ wait = false } = {}) => sink.emit({ kind: "clear", wait }),
    ...mapValues(textTypes, (type) => (content: unknown, options?: Options) => raw(type, content, options)),
    ...mapValues(
      binaryTypes,
      (type) => (content: Uint8Array | string, options?: Options) => raw(type, base64(content), options),
    ),
  });
}

function mapValues<K extends string, V>(record: Record<K, string>, make: (type: string) => V): Record<K, V> {
  return Object.fromEntries(Object.entries<string>(record).map(([key, type]) => [key, make(type)])) as Record<K, V>;
}
