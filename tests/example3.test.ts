import assert from "node:assert/strict";
import { test } from "node:test";
import { bptt, defineCell, example3, random, shift, squaredError, unroll } from "../lib";

const system = { T: 6, mu: 2, sigma: 0.7 };
const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: number[]) => average(values.map((value) => value ** 2)) - average(values) ** 2;
const near = (found: number, wanted: number, tolerance: number) =>
  assert.ok(Math.abs(found - wanted) < tolerance, `${found}, wanted ${wanted} within ${tolerance}`);

/** theta after K steps of gradient descent on the expected loss. */
function descend(eta: number, K: number): number {
  let theta = 0.3;
  for (let k = 0; k < K; k++) theta -= eta * example3.gradient(theta, system);
  return theta;
}

test("the gradient of Example 3 is the derivative of its loss, expected and sampled", () => {
  const initial = example3.sample(5, system, random(3));
  const slope = (f: (theta: number) => number, at: number) => (f(at + 1e-4) - f(at - 1e-4)) / 2e-4;
  for (const theta of [-0.4, 0, 0.25]) {
    near(
      slope((at) => example3.loss(at, system), theta),
      example3.gradient(theta, system),
      1e-8,
    );
    const sampled = slope((at) => example3.sampleLoss(at, initial, system), theta);
    near(sampled, example3.sampleGradient(theta, initial, system), 1e-8);
  }
});

test("the mean over samples is the expectation, and one sample's gradient has the variance 4 T^2 sigma^2", () => {
  const initial = example3.sample(100_000, system, random(8));
  const theta = 0.2;
  const deviation = 2 * system.T * system.sigma;
  near(
    example3.sampleGradient(theta, initial, system),
    example3.gradient(theta, system),
    (4 * deviation) / Math.sqrt(1e5),
  );
  near(example3.sampleLoss(theta, initial, system), example3.loss(theta, system), 0.05);
  const gradients = initial.map((x0) => example3.sampleGradient(theta, [x0], system));
  near(variance(gradients) / deviation ** 2, 1, 0.02);
});

test("no theta has a smaller loss than the optimum, where sigma^2 is left", () => {
  const { theta, loss } = example3.optimum(system);
  assert.deepEqual({ theta, loss }, { theta: 0, loss: system.sigma ** 2 });
  for (const other of [-0.1, -1e-3, 1e-3, 0.1]) assert.ok(example3.loss(other, system) > loss);
});

test("a trajectory takes T steps of theta, and its end gives the sampled loss", () => {
  const h = example3.trajectory(0.5, 1, system);
  assert.deepEqual(h, [1, 1.5, 2, 2.5, 3, 3.5, 4]);
  assert.equal(example3.sampleLoss(0.5, [1], system), (system.mu - h[system.T]) ** 2);
});

test("gradient descent converges for 0 < eta < 1 / T^2 only, and in one step for 1 / (2 T^2)", () => {
  const { oneStep, limit } = example3.learningRates(system);
  assert.deepEqual([oneStep, limit], [1 / 72, 1 / 36]);
  near(descend(oneStep, 1), 0, 1e-15);
  for (const share of [0.01, 0.3, 0.7, 0.99]) near(descend(share * limit, 2000), 0, 1e-12);
  near(Math.abs(descend(limit, 2001)), 0.3, 1e-9);
  for (const share of [-0.1, 1.01, 1.5]) assert.ok(Math.abs(descend(share * limit, 400)) > 100);
});

test("the minimisers of N samples lie about 0 with the deviation sigma / (T sqrt(N))", () => {
  const uniform = random(21);
  const minimisers = Array.from({ length: 4000 }, () => {
    const initial = example3.sample(9, system, uniform);
    const theta = example3.sampleOptimum(initial, system);
    near(example3.sampleGradient(theta, initial, system), 0, 1e-12);
    return theta;
  });
  const deviation = system.sigma / (system.T * 3);
  near(average(minimisers), 0, (4 * deviation) / Math.sqrt(4000));
  near(Math.sqrt(variance(minimisers)) / deviation, 1, 0.05);
});

test("stochastic gradient descent goes on trembling with the stationary variance", () => {
  const uniform = random(5);
  for (const [share, B] of [
    [0.1, 1],
    [0.5, 4],
    [0.9, 2],
  ]) {
    const eta = share * example3.learningRates(system).limit;
    const path: number[] = [];
    let theta = 0;
    for (let k = 0; k < 40_000; k++) {
      theta -= eta * example3.sampleGradient(theta, example3.sample(B, system, uniform), system);
      path.push(theta);
    }
    near(variance(path) / example3.stationaryVariance(eta, B, system), 1, 0.08);
  }
});

test("back-propagation through the unrolled cell gives Example 3's sampled gradient", () => {
  const initial = example3.sample(4, system, random(2));
  const cell = defineCell(shift, { inputSize: 1, hiddenSize: 1, outputSize: 1 }, { theta: 0.15 });
  const net = unroll(cell, system.T, { B: 4, initial: { h: initial } });
  const targets = Array.from({ length: system.T * 4 }, (_, r) => [r < (system.T - 1) * 4 ? Number.NaN : system.mu]);
  near(bptt(net, targets, squaredError), example3.sampleLoss(0.15, initial, system), 1e-12);
  near(net.dparam.theta[0], example3.sampleGradient(0.15, initial, system), 1e-12);
});

test("a setting without steps, a negative sigma, no samples and a rate that diverges are errors in a sentence", () => {
  assert.throws(() => example3.loss(0, { ...system, T: 0 }), /Cannot set up Example 3: T is 0, wanted 1, 2, 3/);
  assert.throws(() => example3.optimum({ ...system, sigma: -1 }), /sigma is -1, wanted 0 or more/);
  assert.throws(() => example3.sampleLoss(0, [], system), /Cannot average over initial values: found none/);
  assert.throws(() => example3.stationaryVariance(1 / 36, 1, system), /wanted 0 < eta < 0.02777/);
});
