import assert from "node:assert/strict";
import { test } from "node:test";
import {
  binaryCrossEntropy,
  bitsPerCharacter,
  bptt,
  checkBptt,
  defineCell,
  gaussianNll,
  type Loss,
  normal,
  random,
  squaredError,
  type Targets,
  unroll,
  vanilla,
} from "../lib";

const { PI, log, sqrt } = Math;
const none = Number.NaN;

/** The loss and dL/do of outputs that are given. */
function atOutputs(loss: Loss, o: number[][], y: Targets, B = 1) {
  const n = o[0].length;
  const mirror = defineCell(["o = identity(x)"], { inputSize: n, hiddenSize: n, outputSize: n });
  const net = unroll(mirror, o, { B });
  const L = bptt(net, y, loss);
  return { L, gradient: [...net.grad.o.subarray(B * n)] };
}
const close = (actual: number, wanted: number, within = 1e-13) =>
  assert.ok(Math.abs(actual - wanted) <= within, `${actual}, wanted ${wanted}`);

const x = [
  [0.5, -1.2],
  [1.1, 0.3],
  [-0.4, 0.8],
  [0.9, -0.1],
];
const uniform = random(4);
const real = (rows: number, columns: number) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => normal(uniform)));
const cases: [string, Loss, number, Targets][] = [
  ["squared error", squaredError, 3, real(4, 3)],
  ["binary cross-entropy", binaryCrossEntropy, 2, [0, 1, 1, 1, 0.25, 0, 1, 0]],
  ["a Gaussian in one dimension", gaussianNll, 2, real(4, 1)],
  ["a Gaussian in three dimensions", gaussianNll, 9, real(4, 3)],
  ["squared error with a row left out", squaredError, 1, [0.5, none, 1, 2]],
  ["binary cross-entropy with a row left out", binaryCrossEntropy, 1, [-1, 1, 0, 1]],
  [
    "a Gaussian with a row left out",
    gaussianNll,
    5,
    [
      [1, 2],
      [none, 1],
      [0.5, 0.5],
      [-1, 1],
    ],
  ],
];
for (const [title, loss, outputSize, y] of cases)
  for (const B of [1, 2])
    test(`the gradients of ${title} agree with central differences, ${B} at a time`, () => {
      const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 4, outputSize, seed: 3 }, { b: 0.1, c: 0.2 });
      const report = checkBptt(unroll(cell, x, { B }), y, loss);
      assert.ok(report.passed, `${report.worst.name} ${report.worst.error}`);
    });

test("squared error is the squared distance, summed over t, its mean over the batch", () => {
  assert.deepEqual(
    atOutputs(
      squaredError,
      [
        [1, 2],
        [3, 4],
      ],
      [
        [0, 0],
        [3, 5],
      ],
    ),
    { L: 6, gradient: [2, 4, 0, -2] },
  );
  assert.deepEqual(
    atOutputs(
      squaredError,
      [
        [1, 2],
        [3, 4],
      ],
      [0, 0, 3, 5],
      2,
    ),
    { L: 3, gradient: [1, 2, 0, -1] },
  );
});

test("binary cross-entropy of o = 0 is log 2 whatever y is", () => {
  close(atOutputs(binaryCrossEntropy, [[0], [0], [0]], [0, 1, 0.3]).L, 3 * log(2));
});

test("binary cross-entropy is right at o = 1000", () => {
  const { L, gradient } = atOutputs(binaryCrossEntropy, [[1000], [1000], [-1000], [-1000]], [1, 0, 1, 0]);
  assert.equal(L, 2000);
  assert.deepEqual(gradient, [0, 1, -1, 0]);
});

test("binary cross-entropy of a rare yes keeps its digits: log(1 + exp(-40)) is not 0", () => {
  close(atOutputs(binaryCrossEntropy, [[40]], [1]).L / Math.exp(-40), 1, 1e-12);
});

test("a Gaussian in one dimension is the density that everybody knows", () => {
  const [mu, sigma, y] = [0.7, 2.5, -1.1];
  const density = Math.exp(-((y - mu) ** 2) / (2 * sigma ** 2)) / sqrt(2 * PI * sigma ** 2);
  close(atOutputs(gaussianNll, [[mu, log(sigma)]], [[y]]).L, -log(density));
});

test("a Gaussian in two dimensions is the density with the covariance Lambda Lambda'", () => {
  const [mu, p, q, s, y] = [[0.3, -0.4], 1.5, -0.8, 0.6, [1, 2]];
  const [[A, C], D] = [[p * p, p * q], q * q + s * s];
  const [u, v] = [y[0] - mu[0], y[1] - mu[1]];
  const det = A * D - C * C;
  const distance = (D * u * u - 2 * C * u * v + A * v * v) / det;
  const { L } = atOutputs(gaussianNll, [[...mu, log(p), q, log(s)]], [y]);
  close(L, log(2 * PI) + log(det) / 2 + distance / 2);
});

test("scaling y, mu and Lambda by 10 adds d log 10: the log scale is in the loss", () => {
  const at = (scale: number) => {
    const shift = log(scale);
    const o = [scale * 1, scale * 2, 0.2 + shift, scale * 0.5, -0.3 + shift];
    return atOutputs(gaussianNll, [o], [[scale * 3, scale * 1.5]]).L;
  };
  close(at(10) - at(1), 2 * log(10));
});

test("a Gaussian is right at a mean and a log scale of 1000, and certain of what is exactly so", () => {
  const wide = atOutputs(gaussianNll, [[1000, 1000]], [[0]]);
  close(wide.L, 1000 + log(2 * PI) / 2);
  assert.deepEqual(wide.gradient.map(Math.abs), [0, 1]);
  const far = atOutputs(gaussianNll, [[1000, 0]], [[0]]);
  close(far.L, 500000 + log(2 * PI) / 2, 1e-9);
  assert.deepEqual(far.gradient, [1000, 1 - 1e6]);
  const certain = atOutputs(gaussianNll, [[3, -1000]], [[3]]);
  close(certain.L, -1000 + log(2 * PI) / 2);
  assert.deepEqual(certain.gradient.map(Math.abs), [0, 1]);
});

test("a row that is left out has no loss and no gradient", () => {
  const { L, gradient } = atOutputs(squaredError, [[5], [7]], [none, 6]);
  assert.equal(L, 1);
  assert.deepEqual(gradient, [0, 2]);
});

test("two equal choices are one bit per character", () => close(bitsPerCharacter(7 * log(2), 7), 1));

test("targets that do not fit are refused by a sentence", () => {
  const refused = (run: () => void, message: string) => assert.throws(run, { name: "RangeError", message });
  refused(
    () => atOutputs(squaredError, [[1, 2]], [[1]]),
    "Cannot compute the loss: wanted 1 rows of 2 targets, found 1 rows of 1",
  );
  refused(
    () => atOutputs(squaredError, [[1, 2]], [1]),
    "Cannot compute the loss: wanted 1 rows of 2 targets, found 1 numbers",
  );
  refused(
    () => atOutputs(binaryCrossEntropy, [[1]], [2]),
    "Cannot compute the loss: target 2, wanted 0 to 1, or -1 for none",
  );
  refused(
    () => atOutputs(gaussianNll, [[1, 2, 3]], [[1]]),
    "Cannot read a Gaussian from 3 outputs: wanted d + d (d + 1) / 2, which is 2, 5, 9, ... for d = 1, 2, 3, ...",
  );
});
