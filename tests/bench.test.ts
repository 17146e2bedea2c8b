/** The loops that the benchmark is held against compute what the library computes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { handwritten } from "../bench/handwritten";
import { bptt, defineCell, gru, lstm, softmaxCrossEntropy, unroll, vanilla } from "../lib";

for (const [name, lines] of Object.entries({ vanilla, gru, lstm }))
  test(`the benchmark's ${name} by hand has the gradients of the library`, () => {
    const cell = defineCell(lines, { inputSize: 5, hiddenSize: 4, outputSize: 5 });
    const [x, y] = [Int32Array.of(0, 3, 2, 4, 1, 1, 0, 2), Int32Array.of(1, 2, 0, 3, 3, 4, 1, 0)];
    const net = unroll(cell, x, { B: 2 });
    bptt(net, y, softmaxCrossEntropy);
    const { gradients, run } = handwritten[name as keyof typeof handwritten](cell, { x, y, B: 2 });
    for (let twice = 0; twice < 2; twice++) run();
    for (const [w, gradient] of Object.entries(gradients))
      for (const [i, g] of gradient.entries()) assert.ok(Math.abs(g - net.dparam[w][i]) < 1e-12, `d${w}[${i}]`);
  });
