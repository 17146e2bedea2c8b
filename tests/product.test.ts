import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import wabt from "wabt";
import { type Block, bytes, plainBlock, type RealType, wasmBlock } from "../lib/product";
import { random } from "../lib/random";

const text64 = readFileSync(join(__dirname, "../lib/product.wat"), "utf8");
const text32 = text64
  .replaceAll("f64x2", "f32x4")
  .replaceAll("load64_splat", "load32_splat")
  .replaceAll("(i32.const 3))) ;; shift", "(i32.const 2))) ;; shift");

for (const [name, text] of [
  ["Float64Array", text64],
  ["Float32Array", text32],
] as const)
  test(`the bytes of the product for ${name} are its text, compiled`, async () => {
    const module = (await wabt()).parseWat("product.wat", text, { simd: true });
    assert.equal(Buffer.from(module.toBinary({}).buffer).toString("base64"), bytes[name]);
  });

/** The sizes reach every part of the product: tiles, rows that are left, columns that are left, and single numbers. */
const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 17].flatMap((m) =>
  [1, 2, 3, 4, 5, 8, 9, 33].flatMap((n) => [1, 3, 4, 6, 9].map((k) => [m, n, k])),
);

/** Fills a block with noise, multiplies, and compares every number of the block with the definition. */
function worst(make: (length: number, Real: RealType) => Block, Real: RealType, transposed: boolean): number {
  const uniform = random(5);
  let error = 0;
  for (const [m, n, k] of sizes) {
    const [A, B] = [3, 3 + m * k + 1];
    const C = B + k * n + 1;
    const { heap, product } = make(C + m * n + 64, Real);
    for (let i = 0; i < C + m * n + 32; i++) heap[i] = 2 * uniform() - 1;
    // What lies behind C must stay, even where it is no number.
    heap[C + m * n] = Number.NaN;
    const expected = Float64Array.from(heap);
    const [rowA, columnA] = transposed ? [1, m] : [k, 1];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++)
        for (let p = 0; p < k; p++) expected[C + i * n + j] += heap[A + i * rowA + p * columnA] * heap[B + p * n + j];
    product(m, n, k, A, rowA, columnA, B, n, C, n);
    for (let i = 0; i < heap.length; i++)
      if (!Object.is(heap[i], expected[i])) error = Math.max(error, Math.abs(heap[i] - expected[i]) || Infinity);
  }
  return error;
}

for (const [kind, make] of [
  ["WebAssembly", wasmBlock],
  ["JavaScript", plainBlock],
] as const)
  for (const [Real, tolerance] of [
    [Float64Array, 1e-14],
    [Float32Array, 1e-5],
  ] as const)
    test(`the ${kind} product in ${Real.name} is the sum of the products, and touches nothing else`, () => {
      assert.ok(worst(make, Real, false) < tolerance);
      assert.ok(worst(make, Real, true) < tolerance);
    });
