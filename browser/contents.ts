/** What a student finds in the site: the notebooks, the exercises and their public cases, as JupyterLite reads them. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readNotebook, writeNotebook } from "../grader/notebook";

const root = join(__dirname, "..");

/** The folders that a student sees, and where their files come from: exercises are worked on in `work`, as natively. */
const folders = { notebooks: "notebooks", work: "exercises" };

/** What the start page says of the student's work: it replaces the cell with this id, which is true of files on disk. */
const yourWork = {
  id: "your-work",
  source: `## Where your work is

**This is the browser edition: nothing is written to your disk.** What you do is kept in this browser, on this computer, and is there when you come back, also without a network. It is lost when you clear the browser's data, and a private window forgets it when you close it.

- **Hand in** (above an exercise) downloads it as a file. Send that file to your teacher, and keep it: it is your copy.
- **Reset** puts the course's version in the place of a notebook. It asks first.
- A newer version of the course never changes a notebook that you have begun.
- **■** stops a cell. A loop that never pauses can only be stopped by starting the kernel again: then what was computed is lost, and you are told.

The edition for your own Jupyter also keeps what was computed when you stop a loop, has all of Node, and writes to your disk: install [Node](https://nodejs.org) and Jupyter, and run \`npm start\` in the course's folder.`,
};

/** The start page of this edition. @throws {Error} where the cell that it replaces is not there. */
export function startPage(text: string): string {
  const { notebook } = readNotebook(text);
  const place = notebook.cells.findIndex(({ id }) => id === yourWork.id);
  if (place < 0) throw new Error(`Cannot write the start page: notebooks/start.ipynb has no cell "${yourWork.id}"`);
  const [cell] = notebook.cells.splice(place, 1);
  // Before the lecture: nobody should begin an exercise without having read it.
  const lecture = notebook.cells.findIndex(({ id }) => id === "lecture");
  notebook.cells.splice(Math.max(lecture, 0), 0, { ...cell, source: yourWork.source });
  return writeNotebook(notebook);
}

/** Opened as this notebook is, its date is compared with the one that was opened; a date that moved with the course's
 * versions would make Jupyter ask, in the middle of work, whether to throw the work away. */
const date = "2026-01-01T00:00:00.000Z";

const common = { created: date, last_modified: date, writable: true };

function model(path: string, content: string): object {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const isNotebook = name.endsWith(".ipynb");
  return {
    ...common,
    name,
    path,
    content: null,
    format: "json",
    mimetype: "application/json",
    size: Buffer.byteLength(content),
    type: isNotebook ? "notebook" : "file",
    courseVersion: createHash("sha1").update(content).digest("hex"),
  };
}

const folderModel = (name: string, content: object[] | null): object => ({
  ...common,
  name,
  path: name,
  content,
  format: "json",
  mimetype: "application/json",
  type: "directory",
});

function write(site: string, path: string, text: string): void {
  const file = join(site, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
}

const listing = (site: string, folder: string, content: object[]) =>
  write(site, join("api/contents", folder, "all.json"), JSON.stringify(folderModel(folder, content)));

/** Writes the files into `files/` of the site and their listings into `api/contents/`. */
export function writeContents(site: string): void {
  for (const [folder, from] of Object.entries(folders)) {
    const names = readdirSync(join(root, from))
      .filter((name) => statSync(join(root, from, name)).isFile())
      .sort();
    const models = names.map((name) => {
      const text = readFileSync(join(root, from, name), "utf8");
      const content = `${folder}/${name}` === "notebooks/start.ipynb" ? startPage(text) : text;
      write(site, join("files", folder, name), content);
      return model(`${folder}/${name}`, content);
    });
    listing(site, folder, models);
  }
  listing(
    site,
    "",
    Object.keys(folders).map((name) => folderModel(name, null)),
  );
}
