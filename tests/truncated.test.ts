import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bptt,
  type Cell,
  chunkedBptt,
  defineCell,
  type Example,
  type Network,
  type Optimizer,
  pieces,
  random,
  rows,
  sgd,
  softmaxCrossEntropy,
  squaredError,
  truncatedBptt,
  unroll,
  vanilla,
} from "../lib";
import { softmax } from "./handwritten";

/** Example 4, h_t = h_{t-1} + theta, in expectation: h is m, the mean of h_t - mu. */
const example4 = (theta: number): Cell =>
  defineCell(["h = theta + hPrev"], { inputSize: 1, hiddenSize: 1, outputSize: 1 }, { theta });
function* zeros(T: number): Generator<Example> {
  for (let t = 1; t <= T; t++) yield { x: [[0]], y: [0] };
}
const still: Optimizer = () => {};
const close = (actual: ArrayLike<number>, wanted: ArrayLike<number>, within = 1e-12) => {
  assert.equal(actual.length, wanted.length);
  for (let i = 0; i < wanted.length; i++)
    assert.ok(Math.abs(actual[i] - wanted[i]) <= within, `[${i}]: ${actual[i]}, wanted ${wanted[i]}`);
};
const last = ({ value, T }: Network) => value.h[T];

/** The pairs (theta_k, h_k) of truncated BPTT on Example 4, from (1, 0). */
function orbit(eta: number, K: number, p = 1): [number, number][] {
  const cell = example4(1);
  const training = { loss: squaredError, optimizer: sgd(eta), p };
  return Array.from(truncatedBptt(cell, zeros(K), training), ({ net }) => [cell.param.theta[0], last(net)]);
}

test("on Example 4 with eta = 1/2 the pair (theta, h) has period 6: the state moves with the old theta", () => {
  const pairs = orbit(0.5, 12);
  close(pairs.flat(), [0, 1, -1, 1, -1, 0, 0, -1, 1, -1, 1, 0, 0, 1, -1, 1, -1, 0, 0, -1, 1, -1, 1, 0]);
});

test("on Example 4 eta = 1 has period 4, 3/2 has period 3, and 2.1 runs away", () => {
  for (const [eta, period] of [
    [1, 4],
    [1.5, 3],
  ]) {
    const pairs = orbit(eta, 3 * period);
    close(pairs[2 * period - 1], [1, 0]);
    assert.ok(Math.abs(pairs[period - 2][1]) > 0.1);
  }
  assert.ok(Math.abs(orbit(2.1, 60)[59][0]) > 1e6);
});

test("on Example 4 theta^2 + 2 eta theta h + 2 eta h^2 stays, so theta never settles", () => {
  const eta = 0.01;
  const pairs = orbit(eta, 5000);
  for (const [theta, h] of pairs.slice(-3)) close([theta ** 2 + 2 * eta * theta * h + 2 * eta * h ** 2], [1], 1e-10);
});

test("on Example 4 a window of p steps multiplies the gradient by p, at the state that is carried", () => {
  const [eta, p] = [0.01, 3];
  let [theta, h] = [1, 0];
  const wanted: number[] = [];
  for (let k = 1; k <= 20; k++) {
    [theta, h] = [theta - eta * 2 * Math.min(k, p) * (h + theta), h + theta];
    wanted.push(theta, h);
  }
  close(orbit(eta, 20, p).flat(), wanted);
});

test("on Example 4 chunks of p steps multiply areas by 1 + eta p (p + 1) (p - 1) / 3: they run away", () => {
  const [eta, p] = [0.01, 4];
  const from = (theta: number, h: number) => {
    const cell = example4(theta);
    const [{ net }] = chunkedBptt(cell, [{ x: Array(p).fill([0]), y: Array(p).fill(0) }], {
      loss: squaredError,
      optimizer: sgd(eta),
      initial: { h: [h] },
    });
    return [cell.param.theta[0], last(net)];
  };
  const [[a, c], [b, d]] = [from(1, 0), from(0, 1)];
  close([a * d - b * c], [1 + (eta * p * (p + 1) * (p - 1)) / 3]);
});

const sizes = { inputSize: 2, hiddenSize: 5, outputSize: 3, seed: 3 };
const uniform = random(9);
const T = 8;
const vectors = (n: number) => Array.from({ length: n }, () => [uniform() - 0.5, uniform() - 0.5]);
const labels = (n: number, classes: number) => Array.from({ length: n }, () => Math.floor(uniform() * classes));
const h0 = [0.3, -0.5, 0.2, 0.7, -0.1];

/** The sum over t of the truncated gradients at a fixed theta. */
function truncatedSum(cell: Cell, example: Example, p: number, B = 1) {
  const sum = Object.fromEntries(Object.entries(cell.param).map(([name, w]) => [name, new Float64Array(w.length)]));
  let L = 0;
  const initial = { h: Array(B).fill(h0).flat() };
  const training = { loss: softmaxCrossEntropy, optimizer: still, p, B, initial };
  for (const { loss, net } of truncatedBptt(cell, pieces(example, T), training)) {
    L += loss;
    for (const name of Object.keys(sum))
      net.dparam[name].forEach((g, i) => {
        sum[name][i] += g;
      });
  }
  return { L, sum };
}

for (const [what, x, B] of [
  ["vectors", vectors(T), 1],
  ["labels", labels(T, 2), 1],
  ["vectors of 3 sequences", vectors(3 * T), 3],
  ["flat rows", new Float64Array(vectors(T).flat()), 1],
] as const)
  test(`p = T is BPTT: the truncated gradients sum to its gradient, for ${what}`, () => {
    const cell = defineCell(vanilla, sizes, { b: 0.1 });
    const y = labels(T * B, 3);
    const net = unroll(cell, x, { B, initial: { h: Array(B).fill(h0).flat() } });
    const wanted = bptt(net, y, softmaxCrossEntropy);
    for (const p of [T, T + 3]) {
      const { L, sum } = truncatedSum(cell, { x, y }, p, B);
      close([L], [wanted]);
      for (const name of Object.keys(sum)) close(sum[name], net.dparam[name]);
    }
    const { sum } = truncatedSum(cell, { x, y }, T - 2, B);
    assert.ok(sum.W.some((g, i) => Math.abs(g - net.dparam.W[i]) > 1e-6));
  });

test("p = 1 is the slide: (dh_t/db)' grad_{h_t} L_t with h_{t-1} constant, by hand", () => {
  const cell = defineCell(vanilla, sizes);
  const x = vectors(T);
  const y = labels(T, 3);
  const { sum } = truncatedSum(cell, { x, y }, 1);
  const { value } = unroll(cell, x, { initial: { h: h0 } });
  const V = rows(cell.param.V);
  const [h, o] = [rows(value.h), rows(value.o)];
  const wanted = h0.map((_, i) =>
    y.reduce((total, label, k) => {
      const g = softmax(o[k + 1]).map((v, j) => v - (j === label ? 1 : 0));
      return total + g.reduce((s, v, j) => s + v * V[j][i], 0) * (1 - h[k + 1][i] ** 2);
    }, 0),
  );
  close(sum.b, wanted);
});

test("labels are the one-hot vectors that they stand for, in every window", () => {
  const cell = defineCell(vanilla, sizes);
  const [x, y] = [[0, 0, 1, 1, 0, 1, 1, 0], labels(T, 3)];
  const oneHot = x.map((label) => [0, 1].map((i) => (i === label ? 1 : 0)));
  const [byLabel, dense] = [x, oneHot].map((input) => truncatedSum(cell, { x: input, y }, 2).sum);
  for (const name of Object.keys(dense)) close(byLabel[name], dense[name]);
});

test("one chunk of all T steps is BPTT, and chunks carry the state as it was computed", () => {
  const cell = defineCell(vanilla, sizes);
  const example = { x: vectors(T), y: labels(T, 3) };
  const net = unroll(cell, example.x, { initial: { h: h0 } });
  const L = bptt(net, example.y, softmaxCrossEntropy);
  const training = { loss: softmaxCrossEntropy, optimizer: still, initial: { h: h0 } };
  const [whole] = chunkedBptt(cell, pieces(example, 1), training);
  close([whole.loss], [L]);
  close(whole.net.dparam.W, net.dparam.W);
  const halves: number[] = [];
  for (const { loss, net: half } of chunkedBptt(cell, pieces(example, 2), training)) {
    halves.push(loss);
    if (halves.length === 2) close(half.value.h, net.value.h.subarray(4 * 5));
  }
  close([halves[0] + halves[1]], [L]);
});

test("memory does not grow with T: the network stays one block, and nothing is left behind", () => {
  const cell = defineCell(vanilla, sizes);
  function* endless(steps: number): Generator<Example> {
    for (let t = 0; t < steps; t++) yield { x: [t % 2], y: [(t * t) % 3] };
  }
  const held = (steps: number) => {
    const blocks = new Set<ArrayBufferLike>();
    const training = { loss: softmaxCrossEntropy, optimizer: sgd(0.01), p: 4 };
    for (const { net } of truncatedBptt(cell, endless(steps), training)) blocks.add(net.value.h.buffer);
    return [...blocks].map(({ byteLength }) => byteLength);
  };
  const [few, many] = [held(10), held(20_000)];
  assert.equal(few.length, 1);
  assert.deepEqual(many, few);
});

test("what cannot be cut or looked back at is refused by a sentence", () => {
  assert.throws(() => [...pieces({ x: [1, 0, 1], y: [0, 1, 0] }, 2)], {
    message: "Cannot cut x into 2 pieces of equal length: it has 3 entries",
  });
  assert.throws(() => [...truncatedBptt(example4(0), zeros(1), { loss: squaredError, optimizer: still, p: 0 })], {
    message: "Cannot look back 0 steps: wanted 1, 2, 3, ...",
  });
});
