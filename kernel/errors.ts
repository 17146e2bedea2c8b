/** Errors as a student reads them: name, message, and the lines of the cells that they typed. */

import type { Diagnostic } from "./compiler/types";
import type { MapPosition } from "./source-map";

/** The three fields of Jupyter's `error` message. */
export type ErrorReport = { ename: string; evalue: string; traceback: string[] };

const red = (text: string) => `\x1b[31m${text}\x1b[39m`;
const bold = (text: string) => `\x1b[1m${text}\x1b[22m`;
const faint = (text: string) => `\x1b[2m${text}\x1b[22m`;

/** Frames that are no work of the student's: the kernel's and Node's own. */
const isInternal = (file: string | null, kernelFolder: string) =>
  !file || file.startsWith("node:") || file.startsWith(kernelFolder) || file.startsWith("evalmachine");

/** What V8 says of the compiled text, said of the text that was typed. */
const asTyped = (message: string): string => message.replace(/__scope\.(?=[\p{ID_Start}$_])/gu, "");

/**
 * Makes the function that V8 calls to print a stack (`Error.prepareStackTrace`): positions are those of the source,
 * and frames of the kernel and of Node are left out.
 */
export function stackPrinter(map: MapPosition, kernelFolder: string) {
  return (error: unknown, sites: NodeJS.CallSite[]): string => {
    const frames = sites
      .filter((site) => !isInternal(site.getScriptNameOrSourceURL() ?? null, kernelFolder))
      .map((site) => {
        const { file, line, column } = map({
          file: site.getScriptNameOrSourceURL() ?? "",
          line: site.getLineNumber() ?? 0,
          column: (site.getColumnNumber() ?? 1) - 1,
        });
        // The body of a cell has no name, which the browser calls "eval".
        const name = site.getFunctionName()?.replace(/^__scope\.|^eval$/, "");
        const place = `${file}:${line}:${column + 1}`;
        return name ? `    at ${name} (${place})` : `    at ${place}`;
      });
    return [header(error), ...frames].join("\n");
  };
}

function header(error: unknown): string {
  const { name, message } = error as Error;
  return message ? `${name}: ${asTyped(String(message))}` : `${name}`;
}

type Frame = { name: string; file: string; line: number };

/** Reads the frames back from a stack that {@link stackPrinter} (or V8) has printed. */
function framesOf(stack: string): Frame[] {
  return [...stack.matchAll(/^ {4}at (?:(.*) \()?(.+?):(\d+):\d+\)?$/gm)].map(([, name = "", file, line]) => ({
    name,
    file,
    line: Number(line),
  }));
}

/** The lines around `line`, numbered, the line itself marked; `mark` underlines columns of it. */
function excerpt(source: string, line: number, mark?: { from: number; to: number }): string {
  const lines = source.split("\n");
  const first = Math.max(1, line - 2);
  const last = Math.min(lines.length, line + 2);
  const width = String(last).length;
  const numbered: string[] = [];
  for (let n = first; n <= last; n++) {
    const text = `${n === line ? ">" : " "} ${String(n).padStart(width)} | ${lines[n - 1]}`;
    numbered.push(n === line ? text : faint(text));
    if (n === line && mark)
      numbered.push(
        `  ${" ".repeat(width)} | ${" ".repeat(mark.from)}${red("^".repeat(Math.max(1, mark.to - mark.from)))}`,
      );
  }
  return numbered.join("\n");
}

/**
 * Reports what a cell has thrown, which may be anything.
 * @param sourceOf the text of a cell by its name (`Cell In[3]`), or of a file.
 * @param show prints a thrown value that is no Error.
 */
export function reportThrown(
  thrown: unknown,
  sourceOf: (file: string) => string | undefined,
  show: (value: unknown) => string,
): ErrorReport {
  if (!(thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]")) {
    const evalue = show(thrown);
    return { ename: "Thrown value", evalue, traceback: [`${bold(red("Thrown value"))}: ${evalue}`] };
  }
  const error = thrown as Error;
  const ename = String(error.name || "Error");
  const evalue = asTyped(String(error.message));
  const traceback = [`${bold(red(ename))}: ${evalue}`];
  let excerpts = 0;
  const frames = framesOf(String(error.stack ?? "")).slice(0, 20);
  for (const [i, { name, file, line }] of frames.entries()) {
    const inCell = /^Cell In\[/.test(file);
    traceback.push(`${faint("at")} ${name ? `${name}, ` : ""}${bold(inCell ? file : shortened(file))}, line ${line}`);
    const source = inCell || i === 0 ? sourceOf(file) : undefined;
    if (source && excerpts++ < 4) traceback.push(excerpt(source, line));
  }
  if (error.cause !== undefined) traceback.push(`${faint("caused by")} ${asTyped(show(error.cause))}`);
  return { ename, evalue, traceback };
}

/** What an interrupt throws into the cell that runs. */
export function interruption(): Error {
  const error = new Error("The cell was interrupted; variables keep the values that they had.");
  error.name = "KeyboardInterrupt";
  error.stack = "";
  return error;
}

/** The last three parts of a path. */
const shortened = (file: string) => file.split(/[\\/]/).slice(-3).join("/");

const forNumbers = "`+`, `-`, `*` and `/` are for numbers: go through a list with `map`, one number at a time.";

/** What helps with the commonest messages of the type checker. */
const advice: Record<number, string> = {
  2304: "Is it spelled right, and has the cell that defines it been run?",
  2307: "Is the path relative to the folder of this notebook, or the package installed in package.json?",
  2339: "If the value is a Promise, put `await` before it.",
  2801: "Put `await` before it: a Promise is always true.",
  2448: "It is used above the line that defines it.",
  2454: "It has no value yet where it is used.",
  2362: forNumbers,
  2363: forNumbers,
  2365: forNumbers,
  2588: "It was declared with `const`; declare it with `let` if it is to change.",
};

/** Whether the advice on a message is for this one, too. */
const isMatch = ({ code, message }: Diagnostic): boolean =>
  (code !== 2339 || /'Promise</.test(message)) && (code !== 2365 || /\[\]'/.test(message));

/**
 * Reports all that the type checker says of a cell, each message where it is said first, with its line marked, and with
 * the other lines of which it is said, too.
 * @param ownAdvice what helps where the cells run, by the number of the message.
 */
export function reportDiagnostics(
  diagnostics: Diagnostic[],
  source: string,
  cell: string,
  ownAdvice: Record<number, string> = {},
): ErrorReport {
  const isSyntax = (code: number) => code < 2000;
  const ename = diagnostics.some(({ code }) => isSyntax(code)) ? "SyntaxError" : "TypeScriptError";
  const lineOf = ({ start, line }: Diagnostic) => line ?? source.slice(0, start).split("\n").length;
  const traceback: string[] = [];
  for (const group of grouped(diagnostics)) {
    const [diagnostic] = group;
    const { message, code, start, end, file } = diagnostic;
    const lines = [...new Set(group.map(lineOf))];
    const place = `${lines.length > 1 ? "lines" : "line"} ${lines.join(", ")}`;
    traceback.push(`${bold(red(ename))}: ${message} ${faint(`(TS${code})`)}`);
    traceback.push(`${faint("at")} ${bold(file ? shortened(file) : cell)}, ${place}`);
    if (!file) {
      const from = start - (source.lastIndexOf("\n", start - 1) + 1);
      const endOfLine = source.indexOf("\n", start);
      traceback.push(
        excerpt(source, lines[0], { from, to: from + Math.min(end, endOfLine < 0 ? end : endOfLine) - start }),
      );
    }
    const help = ownAdvice[code] ?? advice[code];
    if (help && isMatch(diagnostic)) traceback.push(faint(help));
  }
  const [first] = diagnostics;
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : "";
  return { ename, evalue: `${first.message.split("\n")[0]}${more}`, traceback };
}

/** The diagnostics that say the same, together, in the order in which each is said first. */
function grouped(diagnostics: Diagnostic[]): Diagnostic[][] {
  const groups = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const key = `${diagnostic.file} ${diagnostic.message}`;
    groups.set(key, [...(groups.get(key) ?? []), diagnostic]);
  }
  return [...groups.values()];
}
