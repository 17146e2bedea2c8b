import assert from "node:assert/strict";
import { test } from "node:test";
import {
  adagrad,
  adam,
  clipByNorm,
  clipped,
  type Matrix,
  momentum,
  type Optimizer,
  powerRate,
  sgd,
  shaped,
} from "../lib";

const row = (...entries: number[]): Matrix => shaped(new Float64Array(entries), 1, entries.length);

/** Where an optimizer goes in K steps from theta, given the gradient there. */
function path(optimizer: Optimizer, gradient: (theta: number[]) => number[], theta: number[], K: number): number[] {
  const param = { w: row(...theta) };
  for (let k = 1; k <= K; k++) optimizer(param, { w: row(...gradient([...param.w])) }, k);
  return [...param.w];
}
const close = (actual: number[], wanted: number[], within = 1e-14) => {
  assert.equal(actual.length, wanted.length);
  for (const [i, v] of wanted.entries()) assert.ok(Math.abs(actual[i] - v) <= within, `${actual} instead of ${wanted}`);
};

test("descent under a schedule sums its rates", () => {
  close(
    path(sgd(powerRate(1, 1)), () => [1], [0], 4),
    [-(1 + 1 / 2 + 1 / 3 + 1 / 4)],
  );
});

test("momentum: the third step under a gradient of 1 is eta (1 + beta + beta^2)", () => {
  const [two, three] = [2, 3].map((K) => path(momentum(0.1, 0.5), () => [1], [0], K)[0]);
  close([three - two], [-0.1 * 1.75]);
});

test("adagrad: under a constant gradient of any size step k is eta / sqrt(k)", () => {
  const wanted = -0.1 * (1 + 1 / Math.sqrt(2) + 1 / Math.sqrt(3));
  close(
    path(adagrad(0.1), () => [1, -1000], [0, 0], 3),
    [wanted, -wanted],
    1e-10,
  );
});

test("adam: the first step has length eta in every entry, whatever the gradient's size", () => {
  close(
    path(adam(0.01), () => [1e-3, -1e3], [1, 1], 1),
    [0.99, 1.01],
    1e-6,
  );
});

test("adam: three steps agree with its definition, the sums written out", () => {
  const gradients = [3, -1, 2];
  let w = 0;
  for (let k = 1; k <= 3; k++) {
    const mean = (beta: number, power: number) =>
      gradients.slice(0, k).reduce((sum, g, i) => sum + (1 - beta) * beta ** (k - 1 - i) * g ** power, 0) /
      (1 - beta ** k);
    w -= (0.1 * mean(0.8, 1)) / (Math.sqrt(mean(0.9, 2)) + 1e-8);
  }
  let step = 0;
  close(
    path(adam(0.1, { beta1: 0.8, beta2: 0.9 }), () => [gradients[step++]], [0], 3),
    [w],
  );
});

test("every optimizer finds the bottom of a narrow valley", () => {
  const valley = ([x, y]: number[]) => [x, 30 * y];
  const optimizers = {
    sgd: sgd(0.03),
    momentum: momentum(0.01),
    adagrad: adagrad(0.5),
    adam: adam(powerRate(0.5, 0.5)),
  };
  for (const [name, optimizer] of Object.entries(optimizers)) {
    const [x, y] = path(optimizer, valley, [1, 1], 500);
    assert.ok(Math.hypot(x, y) < 1e-3, `${name}: ${x}, ${y}`);
  }
});

test("one optimizer keeps the parameters of two cells apart", () => {
  const optimizer = momentum(0.1);
  const [first, second] = [{ w: row(0) }, { w: row(0) }];
  optimizer(first, { w: row(1) }, 1);
  optimizer(second, { w: row(1) }, 1);
  assert.equal(second.w[0], first.w[0]);
});

test("clipping scales all arrays by one factor to the norm given, and returns the norm before", () => {
  const dparam = { W: row(3, 0), b: row(4) };
  assert.equal(clipByNorm(dparam, 1), 5);
  close([...dparam.W, ...dparam.b], [0.6, 0, 0.8]);
});

test("clipping leaves small gradients as they are, and refuses a norm of 0", () => {
  const dparam = { W: row(0.3, 0.4) };
  assert.equal(clipByNorm(dparam, 1), 0.5);
  assert.deepEqual([...dparam.W], [0.3, 0.4]);
  assert.throws(() => clipByNorm(dparam, 0), { message: "Cannot clip to the norm 0: wanted more than 0" });
});

test("a clipped step is no longer than the rate times the limit", () => {
  close(
    path(clipped(sgd(0.5), 2), () => [30, 40], [0, 0], 1),
    [-0.6, -0.8],
  );
});
