import assert from "node:assert/strict";
import { test } from "node:test";
import {
  adam,
  batch,
  bidirectional,
  bptt,
  type Cell,
  checkBptt,
  defineCell,
  encoderDecoder,
  gradientCheck,
  greedyDecode,
  type Loss,
  lossAtEnd,
  normal,
  random,
  rows,
  softmaxCrossEntropy,
  squaredError,
  stack,
  type Targets,
  unroll,
  vanilla,
  type Wiring,
} from "../lib";

const layer = ["a = U * x + b + W * hPrev", "h = tanh(a)"];
const lstm = [
  "a_i = b_i + W_i * hPrev + U_i * x",
  "a_f = b_f + W_f * hPrev + U_f * x",
  "a_g = b_g + W_g * hPrev + U_g * x",
  "i = sigmoid(a_i)",
  "f = sigmoid(a_f)",
  "g = tanh(a_g)",
  "s = f * sPrev + i * g",
  "h = tanh(s)",
  "o = c + V * h",
];
const cell = (lines: string[], inputSize: number, outputSize: number, seed: number): Cell =>
  defineCell(lines, { inputSize, hiddenSize: 3, outputSize, seed });
const uniform = random(2);
const vectors = (count: number) => Array.from({ length: count }, () => [normal(uniform), normal(uniform)]);
const labels = (count: number, classes: number) => Array.from({ length: count }, () => Math.floor(uniform() * classes));
const close = (actual: ArrayLike<number>, wanted: ArrayLike<number>, within = 1e-13) => {
  assert.equal(actual.length, wanted.length);
  for (let i = 0; i < wanted.length; i++)
    assert.ok(Math.abs(actual[i] - wanted[i]) <= within, `[${i}]: ${actual[i]}, wanted ${wanted[i]}`);
};

/** All parameters of a wiring against central differences. */
function assertGradients(wired: Wiring, y: Targets, loss: Loss): void {
  wired.bptt(y, loss);
  const gradient = Object.fromEntries(Object.entries(wired.dparam).map(([name, g]) => [name, g.slice()]));
  const top = Object.values(wired.networks)[Object.keys(wired.networks).length - 1];
  const L = () => {
    wired.forward();
    return loss.of(top, y);
  };
  const { passed, worst, checks } = gradientCheck(L, wired.param, gradient);
  assert.ok(passed, `${worst.name} ${worst.error}`);
  assert.equal(checks.length, Object.keys(wired.param).length);
  for (const [name, g] of Object.entries(gradient))
    assert.ok(
      g.some((v) => Math.abs(v) > 1e-6),
      `${name} learns`,
    );
}

test("loss at the end: central differences agree, and only step T gives a gradient to o", () => {
  const net = unroll(cell(vanilla, 2, 3, 1), vectors(5));
  assert.ok(checkBptt(net, [2], lossAtEnd(softmaxCrossEntropy)).passed);
  assert.deepEqual(
    rows(net.grad.o).map((row) => row.some((g) => g !== 0)),
    [false, false, false, false, false, true],
  );
  const every = bptt(net, [-1, -1, -1, -1, 2], softmaxCrossEntropy);
  assert.equal(bptt(net, [2], lossAtEnd(softmaxCrossEntropy)), every);
});

test("loss at the end is written with T for t", () => {
  assert.equal(lossAtEnd(squaredError).latex, "L_{T} = \\lVert o_{T} - y_{T} \\rVert^2");
  assert.equal(lossAtEnd(softmaxCrossEntropy).gradientLatex, "\\hat{y}_{T} - y_{T}");
});

for (const [what, x, B] of [
  ["vectors", vectors(5), 1],
  ["labels", labels(10, 2), 2],
] as const) {
  test(`a stack of three cells agrees with central differences, on ${what}`, () => {
    const cells = [cell(layer, 2, 1, 1), cell(lstm, 3, 4, 2), cell(vanilla, 4, 3, 3)];
    assertGradients(stack(cells, x, { B }), labels(5 * B, 3), softmaxCrossEntropy);
  });

  test(`two directions agree with central differences, on ${what}`, () => {
    const cells = { ahead: cell(layer, 2, 1, 1), back: cell(lstm, 2, 2, 2), top: cell(["o = c + V * x"], 5, 3, 3) };
    const lengths = B === 2 ? [5, 3] : [5];
    assertGradients(bidirectional(cells, x, { B, lengths }), labels(5 * B, 3), softmaxCrossEntropy);
  });

  test(`an encoder and a decoder agree with central differences, on ${what}`, () => {
    const cells = { encoder: cell(lstm, 2, 1, 1), decoder: cell(lstm, 4, 4, 2) };
    const target = B === 2 ? [1, 2, 3, 1, 0, 3, -1, 0] : [1, 3, 2, 0];
    const lengths = B === 2 ? [5, 3] : [5];
    const wired = encoderDecoder(cells, x, target, { start: 0, B, lengths });
    // Nothing reads what the encoder writes.
    for (const unread of ["encoder.V", "encoder.c"]) {
      delete wired.param[unread];
      delete wired.dparam[unread];
    }
    assertGradients(wired, target, softmaxCrossEntropy);
  });
}

test("a stack reads the input that it is given, and one layer alone is the cell", () => {
  const [x, other] = [vectors(4), vectors(4)];
  const cells = [cell(layer, 2, 1, 1), cell(vanilla, 3, 2, 2)];
  const deep = stack(cells, x);
  deep.forward(other);
  close(deep.networks[2].value.o, stack(cells, other).networks[2].value.o);
  const alone = cell(vanilla, 2, 2, 5);
  close(stack([alone], x).networks[1].value.o, unroll(alone, x).value.o);
});

test("in two directions step t knows x_1 to x_T; in one it knows nothing of x_{t+1}", () => {
  const cells = { ahead: cell(layer, 2, 1, 1), back: cell(layer, 2, 1, 2), top: cell(["o = c + V * x"], 6, 2, 3) };
  const x = vectors(4);
  const moved = x.map((row, t) => (t === 3 ? [9, 9] : row));
  const [before, after] = [x, moved].map((input) => bidirectional(cells, input).networks);
  assert.notDeepEqual(rows(before.top.value.o)[1], rows(after.top.value.o)[1]);
  assert.deepEqual(rows(before.ahead.value.h)[3], rows(after.ahead.value.h)[3]);
  close(rows(before.top.value.x)[1].slice(3), rows(before.back.value.h)[4]);
});

test("in two directions a shorter sequence in a batch is what it is alone", () => {
  const cells = { ahead: cell(layer, 2, 1, 1), back: cell(layer, 2, 1, 2), top: cell(["o = c + V * x"], 6, 2, 3) };
  const [long, short] = [vectors(5), vectors(2)];
  const { x, B, lengths } = batch([
    { x: long, y: labels(5, 2) },
    { x: short, y: labels(2, 2) },
  ]);
  const o = rows(bidirectional(cells, x, { B, lengths }).networks.top.value.o);
  const alone = rows(bidirectional(cells, short).networks.top.value.o);
  for (const t of [1, 2]) close(o[t * B + 1], alone[t]);
});

for (const [what, y, loss] of [
  ["labels", (n: number) => labels(n, 2), softmaxCrossEntropy],
  ["numbers", (n: number) => vectors(n), squaredError],
] as const)
  test(`a batch of different lengths has the mean loss and the mean gradients of its sequences, for ${what}`, () => {
    const one = cell(vanilla, 2, 2, 4);
    const sequences = [5, 2, 3].map((n) => ({ x: vectors(n), y: y(n) }));
    const { x, y: targets, B } = batch(sequences);
    const together = unroll(one, x, { B });
    const L = bptt(together, targets, loss);
    const alone = sequences.map((each) => {
      const net = unroll(one, each.x);
      return { L: bptt(net, each.y, loss), W: net.dparam.W.slice(), c: net.dparam.c.slice() };
    });
    const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / B;
    close([L], [mean(alone.map((each) => each.L))]);
    for (const name of ["W", "c"] as const)
      close(
        together.dparam[name],
        [...together.dparam[name]].map((_, i) => mean(alone.map((each) => each[name][i]))),
      );
  });

test("a batch of label sequences holds 0 for x and -1 for y behind their ends", () => {
  assert.deepEqual(
    batch([
      { x: [1, 2, 1], y: [0, 1, 0] },
      { x: [2], y: [1] },
    ]),
    { x: [1, 2, 2, 0, 1, 0], y: [0, 1, 1, -1, 0, -1], B: 2, lengths: [3, 1] },
  );
});

test("teacher forcing reads y_{t-1}, not y_t: a change of y_t leaves o_t as it is", () => {
  const cells = { encoder: cell(vanilla, 2, 1, 1), decoder: cell(vanilla, 4, 4, 2) };
  const [p, q] = [
    [1, 2, 3],
    [1, 3, 3],
  ].map((target) => {
    const { decoder } = encoderDecoder(cells, [0, 1], target, { start: 0 }).networks;
    return rows(decoder.value.o);
  });
  assert.deepEqual(p[2], q[2]);
  assert.notDeepEqual(p[3], q[3]);
});

test("an encoder and a decoder learn to copy, and greedy decoding writes what was read", () => {
  const sizes = { inputSize: 3, hiddenSize: 16, outputSize: 3 };
  const cells = {
    encoder: defineCell(vanilla, { ...sizes, seed: 1 }),
    decoder: defineCell(vanilla, { ...sizes, seed: 2 }),
  };
  const words = [[1], [2], [1, 1], [1, 2], [2, 1], [2, 2]];
  const sources = batch(words.map((word) => ({ x: word, y: word })));
  const targets = batch(words.map((word) => ({ x: [...word, 0], y: [...word, 0] })));
  const { B, lengths } = sources;
  const wired = encoderDecoder(cells, sources.x, targets.y as number[], { start: 0, B, lengths });
  const optimizer = adam(0.02);
  const losses: number[] = [];
  for (let k = 1; k <= 200; k++) {
    wired.forward();
    losses.push(wired.bptt(targets.y, softmaxCrossEntropy));
    optimizer(wired.param, wired.dparam, k);
  }
  assert.ok(losses[199] < losses[0] / 20, `${losses[0]} -> ${losses[199]}`);
  const decoded = words.map((word) => greedyDecode(cells, word, { start: 0, stop: 0, longest: 5 }));
  assert.deepEqual(decoded, words);
  assert.equal(greedyDecode(cells, [1, 2], { start: 0, stop: 0, longest: 1 }).length, 1);
});

test("wired networks begin at the initial states that they are given", () => {
  const h0 = [0.3, -0.5, 0.2];
  const x = vectors(4);
  const one = cell(vanilla, 2, 2, 5);
  close(
    stack([one], x, { initial: { "1.h": h0 } }).networks[1].value.o,
    unroll(one, x, { initial: { h: h0 } }).value.o,
  );
  const cells = [cell(layer, 2, 1, 1), cell(vanilla, 3, 2, 2)];
  const [deep, fromZero] = [stack(cells, x, { initial: { "1.h": h0 } }), stack(cells, x)];
  assert.notDeepEqual(rows(deep.networks[2].value.o), rows(fromZero.networks[2].value.o));
  const y = labels(4, 2);
  deep.bptt(y, softmaxCrossEntropy);
  const dh0 = deep.networks[1].grad.h.slice(0, 3);
  const start = deep.networks[1].value.h.subarray(0, 3);
  const L = () => {
    deep.forward();
    return softmaxCrossEntropy.of(deep.networks[2], y);
  };
  assert.ok(gradientCheck(L, { h0: start }, { h0: dh0 }).passed);
  const both = { ahead: cell(layer, 2, 1, 1), back: cell(layer, 2, 1, 2), top: cell(["o = c + V * x"], 6, 2, 3) };
  const { back } = bidirectional(both, x, { initial: { "back.h": h0 } }).networks;
  close(back.value.h, unroll(both.back, x.toReversed(), { initial: { h: h0 } }).value.h);
});

test("an encoder-decoder takes another source and target", () => {
  const cells = { encoder: cell(vanilla, 2, 1, 1), decoder: cell(vanilla, 4, 4, 2) };
  const wired = encoderDecoder(cells, [0, 1], [1, 2, 3], { start: 0 });
  wired.forward({ x: [1, 1], y: [3, 1, 2] });
  const fresh = encoderDecoder(cells, [1, 1], [3, 1, 2], { start: 0 });
  assert.deepEqual(rows(wired.networks.decoder.value.o), rows(fresh.networks.decoder.value.o));
});

test("what cannot be joined is refused by a sentence", () => {
  const refused = (run: () => void, message: string) => assert.throws(run, { name: "RangeError", message });
  refused(
    () => stack([cell(layer, 2, 1, 1), cell(vanilla, 2, 2, 2)], vectors(3)),
    "Cannot join layer 1 and layer 2: layer 2 reads 2 numbers, layer 1 gives 3",
  );
  refused(
    () => encoderDecoder({ encoder: cell(vanilla, 2, 1, 1), decoder: cell(lstm, 3, 3, 1) }, [0], [1], { start: 0 }),
    "Cannot hand over s: the decoder's has 3 entries, and the encoder's states are h with 3",
  );
  const ready = { encoder: cell(vanilla, 2, 1, 1), decoder: cell(vanilla, 3, 3, 1) };
  refused(
    () => encoderDecoder(ready, [0], [1], { start: 0, initial: { "decoder.h": [1, 2, 3] } }),
    "Cannot set the initial decoder.h: wanted a name such as encoder.h; the networks are encoder",
  );
  refused(
    () => stack([cell(layer, 2, 1, 1)], vectors(3), { initial: { h: [1, 2, 3] } }),
    "Cannot set the initial h: wanted a name such as 1.h; the networks are 1",
  );
  refused(() => batch([{ x: [1, 2], y: [1] }]), "Cannot lay sequence 0 beside others: it has 2 inputs and 1 targets");
});
