/** The thread that compiles and checks cells, completes and inspects, so that nothing else waits for TypeScript. */
import "./code-cache";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { version } from "typescript";
import { cacheFolder, kernelFolder } from "../folders";
import { compiling } from "./answers";
import { answering } from "./questions";
import { Types } from "./types";

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
    hasNode: true,
  },
  { always: ambient("always.d.ts"), insteadOfNode: ambient("instead-of-node.d.ts") },
);

const answer = answering(compiling(types), (answer) => parentPort?.postMessage(answer));
parentPort?.on("message", answer);
// The first cell should not wait for TypeScript to read its own declarations.
types.check("0");
