import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "mathjs";
import { scan, unrolledExpression } from "../lib";

test("three steps are the lecture's f(f(f(h_0, x_1; θ), x_2; θ), x_3; θ)", () => {
  const { text, latex } = unrolledExpression("f(hPrev, x, theta)", 3);
  assert.equal(text, "f(f(f(h_0, x_1, theta), x_2, theta), x_3, theta)");
  const pairs = latex.replaceAll("\\left(", "(").replaceAll("\\right)", ")");
  assert.equal(pairs, "h_{3} = f(f(f(h_{0}, x_{1}; \\theta), x_{2}; \\theta), x_{3}; \\theta)");
});

test("the value of the expression is the state that the steps reach", () => {
  const inputs = [0.3, -1, 2, 0.5];
  const scope = { W: 0.8, U: 1.5, h_0: 0.1, ...Object.fromEntries(inputs.map((x, k) => [`x_${k + 1}`, x])) };
  const stepwise = scan((h, x) => Math.tanh(0.8 * h + 1.5 * x), 0.1, inputs);
  for (const T of [1, 2, 3, 4]) {
    const value = evaluate(unrolledExpression("tanh(W * hPrev + U * x)", T).text, scope);
    assert.ok(Math.abs(value - stepwise[T]) < 1e-15);
  }
});

test("an expression that reads its past once grows by as much at each step, and one that reads it twice doubles", () => {
  const leaves = (step: string) =>
    [1, 2, 3, 4, 5].map(
      (T) => unrolledExpression(step, T).expression.filter((node) => "name" in node && node.name === "h_0").length,
    );
  assert.deepEqual(leaves("tanh(W * hPrev + U * x)"), [1, 1, 1, 1, 1]);
  assert.deepEqual(leaves("theta * hPrev * (1 - hPrev)"), [2, 4, 8, 16, 32]);
});

test("a sum in place of hPrev keeps its brackets", () => {
  assert.equal(unrolledExpression("theta * (hPrev + x)", 2).text, "theta * (theta * (h_0 + x_1) + x_2)");
  assert.match(unrolledExpression("theta * (hPrev + x)", 2).latex, /\\left\(.*\\left\(.*h_\{0\}/);
});

test("a product is set as factors side by side, and each command of LaTeX ends before a letter", () => {
  assert.equal(unrolledExpression("W * hPrev + U * x", 1).latex, "h_{1} = W h_{0}+U x_{1}");
  assert.match(
    unrolledExpression("theta * hPrev * (1 - hPrev)", 1).latex,
    /^h_\{1\} = \\theta h_\{0\} \\left\(1- ?h_\{0\}\\right\)$/,
  );
});

test("h, x and W are set as variables, not upright as units", () => {
  assert.doesNotMatch(unrolledExpression("tanh(W * hPrev + b + x)", 2).latex, /mathrm/);
});

test("a step that has no past, and no step at all, are refused", () => {
  assert.throws(() => unrolledExpression("tanh(x)", 2), {
    message: 'Cannot unroll "tanh(x)": it does not read hPrev',
  });
  assert.throws(() => unrolledExpression("hPrev", 0), { message: "Cannot unroll over 0 steps: wanted 1, 2, 3, ..." });
});
