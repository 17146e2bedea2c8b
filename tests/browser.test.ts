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

/** Asked twice a second: asked at every frame, as is the default, a question about each output would stop the page. */
const patience = { polling: 500, timeout: 300_000 };

/** Opens a notebook, runs it from top to bottom, and waits until nothing in the page moves any more. */
async function runAll(page: Page, notebook: string): Promise<void> {
  await page.goto(`${course.url}notebooks/${notebook}?token=${course.token}`);
  await page.waitForFunction("reader.isReady()", undefined, patience);
  await page.evaluate("reader.runAll()");
  await page.waitForFunction("reader.hasRun()", undefined, patience);
  // What is not at rest in time is named by the assertions that follow.
  await page.waitForFunction("reader.isAtRest()", undefined, patience).catch(() => {});
}

/** Keeps a picture of the whole notebook: the page scrolls within a frame, so the window is made as tall as it. */
async function keepScreenshot(page: Page, notebook: string): Promise<void> {
  await page.setViewportSize({ width: 1100, height: await page.evaluate<number>("reader.fullHeight()") });
  await page.screenshot({ path: join(screenshots, `${notebook.replace("/", "-").replace(".ipynb", "")}.png`) });
}

for (const notebook of notebooks) {
  const title = `${notebook} runs in a browser without an error, its charts drawn and its formulas typeset`;
  test(title, { skip, timeout: 400_000 }, async () => {
    const { page, elsewhere } = await openPage();
    const seen = (question: string) => page.evaluate(`reader.${question}`);
    try {
      await runAll(page, notebook);
      assert.deepEqual(await page.locator(".output_error").allInnerTexts(), [], "error outputs");
      assert.deepEqual(await seen("codeCellsWithoutNumber()"), [], "cells that did not run");
      assert.equal(await seen("chartsDrawn()"), await seen("chartsWanted()"), "charts");
      assert.deepEqual(await seen("undrawnTraces()"), []);
      assert.deepEqual(await seen("rawFormulas()"), []);
      assert.ok(await seen("formulasTypeset() >= reader.formulasWanted()"), "a formula is not typeset");
      for (const report of (await seen("checkReports()")) as string[]) assert.match(report, /^(Out\[\d+\]:\s*)?✓/);
      assert.deepEqual(elsewhere, [], "requests that leave the machine");
    } finally {
      await keepScreenshot(page, notebook);
      await page.close();
    }
  });
}
