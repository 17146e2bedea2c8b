/** Notebooks as files: the one place of the code base that reads and writes the .ipynb format. */
import { isRecord } from "./compare";

export type CellType = "code" | "markdown" | "raw";
export type Cell = { type: CellType; id: string; source: string; metadata: Record<string, unknown> };
export type Notebook = { cells: Cell[]; metadata: Record<string, unknown> };

/** nbgrader's part of a cell's metadata, schema 3; what it lacks is false. */
export type GradeMetadata = { grade_id: string; grade: boolean; solution: boolean; locked: boolean; points?: number };

/** The kernelspec that every notebook of the course names. */
export const kernelspec = { display_name: "TypeScript (unroll)", language: "typescript", name: "unroll" };

/** Says in a sentence why a file cannot be read as a notebook. */
export class NotebookError extends Error {}

const cellTypes = new Set<unknown>(["code", "markdown", "raw"]);

/**
 * Reads a notebook of format 4, from whatever program saved it.
 *
 * A cell that is broken is left out and named in `faults`, so that one bad cell does not cost the others.
 *
 * @throws NotebookError if the text is no notebook at all.
 * @example
 * const { notebook, faults } = readNotebook(readFileSync("04-bptt.ipynb", "utf8"));
 */
export function readNotebook(text: string): { notebook: Notebook; faults: string[] } {
  const file = parseFile(text);
  const faults: string[] = [];
  const cells: Cell[] = [];
  for (const [i, entry] of file.cells.entries()) {
    const cell = readCell(entry);
    if (typeof cell === "string") faults.push(`Cell ${i + 1} is broken and was left out: ${cell}.`);
    else cells.push(cell);
  }
  return { notebook: { cells, metadata: isRecord(file.metadata) ? file.metadata : {} }, faults };
}

function parseFile(text: string): { cells: unknown[]; metadata: unknown } {
  let file: unknown;
  try {
    // A byte order mark, which some editors put first, is not JSON.
    file = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const detail = text.trim() === "" ? "the file is empty" : (error as Error).message;
    throw new NotebookError(`It is not a notebook: a notebook is JSON, and ${detail}.`);
  }
  if (!isRecord(file) || typeof file.nbformat !== "number")
    throw new NotebookError("It is JSON but not a notebook: it has no `nbformat`.");
  if (file.nbformat !== 4)
    throw new NotebookError(`It is in notebook format ${file.nbformat}; format 4 is wanted: save it again in Jupyter.`);
  if (!Array.isArray(file.cells)) throw new NotebookError("It is a broken notebook: it has no list of cells.");
  return { cells: file.cells, metadata: file.metadata };
}

/** A cell, or what is wrong with it. */
function readCell(entry: unknown): Cell | string {
  if (!isRecord(entry)) return "it is not a record";
  if (!cellTypes.has(entry.cell_type)) return `its type is ${JSON.stringify(entry.cell_type)}, not code or markdown`;
  const lines = Array.isArray(entry.source) ? entry.source : [entry.source];
  if (!lines.every((line) => typeof line === "string")) return "its source is not text";
  return {
    type: entry.cell_type as CellType,
    id: typeof entry.id === "string" ? entry.id : "",
    source: lines.join(""),
    metadata: isRecord(entry.metadata) ? entry.metadata : {},
  };
}

/** Returns what nbgrader's metadata say of a cell, or undefined where they say nothing that can be used. */
export function gradeMetadata(cell: Cell): GradeMetadata | undefined {
  const found = cell.metadata.nbgrader;
  if (!isRecord(found) || typeof found.grade_id !== "string") return undefined;
  const { grade_id, points } = found;
  const kind = { grade: found.grade === true, solution: found.solution === true, locked: found.locked === true };
  return typeof points === "number" ? { grade_id, ...kind, points } : { grade_id, ...kind };
}

/**
 * Returns the canonical text of a notebook: format 4.5, no outputs, no execution counts, keys in order.
 *
 * The layout is the one that Jupyter itself writes (indent 1, sorted keys), so that saving in Jupyter changes little.
 */
export function writeNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map(({ type, id, metadata, source }) => ({
    cell_type: type,
    id,
    metadata,
    source: source.match(/.*\n|.+$/g) ?? [],
    ...(type === "code" ? { execution_count: null, outputs: [] } : {}),
  }));
  return `${JSON.stringify(sorted({ cells, metadata: notebook.metadata, nbformat: 4, nbformat_minor: 5 }), null, 1)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

const keptCellMetadata = ["nbgrader", "deletable", "editable", "tags", "jupyter"];

/**
 * Returns the canonical text of one of the course's own notebooks, from what an author saved.
 *
 * Outputs, counts and what editors leave in the metadata go; the kernelspec is ours; blank lines at the end of a cell go.
 * A cell that counts for grading takes its grade_id for its id; an id that Jupyter made up becomes a slug of the
 * cell's first words.
 *
 * @throws NotebookError if the notebook has a fault that only its author can mend.
 */
export function canonicalNotebook(text: string): string {
  const { notebook, faults } = readNotebook(text);
  if (faults.length > 0) throw new NotebookError(faults[0]);
  if (/"attachments": *\{ *"/.test(text))
    throw new NotebookError("It has a pasted picture (an attachment), which would be lost: draw it in a cell.");
  const taken = new Set<string>();
  const ownIds = notebook.cells.map((cell) => gradeMetadata(cell)?.grade_id ?? cell.id);
  for (const id of ownIds.filter((id) => slug.test(id))) {
    if (taken.has(id)) throw new NotebookError(`Two cells have the id \`${id}\`.`);
    taken.add(id);
  }
  const cells = notebook.cells.map((cell, i) => {
    const source = cell.source.replace(/\r\n?/g, "\n").trimEnd();
    const id = slug.test(ownIds[i]) ? ownIds[i] : newSlug(source, taken);
    taken.add(id);
    const kept = keptCellMetadata.filter((key) => key in cell.metadata).map((key) => [key, cell.metadata[key]]);
    return { ...cell, id, source, metadata: Object.fromEntries(kept) };
  });
  return writeNotebook({ cells, metadata: { kernelspec } });
}

/** Words of letters and digits joined by `-`; not the eight hexadecimal digits, or the UUID, that Jupyter makes up. */
const slug = /^(?![0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?$)(?=.{1,64}$)[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/;

function newSlug(source: string, taken: Set<string>): string {
  const words = source.toLowerCase().match(/[a-z0-9]+/g) ?? ["empty"];
  const stem = words.slice(0, 5).join("-").slice(0, 48);
  for (let n = 1; ; n++) {
    const id = n === 1 ? stem : `${stem}-${n}`;
    if (slug.test(id) && !taken.has(id)) return id;
  }
}
