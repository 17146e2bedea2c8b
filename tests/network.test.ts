import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bptt,
  checkBptt,
  defineCell,
  forward,
  type Matrix,
  rows,
  softmaxCrossEntropy,
  squaredError,
  unroll,
  vanilla,
} from "../lib";
import { vanillaGradients } from "./handwritten";

const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 4, outputSize: 3, seed: 3 }, { b: 0.1, c: -0.2 });
const x = [
  [0.5, -1.2],
  [1.1, 0.3],
  [-0.4, 0.8],
  [0.9, -0.1],
  [-1.3, 0.6],
];
const y = [2, 0, 1, 1, 2];
const h0 = [0.3, -0.5, 0.2, 0.7];
const labels = [1, 0, 0, 1, 0];

function assertClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, what: string, within = 1e-12): void {
  assert.equal(actual.length, wanted.length, what);
  for (let i = 0; i < wanted.length; i++)
    assert.ok(Math.abs(actual[i] - wanted[i]) <= within, `${what}[${i}]: ${actual[i]}, wanted ${wanted[i]}`);
}

test("Example 1's gradients of all parameters, inputs and h0 agree with central differences to 1e-6", () => {
  const report = checkBptt(unroll(cell, x, { initial: { h: h0 } }), y, softmaxCrossEntropy);
  assert.deepEqual(
    report.checks.map(({ name, entries }) => [name, entries]),
    [
      ["U", 8],
      ["W", 16],
      ["b", 4],
      ["V", 12],
      ["c", 3],
      ["x", 10],
      ["h0", 4],
    ],
  );
  assert.ok(report.worst.error < 1e-6, `worst: ${report.worst.name} ${report.worst.error}`);
  assert.ok(report.passed);
});

test("Example 1's values and gradients are those of a cell written by hand", () => {
  const net = unroll(cell, x, { initial: { h: h0 } });
  const L = bptt(net, y, softmaxCrossEntropy);
  const param = Object.fromEntries(Object.entries(cell.param).map(([name, w]) => [name, rows(w)]));
  const hand = vanillaGradients(param, h0, x, y);
  assertClose([L], [hand.L], "L");
  assertClose(net.value.h, hand.h.flat(), "h");
  assertClose(net.value.o.subarray(3), hand.o.flat(), "o");
  for (const [name, dw] of Object.entries(hand.dparam)) assertClose(net.dparam[name], dw.flat(), `d${name}`);
  assertClose(net.grad.h, hand.dh.flat(), "dh");
  assertClose(net.grad.x.subarray(2), hand.dx.flat(), "dx");
});

for (const classes of [2, 9])
  test(`labels are the one-hot vectors that they stand for, 5 labels of ${classes}`, () => {
    const one = defineCell(vanilla, { inputSize: classes, hiddenSize: 4, outputSize: 3, seed: 3 });
    const oneHot = labels.map((label) => Array.from({ length: classes }, (_, i) => (i === label ? 1 : 0)));
    const [byLabel, dense] = [unroll(one, labels), unroll(one, oneHot)];
    assertClose([bptt(byLabel, y, softmaxCrossEntropy)], [bptt(dense, y, softmaxCrossEntropy)], "L");
    assertClose(byLabel.value.h, dense.value.h, "h");
    for (const name of Object.keys(one.param)) assertClose(byLabel.dparam[name], dense.dparam[name], `d${name}`);
    bptt(byLabel, y, softmaxCrossEntropy);
    assertClose(byLabel.dparam.U, dense.dparam.U, "dU again");
  });

/** Sequence b of a network of B sequences, from rows t * B + b. */
const sequence = (matrix: Matrix, B: number, b: number) => rows(matrix).filter((_, r) => r % B === b);

test("B sequences side by side are B networks; the loss and the gradients are their means", () => {
  const sequences = [x, x.toReversed(), x.map(([p, q]) => [q, p])];
  const B = sequences.length;
  const side = <V>(of: V[][]): V[] => of[0].flatMap((_, t) => of.map((each) => each[t]));
  const targets = [y, y.toReversed(), y.map((label) => (label + 1) % 3)];
  const net = unroll(cell, side(sequences), { B, initial: { h: [...h0, ...h0, ...h0] } });
  const L = bptt(net, side(targets), softmaxCrossEntropy);
  const alone = sequences.map((each) => unroll(cell, each, { initial: { h: h0 } }));
  const losses = alone.map((each, b) => bptt(each, targets[b], softmaxCrossEntropy));
  assertClose([L], [losses.reduce((sum, each) => sum + each) / B], "L");
  for (const [b, each] of alone.entries())
    for (const v of ["h", "o", "a", "x"])
      assertClose(sequence(net.value[v], B, b).flat(), each.value[v], `${v} of sequence ${b}`);
  for (const name of Object.keys(cell.param)) {
    const mean = alone[0].dparam[name].map((_, i) => alone.reduce((sum, each) => sum + each.dparam[name][i], 0) / B);
    assertClose(net.dparam[name], mean, `d${name}`);
  }
  assert.ok(checkBptt(net, side(targets), softmaxCrossEntropy).passed);
});

test("flat rows are the vectors that they hold", () => {
  const flat = unroll(cell, new Float64Array(x.flat()));
  assertClose(flat.value.h, unroll(cell, x).value.h, "h");
});

test("a network takes another input of the same length, and parameters that have moved", () => {
  const net = unroll(cell, x);
  forward(net, x.toReversed());
  assertClose(net.value.h, unroll(cell, x.toReversed()).value.h, "h");
  const moved = defineCell(vanilla, { inputSize: 2, hiddenSize: 4, outputSize: 3, seed: 3 });
  const before = unroll(moved, x);
  moved.param.W.fill(0.1);
  assertClose(forward(before).value.h, unroll(moved, x).value.h, "h");
});

test("bptt twice gives the same gradients: they are cleared in between", () => {
  const net = unroll(cell, x);
  bptt(net, y, softmaxCrossEntropy);
  const once = net.dparam.W.slice();
  bptt(net, y, softmaxCrossEntropy);
  assertClose(net.dparam.W, once, "dW", 0);
});

test("Float32 agrees with Float64 to 1e-5", () => {
  const [single, double] = [unroll(cell, x, { Real: Float32Array }), unroll(cell, x)];
  bptt(single, y, softmaxCrossEntropy);
  bptt(double, y, softmaxCrossEntropy);
  assert.ok(single.value.h instanceof Float32Array);
  for (const name of Object.keys(cell.param)) assertClose(single.dparam[name], double.dparam[name], `d${name}`, 1e-5);
});

test("the generated source is readable: products by name, elementwise lines in one loop, no offsets", () => {
  const { source } = unroll(cell, x).program;
  assert.match(source, /addProduct\(a, U, x, first, last\);/);
  assert.match(source, /h\[at\] = tanh\(a\[at\]\);/);
  assert.match(source, /grad_a\[at\] \+= grad_h\[at\] \* \(1 - \(h\[at\] \* h\[at\]\)\);/);
  assert.match(source, /addTransposed\(grad_hPrev, W, grad_a, first, last\);/);
  assert.match(source, /addOuter\(grad_W, grad_a, hPrev, first, last\);/);
});

test("a call inside a line has a name of its own: it is computed once, and read on the way back", () => {
  const lines = ["a = U * x + W * hPrev", "h = tanh(a) * sigmoid(tanh(a)) + tanh(hPrev)"];
  const net = unroll(defineCell(lines, { inputSize: 2, hiddenSize: 3, outputSize: 3 }), x);
  assert.equal(net.program.source.match(/\b(tanh|sigmoid)\(/g)?.length, 3, "each distinct call stands once");
  assert.match(net.program.source, /tanh_in_h\[at\] = tanh\(a\[at\]\);/);
  assert.match(net.program.source, /sigmoid_in_h\[at\] = sigmoid\(tanh_in_h\[at\]\);/);
  assert.match(net.program.source, /tanh_in_h_\[at\] = tanh\(hPrev\[at\]\);/);
  assert.ok(
    checkBptt(
      net,
      x.map(([p, q]) => [p, q, p]),
      squaredError,
    ).passed,
  );
});

const refused: [title: string, run: () => void, message: string][] = [
  [
    "a vector of another length",
    () => unroll(cell, [[1, 2], [3]]),
    "Cannot read x: wanted 2 vectors of 2 entries, found 2 vectors of 2 and 1",
  ],
  ["a label that is no place", () => unroll(cell, [0, 2]), "Cannot read x: label 2 at 1, wanted 0 to 1"],
  ["no step at all", () => unroll(cell, []), "Cannot unroll: x has 0 rows, wanted a multiple of 1"],
  [
    "rows that do not fill the batch",
    () => unroll(cell, x, { B: 2 }),
    "Cannot unroll: x has 5 rows, wanted a multiple of 2",
  ],
  [
    "an initial state of another length",
    () => unroll(cell, x, { initial: { h: [1] } }),
    "Cannot set the initial h: wanted 4 numbers, found 1",
  ],
  [
    "an initial value for no state",
    () => unroll(cell, x, { initial: { a: [1] } }),
    "Cannot set the initial a: the states are h",
  ],
];
for (const [title, run, message] of refused)
  test(`${title} is refused by a sentence`, () => {
    assert.throws(run, { name: "RangeError", message });
  });
