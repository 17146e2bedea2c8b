/** The worker that compiles and checks cells, completes and inspects, so that it answers while a cell runs. */
import { compiling } from "../../kernel/compiler/answers";
import { answering, type Question } from "../../kernel/compiler/questions";
import { type Files, Types } from "../../kernel/compiler/types";
import type { Declarations } from "./declarations";
import { courseFile, ownPlace } from "./place";

/** The name of the file with the declarations, in which its content's hash stands: bundle.ts puts it here. */
declare const declarationsFile: string;

const { files, folder } = ownPlace();

/** What helps with messages of the type checker in a browser. */
const whatThereIs =
  'In the browser a cell can import mathjs, "../lib", "../grader/check" and JSON files. ' +
  "Node's own names and modules are there when the course runs in a Jupyter of your own.";
const advice = { 2307: whatThereIs, 2580: whatThereIs, 2591: whatThereIs };

/** Texts by path, and the folders that they lie in. */
class MemoryFiles implements Files {
  readonly libFolder = "/typescript";
  readonly fallbackFolders = ["/course"];
  readonly hasNode = false;
  readonly #texts = new Map<string, string>();
  readonly #folders: Set<string>;
  readonly #versions = new Map<string, number>();

  constructor(notebookFolder: string) {
    this.#folders = new Set([notebookFolder]);
  }

  write(path: string, text: string | undefined): void {
    if (this.#texts.get(path) === text) return;
    if (text === undefined) this.#texts.delete(path);
    else this.#texts.set(path, text);
    this.#versions.set(path, (this.#versions.get(path) ?? 0) + 1);
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      this.#folders.add(path.slice(0, at));
  }

  fileExists = (path: string) => this.#texts.has(path);
  directoryExists = (path: string) => this.#folders.has(path);
  readFile = (path: string) => this.#texts.get(path);
  version = (path: string) => String(this.#versions.get(path) ?? "");
  // The course's own files were checked when the site was built.
  wasRight = () => true;
  noteRight() {}
}

async function start() {
  const response = await fetch(new URL(declarationsFile, self.location.href));
  if (!response.ok) throw new Error(`${declarationsFile}: ${response.status}`);
  const { texts, ambient } = (await response.json()) as Declarations;
  const notebookFolder = `/course${folder && `/${folder}`}`;
  const memory = new MemoryFiles(notebookFolder);
  for (const [path, text] of Object.entries(texts)) memory.write(path, text);
  const compiler = compiling(new Types(notebookFolder, memory, ambient), advice);
  const answer = answering(compiler, (answer) => self.postMessage(answer));

  /** The checker wants every file at once: JSON files that a cell imports are fetched before it begins. */
  async function fetchImports(source: string): Promise<void> {
    const names = source.matchAll(/\bfrom\s*["'](\.[^"'\n]*\.json)["']/g);
    const paths = [...names].flatMap(([, name]) => courseFile(folder, name) ?? []);
    const fetched = paths.map(async (path) => {
      const response = await fetch(files + path);
      memory.write(`/course/${path}`, response.ok ? await response.text() : undefined);
    });
    await Promise.all(fetched);
  }

  return async (question: Question) => {
    if (question.ask === "compile") await fetchImports(question.with[0] as string).catch(() => {});
    answer(question);
  };
}

const started = start();
self.onmessage = async ({ data }: MessageEvent<Question>) => {
  try {
    await (await started)(data);
  } catch (error) {
    self.postMessage({ id: data.id, error: `A part of the kernel could not be loaded (${error}). Reload the page.` });
  }
};
