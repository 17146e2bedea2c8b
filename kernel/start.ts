/** `npm start`: registers the kernel, lays out the exercises and opens Jupyter at the start page. */

import { spawn } from "node:child_process";
import { copyFileSync, existsSync, constants as files, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { constants as system } from "node:os";
import { join, resolve } from "node:path";
import { findJupyter, installJupyter, jupyterOptions } from "./jupyter";
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

/** Runs Jupyter until it ends, hands it the signals that would end this process, and gives its exit code. */
function run(program: string, options: string[], root: string): Promise<number> {
  const jupyter = spawn(program, options, { cwd: root, env: withKernel(root), stdio: "inherit" });
  // Jupyter closes its kernels, and removes its files, before it ends; this process must not end before it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => jupyter.kill(signal));
  return new Promise((done, failed) => {
    jupyter.on("error", (error) => failed(new Error(`Cannot start ${program}: ${error.message}`)));
    jupyter.on("exit", (code, signal) => done(code ?? 128 + system.signals[signal as NodeJS.Signals]));
  });
}

async function start(root: string, options: string[]): Promise<number> {
  const program = findJupyter() ?? (await installJupyter());
  writeKernelSpec(root);
  for (const name of layOutExercises(root)) console.log(`work/${name} is laid out`);
  console.log(`Opening the course with ${program}. Ctrl-C here stops it.`);
  return run(program, jupyterOptions(program, root, options), root);
}

if (require.main === module) {
  start(resolve(__dirname, ".."), process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
