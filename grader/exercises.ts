/**
 * The command that makes exercises from solutions: `npm run exercises` writes, `npm run exercises -- --check` only looks.
 *
 * It also puts the notebooks that people edit, in `notebooks/` and `solutions/`, into their canonical form.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { kinds } from "./assess";
import {
  canonicalNotebook,
  type GradeMetadata,
  gradeMetadata,
  NotebookError,
  readNotebook,
  writeNotebook,
} from "./notebook";
import { publish } from "./publish";
import type { Exercise, Question } from "./question";

const begin = /^( *)\/\/ BEGIN SOLUTION$/;
const end = /^ *\/\/ END SOLUTION$/;

/**
 * Returns the exercise made from a solved notebook: stubs for solutions, locked checks, all else as it is.
 *
 * @throws NotebookError if the notebook and the questions are not in step, or a solution would be left in it.
 */
export function exerciseNotebook(solved: string, { questions }: Exercise): string {
  const { notebook } = readNotebook(solved);
  const graded = notebook.cells.map(gradeMetadata);
  for (const question of questions) requireCells(question, graded);
  const cells = notebook.cells.map((cell, i) => {
    const grading = graded[i];
    if (grading?.solution) {
      const question = questions.find(({ id }) => grading.grade_id === `${id}-answer`);
      if (!question) throw new NotebookError(`The cell \`${grading.grade_id}\` is a solution, but of no question.`);
      const metadata = { ...cell.metadata, deletable: false };
      return { ...cell, metadata, source: withStub(cell.source, question, grading.grade_id) };
    }
    if (/(BEGIN|END) SOLUTION/.test(cell.source))
      throw new NotebookError(`The cell \`${cell.id}\` has a solution's marker, but is not a solution cell.`);
    return grading?.locked ? { ...cell, metadata: { ...cell.metadata, deletable: false, editable: false } } : cell;
  });
  return writeNotebook({ ...notebook, cells });
}

/** A question has one cell for its answer, and after it one for its check, which carries its points. */
function requireCells({ id, points }: Question, graded: (GradeMetadata | undefined)[]): void {
  const answer = graded.findIndex((grading) => grading?.grade_id === `${id}-answer` && grading.solution);
  const check = graded.findIndex((grading) => grading?.grade_id === id && grading.grade && grading.locked);
  if (answer < 0) throw new NotebookError(`The question \`${id}\` has no solution cell \`${id}-answer\`.`);
  if (check < answer) throw new NotebookError(`The question \`${id}\` has no locked check cell after its answer.`);
  const found = graded[check]?.points;
  if (found !== points) throw new NotebookError(`The check of \`${id}\` carries ${found} points, not ${points}.`);
}

function withStub(source: string, question: Question, id: string): string {
  const lines = source.split("\n");
  const [from, to] = [lines.findIndex((line) => begin.test(line)), lines.findIndex((line) => end.test(line))];
  const markers = lines.filter((line) => /(BEGIN|END) SOLUTION/.test(line)).length;
  if (markers !== 2 || from < 0 || to < from)
    throw new NotebookError(`The cell \`${id}\` wants one \`// BEGIN SOLUTION\` and after it one \`// END SOLUTION\`.`);
  const indent = begin.exec(lines[from])?.[1] ?? "";
  const stub = kinds[question.kind].stub(question).split("\n");
  return [...lines.slice(0, from), ...stub.map((line) => indent + line), ...lines.slice(to + 1)].join("\n");
}

/** Returns the text of the file of public cases: JSON with one case, or one misconception, to a line. */
export function casesFile(exercise: Exercise): string {
  const published = publish(exercise);
  const questions = published.questions.map(({ cases, misconceptions, ...rest }) => {
    const lines = (items: unknown[]) => items.map((item) => `\n      ${JSON.stringify(item)}`).join(",");
    const head = JSON.stringify(rest).slice(0, -1);
    return `    ${head},\n     "cases": [${lines(cases)}],\n     "misconceptions": [${lines(misconceptions)}]}`;
  });
  return `{"exercise": ${JSON.stringify(published.exercise)},\n  "questions": [\n${questions.join(",\n")}\n  ]\n}\n`;
}

const root = join(__dirname, "..");

/** Returns the names of the exercises: `04-bptt`. A set of questions is one when it has its solved notebook. */
export function exerciseIds(): string[] {
  const files = readdirSync(join(root, "solutions"));
  return files.filter((file) => file.endsWith(".ipynb")).map((file) => basename(file, ".ipynb"));
}

/** Returns an exercise's specification. */
export function loadExercise(id: string): Exercise {
  return require(join(root, "solutions", id)).exercise as Exercise;
}

/** What every file should hold, by its path. */
function* wantedFiles(): Generator<{ path: string; text: () => string }> {
  for (const folder of ["notebooks", "solutions"]) {
    for (const file of readdirSync(join(root, folder)).filter((name) => name.endsWith(".ipynb"))) {
      const path = join(root, folder, file);
      yield { path, text: () => canonicalNotebook(readFileSync(path, "utf8")) };
    }
  }
  for (const id of exerciseIds()) {
    const solved = join(root, "solutions", `${id}.ipynb`);
    const target = join(root, "exercises", id);
    const exercise = loadExercise(id);
    yield {
      path: `${target}.ipynb`,
      text: () => exerciseNotebook(canonicalNotebook(readFileSync(solved, "utf8")), exercise),
    };
    // Beside the solved notebook too, which imports it as the exercise does.
    for (const folder of ["exercises", "solutions"])
      yield { path: join(root, folder, `${id}.cases.json`), text: () => casesFile(exercise) };
  }
}

function main(args: string[]): void {
  const isCheck = args.includes("--check");
  const complaints: string[] = [];
  let count = 0;
  mkdirSync(join(root, "exercises"), { recursive: true });
  for (const { path, text } of wantedFiles()) {
    count++;
    const shown = relative(root, path);
    try {
      const wanted = text();
      const found = existsSync(path) ? readFileSync(path, "utf8") : "";
      if (wanted === found) continue;
      if (isCheck) {
        const line = wanted.split("\n").findIndex((one, i) => one !== found.split("\n")[i]) + 1;
        complaints.push(`${shown} is not what \`npm run exercises\` writes (first at line ${line}): run it.`);
      } else {
        writeFileSync(path, wanted);
        console.log(`Wrote ${shown}.`);
      }
    } catch (error) {
      if (!(error instanceof NotebookError)) throw error;
      complaints.push(`${shown}: ${error.message}`);
    }
  }
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) process.exitCode = 1;
  else console.log(`${count} files of notebooks and exercises are in step.`);
}

if (require.main === module) main(process.argv.slice(2));
