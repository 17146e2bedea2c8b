import assert from "node:assert/strict";
import { test } from "node:test";
import {
  artbp,
  bptt,
  type Cell,
  chunkedBptt,
  defineCell,
  type Example,
  onlineArtbp,
  pieces,
  type Random,
  random,
  type StoppingRate,
  sgd,
  softmaxCrossEntropy,
  squaredError,
  stoppingRate,
  unroll,
  vanilla,
  weightedBptt,
} from "../lib";

const sizes = { inputSize: 2, hiddenSize: 3, outputSize: 2, seed: 3 };
const outputFeedback = ["a = b + W * oPrev + U * x", "h = tanh(a)", "o = c + V * h"];
const delayedReadOut = ["a = b + W * hPrev + U * x", "h = tanh(a)", "o = c + V * hPrev"];
const x = [
  [0.5, -1.2],
  [1.1, 0.3],
  [-0.4, 0.8],
  [0.9, -0.1],
  [-1.3, 0.6],
  [0.2, 0.4],
];
const y = [1, 0, 0, 1, 1, 0];
const T = x.length;
const dice = random(5);
const long = (n: number) => Array.from({ length: n }, () => [dice() - 0.5, dice() - 0.5]);
const labels = (n: number, classes: number) => Array.from({ length: n }, () => Math.floor(dice() * classes));

/** The mean of every gradient over all 2^(T-1) patterns of stops, each with its probability. */
function expected(cell: Cell, rate: StoppingRate) {
  const net = unroll(cell, x);
  const mean = Object.fromEntries(Object.entries(cell.param).map(([name, w]) => [name, new Float64Array(w.length)]));
  let total = 0;
  for (let pattern = 0; pattern < 2 ** (T - 1); pattern++) {
    let probability = 1;
    let since = 0;
    for (let t = 1; t < T; t++) {
      const stops = (pattern >> (t - 1)) & 1;
      probability *= stops ? rate(++since) : 1 - rate(++since);
      if (stops) since = 0;
    }
    let drawn = 0;
    artbp(net, y, softmaxCrossEntropy, rate, () => ((pattern >> drawn++) & 1 ? 0 : 1));
    assert.equal(drawn, T - 1);
    total += probability;
    for (const [name, g] of Object.entries(mean))
      for (let i = 0; i < g.length; i++) g[i] += probability * net.dparam[name][i];
  }
  assert.ok(Math.abs(total - 1) < 1e-14);
  return mean;
}

for (const [wiring, lines] of Object.entries({ vanilla, outputFeedback, delayedReadOut }))
  for (const [rule, rate] of [
    ["0.3", () => 0.3],
    ["6 / (5 * 3 + n)", stoppingRate(3, 6)],
  ] as const)
    test(`the mean over all patterns of stops is the gradient of BPTT, ${wiring}, c = ${rule}`, () => {
      const cell = defineCell(lines, sizes, { b: 0.1 });
      const net = unroll(cell, x);
      bptt(net, y, softmaxCrossEntropy);
      const mean = expected(cell, rate);
      for (const name of Object.keys(mean))
        for (const [i, g] of mean[name].entries())
          assert.ok(Math.abs(g - net.dparam[name][i]) < 1e-14, `${name}[${i}]: ${g}, wanted ${net.dparam[name][i]}`);
    });

test("without a stop and at rate 0 it is BPTT; one draw alone is not", () => {
  const net = unroll(defineCell(vanilla, sizes), x);
  const L = bptt(net, y, softmaxCrossEntropy);
  const exact = [...net.dparam.W];
  assert.equal(
    artbp(
      net,
      y,
      softmaxCrossEntropy,
      () => 0,
      () => 0.5,
    ),
    L,
  );
  assert.deepEqual([...net.dparam.W], exact);
  artbp(
    net,
    y,
    softmaxCrossEntropy,
    () => 0.3,
    () => 0,
  );
  assert.ok(net.dparam.W.some((g, i) => Math.abs(g - exact[i]) > 1e-3));
});

test("a stop takes nothing from the loss of its own step, where the output is fed back", () => {
  const net = unroll(defineCell(outputFeedback, sizes), x);
  artbp(
    net,
    y,
    softmaxCrossEntropy,
    () => 0.3,
    () => 0,
  );
  const stopped = [...net.grad.o];
  softmaxCrossEntropy.of(net, y);
  assert.deepEqual(stopped.slice(2), [...net.grad.o.subarray(2)]);
});

test("pieces between stops have the mean length that was asked for", () => {
  const rate = stoppingRate(5, 6);
  let [mean, survival] = [0, 1];
  for (let n = 1; n < 1e5; n++) {
    mean += survival;
    survival *= 1 - rate(n);
  }
  assert.ok(Math.abs(mean - 5) < 1e-9, `${mean}`);
});

test("rates that are none are refused by a sentence", () => {
  const net = unroll(defineCell(vanilla, sizes), x);
  assert.throws(
    () =>
      artbp(
        net,
        y,
        softmaxCrossEntropy,
        () => 1,
        () => 0.5,
      ),
    {
      message: "Cannot stop with probability 1: wanted 0 or more, and below 1",
    },
  );
  assert.throws(() => stoppingRate(0.5, 6), {
    message: "Cannot make a stopping rate of mean length 0.5 and alpha 6: wanted 1 at least, and above 1",
  });
});

test("weights of 1 are BPTT, and a weight of 0 cuts the gradient but not the state", () => {
  const cell = defineCell(vanilla, sizes);
  const net = unroll(cell, x);
  bptt(net, y, softmaxCrossEntropy);
  const exact = [...net.dparam.W];
  weightedBptt(net, y, softmaxCrossEntropy, [1, 1, 1, 1, 1]);
  assert.deepEqual([...net.dparam.W], exact);
  weightedBptt(net, y, softmaxCrossEntropy, [1, 1, 0, 1, 1]);
  const cut = [...net.dparam.W];
  const chunks = new Float64Array(cut.length);
  for (const { net: chunk } of chunkedBptt(cell, pieces({ x, y }, 2), { loss: softmaxCrossEntropy, optimizer: still }))
    chunk.dparam.W.forEach((g, i) => {
      chunks[i] += g;
    });
  for (const [i, g] of chunks.entries()) assert.ok(Math.abs(g - cut[i]) < 1e-15);
  assert.throws(() => weightedBptt(net, y, softmaxCrossEntropy, [1, 1]), {
    message: "Cannot weigh 6 steps: wanted 5 weights, found 2",
  });
});

const still = () => {};

for (const [what, lines, x, y, B] of [
  ["vectors", vanilla, long(12), labels(12, 2), 1],
  ["labels", vanilla, labels(12, 2), labels(12, 2), 1],
  ["vectors of 3 sequences", vanilla, long(36), labels(36, 2), 3],
  ["flat rows and a fed back output", outputFeedback, new Float64Array(long(12).flat()), labels(12, 2), 1],
] as const)
  test(`piece by piece, with theta at rest, the gradients sum to those of artbp on the whole: ${what}`, () => {
    // Pieces of 2, 1, 4 and 5 steps: a memory that grows, and one that is larger than its piece.
    const stops = [2, 3, 7, 12];
    const draws = (): Random => {
      let t = 0;
      return () => (stops.includes(++t) ? 0 : 1);
    };
    const cell = defineCell([...lines], sizes, { b: 0.1 });
    const rate = stoppingRate(3);
    const net = unroll(cell, x, { B });
    const L = artbp(net, y, softmaxCrossEntropy, rate, draws());
    const sum = Object.fromEntries(Object.entries(cell.param).map(([name, w]) => [name, new Float64Array(w.length)]));
    const training = { loss: softmaxCrossEntropy, optimizer: still, rate, uniform: draws(), B };
    const seen: number[] = [];
    let total = 0;
    for (const { step, loss, net: piece } of onlineArtbp(cell, pieces({ x, y }, 12), training)) {
      seen.push(piece.T);
      total += loss;
      assert.equal(step, seen.length);
      for (const [name, g] of Object.entries(sum))
        piece.dparam[name].forEach((v, i) => {
          g[i] += v;
        });
    }
    assert.deepEqual(seen, [2, 1, 4, 5]);
    assert.ok(Math.abs(total - L) < 1e-13);
    for (const [name, g] of Object.entries(sum))
      for (const [i, v] of g.entries())
        assert.ok(Math.abs(v - net.dparam[name][i]) < 1e-13, `${name}[${i}]: ${v}, wanted ${net.dparam[name][i]}`);
  });

test("pieces that always end after 3 steps are chunks of 3: theta moves behind each, and the state is carried", () => {
  const example4 = () =>
    defineCell(["h = theta + hPrev"], { inputSize: 1, hiddenSize: 1, outputSize: 1 }, { theta: 1 });
  function* zeros(p: number): Generator<Example> {
    for (let k = 0; k < 30 / p; k++) yield { x: Array(p).fill([0]), y: Array(p).fill(0) };
  }
  const training = { loss: squaredError, optimizer: sgd(0.01), initial: { h: [0.5] } };
  const [chunked, online] = [example4(), example4()];
  const wanted = Array.from(chunkedBptt(chunked, zeros(3), training), () => chunked.param.theta[0]);
  const third = { rate: (since: number) => (since < 3 ? 0 : 0.5), uniform: () => 0.2 };
  const seen = Array.from(onlineArtbp(online, zeros(1), { ...training, ...third }), () => online.param.theta[0]);
  assert.equal(seen.length, 10);
  for (const [k, theta] of seen.entries()) assert.ok(Math.abs(theta - wanted[k]) < 1e-12, `${theta}, ${wanted[k]}`);
});

test("a piece that has not ended is left out, and a rate that is none is refused by a sentence", () => {
  const cell = defineCell(vanilla, sizes);
  const training = { loss: softmaxCrossEntropy, optimizer: still, uniform: () => 0.5 };
  assert.deepEqual([...onlineArtbp(cell, pieces({ x, y }, T), { ...training, rate: () => 0 })], []);
  assert.throws(() => [...onlineArtbp(cell, pieces({ x, y }, T), { ...training, rate: () => 1 })], {
    message: "Cannot stop with probability 1: wanted 0 or more, and below 1",
  });
});
