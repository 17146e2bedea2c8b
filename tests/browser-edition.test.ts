/** The browser edition, as a student has it: built by its command, served from a folder of a host, in a real Chromium. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type BrowserContext, chromium as driver, type Page } from "playwright-core";
import { filesBelow, writeServiceWorker } from "../browser/build";
import { inThisEdition } from "../browser/contents";
import { serve } from "../browser/serve";
import { select } from "../browser/site/select";
import { browserCommand } from "../browser/start";
import { findProgram } from "../kernel/setup/jupyter";
import { chromium, notebooks, root, skipWithout } from "./course";
import { assertWellRead, keepScreenshot, openNotebook, openPage, runAll } from "./reading";

const folder = mkdtempSync(join(tmpdir(), "unroll-browser-"));
const site = join(root, "dist/browser");
const base = "/course/rnn/"; // Not the root of the host: so every test is one of the sub-path too.

/** The site, built once for all tests; without it, the reason why they cannot run. */
function build(): { seconds: number; reason: string | false } {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "-s", "browser"], { cwd: root, encoding: "utf8" });
  const reason = `needs the site, which could not be built: ${stderr.slice(-1000)}`;
  if (status !== 0 && process.env.CI) throw new Error(reason);
  return { seconds: Number(/in ([\d.]+) s/.exec(stdout)?.[1]), reason: status !== 0 && reason };
}

const missing = skipWithout({ Chromium: chromium });
const built = missing ? { seconds: 0, reason: missing } : build();
const skip = built.reason;

let server: Server;
let port: number;
let browser: BrowserContext;
const address = (path = "") => `http://localhost:${port}${base}${path}`;
const page = (notebook: string) => address(`notebooks/index.html?path=${notebook}`);

const launch = async () => {
  browser = await driver.launchPersistentContext(join(folder, "profile"), {
    executablePath: chromium,
    args: ["--no-sandbox"],
    acceptDownloads: true,
  });
};
const listen = async (from = site) => {
  server = await serve(from, port ?? 0, base);
  port = (server.address() as AddressInfo).port;
};
const stopServer = async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
};

before(async () => {
  if (skip) return;
  await listen();
  await launch();
});
after(async () => {
  await browser?.close();
  if (server?.listening) await stopServer();
  rmSync(folder, { recursive: true });
});

let desk: Page | undefined;

/** What a student does to a notebook that they work on, without typing all of it: the file that they keep is replaced. */
async function putWork(path: string, notebook: object): Promise<void> {
  if (!desk || desk.isClosed()) {
    desk = (await openPage(browser, address())).page;
    await openNotebook(desk, page("notebooks/start.ipynb"));
  }
  const model = JSON.stringify({ type: "notebook", format: "json", content: notebook });
  await desk.evaluate(`jupyterapp.serviceManager.contents.save(${JSON.stringify(path)}, ${model}).then(() => {})`);
}
const source = (cell: number) =>
  `jupyterapp.shell.currentWidget.content.widgets[${cell}].model.sharedModel.getSource()`;
const sourceOf = (tab: Page, cell: number) => tab.evaluate<string>(source(cell));
const write = (tab: Page, cell: number, source: string) =>
  tab.evaluate(
    `jupyterapp.shell.currentWidget.content.widgets[${cell}].model.sharedModel.setSource(${JSON.stringify(source)})`,
  );
const save = (tab: Page) => tab.evaluate("jupyterapp.shell.currentWidget.context.save()");
/** Resolves when the browser has all of a new version. (A promise given to `waitForFunction` counts as true at once.) */
const newVersionWaits = `(async () => {
  while (!(await navigator.serviceWorker.getRegistration()).waiting) await new Promise((next) => setTimeout(next, 50));
})()`;
const notebookOf = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

describe("the site", () => {
  test("is built in 30 s, of at most 30 MB and 8 MB compressed", { skip }, () => {
    const files = filesBelow(site).map((path) => readFileSync(join(site, path)));
    const total = files.reduce((sum, file) => sum + file.length, 0);
    const compressed = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
    assert.ok(total < 30e6 && compressed < 8e6, `${total} bytes, ${compressed} compressed`);
    assert.ok(built.seconds <= 30, `built in ${built.seconds} s`);
  });

  test("has every notebook, every exercise with its public cases, and no solution", { skip }, () => {
    const listed = (name: string) => readdirSync(join(site, "files", name)).sort();
    const inCourse = (name: string) => readdirSync(join(root, name)).filter((file) => /\.(ipynb|json)$/.test(file));
    assert.deepEqual(listed("notebooks"), inCourse("notebooks").sort());
    assert.deepEqual(listed("work"), inCourse("exercises").sort());
    const texts = filesBelow(join(site, "files")).map((path) => readFileSync(join(site, "files", path), "utf8"));
    for (const text of texts) assert.doesNotMatch(text, /BEGIN SOLUTION/);
  });

  test("names the licence of each package that is in it", { skip }, () => {
    const text = readFileSync(join(site, "LICENSES.txt"), "utf8");
    for (const name of [
      "@jupyterlab/notebook",
      "@jupyterlite/services",
      "mathjs",
      "plotly.js-dist",
      "typescript",
      "react",
    ])
      assert.match(text, new RegExp(`^${name} \\d[\\d.]*: [\\w-]+`, "m"));
    assert.doesNotMatch(text, /: (E|L|A)?GPL|: EPL/);
  });

  test("says on its first page that nothing is written to the disk", { skip }, () => {
    const text = readFileSync(join(site, "files/notebooks/start.ipynb"), "utf8");
    assert.match(text, /nothing is written to your disk/);
  });

  test("speaks of no file on the disk, and does not without being noticed", { skip }, () => {
    for (const name of readdirSync(join(site, "files/work")))
      assert.doesNotMatch(readFileSync(join(site, "files/work", name), "utf8"), /Save the notebook|npm run/);
    const cell = { cell_type: "markdown", id: "done", metadata: {}, source: "Store the file." };
    const other = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] });
    assert.throws(() => inThisEdition(other, "work/01.ipynb"), /its cell "done" has no words like \/Save the notebook/);
  });

  test("passes the type check", { skip, timeout: 120_000 }, () => {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", join(root, "browser")], { encoding: "utf8" });
    assert.equal(stdout, "");
  });
});

describe("the plugins of a page", () => {
  const [a, b] = [{}, {}] as never[];

  test("are, of two that provide the same, the later", () => {
    const plugins = [
      { id: 1, provides: a },
      { id: 2, requires: [a] },
      { id: 3, provides: a },
    ];
    assert.deepEqual(
      select(plugins).map(({ id }) => id),
      [2, 3],
    );
  });

  test("lack those whose services nobody provides, and those that need these", () => {
    const plugins = [{ id: 1, provides: a, requires: [b] }, { id: 2, requires: [a] }, { id: 3 }];
    assert.deepEqual(
      select(plugins).map(({ id }) => id),
      [3],
    );
  });
});

describe("the server", () => {
  test("gives out the folder and nothing beside it", async () => {
    const served = join(folder, "served");
    mkdirSync(join(served, "inner"), { recursive: true });
    writeFileSync(join(folder, "secret.txt"), "secret");
    writeFileSync(join(served, "inner/index.html"), "inner");
    const own = await serve(served, 0, "/at/");
    const { port: at } = own.address() as AddressInfo;
    const get = (path: string) => fetch(`http://127.0.0.1:${at}${path}`, { redirect: "manual" });
    assert.equal(await (await get("/at/inner/")).text(), "inner");
    assert.equal((await get("/at/inner")).headers.get("location"), "/at/inner/");
    for (const path of ["/at/..%2fsecret.txt", "/at/inner/..%2f..%2fsecret.txt", "/inner/", "/at/none"])
      assert.equal((await get(path)).status, 404, path);
    assert.equal((await get("/at/%E0%A4%A")).status, 400);
    own.closeAllConnections();
    own.close();
  });
});

for (const notebook of notebooks) {
  const title = `${notebook} runs in the browser edition without an error, its charts drawn and its formulas typeset`;
  test(title, { skip, timeout: 400_000 }, async () => {
    const { page: tab, elsewhere } = await openPage(browser, address());
    const faults: string[] = [];
    tab.on("pageerror", (error) => faults.push(String(error)));
    const [, name] = notebook.split("/");
    const isSolution = notebook.startsWith("solutions/");
    try {
      // Beside the exercise, whose own file the tests below begin with as it was shipped.
      if (isSolution) await putWork(`work/solved-${name}`, notebookOf(notebook));
      await openNotebook(tab, page(isSolution ? `work/solved-${name}` : notebook));
      await runAll(tab);
      await assertWellRead(tab);
      assert.deepEqual(elsewhere, [], "requests to another origin");
      assert.deepEqual(faults, []);
    } finally {
      await keepScreenshot(tab, `browser-edition-${notebook}`);
      await tab.close();
    }
  });
}

test("costs less than 5 s of the page's thread, from a cold visit to an idle kernel", {
  skip,
  timeout: 60_000,
}, async () => {
  const cold = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  const { page: tab } = await openPage(cold, address());
  const session = await tab.context().newCDPSession(tab);
  // The processor's time, not the clock's: other work on the machine does not count.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await openNotebook(tab, page("notebooks/start.ipynb"));
  const { metrics } = await session.send("Performance.getMetrics");
  const seconds = metrics.find(({ name }) => name === "TaskDuration")?.value as number;
  assert.ok(seconds > 0.1 && seconds < 5, `${seconds} s`);
  await cold.close();
});

describe("a student", () => {
  test("hands in an exercise by its button, and the command grades it with full points", {
    skip,
    timeout: 120_000,
  }, async () => {
    const { page: tab } = await openPage(browser, address());
    await putWork("work/01-recurrence.ipynb", notebookOf("solutions/01-recurrence.ipynb"));
    await openNotebook(tab, page("work/01-recurrence.ipynb"));
    const download = tab.waitForEvent("download");
    await tab.getByRole("button", { name: "Hand in" }).click();
    const file = join(folder, "submissions", (await download).suggestedFilename());
    await (await download).saveAs(file);
    assert.match(file, /01-recurrence\.ipynb$/);
    await tab.getByText("Send this file to your teacher").waitFor();
    await tab.close();

    const out = join(folder, "results");
    const { status, stderr } = spawnSync("npm", ["run", "-s", "grade", "--", file, "--out", out], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, UNROLL_SECRET: "the secret of a test" },
    });
    assert.equal(status, 0, stderr);
    const [{ exercise, points, of, remarks }] = JSON.parse(readFileSync(join(out, "results.json"), "utf8")).notebooks;
    assert.deepEqual([exercise, points, remarks], ["01-recurrence", of, []]);
  });

  test("finds what they wrote again after the browser was closed, also without a network", {
    skip,
    timeout: 120_000,
  }, async () => {
    const { page: tab } = await openPage(browser, address());
    await openNotebook(tab, page("work/02-unrolling.ipynb"));
    await write(tab, 0, "# My own words");
    await save(tab);
    await tab.evaluate("navigator.serviceWorker.ready.then(() => {})");
    await browser.close();
    await stopServer();
    try {
      await launch();
      const { page: again } = await openPage(browser, address());
      await openNotebook(again, page("work/02-unrolling.ipynb"));
      assert.equal(await sourceOf(again, 0), "# My own words");
      // A notebook that was never opened, with all that a cell can need: the library, mathjs, and plotly.js.
      await openNotebook(again, page("notebooks/02-unrolling.ipynb"));
      await runAll(again);
      await assertWellRead(again);
      await again.close();
    } finally {
      await listen();
    }
  });

  test("resets a notebook to the course's version, but not before they have said yes", {
    skip,
    timeout: 60_000,
  }, async () => {
    const { page: tab } = await openPage(browser, address());
    await openNotebook(tab, page("work/03-wirings.ipynb"));
    const shipped = await sourceOf(tab, 0);
    await write(tab, 0, "# Begun");
    await save(tab);
    await tab.getByRole("button", { name: "Reset" }).click();
    await tab.getByRole("button", { name: "Cancel" }).click();
    assert.equal(await sourceOf(tab, 0), "# Begun");
    await tab.getByRole("button", { name: "Reset" }).click();
    await tab.getByRole("dialog").getByRole("button", { name: "Reset" }).click();
    await tab.waitForFunction(`${source(0)} === ${JSON.stringify(shipped)}`);
    await openNotebook(tab, page("work/03-wirings.ipynb")); // And after the page was loaded again.
    assert.equal(await sourceOf(tab, 0), shipped);
    await tab.close();
  });

  test("keeps what they have begun when the course changes, is told of it, and sees the rest new", {
    skip,
    timeout: 120_000,
  }, async () => {
    const { page: tab } = await openPage(browser, address());
    await openNotebook(tab, page("work/03-wirings.ipynb"));
    // A first visit is not the service worker's: only from the second on does a new version wait.
    await tab.evaluate("navigator.serviceWorker.ready.then(() => {})");
    await openNotebook(tab, page("work/03-wirings.ipynb"));
    // Else it would be stored as begun, and hide the versions that come.
    assert.equal(await tab.evaluate("jupyterapp.shell.currentWidget.context.model.dirty"), false);
    await write(tab, 0, "# Begun before the change");
    await save(tab);

    const changed = join(folder, "changed");
    cpSync(site, changed, { recursive: true });
    for (const name of ["03-wirings.ipynb", "04-bptt.ipynb"]) {
      const file = join(changed, "files/work", name);
      const notebook = JSON.parse(readFileSync(file, "utf8"));
      notebook.cells[0].source = ["# The new version"];
      writeFileSync(file, JSON.stringify(notebook));
    }
    const listing = join(changed, "api/contents/work/all.json");
    writeFileSync(listing, readFileSync(listing, "utf8").replaceAll(/"courseVersion":"../g, '"courseVersion":"new'));
    writeServiceWorker(changed);
    await stopServer();
    await listen(changed);
    try {
      // The browser fetches the new version beside the old one, and takes it when no page of the old one is open.
      await tab.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => {})");
      await tab.evaluate(newVersionWaits);
      const { page: beside } = await openPage(browser, address());
      await openNotebook(beside, page("work/04-bptt.ipynb"));
      assert.notEqual(await sourceOf(beside, 0), "# The new version", "a page of the old version is open");
      await browser.close();
      await launch();
      const { page: later } = await openPage(browser, address());
      await openNotebook(later, page("work/04-bptt.ipynb"));
      assert.equal(await sourceOf(later, 0), "# The new version");
      await openNotebook(later, page("work/03-wirings.ipynb"));
      assert.equal(await sourceOf(later, 0), "# Begun before the change");
      await later.getByText("The course has a newer version of this notebook. Yours is as you left it.").waitFor();
      await later.close();
    } finally {
      await stopServer();
      await listen();
    }
  });
});

describe("the kernel in the page", () => {
  /** Runs in the page: cells as `run("code")`, which gives the reply and the text of the result or the error's name. */
  const inPage = (script: string) => `(async () => {
    const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
    const run = async (code) => {
      const shown = [];
      const future = kernel.requestExecute({ code, stop_on_error: true }); // As a notebook asks.
      future.onIOPub = ({ content }) => shown.push(content.data?.["text/plain"] ?? content.ename ?? content.text);
      const { status } = (await future.done).content;
      return [status, ...shown.filter((text) => text !== undefined)];
    };
    const pause = (ms) => new Promise((next) => setTimeout(next, ms));
    ${script}
  })()`;
  const open = async () => {
    const { page: tab } = await openPage(browser, address());
    await openNotebook(tab, page("notebooks/start.ipynb"));
    return tab;
  };

  test("completes while a cell runs, and keeps the state when what it waits for is interrupted", {
    skip,
    timeout: 60_000,
  }, async () => {
    const tab = await open();
    const answers = await tab.evaluate(
      inPage(`
        const waiting = run("let n = 41; await new Promise(() => {})");
        const queued = run("n = 0");
        const { content } = await kernel.requestComplete({ code: "Math.sqr", cursor_pos: 8 });
        await kernel.interrupt();
        return [content.matches, await waiting, await queued, await run("n + 1")];`),
    );
    assert.deepEqual(answers, [["sqrt"], ["error", "KeyboardInterrupt"], ["aborted"], ["ok", "42"]]);
    await tab.close();
  });

  test("stops a loop that never pauses, and says what that costs", { skip, timeout: 60_000 }, async () => {
    const tab = await open();
    const [ms, stopped, after] = await tab.evaluate<[number, string[], string[]]>(
      inPage(`
        const loop = run("const kept = 1; while (true) {}");
        await pause(1000);
        const begin = performance.now();
        await kernel.interrupt();
        const stopped = await loop;
        return [performance.now() - begin, stopped, await run("6 * 7")];`),
    );
    assert.deepEqual(
      [stopped, after],
      [
        ["error", "KeyboardInterrupt"],
        ["ok", "42"],
      ],
    );
    assert.ok(ms < 1000, `${ms} ms`); // 300 to 400 on a machine with nothing else to do.
    await tab.close();
  });

  test("aborts what is queued behind an error, asks for input, and forgets on restart", {
    skip,
    timeout: 60_000,
  }, async () => {
    const tab = await open();
    const answers = await tab.evaluate(
      inPage(`
        kernel.anyMessage.connect((_, { direction, msg }) => {
          if (direction === "recv" && msg.header.msg_type === "input_request")
            kernel.sendInputReply({ status: "ok", value: "Ada" }, msg.header);
        });
        const failing = run('throw new RangeError("no")');
        const queued = run("1");
        const before = [await failing, await queued, await run('const who = await input("Who? "); who')];
        await kernel.restart();
        return [...before, await run("globalThis.who ?? 'nobody'")];`),
    );
    assert.deepEqual(answers, [["error", "RangeError"], ["aborted"], ["ok", "'Ada'"], ["ok", "'nobody'"]]);
    await tab.close();
  });
});

describe("Jupyter's other pages", () => {
  const isOpen = (tab: Page, path: string) =>
    tab.waitForFunction(`globalThis.jupyterapp?.shell.currentWidget?.context?.path === "${path}"`);

  test("JupyterLab opens a notebook and runs it", { skip, timeout: 120_000 }, async () => {
    const { page: tab, elsewhere } = await openPage(browser, address());
    await openNotebook(tab, address("lab/index.html?path=notebooks/04-bptt.ipynb"));
    await runAll(tab);
    await assertWellRead(tab);
    assert.deepEqual(elsewhere, []);
    await tab.screenshot({ path: join(root, "screenshots/browser-edition-lab.png") });
    await tab.close();
  });

  test("the list of files shows the folders of the course and opens a notebook", {
    skip,
    timeout: 60_000,
  }, async () => {
    const { page: tab } = await openPage(browser, address());
    await tab.goto(address("tree/"));
    // It begins empty, and then shows the folder that was looked at last.
    await tab.locator(".jp-DirListing-item").first().waitFor();
    await tab.locator(".jp-BreadCrumbs-home").click();
    await tab.getByText("work", { exact: true }).dblclick();
    await tab.getByText("01-recurrence.cases.json").waitFor();
    const opened = browser.waitForEvent("page");
    await tab.getByText("01-recurrence.ipynb", { exact: true }).dblclick();
    const notebook = await opened;
    await isOpen(notebook, "work/01-recurrence.ipynb");
    await tab.screenshot({ path: join(root, "screenshots/browser-edition-tree.png") });
    await notebook.close();
    await tab.close();
  });

  test("a link in a notebook opens the notebook that it names", { skip, timeout: 60_000 }, async () => {
    const { page: tab } = await openPage(browser, address());
    await openNotebook(tab, address());
    const opened = browser.waitForEvent("page");
    await tab.getByRole("link", { name: "01 · Recurrence" }).first().click();
    const notebook = await opened;
    await isOpen(notebook, "notebooks/01-recurrence.ipynb");
    await notebook.close();
    await tab.close();
  });
});

describe("npm start", () => {
  /** Gives the command with a PATH on which there is no Jupyter, and waits for its address. */
  async function start(...options: string[]): Promise<{ printed: () => string; command: ChildProcess }> {
    const path = join(folder, "path");
    mkdirSync(path, { recursive: true });
    for (const name of ["node", "sh", "npm"]) {
      const program = name === "node" ? process.execPath : findProgram([name]);
      if (program && !existsSync(join(path, name))) symlinkSync(program, join(path, name));
    }
    const command = spawn("npm", ["start", "--", "--no-browser", "--port", "18888", ...options], {
      cwd: root,
      env: { ...process.env, PATH: path },
      detached: true, // A process group, which gets Ctrl-C as a whole.
    });
    let printed = "";
    for (const stream of [command.stdout, command.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    while (!/The course is at/.test(printed) && command.exitCode === null)
      await new Promise((next) => setTimeout(next, 100));
    return { printed: () => printed, command };
  }

  test("serves the site where no Jupyter is found, and says what Jupyter adds and how to get it", {
    skip,
    timeout: 120_000,
  }, async () => {
    const { printed, command } = await start();
    try {
      assert.match(printed(), /^No Jupyter was found/m);
      assert.match(printed(), /Jupyter on this machine adds: .*\n.*To get it: \S+/);
      assert.match(printed(), /kept in your browser, not on your disk/);
      assert.equal((await fetch("http://localhost:18888/notebooks/")).status, 200);
      assert.match(await (await fetch("http://localhost:18888/")).text(), /notebooks\/start\.ipynb/);
      const second = await start("--browser");
      assert.match(second.printed(), /^Cannot serve the course at http:\/\/localhost:18888\//m);
    } finally {
      process.kill(-(command.pid as number), "SIGINT");
    }
    await once(command, "exit");
    await assert.rejects(fetch("http://localhost:18888/"));
  });

  test("opens the browser that BROWSER names, or the system's", () => {
    assert.deepEqual(browserCommand("http://x/", { BROWSER: "firefox -new-tab %s" }, "linux"), [
      "firefox",
      "-new-tab",
      "http://x/",
    ]);
    assert.deepEqual(browserCommand("http://x/", { BROWSER: "firefox" }, "linux"), ["firefox", "http://x/"]);
    assert.deepEqual(browserCommand("http://x/", {}, "darwin"), ["open", "http://x/"]);
    assert.equal(browserCommand("http://x/", {}, "linux")[0], "xdg-open");
  });
});
