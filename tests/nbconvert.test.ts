import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { withKernel, writeKernelSpec } from "../kernel/setup/spec";
import { nbconvert, notebooks, root, skipWithout } from "./course";

const skip = skipWithout({ "jupyter nbconvert": nbconvert });
const folder = mkdtempSync(join(tmpdir(), "unroll-nbconvert-"));
after(() => rmSync(folder, { recursive: true }));

type Cell = { cell_type: string; execution_count?: number | null; outputs?: { output_type: string }[] };

/** What a notebook may take, s: one that trains networks takes a while, the others must not keep a reader waiting. */
const limits: Record<string, number> = {
  "notebooks/04-bptt.ipynb": 20,
  "notebooks/05-training.ipynb": 300,
  "notebooks/06-truncation.ipynb": 300,
  "notebooks/07-learning-rate.ipynb": 300,
};
const limitOf = (notebook: string) => limits[notebook] ?? 60;

writeKernelSpec(root);
for (const notebook of notebooks) {
  test(`jupyter nbconvert runs ${notebook} in less than ${limitOf(notebook)} s`, { skip, timeout: 400_000 }, () => {
    const begin = performance.now();
    const options = ["--to", "notebook", "--execute", "--output-dir", folder, join(root, notebook)];
    const { status, stderr } = spawnSync(nbconvert ?? "jupyter-nbconvert", options, {
      encoding: "utf8",
      env: withKernel(root),
      timeout: 400_000,
    });
    const seconds = (performance.now() - begin) / 1000;
    assert.equal(status, 0, stderr.slice(-2000));
    const { cells } = JSON.parse(readFileSync(join(folder, basename(notebook)), "utf8")) as { cells: Cell[] };
    const code = cells.filter((cell) => cell.cell_type === "code");
    assert.deepEqual(
      code.map((cell) => cell.execution_count),
      code.map((_, i) => i + 1),
    );
    assert.ok(seconds < limitOf(notebook), `it took ${seconds.toFixed(1)} s`);
  });
}
