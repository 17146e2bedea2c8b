/** What a student finds in the site: the notebooks, the exercises and their public cases, as JupyterLite reads them. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "typescript";
import { readNotebook, writeNotebook } from "../grader/notebook";
import { languageInfo } from "../kernel/front/content";

const root = join(__dirname, "..");

/** The folders that a student sees, and where their files come from: exercises are worked on in `work`, as natively. */
const folders = { notebooks: "notebooks", work: "exercises" };

/** What the start page says of the student's work. */
const yourWork = `## Where your work is

**This is the browser edition: nothing is written to your disk.** What you do is kept in this browser, on this computer, and is there when you come back, also without a network. It is lost when you clear the browser's data, and a private window forgets it when you close it.

- **Hand in** (above an exercise) downloads it as a file. Send that file to your teacher, and keep it: it is your copy.
- **Reset** puts the course's version in the place of a notebook. It asks first.
- A newer version of the course never changes a notebook that you have begun.
- **■** stops a cell. A loop that never pauses can only be stopped by starting the kernel again: then what was computed is lost, and you are told.

The edition for your own Jupyter also keeps what was computed when you stop a loop, has all of Node, and writes to your disk: install [Node](https://nodejs.org) and Jupyter, and run \`npm start\` in the course's folder.`;

/** What is true of files on a disk and not here: by file and cell, the words and what stands in their place. */
const changes: { path: RegExp; id: string; words: RegExp; here: string }[] = [
  { path: /^notebooks\/start\./, id: "your-work", words: /^.*$/s, here: yourWork },
  { path: /^notebooks\/start\./, id: "how", words: /is still there(?= \|)/, here: "is still there, but see below" },
  {
    path: /^work/,
    id: "done",
    words: /Save the notebook\./,
    here: "Press **Hand in** above, and send the file to your teacher.",
  },
  { path: /^work/, id: "done", words: / With `npm run grade [^`]*` you can run it yourself\./, here: "" },
];

/**
 * Returns the text of a notebook of the course as this edition has it.
 * @throws {Error} where it speaks of files in other words than those that are changed here.
 */
export function inThisEdition(text: string, path: string): string {
  const { notebook } = readNotebook(text);
  const { cells } = notebook;
  for (const { id, words, here } of changes.filter((change) => change.path.test(path))) {
    const cell = cells.find((one) => one.id === id);
    if (!cell) continue;
    if (!words.test(cell.source))
      throw new Error(`Cannot write ${path} for the browser: its cell "${id}" has no words like ${words}`);
    cell.source = cell.source.replace(words, here);
  }
  // Before the lecture: nobody should begin an exercise without having read it.
  const place = cells.findIndex(({ id }) => id === "your-work");
  const lecture = cells.findIndex(({ id }) => id === "lecture");
  if (place > lecture && lecture >= 0) cells.splice(lecture, 0, ...cells.splice(place, 1));
  // What Jupyter writes into a notebook when its kernel answers: one that has it is not changed by being read.
  return writeNotebook({ cells, metadata: { ...notebook.metadata, language_info: languageInfo(version) } });
}

/**
 * The date of all files. Jupyter compares it when it saves: a date that moved with the course's versions would make it
 * ask, in the middle of work, whether to throw the work away.
 */
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
      const content = name.endsWith(".ipynb") ? inThisEdition(text, `${folder}/${name}`) : text;
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
