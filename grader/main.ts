/** The command that grades: `npm run grade -- PATH [--out FOLDER]`, for one notebook or a folder of them. */
import { createHash } from "node:crypto";
import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Session } from "../kernel/session";
import { exerciseIds, exerciseNotebook, loadExercise } from "./exercises";
import { type Graded, gradeSubmission, infraResult, limits } from "./grade";
import { canonicalNotebook, type Notebook, NotebookError, readNotebook } from "./notebook";
import { hiddenCases, publishQuestion } from "./publish";
import type { Exercise } from "./question";
import { type Entry, Journal, resultsCsv, resultsJson, totals, writeResult } from "./results";
import { courseSecret } from "./secret";
import { assemble, exerciseOf } from "./submission";

const root = join(__dirname, "..");
const memoryMb = 512;
const maxNotebookBytes = 64e6;
const usage = "Usage: npm run grade -- PATH [--out FOLDER]   (PATH is a notebook or a folder of notebooks)";

/** An exercise with all that grading it needs. */
type Course = { exercises: Exercise[]; released: Map<string, Notebook>; graded: Map<string, Graded[]> };

function loadCourse(secret: string): Course {
  const exercises = exerciseIds().map(loadExercise);
  const released = exercises.map((exercise): [string, Notebook] => {
    const solved = canonicalNotebook(readFileSync(join(root, "solutions", `${exercise.id}.ipynb`), "utf8"));
    return [exercise.id, readNotebook(exerciseNotebook(solved, exercise)).notebook];
  });
  const graded = exercises.map(({ id, questions }): [string, Graded[]] => [
    id,
    questions.map((question) => ({
      question: publishQuestion(question, "public"),
      hidden: hiddenCases(question, secret),
    })),
  ]);
  return { exercises, released: new Map(released), graded: new Map(graded) };
}

/** "04-bptt.ipynb", and what browsers make of it: "04-bptt (1).ipynb", "04-bptt.ipynb.json", "04-bptt.ipynb(2).txt". */
const notebookName = /\.ipynb( ?\(\d+\))?(\.(json|txt))?$/i;

/** The notebooks below a folder, as paths relative to it, in the order of their names. */
function notebooksIn(folder: string, within = ""): string[] {
  const byName = (a: Dirent, b: Dirent) => (a.name < b.name ? -1 : 1);
  const entries = readdirSync(join(folder, within), { withFileTypes: true }).sort(byName);
  return entries.flatMap((entry) => {
    const path = within === "" ? entry.name : `${within}/${entry.name}`;
    // Jupyter's checkpoints are old copies; a link could lead anywhere and is neither file nor folder here.
    if (entry.isDirectory()) return /^\.|^node_modules$/.test(entry.name) ? [] : notebooksIn(folder, path);
    return entry.isFile() && notebookName.test(entry.name) ? [path] : [];
  });
}

/** Changes whenever the same submission could give another result. */
function versionOf(secret: string): string {
  const hash = createHash("sha256").update(secret);
  for (const folder of ["grader", "kernel", "lib", "solutions"]) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    for (const file of files.filter((name) => /\.(ts|js|ipynb)$/.test(name)).sort())
      hash.update(file).update(readFileSync(join(root, folder, file)));
  }
  return hash.digest("hex");
}

/** What is thrown outside every promise, as by a message that cannot be read, ends this task and no other. */
async function untilThrown<T>(task: Promise<T>): Promise<T> {
  let stop: (error: Error) => void = () => {};
  const thrown = new Promise<never>((_, reject) => {
    stop = reject;
  });
  process.on("uncaughtException", stop);
  try {
    return await Promise.race([task, thrown]);
  } finally {
    process.off("uncaughtException", stop);
    task.catch(() => {});
  }
}

async function gradeFile(session: Session, path: string, file: string, course: Course): Promise<Entry> {
  try {
    const { size } = lstatSync(path);
    if (size > maxNotebookBytes) throw new NotebookError(`It has ${size} bytes; at most ${maxNotebookBytes} are read.`);
    const { notebook, faults } = readNotebook(readFileSync(path, "utf8"));
    const exercise = exerciseOf(notebook, course.exercises);
    if (!exercise) {
      const ids = course.exercises.map(({ id }) => id).join(", ");
      throw new NotebookError(`It is no exercise of this course: none of its cells belongs to ${ids}.`);
    }
    const graded = course.graded.get(exercise.id) as Graded[];
    const submission = assemble(notebook, course.released.get(exercise.id) as Notebook);
    submission.repairs.unshift(...faults);
    const result = await untilThrown(gradeSubmission(session, submission, graded)).catch((error) =>
      infraResult(graded, error),
    );
    return { file, exercise: exercise.id, ...result };
  } catch (error) {
    if (error instanceof NotebookError) return { file, exercise: "", problem: error.message };
    return { file, exercise: "", problem: `It cannot be read: ${(error as Error).message}.` };
  }
}

const isGraded = (entry: Entry): entry is Exclude<Entry, { problem: string }> => !("problem" in entry);
const isInfra = (entry: Entry) => isGraded(entry) && entry.questions.some(({ verdict }) => verdict === "infra-error");

/** Text of a submission must not steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away.
const printable = (text: string) => text.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
const say = (text: string) => console.log(text);

function table(entries: Entry[]): string {
  const graded = entries.filter(isGraded);
  const lines: string[] = [];
  for (const exercise of new Set(graded.map((entry) => entry.exercise))) {
    const some = graded.filter((entry) => entry.exercise === exercise);
    const head = [exercise, ...some[0].questions.map(({ number, of }) => `${number} (${of})`), "points"];
    const rows = some.map((entry) => {
      const { points, of } = totals(entry);
      const marks = entry.questions.map(({ verdict, points }) => (verdict === "right" ? `${points}` : verdict));
      return [printable(entry.file), ...marks, `${points ?? "?"} of ${of}`];
    });
    const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
    for (const row of [head, widths.map((width) => "-".repeat(width)), ...rows])
      lines.push(
        row
          .map((field, i) => field.padEnd(widths[i]))
          .join("  ")
          .trimEnd(),
      );
    lines.push("");
  }
  return lines.join("\n");
}

/** What somebody should know of a notebook, a sentence to a line. */
function remarksOf(entry: Entry): string[] {
  if (!isGraded(entry)) return [entry.problem];
  const questions = entry.questions.filter(({ reason, verdict }) => reason !== "" && verdict !== "right");
  if (isInfra(entry)) return entry.remarks;
  return [...entry.remarks, ...questions.map(({ number, reason }) => `${number}: ${reason}`)];
}

function argumentsOf(args: string[]): { path: string; out: string } | undefined {
  const at = args.indexOf("--out");
  const out = at < 0 ? "results" : args[at + 1];
  const rest = at < 0 ? args : args.filter((_, i) => i !== at && i !== at + 1);
  return rest.length === 1 && out !== undefined && !rest[0].startsWith("-") ? { path: rest[0], out } : undefined;
}

/** Returns the exit code: 0 if all was graded and nothing needs looking at. */
async function main(args: string[]): Promise<number> {
  const wanted = argumentsOf(args);
  if (!wanted) {
    console.error(usage);
    return 2;
  }
  const path = resolve(wanted.path);
  if (!existsSync(path)) {
    console.error(`Cannot grade ${wanted.path}: there is no such file or folder.`);
    return 1;
  }
  const isFolder = lstatSync(path).isDirectory();
  const files = isFolder ? notebooksIn(path) : [basename(path)];
  if (files.length === 0) {
    console.error(`Cannot grade ${wanted.path}: there is no notebook (.ipynb) in it.`);
    return 1;
  }
  const secret = courseSecret(join(root, ".secret"));
  const course = loadCourse(secret);
  const out = resolve(wanted.out);
  const journal = new Journal(out);
  const version = versionOf(secret);
  say(`${files.length === 1 ? "One notebook runs" : `${files.length} notebooks run`} in a plain child process:`);
  say(`${limits.cellMs / 1000} s to a cell, ${limits.callMs / 1000} s to a call, ${memoryMb} MB of heap.`);
  say("There is no sandbox yet: the code can read and write what you can. Grade people whom you trust.\n");

  const entries: Entry[] = [];
  let session: Session | undefined;
  for (const [i, file] of files.entries()) {
    const source = isFolder ? join(path, file) : path;
    const content = existsSync(source) ? readFileSync(source) : "";
    const key = createHash("sha256").update(`${version}/${file}/`).update(content).digest("hex");
    let entry = journal.find(key);
    const isNew = entry === undefined;
    if (!entry) {
      session ??= new Session({ folder: join(root, "exercises"), memoryMb, env: { PATH: process.env.PATH } });
      entry = await gradeFile(session, source, file, course);
      if (isInfra(entry)) {
        // What went wrong may still be in it.
        await session.close();
        session = undefined;
      }
      // What went wrong outside the notebook is not kept: the next run tries again.
      if (!("problem" in entry) && !entry.died) journal.add(key, entry);
    }
    entries.push(entry);
    const points = "problem" in entry ? "not graded" : `${totals(entry).points ?? "?"} of ${totals(entry).of}`;
    say(`[${i + 1}/${files.length}] ${printable(file)}: ${points}${isNew ? "" : " (as before)"}`);
  }
  await session?.close();

  writeResult(out, "results.json", resultsJson(entries));
  writeResult(out, "results.csv", resultsCsv(entries));
  say(`\n${table(entries)}`);
  for (const entry of entries)
    for (const remark of remarksOf(entry)) say(`${printable(entry.file)}: ${printable(remark)}`);
  say(`\nWritten to ${out}: results.json, results.csv.`);
  const isClean = entries.every((entry) => !("problem" in entry) && !entry.died);
  if (!isClean) console.error("Some notebooks need your eye: the sentences above say which.");
  return isClean ? 0 : 1;
}

if (require.main === module)
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: Error) => {
      console.error(
        `Grading stopped: ${error.message}. What was graded is kept, and the same command goes on from there.`,
      );
      process.exitCode = 1;
    },
  );
