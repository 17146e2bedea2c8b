import assert from "node:assert/strict";
import { test } from "node:test";
import { bptt, defineCell, softmaxCrossEntropy, unroll } from "../lib";

/** A cell whose output is its input, so that a loss can be held against numbers. */
const mirror = defineCell(["o = identity(x)"], { inputSize: 3, hiddenSize: 3, outputSize: 3 });

test("softmax cross-entropy of equal outputs is log of the number of classes, in nats", () => {
  assert.ok(Math.abs(softmaxCrossEntropy.of(unroll(mirror, [[5, 5, 5]]), [1]) - Math.log(3)) < 1e-15);
});

test("softmax cross-entropy is right at o = 1000", () => {
  const net = unroll(mirror, [
    [1000, 0, -1000],
    [1000, 0, -1000],
  ]);
  assert.equal(bptt(net, [0, 1], softmaxCrossEntropy), 1000);
  assert.deepEqual([...net.grad.o.subarray(3)], [0, 0, 0, 1, -1, 0]);
});

test("a row with label -1 has no loss and no gradient", () => {
  const net = unroll(mirror, [
    [1, 2, 3],
    [3, 2, 1],
  ]);
  const both = bptt(net, [2, 2], softmaxCrossEntropy);
  const first = bptt(net, [2, -1], softmaxCrossEntropy);
  assert.ok(first < both);
  assert.deepEqual([...net.grad.o.subarray(6)], [0, 0, 0]);
});

test("labels that do not fit are refused by a sentence", () => {
  const net = unroll(mirror, [[1, 2, 3]]);
  assert.throws(() => bptt(net, [0, 1], softmaxCrossEntropy), {
    message: "Cannot compute the loss: wanted 1 labels, found 2",
  });
  assert.throws(() => bptt(net, [3], softmaxCrossEntropy), {
    message: "Cannot compute the loss: label 3 at 0, wanted 0 to 2, or -1 for none",
  });
});
