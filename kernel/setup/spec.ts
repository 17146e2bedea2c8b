import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const logos = ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];

/** What Jupyter must know to start the kernel that lies in the folder `root`. */
function kernelSpec(root: string): object {
  return {
    argv: [process.execPath, join(root, "kernel", "boot.js"), "{connection_file}"],
    display_name: "TypeScript (unroll)",
    language: "typescript",
    interrupt_mode: "message",
  };
}

/** A link, or a copy where links are not allowed (Windows without developer mode, some network drives). */
function place(file: string, at: string): void {
  rmSync(at, { force: true });
  try {
    symlinkSync(file, at);
  } catch {
    copyFileSync(file, at);
  }
}

/**
 * Writes the kernelspec of the kernel in the folder `root` into `folder`.
 *
 * Beside the specification lies plotly.js. Every Jupyter server gives out the files of a kernel's folder, so charts
 * find it at `kernelspecs/unroll/plotly.js` under the server's address, without a network.
 */
export function writeSpecInto(folder: string, root: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "kernel.json");
  const text = `${JSON.stringify(kernelSpec(root), null, 2)}\n`;
  if (contentOf(file) !== text) writeFileSync(file, text);
  for (const logo of logos) copyFileSync(join(__dirname, "logo", logo), join(folder, logo));
  copyFileSync(join(__dirname, "mathjax.js"), join(folder, "mathjax.js"));
  place(join(root, "node_modules", "plotly.js-dist", "plotly.js"), join(folder, "plotly.js"));
}

/** Registers the kernel for the project in the folder `root`, and for nothing else: it writes `root/.jupyter` only. */
export function writeKernelSpec(root: string): void {
  writeSpecInto(join(root, ".jupyter", "kernels", "unroll"), root);
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Gives the environment in which Jupyter finds the kernel of the folder `root` before those that it finds anyway. */
export function withKernel(root: string, environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const path = [join(root, ".jupyter"), environment.JUPYTER_PATH].filter(Boolean).join(delimiter);
  return { ...environment, JUPYTER_PATH: path };
}
