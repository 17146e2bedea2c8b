/** The worker that compiles and checks cells, as the page sees it. */
import { type Ask, asking } from "../../kernel/compiler/questions";
import { importedAs, type Place, startWorker } from "./place";

export type Compiler = Place & {
  url: string;
  ask: Ask;
  /** Resolves when it has read its declarations. */
  ready: Promise<unknown>;
  end(): void;
};

/** One without a kernel: it has TypeScript and the course's types read, which the next kernel need not wait for. */
let spare: Compiler | undefined;

function startCompiler(url: string, place: Place): Compiler {
  const worker = startWorker(url, place);
  const { ask, take, fail } = asking((question) => worker.postMessage(question));
  worker.onmessage = ({ data }) => take(data);
  worker.onerror = ({ message }) => fail(new Error(`The worker that compiles cells failed: ${message}`));
  // The first question of each kind takes longest: TypeScript reads its declarations, the browser compiles TypeScript.
  void ask("preload", [importedAs(place.folder, "lib"), "mathjs"]).catch(() => {});
  const ready = ask("compile", "1 + 1", "").catch(() => {});
  return { ...place, url, ask, ready, end: () => worker.terminate() };
}

/** Starts a compiler for the kernel that will be started, while the page is still being set up. */
export function prepareCompiler(url: string, place: Place): void {
  spare ??= startCompiler(url, place);
}

export function takeCompiler(url: string, place: Place): Compiler {
  const taken = spare;
  spare = undefined;
  if (taken && taken.url === url && taken.files === place.files && taken.folder === place.folder) return taken;
  taken?.end();
  return startCompiler(url, place);
}

/** Keeps the compiler of a kernel that has ended for the next one: a restart is such an end. */
export function releaseCompiler(compiler: Compiler): void {
  void compiler.ask("clear");
  spare?.end();
  spare = compiler;
}
