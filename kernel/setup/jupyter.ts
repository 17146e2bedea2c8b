import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { basename, delimiter, dirname, join, resolve } from "node:path";

const extension = process.platform === "win32" ? ".exe" : "";
/** Jupyter's front ends in the order in which they are looked for; `jupyter lab` is the program `jupyter-lab`. */
const frontEnds = ["jupyter-lab", "jupyter-notebook"];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Gives the first program of these names in these folders, the first name before the second. */
export function findProgram(names: string[], folders = foldersOf(process.env)): string | undefined {
  return names.flatMap((name) => folders.map((folder) => join(folder, name + extension))).find(isProgram);
}

function foldersOf(environment: NodeJS.ProcessEnv): string[] {
  return (environment.PATH ?? "").split(delimiter).filter(Boolean);
}

/**
 * Finds the program of a Jupyter front end: the one that the environment variable JUPYTER names, else JupyterLab,
 * else Jupyter Notebook, on PATH. Where JUPYTER names `jupyter` itself, its front ends are looked for beside it first.
 *
 * @throws Error where JUPYTER names what is not there.
 */
export function findJupyter(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = foldersOf(environment);
  const named = environment.JUPYTER;
  if (!named) return findProgram(frontEnds, folders);

  // A bare name is looked for on PATH, as a shell does; a path is taken from the current folder.
  const program = basename(named) === named ? findProgram([named], folders) : [resolve(named)].find(isProgram);
  if (!program) throw new Error(`Cannot start the Jupyter that JUPYTER names: there is no program ${named}`);
  if (basename(program, extension) !== "jupyter") return program;
  const found = findProgram(frontEnds, [dirname(program), ...folders]);
  if (!found) throw new Error(`Cannot start the Jupyter that JUPYTER names: ${program} has neither lab nor notebook`);
  return found;
}

/** What the front ends are told: the address of the start page, each in its own setting; see also `mathjax.js`. */
const settings = {
  lab: ["--LabApp.default_url=/lab/tree/notebooks/start.ipynb"],
  notebook: [
    "--NotebookApp.default_url=/notebooks/notebooks/start.ipynb", // version 6
    "--JupyterNotebookApp.default_url=/notebooks/notebooks/start.ipynb", // version 7
    "--NotebookApp.mathjax_config=TeX-AMS-MML_HTMLorMML-full,Safe,/kernelspecs/unroll/mathjax.js",
  ],
};

/**
 * Gives the options with which a front end opens the project in the folder `root` at its start page.
 *
 * The user's own options come last, and ours that they repeat are left out: Jupyter refuses an option given twice.
 */
export function jupyterOptions(program: string, root: string, own: string[] = []): string[] {
  const name = (option: string) => option.split("=")[0];
  return [
    `--notebook-dir=${root}`,
    ...(basename(program).includes("lab") ? settings.lab : settings.notebook),
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []), // Root is told to say so, else it ends at once.
  ]
    .filter((option) => !own.map(name).includes(name(option)))
    .concat(own);
}

const apt = "apt-get install --yes --no-install-recommends jupyter-notebook";

/** What people do elsewhere. */
const advice: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "brew install jupyterlab",
  win32: "py -m pip install jupyterlab",
};

function hasApt(): boolean {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}

/** Says how people install Jupyter on this system. */
export const howToInstallJupyter = (platform: NodeJS.Platform = process.platform, isDebian = hasApt()): string =>
  isDebian ? `sudo ${apt}` : (advice[platform] ?? "see https://jupyter.org/install");
