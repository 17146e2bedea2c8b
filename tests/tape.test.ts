import assert from "node:assert/strict";
import { test } from "node:test";
import { bptt, defineCell, rows, softmaxCrossEntropy, tape, unroll, vanilla } from "../lib";

const close = (actual: ArrayLike<number>, wanted: ArrayLike<number>, what: string, within = 1e-13) => {
  assert.equal(actual.length, wanted.length, what);
  for (let i = 0; i < wanted.length; i++)
    assert.ok(Math.abs(actual[i] - wanted[i]) <= within, `${what}[${i}]: ${actual[i]}, wanted ${wanted[i]}`);
};

test("the tape's gradients of Example 1 are those of BPTT, shared W and all", () => {
  const cell = defineCell(vanilla, { inputSize: 2, hiddenSize: 4, outputSize: 3, seed: 3 }, { b: 0.1, c: -0.2 });
  const x = [
    [0.5, -1.2],
    [1.1, 0.3],
    [-0.4, 0.8],
    [0.9, -0.1],
  ];
  const y = [2, 0, 1, 1];
  const h0 = [0.3, -0.5, 0.2, 0.7];
  const net = unroll(cell, x, { initial: { h: h0 } });
  const loss = bptt(net, y, softmaxCrossEntropy);

  const on = tape();
  const [U, W, V] = [cell.param.U, cell.param.W, cell.param.V].map((matrix) => on.leaf(rows(matrix)));
  const [b, c, start] = [[...cell.param.b], [...cell.param.c], h0].map(on.leaf);
  const inputs = x.map(on.leaf);
  let h = start;
  let L = on.leaf([0]);
  for (const [t, xt] of inputs.entries()) {
    h = on.tanh(on.add(on.add(on.product(U, xt), b), on.product(W, h)));
    L = on.add(L, on.softmaxCrossEntropy(on.add(on.product(V, h), c), y[t]));
  }
  on.backward(L);
  close(L.value, [loss], "L");
  for (const [name, { gradient }] of Object.entries({ U, W, V, b, c })) close(gradient, net.dparam[name], name);
  close(start.gradient, net.grad.h.subarray(0, 4), "h0");
  close(
    inputs.flatMap(({ gradient }) => gradient),
    net.grad.x.subarray(2),
    "x",
  );
});

test("a value that is used again receives another addition: d(u u + u)/du = 2u + 1", () => {
  const { leaf, add, multiply, sum, backward } = tape();
  const u = leaf([3, -2]);
  backward(sum(add(multiply(u, u), u)));
  assert.deepEqual(u.gradient, [7, -3]);
});

test("every operation agrees with central differences", () => {
  const at = [0.3, -1.1, 0.8, 0.5, 0.2, -0.7];
  const compute = (entries: number[]) => {
    const on = tape();
    const all = on.leaf(entries);
    const pick = (i: number) => on.product(on.leaf([entries.map((_, j) => (j === i ? 1 : 0))]), all);
    const [p, q, r, s, u, v] = entries.map((_, i) => pick(i));
    const mixed = on.subtract(on.multiply(on.tanh(p), on.sigmoid(q)), on.add(on.multiply(r, s), on.sigmoid(u)));
    const o = on.product(on.leaf([[1], [-2], [0.5]]), on.add(mixed, v));
    const L = on.add(on.softmaxCrossEntropy(o, 1), on.sum(on.multiply(all, all)));
    on.backward(L);
    return { L: L.value[0], gradient: all.gradient };
  };
  const { gradient } = compute(at);
  for (const [i, g] of gradient.entries()) {
    const moved = (by: number) => compute(at.map((v, j) => (i === j ? v + by : v))).L;
    close([g], [(moved(1e-5) - moved(-1e-5)) / 2e-5], `entry ${i}`, 1e-8);
  }
});

test("softmax cross-entropy on the tape is right at o = 1000", () => {
  const { leaf, softmaxCrossEntropy: crossEntropy, backward } = tape();
  const o = leaf([1000, 0]);
  const L = crossEntropy(o, 1);
  backward(L);
  assert.deepEqual([L.value, o.gradient], [[1000], [1, -1]]);
});

test("what does not fit is refused by a sentence", () => {
  const { leaf, add, product, backward } = tape();
  assert.throws(() => add(leaf([1]), leaf([1, 2])), {
    message: "Cannot add 1 and 2 entries: wanted as many in both",
  });
  assert.throws(() => product(leaf([[1, 2]]), leaf([1])), {
    message: "Cannot multiply a matrix of 2 columns by 1 entries",
  });
  assert.throws(() => backward(leaf([1, 2])), { message: "Cannot go back from 2 entries: wanted one loss" });
});
