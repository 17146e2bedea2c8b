/** Every cell of the course against central differences, and what sets one apart from another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as lib from "../lib";

const { checkBptt, defineCell, squaredError, softmaxCrossEntropy, unroll } = lib;
const sizes = { inputSize: 3, hiddenSize: 4, outputSize: 5, seed: 7 };
const vectors = [
  [1, 0.4, -1],
  [0, 1, -1],
  [0.7, -2, 0.3],
  [0.1, 0.2, 0.3],
];
const y = [1, 0, 4, 2];

for (const name of ["vanilla", "outputFeedback", "elman", "gru", "gruResetAfter", "lstm", "teacherForced"] as const)
  for (const B of [1, 2])
    test(`all gradients of ${name} agree with central differences to 1e-6, for ${B} of batch`, () => {
      const cell = defineCell(lib[name], sizes);
      const net = unroll(cell, name === "teacherForced" ? { x: vectors, y } : vectors, { B });
      const { worst } = checkBptt(net, y, softmaxCrossEntropy);
      assert.ok(worst.error < 1e-6, `${worst.name}[${worst.index}]: ${worst.error}`);
    });

for (const name of ["classical", "shift"] as const)
  test(`all gradients of ${name}, which reads no input, agree with central differences to 1e-6`, () => {
    const net = unroll(defineCell(lib[name], sizes), 4, { initial: { h: [0.1, -0.2, 0.3, 0.5] } });
    const { worst, checks } = checkBptt(
      net,
      vectors.map((row) => [...row, 1]),
      squaredError,
    );
    assert.ok(worst.error < 1e-6, `${worst.name}[${worst.index}]: ${worst.error}`);
    assert.ok(checks.every(({ name }) => name !== "x"));
  });

test("Elman's context layer computes what Example 1 does", () => {
  const [one, two] = [lib.vanilla, lib.elman].map((lines) => unroll(defineCell(lines, sizes), vectors));
  assert.deepEqual([...one.value.o], [...two.value.o]);
});

test("teacher forcing cuts the link from step to step: the loss of step 4 has no gradient at step 3", () => {
  const net = unroll(defineCell(lib.teacherForced, sizes), { x: vectors, y });
  lib.bptt(net, [-1, -1, -1, 2], softmaxCrossEntropy);
  assert.ok(lib.rows(net.grad.a)[4].every((v) => v !== 0));
  assert.ok(lib.rows(net.grad.a)[3].every((v) => v === 0));
});

test("in Example 2 the loss of step 4 does have a gradient at step 3", () => {
  const net = unroll(defineCell(lib.outputFeedback, sizes), vectors);
  lib.bptt(net, [-1, -1, -1, 2], softmaxCrossEntropy);
  assert.ok(lib.rows(net.grad.a)[3].every((v) => v !== 0));
});

test("the forget bias of an LSTM has its initial value", () => {
  assert.deepEqual([...defineCell(lib.lstm, sizes, { b_f: 3 }).param.b_f], [3, 3, 3, 3]);
});
test("a cell is refused the inputs that it does not read, by a sentence", () => {
  const teacherForced = defineCell(lib.teacherForced, sizes);
  assert.throws(() => unroll(teacherForced, vectors), { message: "Cannot unroll: the cell reads x and y, found x" });
  assert.throws(() => unroll(defineCell(lib.vanilla, sizes), 3), {
    message: "Cannot unroll: the cell reads x, found only a number of steps",
  });
  assert.throws(() => unroll(defineCell(["h = hPrev * x"], { ...sizes, hiddenSize: 3 }), [0, 1]), {
    message: 'Cannot read x as labels: "h = hPrev * x" wants vectors',
  });
});
