/** The `console` of cells, which prints as Node's does. */
import { format, inspect } from "node-inspect-extracted";

type Print = (name: "stdout" | "stderr", text: string) => void;

/** A value of a cell of a table, in one line. */
const shown = (value: unknown) =>
  inspect(value, { depth: 0, maxArrayLength: 3, breakLength: Number.POSITIVE_INFINITY });

/** Lines of cells, the first of them the head, within frames. */
function framed(lines: string[][]): string {
  const widths = lines[0].map((_, j) => Math.max(...lines.map((line) => line[j].length)) + 2);
  const line = (cells: string[]) => `│${cells.map((cell, j) => ` ${cell}`.padEnd(widths[j])).join("│")}│`;
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map((width) => "─".repeat(width)).join(middle) + right;
  const [head, ...body] = lines.map(line);
  return [rule("┌", "┬", "┐"), head, rule("├", "┼", "┤"), ...body, rule("└", "┴", "┘")].join("\n");
}

/** Rows as `console.table` draws them, or undefined where the value is no table. */
function drawnTable(rows: unknown, only?: readonly string[]): string | undefined {
  if (typeof rows !== "object" || rows === null) return undefined;
  const keys = rows instanceof Map ? [...rows.keys()].map(shown) : undefined;
  const isIterated = keys !== undefined || rows instanceof Set;
  const entries = Object.entries(isIterated ? [...(rows as Set<unknown>).values()] : rows);
  const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  const columns = only ?? [...new Set(entries.flatMap(([, row]) => (isRecord(row) ? Object.keys(row) : [])))];
  const hasValues = entries.some(([, row]) => !isRecord(row));
  const head = [
    isIterated ? "(iteration index)" : "(index)",
    ...(keys ? ["Key"] : []),
    ...columns,
    ...(hasValues ? ["Values"] : []),
  ];
  const lines = entries.map(([index, row], i) => [
    index,
    ...(keys ? [keys[i]] : []),
    ...columns.map((name) => (isRecord(row) && Object.hasOwn(row, name) ? shown(row[name]) : "")),
    ...(hasValues ? [isRecord(row) ? "" : shown(row)] : []),
  ]);
  return framed([head, ...lines]);
}

const duration = (ms: number): string => (ms < 1000 ? `${Number(ms.toFixed(3))}ms` : `${(ms / 1000).toFixed(3)}s`);

/** @param now milliseconds from any beginning. */
export function makeConsole(print: Print, now: () => number) {
  let indent = "";
  const counts = new Map<string, number>();
  const starts = new Map<string, number>();
  const write = (name: "stdout" | "stderr", text: string): void =>
    print(name, `${indent ? text.replace(/^/gm, indent) : text}\n`);
  const log = (...values: unknown[]) => write("stdout", format(...values));
  const error = (...values: unknown[]) => write("stderr", format(...values));
  const group = (...labels: unknown[]) => {
    if (labels.length) log(...labels);
    indent += "  ";
  };
  const timeLog = (label = "default", ...values: unknown[]) => {
    const start = starts.get(label);
    if (start === undefined) error(`No such label '${label}' for console.time()`);
    else log(`${label}: ${duration(now() - start)}`, ...values);
  };
  return {
    log,
    info: log,
    debug: log,
    error,
    warn: error,
    trace: (...values: unknown[]) => error(`Trace${values.length ? `: ${format(...values)}` : ""}`),
    dir: (value: unknown, options?: object) => write("stdout", inspect(value, { customInspect: false, ...options })),
    table: (rows: unknown, columns?: readonly string[]) => log(drawnTable(rows, columns) ?? rows),
    assert(condition?: unknown, ...values: unknown[]) {
      if (!condition) error(values.length ? `Assertion failed: ${format(...values)}` : "Assertion failed");
    },
    count(label = "default") {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      log(`${label}: ${counts.get(label)}`);
    },
    countReset: (label = "default") => void counts.delete(label),
    group,
    groupCollapsed: group,
    groupEnd() {
      indent = indent.slice(2);
    },
    time: (label = "default") => void starts.set(label, now()),
    timeLog,
    timeEnd(label = "default") {
      timeLog(label);
      starts.delete(label);
    },
  };
}
