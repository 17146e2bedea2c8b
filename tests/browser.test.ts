import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Browser, chromium as driver } from "playwright-core";
import { type Course, chromium, jupyter, notebooks, skipWithout, startCourse } from "./course";
import { assertWellRead, keepScreenshot, openNotebook, openPage, runAll } from "./reading";

const skip = skipWithout({ Jupyter: jupyter, Chromium: chromium });

let course: Course;
let browser: Browser;

before(async () => {
  if (skip) return;
  course = await startCourse();
  browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  await course?.stop();
});

for (const notebook of notebooks) {
  const title = `${notebook} runs in a browser without an error, its charts drawn and its formulas typeset`;
  test(title, { skip, timeout: 400_000 }, async () => {
    const { page, elsewhere } = await openPage(browser, course.url);
    try {
      await openNotebook(page, `${course.url}notebooks/${notebook}?token=${course.token}`);
      await runAll(page);
      await assertWellRead(page);
      assert.deepEqual(elsewhere, [], "requests that leave the machine");
    } finally {
      await keepScreenshot(page, notebook);
      await page.close();
    }
  });
}
