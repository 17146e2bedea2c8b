/** What every cell finds without an import. */

interface DisplayOptions {
  /** Names the output: showing something else under the same name in the same cell replaces it. */
  id?: string;
  metadata?: Record<string, unknown>;
}

interface Display {
  /** Shows a value as the last expression of a cell is shown; `display(x, { id })` again replaces what it showed. */
  (value: unknown, options?: DisplayOptions): void;
  /** Replaces what was shown under `options.id`, also from another cell. */
  update(value: unknown, options: DisplayOptions & { id: string }): void;
  html(html: string, options?: DisplayOptions): void;
  markdown(markdown: string, options?: DisplayOptions): void;
  /** Typesets LaTeX; put it between `$$` or `$`. */
  latex(latex: string, options?: DisplayOptions): void;
  svg(svg: string, options?: DisplayOptions): void;
  /** Bytes, or base64. */
  png(png: Uint8Array | string, options?: DisplayOptions): void;
  jpeg(jpeg: Uint8Array | string, options?: DisplayOptions): void;
  gif(gif: Uint8Array | string, options?: DisplayOptions): void;
  pdf(pdf: Uint8Array | string, options?: DisplayOptions): void;
  json(value: unknown, options?: DisplayOptions): void;
  javascript(code: string, options?: DisplayOptions): void;
  text(text: string, options?: DisplayOptions): void;
  /** Shows content of any MIME type. */
  raw(type: string, content: unknown, options?: DisplayOptions): void;
  /** Clears the cell's output; with `wait`, when the next output comes. */
  clear(options?: { wait?: boolean }): void;
}

/** Shows something below the cell while it runs. */
declare const display: Display;

/** Asks the reader for a line of text: `const name = await input("Your name?")`. */
declare function input(prompt?: string, options?: { password?: boolean }): Promise<string>;

interface ProgressOptions {
  /** Stands before the numbers. */
  label?: string;
  /** How many items there will be, where they do not say it themselves. */
  total?: number;
}

/**
 * Shows a bar while a loop runs: `for (const k of progress(1000))`, `for (const x of progress(list))`,
 * `for await (const step of progress(train(...), { total: 500 }))`.
 */
declare function progress(count: number, options?: ProgressOptions): Iterable<number>;
declare function progress<T>(items: Iterable<T>, options?: ProgressOptions): Iterable<T>;
declare function progress<T>(items: AsyncIterable<T>, options?: ProgressOptions): AsyncIterable<T>;
