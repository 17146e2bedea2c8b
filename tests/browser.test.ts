import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Browser, chromium as driver, type Page } from "playwright-core";
import { type Course, chromium, jupyter, notebooks, root, skipWithout, startCourse } from "./course";

const screenshots = join(root, "screenshots");
const skip = skipWithout({ Jupyter: jupyter, Chromium: chromium });

let course: Course;
let browser: Browser;

before(async () => {
  if (skip) return;
  mkdirSync(screenshots, { recursive: true });
  course = await startCourse();
  browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  await course?.stop();
});

/** Opens a page that notes each request to another address than the server's. */
async function openPage(): Promise<{ page: Page; elsewhere: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
  await page.addInitScript({ path: join(__dirname, "page.js") });
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(course.url) && !/^(data|blob|about):/.test(request.url()))
      elsewhere.push(request.url());
  });
  return { page, elsewhere };
}

async function runAll(page: Page, notebook: string): Promise<void> {
  await page.goto(`${course.url}notebooks/${notebook}?token=${course.token}`);
  await page.waitForFunction("reader.isReady()");
  await page.evaluate("reader.runAll()");
  await page.waitForFunction("reader.hasRun()", undefined, { timeout: 60_000 });
}

/** Waits until a value is what it should be, then asserts it: what is drawn comes a little after what is computed. */
async function settles(page: Page, expression: string, wanted: unknown): Promise<void> {
  const asText = `JSON.stringify(${expression}) === ${JSON.stringify(JSON.stringify(wanted))}`;
  await page.waitForFunction(asText, undefined, { timeout: 20_000 }).catch(() => {});
  assert.deepEqual(await page.evaluate(expression), wanted, expression);
}

async function keepScreenshot(page: Page, notebook: string): Promise<void> {
  await page.setViewportSize({ width: 1100, height: await page.evaluate<number>("reader.fullHeight()") });
  await page.waitForFunction("reader.isAtRest()", undefined, { timeout: 10_000 });
  await page.screenshot({ path: join(screenshots, `${notebook.replace("/", "-").replace(".ipynb", "")}.png`) });
}

for (const notebook of notebooks) {
  const title = `${notebook} runs in a browser without an error, its charts drawn and its formulas typeset`;
  test(title, { skip, timeout: 150_000 }, async () => {
    const { page, elsewhere } = await openPage();
    try {
      await runAll(page, notebook);
      await keepScreenshot(page, notebook);
      assert.deepEqual(await page.locator(".output_error").allInnerTexts(), [], "error outputs");
      assert.deepEqual(await page.evaluate("reader.codeCellsWithoutNumber()"), [], "cells that did not run");
      await settles(page, "reader.chartsDrawn() - reader.chartsWanted()", 0);
      for (const report of await page.evaluate<string[]>("reader.checkReports()"))
        assert.match(report, /^(Out\[\d+\]:\s*)?✓/);
      await settles(page, "reader.undrawnTraces()", []);
      await settles(page, "reader.rawFormulas()", []);
      assert.ok(await page.evaluate("reader.formulasTypeset() >= reader.formulasWanted()"), "a formula is not typeset");
      await keepScreenshot(page, notebook);
      assert.deepEqual(elsewhere, [], "requests that leave the machine");
    } finally {
      await page.close();
    }
  });
}
