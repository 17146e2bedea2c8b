/**
 * `npm start`: registers the kernel, lays out the exercises and opens Jupyter at the start page. Where there is no
 * Jupyter, or with `--browser`, it opens the browser edition.
 */

import { spawn } from "node:child_process";
import { copyFileSync, existsSync, constants as files, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { constants as system } from "node:os";
import { join, resolve } from "node:path";
import { findJupyter, howToInstallJupyter, jupyterOptions } from "./jupyter";
import { withKernel, writeKernelSpec } from "./spec";

/**
 * Copies the exercises in the folder `root` to where a student works on them, and gives the names of what it wrote.
 *
 * A notebook there is the student's and is never touched. The public cases are not: they follow the exercises, so that
 * `check` asks what grading will ask.
 */
export function layOutExercises(root: string): string[] {
  const from = join(root, "exercises");
  const to = join(root, "work");
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from).sort();
  const notebooks = names.filter((name) => name.endsWith(".ipynb") && !existsSync(join(to, name)));
  const cases = names.filter((name) => name.endsWith(".cases.json") && !same(join(from, name), join(to, name)));
  // COPYFILE_EXCL: a notebook that appears between the look and the copy is not overwritten either.
  for (const name of notebooks) copyFileSync(join(from, name), join(to, name), files.COPYFILE_EXCL);
  for (const name of cases) copyFileSync(join(from, name), join(to, name));
  return [...notebooks, ...cases];
}

function same(file: string, other: string): boolean {
  return existsSync(other) && readFileSync(file).equals(readFileSync(other));
}

const isWindows = process.platform === "win32";

/**
 * Runs a program until it ends and gives its exit code.
 *
 * Jupyter closes its kernels and removes its files when it is asked to end (SIGTERM), but not when Ctrl-C strikes it
 * twice, or while it closes. So it gets a process group of its own, where the terminal's Ctrl-C does not reach it, and
 * this process asks. On Windows nothing can be asked of another process: there Ctrl-C reaches Jupyter itself.
 */
function run(program: string, options: string[], root: string): Promise<number> {
  const jupyter = spawn(program, options, {
    cwd: root,
    env: withKernel(root),
    detached: !isWindows,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const end = () => {
    if (!isWindows) jupyter.kill("SIGTERM");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  // `kill` of npm ends npm and its shell without a word to this process, which would run on, unseen.
  const { ppid } = process;
  setInterval(() => process.ppid !== ppid && end(), 1000).unref();
  return new Promise((done, failed) => {
    jupyter.on("error", (error) => failed(new Error(`Cannot start ${program}: ${error.message}`)));
    jupyter.on("exit", (code, signal) => done(code ?? 128 + system.signals[signal as NodeJS.Signals]));
  });
}

/** What the edition for Jupyter adds, and how to get it. */
const advice = () =>
  `Jupyter on this machine adds: your answers are files on your disk, a loop is stopped without losing what was
computed, and cells have all of Node. To get it: ${howToInstallJupyter()}, then \`npm start\` again.`;

async function startInBrowser(root: string, options: string[]): Promise<number> {
  const installed = await run(process.execPath, [join(root, "install.js"), "browser"], root);
  if (installed !== 0) return installed;
  return run(
    process.execPath,
    ["--require", join(root, "kernel/boot.js"), join(root, "browser/start.ts"), ...options],
    root,
  );
}

async function start(root: string, options: string[]): Promise<number> {
  if (options.includes("--browser"))
    return startInBrowser(
      root,
      options.filter((option) => option !== "--browser"),
    );
  const program = findJupyter();
  if (!program) {
    console.log(
      `No Jupyter was found: the course opens in your browser alone, in Jupyter's browser edition.\n${advice()}`,
    );
    return startInBrowser(root, options);
  }
  writeKernelSpec(root);
  for (const name of layOutExercises(root)) console.log(`work/${name} is laid out`);
  console.log(`Opening the course with ${program}. Ctrl-C here stops it.`);
  return run(program, jupyterOptions(program, root, options), root);
}

if (require.main === module) {
  start(resolve(__dirname, "../.."), process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
