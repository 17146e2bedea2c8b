import assert from "node:assert/strict";
import { test } from "node:test";
import { defineCell, jupyterDisplay, rows, vanilla } from "../lib";

const sizes = { inputSize: 2, hiddenSize: 3, outputSize: 4 };

test("every parameter has the shape that its equation gives it", () => {
  const { param } = defineCell(vanilla, sizes);
  const shapes = Object.fromEntries(Object.entries(param).map(([name, { rows, columns }]) => [name, [rows, columns]]));
  assert.deepEqual(shapes, { U: [3, 2], W: [3, 3], b: [1, 3], V: [4, 3], c: [1, 4] });
});

test("biases start at zero, or at the value that is given by name; matrices are drawn in +-1/sqrt(columns)", () => {
  const { param } = defineCell(vanilla, sizes, { b: 1 });
  assert.deepEqual(rows(param.b), [[1, 1, 1]]);
  assert.deepEqual(rows(param.c), [[0, 0, 0, 0]]);
  assert.ok(param.U.every((w) => w !== 0 && Math.abs(w) <= 1 / Math.sqrt(2)));
  assert.ok(param.U.some((w) => Math.abs(w) > 1 / Math.sqrt(3)));
});

test("the same seed gives the same cell, another seed another", () => {
  const W = (seed: number) => rows(defineCell(vanilla, { ...sizes, seed }).param.W);
  assert.deepEqual(W(7), W(7));
  assert.notDeepEqual(W(7), W(8));
});

test("a cell knows its states and its output", () => {
  const cell = defineCell(vanilla, sizes);
  assert.deepEqual(cell.states, ["h"]);
  assert.equal(cell.output, "o");
  assert.equal(defineCell(["h = tanh(hPrev)"], sizes).output, "h");
});

test("a cell shows its equations as the lecture writes them", () => {
  const shown = defineCell(vanilla, sizes)[jupyterDisplay]();
  assert.equal(
    shown["text/latex"],
    [
      "$$\\begin{aligned}",
      "a_{t} &= U x_{t}+b+W h_{t-1} \\\\[4pt]",
      "h_{t} &= \\tanh\\left(a_{t}\\right) \\\\[4pt]",
      "o_{t} &= c+V h_{t}",
      "\\end{aligned}$$",
    ].join("\n"),
  );
});

/** What does not fit, and the sentence for it. */
const refused: [title: string, lines: string[], initial: Record<string, number>, message: string][] = [
  [
    "a matrix that would need two shapes",
    ["a = W * x", "h = tanh(a)", "o = W * h"],
    {},
    'Cannot fit "o = W * h": W must be 4 x 3 here, and is 3 x 2 above',
  ],
  ["vectors of two lengths", ["h = tanh(x)"], {}, 'Cannot fit "h = tanh(x)": h has 3 entries, and x has 2'],
  ["a sum of vectors of two lengths", ["a = x + b"], {}, 'Cannot fit "a = x + b": a has 3 entries, and x has 2'],
  [
    "an initial value for no parameter",
    vanilla,
    { B: 1 },
    "Cannot give B its initial value: the parameters are U, W, b, V, c",
  ],
];
for (const [title, lines, initial, message] of refused)
  test(`${title} is refused by a sentence`, () => {
    assert.throws(() => defineCell(lines, sizes, initial), { name: "RangeError", message });
  });

test("a size that is no positive integer is refused by a sentence", () => {
  assert.throws(() => defineCell(vanilla, { ...sizes, hiddenSize: 0 }), {
    message: "Cannot define a cell: hiddenSize is 0, wanted 1, 2, 3, ...",
  });
});
