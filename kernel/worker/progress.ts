/** A bar that shows how far a long loop has come. Nothing of Node in it. */
import type { MimeBundle } from "../frames";

/** Shortest time between two pictures of the bar, ms: a fast loop must not flood the notebook. */
const between = 100;

type Show = (value: unknown, options: { id: string }) => void;
type Options = { label?: string; total?: number };

const seconds = (ms: number): string => (ms < 59_500 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`);

function bar(done: number, total: number | undefined, label: string, elapsed: number): MimeBundle {
  const left = total && done > 0 && done < total ? `, ${seconds((elapsed / done) * (total - done))} left` : "";
  const text = `${label ? `${label}: ` : ""}${done}${total === undefined ? "" : ` of ${total}`}, ${seconds(elapsed)}${left}`;
  const value = total === undefined ? "" : ` value="${done}" max="${total}"`;
  const shown = text.replace(/[&<]/g, (c) => (c === "&" ? "&amp;" : "&lt;"));
  return { "text/html": `<progress${value} style="width:20em"></progress> ${shown}`, "text/plain": text };
}

/** Makes the `progress` of cells. */
export function makeProgress(display: Show, now: () => number) {
  let bars = 0;

  /**
   * Passes on what a loop runs over, a number n standing for 0 to n - 1, and shows a bar below the cell.
   * @example
   * for (const k of progress(1000, { label: "step" })) {}
   */
  return (items: number | Iterable<unknown> | AsyncIterable<unknown>, { label = "", total }: Options = {}) => {
    const source = typeof items === "number" ? Array(items).keys() : items;
    const { length, size } = source as { length?: number; size?: number };
    const all = total ?? (typeof items === "number" ? items : (length ?? size));
    const id = `progress-${++bars}-${now()}`;
    const start = now();
    let [done, last] = [0, Number.NEGATIVE_INFINITY];
    const show = (isLast: boolean) => {
      const time = now();
      if (!isLast && time - last < between) return;
      last = time;
      const bundle = bar(done, all, label, time - start);
      display({ [Symbol.for("Jupyter.display")]: () => bundle }, { id });
    };
    return {
      *[Symbol.iterator]() {
        for (const item of source as Iterable<unknown>) {
          show(false);
          yield item;
          done++;
        }
        show(true);
      },
      async *[Symbol.asyncIterator]() {
        for await (const item of source as AsyncIterable<unknown>) {
          show(false);
          yield item;
          done++;
        }
        show(true);
      },
    };
  };
}
