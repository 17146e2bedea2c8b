import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { findJupyter, howToInstallJupyter, jupyterOptions } from "../kernel/setup/jupyter";
import { withKernel, writeKernelSpec } from "../kernel/setup/spec";
import { layOutExercises } from "../kernel/setup/start";
import { jupyter, root, skipWithout, startCourse } from "./course";

const { missing, whyNot } = require("../install.js") as {
  missing(lock: object, options: string[]): string[];
  whyNot(version: string, wanted: string): string | undefined;
};
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));

const folder = realpathSync(mkdtempSync(join(tmpdir(), "unroll-setup-")));
after(() => rmSync(folder, { recursive: true }));

/** An empty folder of its own for a test. */
function empty(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

function program(...path: string[]): string {
  const file = join(folder, ...path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "#!/bin/sh\n");
  chmodSync(file, 0o755);
  return file;
}

describe("the installer", () => {
  test("names the Node that is wanted to one that is too old", () => {
    assert.match(
      whyNot("18.19.0", ">=20.12") ?? "",
      /^Cannot run unroll on Node 18\.19\.0: it needs Node 20\.12 or later/,
    );
    assert.match(whyNot("20.11.1", ">=20.12") ?? "", /20\.12/);
    for (const version of ["20.12.0", "20.20.2", "22.0.0", "26.1.0"])
      assert.equal(whyNot(version, ">=20.12"), undefined);
  });

  test("finds a package that is absent or of another version", () => {
    assert.deepEqual(missing(lock, []), []);
    const wanted = {
      "": {},
      "node_modules/mathjs": { version: "0.0.1" },
      "node_modules/nowhere": { version: "1.0.0" },
    };
    assert.deepEqual(missing({ packages: wanted }, []), ["node_modules/mathjs", "node_modules/nowhere"]);
  });

  test("asks a student for no package that only tests need", () => {
    const packages = { "": {}, "node_modules/nowhere": { version: "1.0.0", dev: true } };
    assert.deepEqual(missing({ packages }, ["--omit=dev"]), []);
    assert.deepEqual(missing({ packages }, []), ["node_modules/nowhere"]);
  });

  test("costs less than 0.1 s and says nothing where all is there", () => {
    const durations = [1, 2, 3, 4, 5].map(() => {
      const begin = performance.now();
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "install.js")], { encoding: "utf8" });
      assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
      return performance.now() - begin;
    });
    const bare = [1, 2, 3, 4, 5].map(() => {
      const begin = performance.now();
      spawnSync(process.execPath, ["-e", "0"]);
      return performance.now() - begin;
    });
    const own = Math.min(...durations) - Math.min(...bare);
    assert.ok(own < 100, `${own.toFixed(0)} ms more than Node itself`);
  });

  test("says in a sentence that there is no network", () => {
    const copy = empty("no-network");
    for (const name of ["install.js", "package.json", "package-lock.json"]) cpSync(join(root, name), join(copy, name));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, "install.js")], {
      encoding: "utf8",
      // A port where nobody listens, and a cache with nothing in it.
      env: { ...process.env, npm_config_registry: "http://127.0.0.1:9/", npm_config_cache: join(copy, "cache") },
    });
    assert.equal(status, 1);
    assert.match(stdout, /^Installing \d+ packages/);
    assert.match(stderr, /Cannot install the packages: .* connect this machine to the internet/s);
  });
});

describe("Jupyter", () => {
  const lab = program("both", "jupyter-lab");
  const notebook = program("both", "jupyter-notebook");
  const other = program("other", "jupyter-notebook");
  const umbrella = program("both", "jupyter");
  const PATH = [join(folder, "other"), join(folder, "both")].join(delimiter);

  test("is JupyterLab before Jupyter Notebook, wherever on PATH they are", () => {
    assert.equal(findJupyter({ PATH }), lab);
    assert.equal(findJupyter({ PATH: join(folder, "other") }), other);
    assert.equal(findJupyter({ PATH: empty("nothing") }), undefined);
  });

  test("is the one that JUPYTER names, by path or by name", () => {
    assert.equal(findJupyter({ PATH, JUPYTER: notebook }), notebook);
    assert.equal(findJupyter({ PATH, JUPYTER: "jupyter-notebook" }), other);
    assert.equal(findJupyter({ PATH: empty("nothing"), JUPYTER: umbrella }), lab);
  });

  test("that JUPYTER names and that is not there is an error in a sentence", () => {
    assert.throws(() => findJupyter({ PATH, JUPYTER: "/nowhere/jupyter" }), {
      message: "Cannot start the Jupyter that JUPYTER names: there is no program /nowhere/jupyter",
    });
    const alone = program("alone", "jupyter");
    assert.throws(() => findJupyter({ PATH: "", JUPYTER: alone }), /has neither lab nor notebook$/);
  });

  test("opens the start page, in the course's folder, with the reader's own options last", () => {
    const options = jupyterOptions(notebook, "/course", ["--no-browser", "--port", "9000"]);
    assert.deepEqual(options.slice(-3), ["--no-browser", "--port", "9000"]);
    assert.ok(options.includes("--notebook-dir=/course"));
    assert.ok(options.includes("--NotebookApp.default_url=/notebooks/notebooks/start.ipynb"));
    assert.ok(jupyterOptions(lab, "/course").includes("--LabApp.default_url=/lab/tree/notebooks/start.ipynb"));
  });

  test("is never given an option twice", () => {
    const options = jupyterOptions(notebook, "/course", ["--notebook-dir=/elsewhere"]);
    assert.deepEqual(
      options.filter((option) => option.startsWith("--notebook-dir")),
      ["--notebook-dir=/elsewhere"],
    );
  });

  test("that is nowhere is not installed: the reader is told how people install it", () => {
    assert.match(howToInstallJupyter("linux", true), /^sudo apt-get install .*jupyter-notebook$/);
    assert.equal(howToInstallJupyter("darwin", false), "brew install jupyterlab");
    assert.match(howToInstallJupyter("linux", false), /jupyter\.org\/install$/);
  });
});

describe("the kernel's specification", () => {
  test("is written for this project only, and is found before the user's own", () => {
    const spec = join(root, ".jupyter", "kernels", "unroll");
    rmSync(spec, { recursive: true, force: true });
    writeKernelSpec(root);
    writeKernelSpec(root);
    const written = readdirSync(spec).sort();
    assert.deepEqual(written, [
      "kernel.json",
      "logo-32x32.png",
      "logo-64x64.png",
      "logo-svg.svg",
      "mathjax.js",
      "plotly.js",
    ]);
    const { argv } = JSON.parse(readFileSync(join(spec, "kernel.json"), "utf8"));
    assert.deepEqual(argv, [process.execPath, join(root, "kernel", "boot.js"), "{connection_file}"]);
    const own = withKernel(root, { JUPYTER_PATH: "/the/user's" }).JUPYTER_PATH;
    assert.equal(own, [join(root, ".jupyter"), "/the/user's"].join(delimiter));
    assert.equal(withKernel(root, {}).JUPYTER_PATH, join(root, ".jupyter"));
  });
});

describe("work/", () => {
  const project = empty("project");
  const at = (...path: string[]) => join(project, ...path);
  mkdirSync(at("exercises"));
  writeFileSync(at("exercises", "04-bptt.ipynb"), "as shipped");
  writeFileSync(at("exercises", "04-bptt.cases.json"), "{}");

  test("gets the exercises that are not there yet", () => {
    assert.deepEqual(layOutExercises(project), ["04-bptt.ipynb", "04-bptt.cases.json"]);
    assert.equal(readFileSync(at("work", "04-bptt.ipynb"), "utf8"), "as shipped");
    assert.deepEqual(layOutExercises(project), []);
  });

  test("keeps a student's notebook, and its cases follow the exercise", () => {
    writeFileSync(at("work", "04-bptt.ipynb"), "a student's evening");
    writeFileSync(at("exercises", "04-bptt.ipynb"), "a new edition");
    writeFileSync(at("exercises", "04-bptt.cases.json"), '{"new": 1}');
    assert.deepEqual(layOutExercises(project), ["04-bptt.cases.json"]);
    assert.equal(readFileSync(at("work", "04-bptt.ipynb"), "utf8"), "a student's evening");
    assert.equal(readFileSync(at("work", "04-bptt.cases.json"), "utf8"), '{"new": 1}');
  });
});

test("the start page links to each notebook and each exercise, and to nothing else", () => {
  const page = readFileSync(join(root, "notebooks", "start.ipynb"), "utf8");
  const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link).sort();
  const in_ = (folder: string) => readdirSync(join(root, folder)).filter((name) => name.endsWith(".ipynb"));
  const lecture = in_("notebooks").filter((name) => name !== "start.ipynb");
  assert.deepEqual(links, [...in_("exercises").map((name) => `../work/${name}`), ...lecture].sort());
});

describe("npm start", { skip: skipWithout({ Jupyter: jupyter }), timeout: 60_000 }, () => {
  test("opens the start page, gives out plotly.js, and leaves nothing behind after Ctrl-C", async () => {
    const HOME = empty("home");
    const course = await startCourse({
      HOME,
      npm_config_cache: join(HOME, "cache"),
      npm_config_update_notifier: "false",
    });
    const ask = (path: string, init?: RequestInit) =>
      fetch(`${course.url}${path}`, { ...init, headers: { Authorization: `token ${course.token}` } });
    try {
      assert.match((await ask("")).url, /\/notebooks\/start\.ipynb\??$/);
      const plotly = await (await ask("kernelspecs/unroll/plotly.js")).text();
      assert.ok(plotly === readFileSync(join(root, "node_modules", "plotly.js-dist", "plotly.js"), "utf8"));
      const kernel = await ask("api/kernels", { method: "POST", body: JSON.stringify({ name: "unroll" }) });
      assert.equal(kernel.status, 201);
      assert.ok(processesWith(HOME).length > 2);
    } finally {
      await course.stop();
    }
    assert.deepEqual(processesWith(HOME), []);
    const kept = join(HOME, ".local", "share", "jupyter");
    assert.ok(!existsSync(join(kept, "kernels")), "a kernel was registered for the user");
    assert.deepEqual(readdirSync(join(kept, "runtime")), ["notebook_cookie_secret"]);
  });

  test("ends Jupyter when npm is killed", async () => {
    const HOME = empty("another-home");
    const course = await startCourse({ HOME, npm_config_update_notifier: "false" });
    course.killNpm();
    for (let wait = 0; wait < 50 && processesWith(HOME).length > 0; wait++) await sleep(200);
    assert.deepEqual(processesWith(HOME), []);
  });
});

/** The processes that were started with this home folder (on Linux; none elsewhere). */
function processesWith(home: string): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, "utf8").includes(`HOME=${home}\0`);
    } catch {
      return false; // It ended meanwhile, or is another user's.
    }
  });
}
