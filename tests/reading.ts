/** Reads notebooks in a real browser, as a student does: opens, runs all, looks. For the tests of both editions. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { root } from "./course";

/** Opens a page that notes each request to another address than the server's. */
export async function openPage(
  browser: Pick<BrowserContext, "newPage">,
  url: string,
): Promise<{ page: Page; elsewhere: string[] }> {
  const page = await browser.newPage();
  await page.setViewportSize({ width: 1100, height: 900 });
  await page.addInitScript({ path: join(__dirname, "page.js") });
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob|about):/.test(request.url())) elsewhere.push(request.url());
  });
  return { page, elsewhere };
}

/** Asked twice a second: asked at every frame, as is the default, a question about each output would stop the page. */
const patience = { polling: 500, timeout: 120_000 };

/** Asks the page: see page.js. */
export const ask = <T>(page: Page, question: string) => page.evaluate<T>(`reader.${question}`);

/** Waits until the notebook at this address is there and its kernel idle. */
export async function openNotebook(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.waitForFunction("reader.isReady()", undefined, patience);
}

/** Runs an open notebook from top to bottom, and waits until nothing in the page moves any more. */
export async function runAll(page: Page): Promise<void> {
  await ask(page, "runAll()");
  await page.waitForFunction("reader.hasRun()", undefined, patience);
  // What is not at rest in time is named by the assertions that follow.
  await page.waitForFunction("reader.isAtRest()", undefined, patience).catch(() => {});
}

/** Holds that the notebook ran without an error, its charts are drawn, its formulas typeset and its answers right. */
export async function assertWellRead(page: Page): Promise<void> {
  assert.deepEqual(await ask(page, "errors()"), [], "error outputs");
  assert.deepEqual(await ask(page, "codeCellsWithoutNumber()"), [], "cells that did not run");
  assert.equal(await ask(page, "chartsDrawn()"), await ask(page, "chartsWanted()"), "charts");
  assert.deepEqual(await ask(page, "undrawnTraces()"), []);
  assert.deepEqual(await ask(page, "rawFormulas()"), []);
  assert.ok(await ask(page, "formulasTypeset() >= reader.formulasWanted()"), "a formula is not typeset");
  for (const report of await ask<string[]>(page, "checkReports()")) assert.match(report, /^((Out)?\[\d+\]:\s*)?✓/);
}

/** Keeps a picture of the whole notebook: the page scrolls within a frame, so the window is made as tall as it. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = join(root, "screenshots");
  mkdirSync(folder, { recursive: true });
  await page.setViewportSize({ width: 1100, height: await ask<number>(page, "fullHeight()") });
  await page.screenshot({ path: join(folder, `${name.replaceAll("/", "-").replace(".ipynb", "")}.png`) });
}
