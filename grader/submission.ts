/** Finds out what exercise a handed-in notebook belongs to, and puts its cells back as the exercise has them. */
import { type Cell, gradeMetadata, type Notebook } from "./notebook";
import type { Exercise } from "./question";

/** What is run of a submission, in order, and what had to be repaired to get there. */
export type Submission = { cells: RunCell[]; repairs: string[] };
/** `name` is the cell's id in the exercise, or says where a cell of the student's own stands. */
export type RunCell = { name: string; source: string };

/**
 * Returns the exercise that a notebook belongs to, or undefined if it belongs to none.
 *
 * It is known by its questions' cells, and where their ids are lost, by the names that its code declares.
 */
export function exerciseOf(notebook: Notebook, exercises: Exercise[]): Exercise | undefined {
  const ids = new Set(notebook.cells.flatMap((cell) => [cell.id, gradeMetadata(cell)?.grade_id]));
  const code = notebook.cells.map(({ source }) => source).join("\n");
  const isThere = ({ id, name }: Exercise["questions"][number]) =>
    ids.has(id) || ids.has(`${id}-answer`) || new RegExp(`\\b(function|const|let|var) +${name}\\b`).test(code);
  const found = exercises.map((exercise) => ({ exercise, count: exercise.questions.filter(isThere).length }));
  const [best] = found.toSorted((a, b) => b.count - a.count);
  return best && best.count > 0 ? best.exercise : undefined;
}

/**
 * Returns the cells of a submission in the exercise's order.
 *
 * Locked cells are the exercise's own, whatever the submission has in their place. Check cells are left out: grading
 * has its own. A cell that the student added runs after the cell of the exercise that it follows.
 */
export function assemble(submitted: Notebook, released: Notebook): Submission {
  const known = new Set(released.cells.map(({ id }) => id));
  const copies = new Map<string, Cell[]>();
  const added = new Map<string, RunCell[]>();
  const order: string[] = [];
  let anchor = "";
  for (const [i, cell] of submitted.cells.entries()) {
    const id = [gradeMetadata(cell)?.grade_id, cell.id].find((one) => one !== undefined && known.has(one));
    if (id !== undefined) {
      copies.set(id, [...(copies.get(id) ?? []), cell]);
      if (!order.includes(id)) order.push(id);
      anchor = id;
    } else if (cell.type === "code") {
      added.set(anchor, [...(added.get(anchor) ?? []), { name: `number ${i + 1}`, source: cell.source }]);
    }
  }
  const repairs: string[] = [];
  const cells = [...(added.get("") ?? [])];
  for (const release of released.cells) {
    if (release.type === "code") cells.push(...runnable(release, copies.get(release.id) ?? [], repairs));
    cells.push(...(added.get(release.id) ?? []));
  }
  const expected = released.cells.map(({ id }) => id).filter((id) => copies.has(id));
  if (order.some((id, i) => id !== expected[i])) repairs.push("Cells were moved: they ran in the exercise's order.");
  return { cells, repairs };
}

/** What runs in the place of one code cell of the exercise. */
function runnable(release: Cell, copies: Cell[], repairs: string[]): RunCell[] {
  const { id, source } = release;
  const grading = gradeMetadata(release);
  const isOurs = grading?.locked === true && !grading.solution;
  const isCheck = grading?.grade === true;
  // Only its answers and what grading replaces matter: an example may be changed or thrown away.
  if (isOurs || grading?.solution) {
    const effect = isCheck ? "" : isOurs ? " The exercise's own was run." : "";
    if (copies.length === 0) repairs.push(`The cell \`${id}\` is missing.${effect}`);
    if (copies.length > 1) repairs.push(`The cell \`${id}\` is there ${copies.length} times.${effect}`);
    if (isOurs && copies.some((copy) => copy.source.trim() !== source.trim()))
      repairs.push(`The locked cell \`${id}\` was changed.${effect}`);
    if (!isOurs && copies.some(({ type }) => type !== "code"))
      repairs.push(`The cell \`${id}\` was not code: it was read as code.`);
  }
  if (isCheck) return [];
  if (isOurs) return [{ name: id, source }];
  // Beside a copy that was worked on, one as it was shipped must not undo the work.
  const worked = copies.filter((copy) => copy.source.trim() !== source.trim());
  return (worked.length > 0 ? worked : copies).map((copy) => ({ name: id, source: copy.source }));
}
