/** The kernel of the browser edition in a real browser: its workers, without any front end. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { type Browser, chromium as driver, type Page } from "playwright-core";
import { bundleKernel } from "../browser/kernel/bundle";
import { Session } from "../kernel/session";
import { cellCases } from "./cell-cases";
import { chromium, root, skipWithout } from "./course";

const skip = skipWithout({ Chromium: chromium });

const folder = mkdtempSync(join(tmpdir(), "unroll-browser-kernel-"));
let server: Server;
let browser: Browser;
let page: Page;

type Output = { type: string; content: Record<string, never> };
type Run = { reply: Record<string, never>; outputs: Output[]; ms: number };

/** What the page does for the tests: `start` makes the kernel that `run` and the others use. */
const pageScript = `
  import { startKernel } from "./browser/kernel";
  globalThis.start = async (workers, files, folder) => {
    globalThis.kernel?.shutdown();
    globalThis.kernel = startKernel({ workers, files, folder });
    await kernel.ready;
    globalThis.count = 0;
  };
  globalThis.outputsOf = [];
  globalThis.run = async (code) => {
    const name = "Cell In[" + ++count + "]";
    const outputs = (outputsOf[count] = []);
    const began = performance.now();
    const reply = await kernel.execute(code, {
      name,
      output: (message) => outputs.push(structuredClone(message)),
      input: async (prompt, password) => prompt + (password ? " secretly" : " openly"),
    });
    return { reply, outputs, ms: performance.now() - began };
  };`;

const types: Record<string, string> = { ".js": "text/javascript", ".json": "application/json", ".html": "text/html" };

/** Serves the bundle, and the course's files below `files/`. */
function serve(): Promise<Server> {
  const started = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    try {
      const text =
        path === "/"
          ? "<!doctype html>"
          : readFileSync(path.startsWith("/files/") ? join(root, path.slice(6)) : join(folder, path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "text/html" }).end(text);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => started.listen(0, "127.0.0.1", () => resolve(started)));
}

let workers: { cells: string; types: string };
let files: string;

before(async () => {
  if (skip) return;
  const bundle = await bundleKernel(folder);
  const stdin = { contents: pageScript, resolveDir: root, loader: "ts" as const };
  const { outputFiles } = await build({ stdin, bundle: true, platform: "browser", write: false });
  server = await serve();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  workers = { cells: url + bundle.cells, types: url + bundle.types };
  files = `${url}files/`;
  browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  page = await browser.newPage();
  await page.goto(url);
  await page.addScriptTag({ content: outputFiles[0].text });
  await start();
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true });
});

const start = (place = "exercises") =>
  page.evaluate(([w, f, p]) => (globalThis as never as { start: (...v: unknown[]) => void }).start(w, f, p), [
    workers,
    files,
    place,
  ] as const);
const run = (code: string) =>
  page.evaluate((c) => (globalThis as never as { run(c: string): Promise<Run> }).run(c), code);
/** Evaluates an expression over `kernel` in the page. */
const ask = <T>(expression: string) => page.evaluate<T>(expression);

// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours begin with one.
const colourless = (traceback: unknown) => (traceback as string[]).join("\n").replace(/\x1b\[\d+m/g, "");
const plain = ({ reply, outputs }: Run): string | undefined =>
  reply.status === "error"
    ? `${reply.ename}: ${reply.evalue}`
    : (outputs.find(({ type }) => type === "execute_result")?.content.data as never)?.["text/plain"];
const printed = ({ outputs }: Run) =>
  outputs.map(({ type, content }) => (type === "stream" ? content.text : "")).join("");
const text = ({ outputs }: Run) =>
  outputs.map(({ type, content }) => (type === "stream" ? `${content.name}:${content.text}` : type)).join("|");

describe("cells", { skip }, () => {
  for (const { title, cells, gives, prints, fails } of cellCases)
    test(title, async () => {
      const runs: Run[] = [];
      for (const cell of cells) runs.push(await run(cell));
      const last = runs[runs.length - 1];
      if (fails) assert.match(String(plain(last)), fails);
      else assert.equal(plain(last), gives, text(last));
      if (prints !== undefined) assert.equal(runs.map(printed).join(""), prints);
    });
});

describe("errors", { skip }, () => {
  test("point to cell and line as typed, through functions of earlier cells", async () => {
    await run("// a comment\nfunction fail(n: number): never {\n\n  throw new RangeError('no ' + n);\n}");
    const { reply } = await run("interface Gone { x: number }\n\nconst g: Gone = { x: 1 };\nfail(g.x);");
    const shown = colourless(reply.traceback);
    assert.match(shown, /RangeError: no 1\nat fail, Cell In\[\d+\], line 4\n/);
    assert.match(shown, /> 4 \| {3}throw new RangeError/);
    assert.match(shown, /at Cell In\[\d+\], line 4\n/);
    assert.match(shown, /> 4 \| fail\(g\.x\);/);
    assert.doesNotMatch(shown, /http|__/);
  });
});

describe("output", { skip }, () => {
  test("keeps its order across streams and displays, and comes before the end", async () => {
    const shown = await run(`console.log("a"); console.error("b"); display.html("c"); console.log("d")`);
    assert.equal(text(shown), "stdout:a\n|stderr:b\n|display_data|stdout:d\n");
  });

  test("of 10 000 lines comes whole, in few pieces", async () => {
    const shown = await run(`for (let i = 0; i < 10_000; i++) console.log("line " + i)`);
    assert.equal(printed(shown).split("\n").length, 10_001);
    assert.ok(printed(shown).endsWith("line 9999\n"));
    assert.ok(shown.outputs.length < 20, `${shown.outputs.length} pieces`);
  });

  test("of more than a million characters is cut, and says so", async () => {
    const shown = await run(`for (let i = 0; i < 30; i++) console.log("x".repeat(50_000))`);
    assert.match(printed(shown), /\nWhat the cell prints beyond 1000000 characters is not shown\.\n$/);
    assert.ok(printed(shown).length < 1_000_100);
    assert.equal(printed(await run("console.log(1)")), "1\n");
  });

  test("displayed under the same id in one cell is replaced, and updated by another", async () => {
    const first = await run(`display(1, { id: "n" }); display(2, { id: "n" }); display.clear({ wait: true })`);
    assert.equal(text(first), "display_data|update_display_data|clear_output");
    const { data, metadata, transient } = first.outputs[1].content;
    assert.deepEqual([data, metadata, transient], [{ "text/plain": "2" }, {}, { display_id: "n" }]);
    assert.equal(text(await run(`display.update(3, { id: "n" })`)), "update_display_data");
  });

  test("of a figure is Plotly's own type, without what no message can carry", async () => {
    const shown = await run(
      `import { curves } from "../lib"; const figure = curves({ a: [1, 4, 9] }, { x: "t", y: "loss" });
       display({ [Symbol.for("Jupyter.display")]: () => ({ "application/json": { f: () => 1, x: [1] } }) }); figure`,
    );
    assert.equal(text(shown), "display_data|execute_result");
    assert.deepEqual(shown.outputs[0].content.data, { "application/json": { x: [1] } });
    const { data } = shown.outputs[1].content as never as { data: Record<string, { data: unknown[] }> };
    assert.equal(data["application/vnd.plotly.v1+json"].data.length, 1);
    assert.deepEqual(Object.keys(data), ["application/vnd.plotly.v1+json", "text/plain"]);
  });

  test("progress over a fast loop shows few bars, and the last says all", async () => {
    const shown = await run("let seen = 0; for (const k of progress(100_000, { label: 'k' })) seen += k; seen");
    assert.equal(plain(shown), "4999950000");
    const bars = shown.outputs.slice(0, -1);
    assert.ok(bars.length < 10, `${bars.length} bars`);
    assert.match(String((bars[bars.length - 1].content.data as never)["text/plain"]), /^k: 100000 of 100000, 0 s$/);
  });

  test("that comes late belongs to its own cell, also while another runs", async () => {
    const source = `setTimeout(async () => { console.log("late"); await null; console.log("later") }, 50);
      const port = new MessageChannel(); port.port1.onmessage = () => { console.log("port"); port.port1.close() };
      setTimeout(() => port.port2.postMessage(1), 60); void 0`;
    await run(source);
    const n = await ask<number>("count");
    const second = await run(`await new Promise((r) => setTimeout(r, 200)); console.log("mine")`);
    assert.equal(text(second), "stdout:mine\n");
    const late = await ask<Output[]>(`outputsOf[${n}]`);
    assert.equal(late.map(({ content }) => content.text).join(""), "late\nlater\nport\n");
  });

  test("is asked for with input()", async () => {
    const shown = await run(`(await input("Name?")) + ", " + (await input("Word?", { password: true }))`);
    assert.equal(plain(shown), "'Name? openly, Word? secretly'");
  });
});

describe("imports", { skip }, () => {
  test("of the course's check and JSON cases work, with their types", async () => {
    const source = `import { checker } from "../grader/check"; import cases from "./02-unrolling.cases.json";
      const check = checker(cases); check("unrolling-scan", (f: any, s0: any, xs: any[]) => [s0])`;
    const { outputs, reply } = await run(source);
    assert.equal(reply.status, "ok", colourless(reply.traceback ?? []));
    assert.match(String((outputs[0].content.data as never)["text/plain"]), /2\.1 scan: 0 of 3 points/);
    assert.match(String(plain(await run("cases.exercise.length + cases.nothing"))), /'nothing' does not exist/);
  });

  test("of a JSON file that is not there, of a package and of Node say what there is", async () => {
    for (const name of ["./nowhere.json", "lodash", "node:fs", "../lib/nowhere"]) {
      const { reply } = await run(`import * as x from "${name}"; x`);
      assert.match(
        String(reply.evalue),
        /^Cannot find (module|name) '[^']*'( or its corresponding type declarations)?\.$/,
      );
      assert.match(colourless(reply.traceback), /In the browser a cell can import mathjs, "\.\.\/lib"/);
    }
    const { reply } = await run("process.exit()");
    assert.match(colourless(reply.traceback), /Node's own names/);
    assert.match(
      String(plain(await run("console.log(1); await import('lodash' as string)"))),
      /^Error: Cannot load 'lodash'/,
    );
  });

  test("train the library's cell on the WebAssembly product, to the losses of Node", async () => {
    const source = `import { defineCell, sgd, softmaxCrossEntropy, train, vanilla } from "../lib";
      const losses: number[] = [];
      const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 6, outputSize: 2, seed: 5 });
      const example = { x: [[0, 1], [1, 0], [1, 0], [0, 1]], y: [0, 1, 0, 0] };
      const options = { loss: softmaxCrossEntropy, optimizer: sgd(0.2), steps: 100 };
      for await (const { loss } of train(cell, example, options)) losses.push(loss);
      [losses[0], losses[99]].join()`;
    const session = new Session({ folder: join(root, "exercises") });
    const there = await run(source);
    const here = await session.execute(source);
    await session.close();
    assert.ok(here.status === "ok");
    assert.equal(plain(there), here.result?.["text/plain"]);
  });
});

/** Cells with mistakes that only the types of the library and of mathjs can tell. */
const mistakes = [
  `import { vanilla, lstm, nothing } from "../lib"; nothing(vanilla)`,
  `import { defineCell, vanilla } from "../lib"; defineCell(vanilla, { inputSize: "two", hiddenSize: 3 })`,
  `import { random, sgd } from "../lib"; const x: string = random(7)(); sgd("0.1").step`,
  `import { matrix, mean, sum, derivative } from "mathjs"; const s: string = mean([1, 2]); sum(1, 2).no; matrix([1]).columns; derivative(1)`,
  `import { train } from "../lib"; for await (const { los } of train(1, 2, {})) los`,
  `import { checker } from "../grader/check"; checker({}).hints("x")`,
  `const numbers = [1, 2]; numbers.add(3); Math.sqroot(2); numbers.toSorted().at("x")`,
  `async function later() { return 1 } later().toFixed(2)`,
  `display.htm("x"); progress("x", { lable: 1 }); input(3)`,
];

describe("types", { skip }, () => {
  test("give the verdicts of the native kernel, word for word", async () => {
    const session = new Session({ folder: join(root, "exercises") });
    try {
      for (const [i, source] of mistakes.entries()) {
        const { reply } = await run(source);
        const here = await session.execute(source, undefined, `Cell In[${await ask("count")}]`);
        assert.ok(here.status === "error", `mistake ${i}`);
        assert.deepEqual([reply.ename, reply.evalue, reply.traceback], [here.ename, here.evalue, here.traceback]);
      }
    } finally {
      await session.close();
    }
  });

  test("complete and describe, counted in code points", async () => {
    type Content = { matches: string[]; data: Record<string, string> } & Record<string, unknown>;
    const completed = await ask<Content>("kernel.complete(`'😀'; Math.sq`, 12)");
    assert.deepEqual([completed.matches, completed.cursor_start, completed.cursor_end], [["sqrt"], 10, 12]);
    const ofLib = await ask<Content>("kernel.complete('import { lst } from \"../lib\"', 12)");
    assert.deepEqual(ofLib.matches, ["lstm"]);
    const found = await ask<Content>("kernel.inspect(`import { vanilla } from '../lib'; vanilla`, 38)");
    assert.equal(found.found, true);
    assert.match(found.data["text/markdown"], /vanilla[\s\S]*Example 1/);
    assert.equal((await ask<Content>("kernel.inspect('   ', 1)")).found, false);
    assert.deepEqual(await ask("kernel.isComplete('function f() {')"), { status: "incomplete", indent: "  " });
    const page = (await run("Math.sqrt?")).reply.payload as never as { source: string; data: Content }[];
    assert.match(String(page[0].data["text/plain"]), /square root/);
  });

  test("answer while a cell runs", async () => {
    const ms = await ask<number>(`(async () => {
      const running = run("const until = performance.now() + 1500; while (performance.now() < until) {}");
      await new Promise((resolve) => setTimeout(resolve, 300));
      const began = performance.now();
      await kernel.complete("Math.sq", 7);
      const took = performance.now() - began;
      await running;
      return took;
    })()`);
    assert.ok(ms < 900, `${ms} ms`);
  });
});

describe("an interrupt", { skip }, () => {
  /** Runs a cell, interrupts it, and tells how long that took. */
  const interrupted = (source: string) =>
    ask<Run & { stopped: number }>(`(async () => {
      const running = run(${JSON.stringify(source)});
      await new Promise((resolve) => setTimeout(resolve, 400));
      const began = performance.now();
      void kernel.interrupt();
      return { ...(await running), stopped: performance.now() - began };
    })()`);

  const waiting = {
    "a pending await": "await new Promise(() => {})",
    "a loop that waits":
      "let paces = 0; for (;;) { await new Promise((r) => setTimeout(r, 60)); paces++; display(paces) }",
    "a training": `import { defineCell, sgd, softmaxCrossEntropy, train, vanilla } from "../lib";
      const endless = defineCell(vanilla, { inputSize: 2, hiddenSize: 6, outputSize: 2, seed: 5 });
      const options = { loss: softmaxCrossEntropy, optimizer: sgd(0.001), steps: 1e9 };
      let reached = 0;
      for await (const { step } of train(endless, { x: [[0, 1]], y: [0] }, options)) { reached = step; display(step, { id: "s" }) }`,
  };
  for (const [title, source] of Object.entries(waiting))
    test(`stops ${title} and keeps the variables`, async () => {
      await run("const before = 'still here'");
      const { reply, stopped } = await interrupted(source);
      assert.equal(reply.ename, "KeyboardInterrupt");
      assert.match(String(reply.evalue), /variables keep the values/);
      assert.ok(stopped < 500, `${stopped} ms`);
      assert.equal(plain(await run("before")), "'still here'");
    });

  test("ends the loop and the training too: they do not go on behind the next cells", async () => {
    const counts = "await new Promise((r) => setTimeout(r, 150)); [paces, reached].join()";
    for (const source of Object.values(waiting)) {
      await interrupted(source);
      const before = plain(await run(counts));
      const later = await run(counts);
      assert.equal(plain(later), before);
      assert.equal(text(later), "execute_result");
    }
  });

  for (const [title, source] of Object.entries({
    "a tight loop": "let turns = 0; while (true) { turns++ }",
    "an endless chain of awaits": "for (;;) await 1",
    "a loop that prints": "for (;;) console.log('x')",
  }))
    test(`stops ${title} within half a second, and says that the variables are gone`, async () => {
      await run("const lost = 1");
      const { reply, stopped } = await interrupted(source);
      assert.equal(reply.ename, "KeyboardInterrupt");
      assert.match(String(reply.evalue), /never paused\. Its variables are gone: run the cells above again/);
      assert.ok(stopped < 500, `${stopped} ms`);
      assert.match(String(plain(await run("lost"))), /Cannot find name 'lost'/);
      assert.equal(plain(await run("1 + 1")), "2");
    });

  test("of a cell that is still being compiled keeps it from running", async () => {
    const { reply } = await ask<Run>(`(async () => {
      const running = run("const neverSet = 1; while (true) {}");
      await null;
      await kernel.interrupt();
      return running;
    })()`);
    assert.equal(reply.ename, "KeyboardInterrupt");
    assert.match(String(plain(await run("neverSet"))), /Cannot find name 'neverSet'/);
  });

  test("of an idle kernel does nothing", async () => {
    await run("const idle = 1");
    await ask("kernel.interrupt()");
    assert.equal(plain(await run("idle")), "1");
  });
});

test("a restart forgets the variables", { skip }, async () => {
  await run("const old = 1");
  await ask("kernel.restart()");
  assert.match(String(plain(await run("old"))), /Cannot find name 'old'/);
  await start("notebooks");
  assert.match(String(plain(await run("old"))), /Cannot find name 'old'/);
  assert.equal(plain(await run("let fresh = 2; fresh")), "2");
});

test("a kernel that could not load its types says so", { skip }, async () => {
  const name = workers.types.slice(workers.types.lastIndexOf("/") + 1);
  mkdirSync(join(folder, "alone"));
  copyFileSync(join(folder, name), join(folder, "alone", name));
  const alone = { ...workers, types: workers.types.replace(name, `alone/${name}`) };
  await page.evaluate(`start(${JSON.stringify(alone)}, "${files}", "notebooks")`);
  const shown = await run("1 + 1");
  assert.match(
    String(plain(shown)),
    /^KernelError: A part of the kernel could not be loaded .*404.* Reload the page\.$/,
  );
  assert.equal(text(shown), "error");
  await start();
});

test("a top-level loop takes at most four times what it takes in a function", { skip }, async () => {
  const body = "for (let i = 0; i < 3e6; i++) s += i % 7;";
  const ratios: number[] = [];
  for (let n = 0; n < 5; n++) {
    const source = `let s = 0; const begun = performance.now(); ${body} const top = performance.now() - begun;
      function loop() { let s = 0; ${body} return s } const again = performance.now(); loop(); top / (performance.now() - again)`;
    ratios.push(Number(plain(await run(source))));
  }
  assert.ok(Math.min(...ratios) < 4, ratios.join());
});
