import assert from "node:assert/strict";
import { test } from "node:test";
import {
  artbp,
  bptt,
  type Cell,
  defineCell,
  type StoppingRate,
  softmaxCrossEntropy,
  stoppingRate,
  unroll,
  vanilla,
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
