/** What grading leaves on disk: a journal while it runs, then `results.json` and `results.csv`. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { NotebookResult } from "./grade";

/** One notebook's line in the results: graded, or with a sentence that says why not. */
export type Entry =
  | ({ file: string; exercise: string } & NotebookResult)
  | { file: string; exercise: ""; problem: string };

/** Keeps each notebook's result as soon as it is there, so that a killed run goes on where it was. */
export class Journal {
  readonly #path: string;
  readonly #known = new Map<string, Entry>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, "journal.jsonl");
    const lines = existsSync(this.#path) ? readFileSync(this.#path, "utf8").split("\n") : [];
    for (const line of lines) {
      try {
        const { key, entry } = JSON.parse(line);
        this.#known.set(key, entry);
      } catch {
        // The last line of a run that was killed may be cut off: its notebook is graded again.
      }
    }
  }

  find(key: string): Entry | undefined {
    return this.#known.get(key);
  }

  /** Returns when the line is on the disk. */
  add(key: string, entry: Entry): void {
    this.#known.set(key, entry);
    const file = openSync(this.#path, "a");
    // Begins with a line feed: what comes after a line that was cut off must not be glued to it.
    writeSync(file, `\n${JSON.stringify({ key, entry })}`);
    fsyncSync(file);
    closeSync(file);
  }
}

/** Returns the text of `results.json`: the same for the same submissions, in whatever order they were graded. */
export function resultsJson(entries: Entry[]): string {
  const notebooks = entries.map((entry) => {
    if ("problem" in entry) return { file: entry.file, problem: entry.problem };
    const { file, exercise, questions, remarks } = entry;
    return { file, exercise, ...totals(entry), questions, remarks };
  });
  return `${JSON.stringify({ notebooks }, null, 2)}\n`;
}

/** Returns points and maximum of a notebook; points are null where a question could not be graded. */
export function totals({ questions }: NotebookResult): { points: number | null; of: number } {
  const of = questions.reduce((sum, question) => sum + question.of, 0);
  if (questions.some(({ points }) => points === null)) return { points: null, of };
  return { points: questions.reduce((sum, question) => sum + (question.points as number), 0), of };
}

const columns = ["file", "exercise", "question", "number", "points", "of", "verdict", "misconception", "reason"];

/** Returns the text of `results.csv`, one line to a question (RFC 4180); points that are not known are empty. */
export function resultsCsv(entries: Entry[]): string {
  const rows = entries.flatMap((entry) => {
    if ("problem" in entry) return [[entry.file, "", "", "", null, null, "not graded", "", entry.problem]];
    return entry.questions.map(({ id, number, points, of, verdict, misconception, reason }) => {
      return [entry.file, entry.exercise, id, number, points, of, verdict, misconception, reason];
    });
  });
  return [columns, ...rows].map((row) => `${row.map(csvField).join(",")}\r\n`).join("");
}

function csvField(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return `${value}`;
  // A spreadsheet would run a text that begins like a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/**
 * Writes a file whole or not at all. What was there before, and says something else, is kept beside it under a number:
 * `results.1.json` is the first.
 */
export function writeResult(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  if (existsSync(path)) {
    if (readFileSync(path, "utf8") === text) return;
    const kept = (n: number) => join(folder, name.replace(".", `.${n}.`));
    let n = 1;
    while (existsSync(kept(n))) n++;
    renameSync(path, kept(n));
  }
  const file = openSync(`${path}.part`, "w");
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.part`, path);
}
