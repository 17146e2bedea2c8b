/** The library in a browser: bundled, without Node, it trains a cell as it does here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { chromium as driver } from "playwright-core";
import { defineCell, sgd, softmaxCrossEntropy, train, vanilla } from "../lib";
import { chromium, skipWithout } from "./course";

const skip = skipWithout({ Chromium: chromium });

const entry = `
  import { defineCell, vanilla, sgd, softmaxCrossEntropy, train } from "./lib";
  globalThis.losses = async () => {
    const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 6, outputSize: 2, seed: 5 });
    const example = { x: [0, 1, 1, 0, 1, 0, 0, 1], y: [0, 1, 0, 0, 1, 1, 1, 0] };
    const all = [];
    const options = { loss: softmaxCrossEntropy, optimizer: sgd(0.2), steps: 200 };
    for await (const { loss } of train(cell, example, options)) all.push(loss);
    return all;
  };`;

test("bundled for a browser, the library trains a cell in Chromium to the losses of Node", { skip }, async () => {
  const resolveDir = join(__dirname, "..");
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir, loader: "ts" },
    bundle: true,
    platform: "browser",
    write: false,
  });
  const browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: outputFiles[0].text });
    const there = await page.evaluate<number[]>("losses()");
    const here: number[] = [];
    const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 6, outputSize: 2, seed: 5 });
    const example = { x: [0, 1, 1, 0, 1, 0, 0, 1], y: [0, 1, 0, 0, 1, 1, 1, 0] };
    const options = { loss: softmaxCrossEntropy, optimizer: sgd(0.2), steps: 200 };
    for await (const { loss } of train(cell, example, options)) here.push(loss);
    assert.equal(there.length, 200);
    assert.ok(there[199] < there[0] / 10, `${there[0]} -> ${there[199]}`);
    assert.ok(there.every((loss, k) => Math.abs(loss - here[k]) < 1e-9));
  } finally {
    await browser.close();
  }
});
