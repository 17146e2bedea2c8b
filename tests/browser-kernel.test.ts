/** The kernel of the browser edition in a real browser: its workers, without any front end. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { type Browser, chromium as driver, type Page } from "playwright-core";
import { bundleKernel } from "../browser/kernel/bundle";
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
const text = ({ outputs }: Run) =>
  outputs.map(({ type, content }) => (type === "stream" ? `${content.name}:${content.text}` : type)).join("|");

describe("cells", { skip }, () => {
  for (const { title, cells, gives, fails } of cellCases)
    test(title, async () => {
      let last: Run | undefined;
      for (const cell of cells) last = await run(cell);
      if (fails) assert.match(String(plain(last as Run)), fails);
      else assert.equal(plain(last as Run), gives, text(last as Run));
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

test("questions", { skip }, async () => {
  console.log(await ask("kernel.complete('Math.sq', 7)"), await ask("kernel.inspect('Math.sqrt', 7)"));
});
