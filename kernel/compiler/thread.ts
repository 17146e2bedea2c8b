/** The thread that compiles and checks cells, completes and inspects, so that nothing else waits for TypeScript. */
import "./code-cache";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { version } from "typescript";
import { type ErrorReport, reportDiagnostics } from "../errors";
import { cacheFolder, kernelFolder } from "../folders";
import { compileCell } from "./compile";
import { type Completions, completeness, type Inspection, Types } from "./types";

/** What the thread is asked, by name: arguments and answer. */
export type Compiling = {
  /** Checks and compiles a cell; its names are kept when `commit` follows. */
  compile(source: string, name: string): { js: string; map: string } | { report: ErrorReport };
  commit(): void;
  /** Reads the types of packages that a cell is likely to import. */
  preload(packages: string[]): void;
  clear(): void;
  complete(source: string, offset: number): Completions;
  inspect(source: string, offset: number): Inspection | undefined;
  completeness(source: string): ReturnType<typeof completeness>;
};
export type Question = { id: number; ask: keyof Compiling; with: unknown[] };
export type Answer = { id: number; answer?: unknown; error?: string };

const { folder } = workerData as { folder: string };
const cached = <T>(f: (path: string) => T) => {
  const kept = new Map<string, T>();
  return (path: string): T => {
    if (!path.includes("/node_modules/")) return f(path);
    if (!kept.has(path)) kept.set(path, f(path));
    return kept.get(path) as T;
  };
};
const verdictOn = (texts: string[]): string => {
  const hash = createHash("sha1").update(version);
  for (const text of texts) hash.update("\0").update(text);
  return join(cacheFolder, `checked-${hash.digest("hex")}`);
};
const stateOf = (path: string) => statSync(path, { throwIfNoEntry: false });
const ambient = (name: string) => readFileSync(join(__dirname, "ambient", name), "utf8");

const types = new Types(
  folder,
  {
    fileExists: cached((path) => stateOf(path)?.isFile() ?? false),
    directoryExists: cached((path) => stateOf(path)?.isDirectory() ?? false),
    readFile: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
    realpath: cached((path) => (existsSync(path) ? realpathSync(path) : path)),
    version: cached((path) => {
      const state = stateOf(path);
      return state ? `${state.mtimeMs} ${state.size}` : "";
    }),
    wasRight: (texts) => existsSync(verdictOn(texts)),
    noteRight: (texts) => {
      try {
        mkdirSync(cacheFolder, { recursive: true });
        writeFileSync(verdictOn(texts), "");
      } catch {} // A folder that cannot be written costs time, not the result.
    },
    libFolder: dirname(require.resolve("typescript")),
    fallbackFolders: [dirname(kernelFolder)],
  },
  { always: ambient("always.d.ts"), insteadOfNode: ambient("instead-of-node.d.ts") },
);

/** Names that cells have put into the scope so far. */
const known = new Set<string>();
let toCommit = () => {};

const answers: Compiling = {
  compile(source, name) {
    toCommit = () => {};
    const { diagnostics, commit } = types.check(source);
    if (diagnostics.length) return { report: reportDiagnostics(diagnostics, source, name) };
    const { js, map, names } = compileCell(source, known);
    toCommit = () => {
      commit();
      for (const defined of names) known.add(defined);
    };
    return { js, map };
  },
  commit: () => toCommit(),
  preload: (packages) => void types.check(packages.map((name) => `import ${JSON.stringify(name)};`).join("\n")),
  clear() {
    types.clear();
    known.clear();
  },
  complete: (source, offset) => types.complete(source, offset),
  inspect: (source, offset) => types.inspect(source, offset),
  completeness,
};

parentPort?.on("message", ({ id, ask, with: values }: Question) => {
  let answer: Answer;
  try {
    answer = { id, answer: (answers[ask] as (...values: unknown[]) => unknown)(...values) };
  } catch (error) {
    answer = { id, error: String((error as Error).stack ?? error) };
  }
  parentPort?.postMessage(answer);
});
// The first cell should not wait for TypeScript to read its own declarations.
types.check("0");
