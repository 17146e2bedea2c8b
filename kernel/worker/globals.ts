/** What cells find in their process: streams and child processes whose output is kept in order, display, input, require. */
import childProcess, { type ChildProcess } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { basename, join } from "node:path";
import { Writable } from "node:stream";
import { inspect as nodeInspect } from "node:util";
import { makeDisplay } from "./display";
import { printer } from "./format";
import { moduleLoader } from "./modules";
import { barrier, currentCell, emit, emitText, flush, send } from "./output";
import { makeProgress } from "./progress";
import { makeTslab } from "./tslab";

export const inspect = printer(nodeInspect);

function textStream(name: "stdout" | "stderr", fd: number): Writable {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      emitText(name, String(chunk));
      done();
    },
  });
  return Object.assign(stream, { fd });
}
Object.defineProperty(process, "stdout", { value: textStream("stdout", 1), configurable: true });
Object.defineProperty(process, "stderr", { value: textStream("stderr", 2), configurable: true });

/** Cells that have asked for a line and wait for it. */
export const waitingForInput: ((text: string) => void)[] = [];
const input = (prompt = "", { password = false } = {}): Promise<string> => {
  flush();
  send({ type: "input", cell: currentCell(), prompt, password });
  return new Promise((resolve) => waitingForInput.push(resolve));
};

const display = makeDisplay({ emit, cell: currentCell, inspect });
const folder = process.cwd();
const tslab = makeTslab(display, () => ({
  typescript: require("typescript").version,
  node: process.version,
}));
export const modules = moduleLoader(folder, { tslab });
Object.assign(globalThis, {
  display,
  input,
  progress: makeProgress(display, performance.now.bind(performance)),
  require: modules.require,
  __dirname: folder,
  __filename: join(folder, basename(folder)),
});

// Child processes that are waited for write to our stdout: what they wrote comes before what the cell shows next.
for (const name of ["execSync", "execFileSync", "spawnSync"] as const) {
  const original = childProcess[name] as (...values: unknown[]) => unknown;
  Object.assign(childProcess, {
    [name]: (...values: unknown[]) => {
      flush();
      try {
        return original(...values);
      } finally {
        barrier();
      }
    },
  });
}

/** `stdio` with a pipe in place of each of our own streams, and which of the child's streams those are. */
function piped(stdio: unknown): { stdio: unknown[]; inherited: number[] } {
  const list = Array.isArray(stdio) ? [...stdio] : ["stdin", "stdout", "stderr"].map(() => stdio ?? "pipe");
  const isOurs = (entry: unknown, fd: number) =>
    entry === "inherit" || entry === fd || entry === [process.stdout, process.stderr][fd - 1];
  const inherited = [1, 2].filter((fd) => isOurs(list[fd], fd));
  for (const fd of inherited) list[fd] = "pipe";
  return { stdio: list, inherited };
}

// What a child that runs beside the cells writes belongs to the cell that started it: hence through a pipe, whose events
// keep the context of that cell.
const spawn = childProcess.spawn as (...values: unknown[]) => ChildProcess;
Object.assign(childProcess, {
  spawn: (command: string, ...rest: unknown[]) => {
    const words = Array.isArray(rest[0]) ? (rest.shift() as string[]) : [];
    const options = (rest[0] ?? {}) as { stdio?: unknown };
    const { stdio, inherited } = piped(options.stdio);
    const child = spawn(command, words, { ...options, stdio });
    for (const fd of inherited) {
      const stream = (fd === 1 ? child.stdout : child.stderr)?.setEncoding("utf8");
      stream?.on("data", (text: string) => emitText(fd === 1 ? "stdout" : "stderr", text));
    }
    return child;
  },
});
syncBuiltinESMExports();
