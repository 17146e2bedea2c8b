import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { withKernel, writeKernelSpec } from "../kernel/setup/spec";
import { chromium as browser, nbconvert, root, skipWithout } from "./course";

const skip = skipWithout({ "jupyter nbconvert": nbconvert, chromium: browser });
const folder = mkdtempSync(join(tmpdir(), "unroll-standalone-"));
after(() => rmSync(folder, { recursive: true }));

const figure = (title: string) =>
  `({ [Symbol.for("Jupyter.display")]: () => ({ "application/vnd.plotly.v1+json": { data: [{ y: [1, 2] }], layout: { title: { text: "${title}" } } }, "text/plain": "a line" }) })`;
const cell = (id: string, source: string) => ({
  id,
  cell_type: "code",
  metadata: {},
  execution_count: null,
  outputs: [],
  source,
});
const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "unroll", display_name: "TypeScript (unroll)", language: "typescript" } },
  cells: [cell("one", figure("one")), cell("two", figure("</script>"))],
};

test("a page that nbconvert makes draws its charts from a file, with plotly.js in it once", {
  skip,
  timeout: 60_000,
}, async () => {
  writeKernelSpec(root);
  const path = join(folder, "charts.ipynb");
  writeFileSync(path, JSON.stringify(notebook));
  const { status, stderr } = spawnSync(nbconvert as string, ["--to", "html", "--execute", path], {
    encoding: "utf8",
    env: withKernel(root),
  });
  assert.equal(status, 0, stderr);
  const page = join(folder, "charts.html");
  const { length } = readFileSync(page);
  assert.ok(length > 4e6 && length < 13e6, `${length} bytes`);

  const chrome = await chromium.launch({ executablePath: browser, args: ["--no-sandbox", "--disable-gpu"] });
  const tab = await chrome.newPage({ offline: true } as never);
  await tab.goto(`file://${page}`);
  await tab.waitForFunction("document.querySelectorAll('.js-plotly-plot .scatterlayer path.js-line').length === 2");
  assert.equal(await tab.locator(".gtitle").first().textContent(), "one");
  await chrome.close();
});
