import assert from "node:assert/strict";
import { test } from "node:test";
import { det, multiply, pow } from "mathjs";
import { constantRate, type Example4State, example4, normal, powerRate, random } from "../lib";

const system = { T: 5, mu: 2, sigma: 0.7 };
const near = (found: number, wanted: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(found - wanted) <= tolerance, `${found}, wanted ${wanted} within ${tolerance}`);
const rates = [0.01, 0.3, 0.5, 1, 1.37, 1.9];
const largest = (step: (eta: number) => (state: Example4State) => Example4State, eta: number) =>
  Math.max(...example4.spectrum(example4.matrixOf(step(eta))).map(({ re, im }) => Math.hypot(re, im)));
const truncated = (eta: number) => (state: Example4State) => example4.truncatedStep(state, eta);
const newTheta = (eta: number) => (state: Example4State) => example4.newThetaStep(state, eta);
const chunk = (p: number) => (eta: number) => (state: Example4State) => example4.chunkStep(state, eta, p);

test("the loss of Example 4 is the mean over its trajectories, with the optimum theta = 0 and L = T sigma^2", () => {
  const uniform = random(4);
  const theta = 0.3;
  let sum = 0;
  for (let n = 0; n < 100_000; n++) {
    const x0 = normal(uniform, system.mu, system.sigma);
    for (let t = 1; t <= system.T; t++) sum += (x0 + t * theta - system.mu) ** 2;
  }
  near(sum / 1e5, example4.loss(theta, system), 0.05);
  assert.deepEqual(example4.optimum(system), { theta: 0, loss: 5 * 0.7 ** 2 });
});

test("the full gradient is the derivative of the loss, the sum of 2 t^2 theta, and (2 T + 1) / 3 truncated ones", () => {
  const theta = 0.3;
  const slope = (example4.loss(theta + 1e-4, system) - example4.loss(theta - 1e-4, system)) / 2e-4;
  near(slope, example4.gradient(theta, system), 1e-8);
  const sum = (gradient: (theta: number, t: number) => number) =>
    [1, 2, 3, 4, 5].reduce((total, t) => total + gradient(theta, t), 0);
  near(sum(example4.gradientAt), example4.gradient(theta, system));
  near(sum(example4.truncatedGradientAt), 5 * 6 * theta);
  near(sum(example4.gradientAt) / sum(example4.truncatedGradientAt), 11 / 3);
});

test("with theta held fixed, the t-th step of the online algorithm sees the truncated gradient 2 t theta", () => {
  const theta = 0.3;
  for (const t of [1, 2, 7]) {
    const step = example4.truncatedStep({ theta, m: (t - 1) * theta }, 1);
    near(theta - step.theta, example4.truncatedGradientAt(theta, t));
  }
});

test("BPTT converges for 0 < eta < 1 / S_2 only, and in one step for 1 / (2 S_2)", () => {
  const { oneStep, limit } = example4.learningRates(system);
  assert.deepEqual([oneStep, limit], [1 / 110, 1 / 55]);
  const descend = (eta: number, K: number) => {
    let theta = 1;
    for (let k = 0; k < K; k++) theta = example4.bpttStep(theta, eta, system);
    return Math.abs(theta);
  };
  near(descend(oneStep, 1), 0);
  for (const share of [0.01, 0.5, 0.99]) near(descend(share * limit, 2000), 0);
  near(descend(limit, 1001), 1, 1e-9);
  for (const share of [-0.1, 1.01]) assert.ok(descend(share * limit, 1000) > 100);
});

test("A(eta) is the matrix of truncated BPTT, and its determinant is 1 for every eta", () => {
  for (const eta of [-1, ...rates, 2, 3]) {
    const A = example4.truncatedMatrix(eta);
    example4.matrixOf(truncated(eta)).forEach((row, i) => {
      row.forEach((entry, j) => {
        near(entry, A[i][j]);
      });
    });
    near(det(A), 1);
  }
});

test("the spectral radius is 1 for 0 < eta <= 2, and 1.56 and 3.73 for eta = 2.1 and 3", () => {
  for (const eta of [...rates, 2]) near(largest(truncated, eta), 1, 1e-7);
  near(largest(truncated, 2.1), 1.56, 0.005);
  near(largest(truncated, 3), 3.73, 0.005);
  assert.ok(largest(truncated, -0.01) > 1.1);
});

test("the eigenvalues are exp(+- i phi) with phi = arccos(1 - eta)", () => {
  for (const eta of rates) {
    const [{ re, im }] = example4.spectrum(example4.truncatedMatrix(eta));
    near(re, Math.cos(example4.angle(eta)));
    near(im, Math.sin(example4.angle(eta)));
  }
});

test("eta = 1/2, 1 and 3/2 have the exact periods 6, 4 and 3", () => {
  for (const [eta, period] of [
    [0.5, 6],
    [1, 4],
    [1.5, 3],
  ]) {
    const A = example4.truncatedMatrix(eta);
    const powers = Array.from({ length: period }, (_, k) => JSON.stringify(pow(A, k + 1)));
    assert.equal(powers.indexOf("[[1,0],[0,1]]"), period - 1);
  }
});

test("truncated BPTT keeps Q, stays within its ellipse and follows its closed form", () => {
  for (const eta of rates) {
    const start = { theta: 0.8, m: 0 };
    const phi = example4.angle(eta);
    const amplitude = example4.amplitude(start, eta);
    near(amplitude.theta, 0.8 * Math.sqrt(2 / (2 - eta)));
    const times = Array.from({ length: 3000 }, (_, k) => k);
    const states = example4.statesAt(times, constantRate(eta), start);
    states.forEach((state, k) => {
      near(example4.invariant(state, eta), 0.64, 1e-9);
      near(state.theta, (0.8 * Math.cos((k + 0.5) * phi)) / Math.cos(phi / 2), 1e-9);
      near(state.m, (0.8 * Math.sin(k * phi)) / Math.sin(phi), 1e-9);
    });
    assert.ok(Math.max(...states.map(({ theta }) => Math.abs(theta))) <= amplitude.theta + 1e-9);
    assert.ok(Math.max(...states.map(({ m }) => Math.abs(m))) <= amplitude.m + 1e-9);
  }
});

test("started at the optimum with one sampled x_0 it leaves, up to |m_0| sqrt(2 eta / (1 - eta / 2))", () => {
  for (const eta of rates)
    near(example4.amplitude({ theta: 0, m: 1.3 }, eta).theta, 1.3 * Math.sqrt((4 * eta) / (2 - eta)));
});

test("m obeys the leapfrog scheme for any schedule", () => {
  const schedule = powerRate(0.7, 0.8);
  const states = example4.statesAt([0, 1, 2, 3, 4, 5, 6], schedule, { theta: 1, m: 0.4 });
  for (let k = 0; k + 2 < states.length; k++) {
    const [before, here, after] = states.slice(k, k + 3).map(({ m }) => m);
    near(after - 2 * here + before, -2 * schedule(k + 1) * here);
  }
});

test("with eta = c / k^a, |theta| falls as k^(-a/4) and |m| rises as k^(a/4)", () => {
  const slope = (c: number, a: number, key: "theta" | "m") => {
    const [low, high] = [2 ** 14, 2 ** 20];
    const states = example4.statesAt([low, high], powerRate(c, a), { theta: 1, m: 0 });
    const [first, last] = states.map((state, i) => example4.amplitude(state, c / ([low, high][i] + 1) ** a)[key]);
    return Math.log2(last / first) / 6;
  };
  for (const a of [0, 0.5, 1, 1.5]) {
    near(slope(0.5, a, "theta"), -a / 4, 0.004);
    near(slope(0.5, a, "m"), a / 4, 0.004);
  }
  near(slope(0.1, 2, "theta"), -0.276, 0.001);
  near(slope(0.5, 2.5, "theta"), 0, 0.01);
});

test("the mean of theta over K steps is (m_K - m_0) / K, for any schedule", () => {
  const times = Array.from({ length: 501 }, (_, k) => k);
  const states = example4.statesAt(times, powerRate(0.4, 0.3), { theta: 1, m: 0.2 });
  const sum = states.slice(0, 500).reduce((total, { theta }) => total + theta, 0);
  near(sum / 500, (states[500].m - 0.2) / 500);
});

test("with the new theta in the state the determinant is 1 - 2 eta, and it converges for 0 < eta < 2/3 only", () => {
  for (const eta of [0.1, 0.5, 0.6, 1]) near(det(example4.matrixOf(newTheta(eta))), 1 - 2 * eta);
  for (const eta of [0.01, 0.3, 0.5, 0.66]) assert.ok(largest(newTheta, eta) < 1);
  for (const eta of [-0.01, 0.67, 1]) assert.ok(largest(newTheta, eta) > 1);
  const half = example4.matrixOf(newTheta(0.5));
  assert.deepEqual(multiply(half, half).flat().map(Math.abs), [0, 0, 0, 0]);
});

test("chunks of p >= 2 have det = 1 + eta p (p + 1) (p - 1) / 3, and p = 1 is the lecture's algorithm", () => {
  assert.deepEqual(example4.chunkStep({ theta: 0.3, m: 0.7 }, 0.5, 1), { theta: 0.3 - 1, m: 1 });
  for (const p of [1, 2, 4, 9])
    for (const eta of [1e-6, 1e-3, 0.2]) {
      near(det(example4.matrixOf(chunk(p)(eta))), 1 + (eta * p * (p + 1) * (p - 1)) / 3);
      if (p > 1) assert.ok(largest(chunk(p), eta) > 1);
    }
  let state = { theta: 1, m: 0 };
  for (let k = 0; k < 20_000; k++) state = example4.chunkStep(state, 1e-3, 4);
  near(Math.log10(Math.abs(state.theta)), 85, 2);
});

test("an epoch with a restart multiplies theta by cos((T + 1/2) phi) / cos(phi / 2)", () => {
  for (const T of [1, 2, 5, 20])
    for (const eta of rates) near(example4.restartEpoch(1, eta, T), example4.restartFactor(eta, T), 1e-10);
  near(example4.restartFactor(1e-6, 5), 1 - 1e-6 * 30, 1e-9);
});

test("the limits and the one-epoch rates of the course's table", () => {
  const table = [
    [1, 1, 1, 0.5, 0.5],
    [2, 0.2, 0.5, 0.1, 0.191],
    [5, 0.0182, 0.134, 0.00909, 0.0405],
    [10, 2.6e-3, 0.0405, 1.3e-3, 0.0112],
    [20, 3.48e-4, 0.0112, 1.74e-4, 0.00293],
    [50, 2.33e-5, 0.0019, 1.17e-5, 4.84e-4],
  ];
  for (const [T, ...wanted] of table) {
    const [full, restart] = [example4.learningRates({ T }), example4.restartLearningRates({ T })];
    const found = [full.limit, restart.limit, full.oneStep, restart.oneEpoch];
    found.forEach((rate, i) => {
      near(rate / wanted[i], 1, 0.005);
    });
    near(example4.restartFactor(restart.oneEpoch, T), 0);
  }
});

test("a restart converges within its windows of eta and nowhere else", () => {
  for (const T of [1, 3, 6]) {
    const windows = example4.restartWindows({ T });
    assert.equal(windows.length, T);
    near(windows[0][1], example4.restartLearningRates({ T }).limit);
    for (let eta = 0.0013; eta < 2; eta += 0.01) {
      const within = windows.some(([low, high]) => low < eta && eta < high);
      assert.equal(Math.abs(example4.restartFactor(eta, T)) < 1, within, `T = ${T}, eta = ${eta}`);
    }
  }
});

test("with mini-batches of x_0 and a restart, theta trembles with the stationary variance", () => {
  const uniform = random(9);
  for (const [eta, B] of [
    [0.005, 4],
    [0.05, 1],
    [0.11, 2],
  ]) {
    let [theta, squares] = [0, 0];
    for (let epoch = 0; epoch < 40_000; epoch++) {
      theta = example4.restartEpoch(theta, eta, system.T, example4.sampleStart(B, system, uniform));
      squares += theta ** 2;
    }
    near(squares / 40_000 / example4.stationaryVariance(eta, B, system), 1, 0.08);
  }
  const small = example4.stationaryVariance(1e-5, 2, system);
  near(small / (((2 * 1e-5 * 5) / 6) * (0.49 / 2)), 1, 1e-3);
});

test("with mini-batches and eta = c / e in epoch e, E theta^2 falls as 4 c^2 T^2 s^2 / ((2 a - 1) e), a = c T (T + 1)", () => {
  const [c, B, epochs] = [0.05, 2, 300];
  const uniform = random(12);
  let squares = 0;
  for (let run = 0; run < 3000; run++) {
    let theta = 0;
    for (let e = 10; e <= epochs; e++)
      theta = example4.restartEpoch(theta, c / e, system.T, example4.sampleStart(B, system, uniform));
    squares += theta ** 2;
  }
  const a = c * system.T * (system.T + 1);
  const predicted = (4 * c ** 2 * system.T ** 2 * (system.sigma ** 2 / B)) / ((2 * a - 1) * epochs);
  near(squares / 3000 / predicted, 1, 0.1);
});

test("a setting without steps, and rates where a closed form has no value, are errors in a sentence", () => {
  assert.throws(() => example4.loss(0, { ...system, T: 0 }), /Cannot take 0 steps of Example 4: wanted 1, 2, 3/);
  assert.throws(() => example4.loss(0, { ...system, sigma: -1 }), /sigma is -1, wanted 0 or more/);
  assert.throws(() => example4.angle(2), /Cannot rotate \(theta, m\) with eta = 2: wanted 0 < eta < 2/);
  assert.throws(() => example4.stationaryVariance(0.15, 1, system), /an epoch multiplies theta by -1\.\d+/);
});
