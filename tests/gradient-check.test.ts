import assert from "node:assert/strict";
import { test } from "node:test";
import { gradientCheck, jupyterDisplay } from "../lib";

/** f = sum of w_i^3 / 3, whose gradient is w_i^2. */
const cubes = (n: number) => {
  const w = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1));
  return { at: { w }, f: () => w.reduce((sum, v) => sum + v ** 3 / 3, 0), gradient: { w: w.map((v) => v * v) } };
};

for (const [n, way] of [
  [20, "entry by entry"],
  [5000, "in random directions"],
] as const) {
  test(`a right gradient passes ${way}, and the point is where it was`, () => {
    const { at, f, gradient } = cubes(n);
    const before = at.w.slice();
    assert.ok(gradientCheck(f, at, gradient).passed);
    assert.deepEqual(at.w, before);
  });

  test(`one wrong entry fails ${way}`, () => {
    const { at, f, gradient } = cubes(n);
    gradient.w[7] += 0.1;
    const { passed, worst } = gradientCheck(f, at, gradient);
    assert.equal(passed, false);
    assert.ok(n > 1000 ? worst.index.startsWith("direction") : worst.index === "7");
  });
}

test("a gradient that is no number fails", () => {
  const { at, f, gradient } = cubes(5);
  gradient.w[2] = Number.NaN;
  const { passed, worst } = gradientCheck(f, at, gradient);
  assert.deepEqual([passed, worst.index], [false, "2"]);
});

test("the report shows itself as a table with the worst entry in bold, and as text", () => {
  const { at, f, gradient } = cubes(5);
  gradient.w[3] = 9;
  const shown = gradientCheck(f, at, gradient)[jupyterDisplay]();
  assert.match(String(shown["text/html"]), /<tr style="font-weight:bold"><td>w<\/td><td>5<\/td><td>\[3\]<\/td>/);
  assert.match(String(shown["text/plain"]), /^The gradients do not agree with central differences; worst: w\[3\]/);
});

test("a gradient of another length is refused by a sentence", () => {
  const { at, f } = cubes(5);
  assert.throws(() => gradientCheck(f, at, { w: new Float64Array(4) }), {
    message: "Cannot check w: wanted a gradient of 5 entries, found 4",
  });
});
