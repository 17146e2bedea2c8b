/** Runs the course as a reader does, for the tests that need a real Jupyter, Python or browser. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { findJupyter, findProgram } from "../kernel/setup/jupyter";

export const root = resolve(__dirname, "..");

/** The notebooks that must run from top to bottom, as paths from the root. */
export const notebooks = ["notebooks", "solutions"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".ipynb"))
    .map((name) => `${folder}/${name}`),
);

export const jupyter = findJupyter();
export const nbconvert = findProgram(["jupyter-nbconvert"]);
export const chromium = findProgram(["chromium", "chromium-browser", "google-chrome"]);
/** The Python that has a module: the one on PATH may be another than the distribution's. */
export function pythonWith(module: string): string | undefined {
  return ["python3", "/usr/bin/python3"].find(
    (python) => spawnSync(python, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0,
  );
}

/** The reason to skip a test that needs a program: never in CI, where what is missing is a failure. */
export function skipWithout(needed: Record<string, string | undefined>): string | false {
  const missing = Object.keys(needed).filter((name) => !needed[name]);
  return missing.length > 0 && !process.env.CI ? `needs ${missing.join(" and ")}` : false;
}

export type Course = {
  /** Address of the server, with a `/` at its end. */
  url: string;
  token: string;
  /** All that was printed. */
  printed(): string;
  /** Presses Ctrl-C in the terminal and waits until the command has ended. */
  stop(): Promise<void>;
  /** Kills npm, and nothing but npm. */
  killNpm(): void;
};

/** Gives the command `npm start` in a terminal of its own, and waits until Jupyter has printed its address. */
export async function startCourse(environment: NodeJS.ProcessEnv = {}): Promise<Course> {
  const npm = spawn("npm", ["start", "--", "--no-browser", "--port", "18800"], {
    cwd: root,
    env: { ...process.env, ...environment },
    detached: true, // A process group, which gets Ctrl-C as a whole.
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const ended = once(npm, "exit") as Promise<[number | null]>;
  const address = new Promise<RegExpExecArray>((found) => {
    for (const stream of [npm.stdout, npm.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        const match = /(http:\/\/localhost:\d+\/)\S*\?token=(\w+)/.exec(printed);
        if (match) found(match);
      });
  });
  const early = ended.then(([code]) => {
    throw new Error(`npm start ended with code ${code} before Jupyter answered:\n${printed}`);
  });
  early.catch(() => {});
  const [, url, token] = await Promise.race([address, early]);
  return {
    url,
    token,
    printed: () => printed,
    stop: async () => {
      process.kill(-(npm.pid as number), "SIGINT");
      await ended;
    },
    killNpm: () => npm.kill(),
  };
}
