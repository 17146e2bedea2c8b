import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { matrix, parse, zeros } from "mathjs";
import type { MimeBundle } from "../kernel/frames";
import { decodePlain, encodePlain } from "../kernel/plain";
import { toBundle } from "../kernel/worker/format";

const bundle = (value: unknown) => toBundle(value, inspect) as MimeBundle;

describe("a result shows", () => {
  test("a mathjs matrix typeset, and a large one cut with its shape said", () => {
    assert.equal(
      bundle(
        matrix([
          [1, 2],
          [3, 4.5],
        ]),
      )["text/latex"],
      "$$\\begin{bmatrix} 1 & 2 \\\\ 3 & 4.5 \\end{bmatrix}$$",
    );
    const large = bundle(zeros(40, 30));
    assert.match(String(large["text/latex"]), /cdots[\s\S]*vdots[\s\S]*40 \\times 30/);
    assert.match(String(large["text/plain"]), /…[\s\S]*⋮[\s\S]*\(40 × 30\)$/);
    assert.ok(String(large["text/plain"]).length < 1000);
  });

  test("an expression as LaTeX", () => {
    assert.match(String(bundle(parse("x^2 / 2"))["text/latex"]), /^\$\$\\frac\{/);
  });

  test("an array of records as a table whose cells are text", () => {
    const { "text/html": html } = bundle([{ a: 1 / 3, b: "<b>" }, { a: 2 }]);
    assert.match(
      String(html),
      /<th>a<\/th><th>b<\/th>[\s\S]*<td>0\.333333<\/td><td>&lt;b&gt;<\/td>[\s\S]*<td>2<\/td><td><\/td>/,
    );
    assert.match(String(bundle(Array.from({ length: 60 }, (_, i) => ({ i })))["text/html"]), /50 of 60 rows/);
  });

  test("a typed array with its length and range, a large one too", () => {
    assert.equal(bundle(Float64Array.of(1, -2.5))["text/plain"], "Float64Array(2, from -2.5 to 1) [1, -2.5]");
    assert.match(
      String(bundle(new Float32Array(1e6))["text/plain"]),
      /^Float32Array\(1000000, from 0 to 0\) \[0, .*…\]$/,
    );
  });

  test("anything else as plain text", () => {
    for (const value of [1, "s", [1, 2], new Map([[1, 2]]), new Set([1]), null, Promise.resolve(1), new Error("e")])
      assert.deepEqual(bundle(value), { "text/plain": inspect(value) });
  });

  test("an object by its own bundle, if that is one", async () => {
    const symbol = Symbol.for("Jupyter.display");
    assert.deepEqual(bundle({ [symbol]: () => ({ "text/html": "x" }) }), { "text/html": "x" });
    assert.deepEqual(await toBundle({ [symbol]: async () => ({ "text/html": "x" }) }, inspect), { "text/html": "x" });
    assert.match(String(bundle({ [symbol]: () => undefined })["text/plain"]), /Jupyter\.display/);
  });
});

describe("plain data", () => {
  test("comes back as it was", () => {
    const value = [1.5, -0, Number.NaN, 1 / 0, -1 / 0, "=x", "", true, null, undefined, [[]], { a: { b: 1 } }];
    const back = decodePlain(encodePlain(value)) as unknown[];
    assert.ok(Object.is(back[1], -0) && Number.isNaN(back[2]));
    assert.deepEqual(JSON.parse(JSON.stringify(back)), JSON.parse(JSON.stringify(value)));
    assert.deepEqual([back[3], back[4], back[5], back[9]], [1 / 0, -1 / 0, "=x", undefined]);
  });

  test("of a matrix or typed array is arrays", () => {
    assert.deepEqual(decodePlain(encodePlain([matrix([[1], [2]]), Float64Array.of(3)])), [[[1], [2]], [3]]);
  });

  test("never becomes a prototype, and nothing that can run crosses", () => {
    const hostile = decodePlain('{"__proto__":{"passed":true}}') as object;
    assert.equal(Object.getPrototypeOf(hostile), null);
    assert.equal(({} as { passed?: boolean }).passed, undefined);
    const loop: unknown[] = [];
    loop.push(loop);
    for (const value of [() => 1, Symbol("s"), 1n, loop]) assert.throws(() => encodePlain(value), TypeError);
  });
});
