import assert from "node:assert/strict";
import { test } from "node:test";
import { defineCell, derivation, jupyterDisplay, partials, vanilla } from "../lib";

const sizes = { inputSize: 2, hiddenSize: 3, outputSize: 2 };
const cell = defineCell(vanilla, sizes);

test("the derivation of Example 1 is that of the slides, line by line and in their order", () => {
  const lines = Object.entries(derivation(cell)).map(([name, { latex }]) => [name, latex]);
  const transposed = (y: string, v: string) => `\\left(\\frac{\\partial ${y}}{\\partial ${v}}\\right)^{\\top}`;
  assert.deepEqual(lines, [
    ["L", "\\frac{\\partial L}{\\partial L_{t}} = 1"],
    ["o", `\\nabla_{o_{t}} L = ${transposed("L_{t}", "o_{t}")} = \\hat{y}_{t} - y_{t}`],
    [
      "h",
      `\\nabla_{h_{t}} L = ${transposed("a_{t+1}", "h_{t}")} \\nabla_{a_{t+1}} L + ${transposed("o_{t}", "h_{t}")} \\nabla_{o_{t}} L = W^{\\top} \\nabla_{a_{t+1}} L + V^{\\top} \\nabla_{o_{t}} L`,
    ],
    [
      "a",
      `\\nabla_{a_{t}} L = ${transposed("h_{t}", "a_{t}")} \\nabla_{h_{t}} L = \\left(1-{h_{t}}^{2}\\right) \\odot \\nabla_{h_{t}} L`,
    ],
    ["x", `\\nabla_{x_{t}} L = ${transposed("a_{t}", "x_{t}")} \\nabla_{a_{t}} L = U^{\\top} \\nabla_{a_{t}} L`],
    ["h0", "\\nabla_{h_{0}} L = W^{\\top} \\nabla_{a_{1}} L"],
    ["V", "\\nabla_{V} L = \\sum_{t=1}^{T} \\nabla_{o_{t}} L \\, h_{t}^{\\top}"],
    ["c", "\\nabla_{c} L = \\sum_{t=1}^{T} \\nabla_{o_{t}} L"],
    ["U", "\\nabla_{U} L = \\sum_{t=1}^{T} \\nabla_{a_{t}} L \\, x_{t}^{\\top}"],
    ["W", "\\nabla_{W} L = \\sum_{t=1}^{T} \\nabla_{a_{t}} L \\, h_{t-1}^{\\top}"],
    ["b", "\\nabla_{b} L = \\sum_{t=1}^{T} \\nabla_{a_{t}} L"],
  ]);
});

test("a derivation shows its lines aligned at the first equals sign", () => {
  const latex = String(derivation(cell)[jupyterDisplay]()["text/latex"]);
  assert.ok(latex.startsWith("$$\\begin{aligned}\n") && latex.endsWith("\\end{aligned}$$"));
  assert.equal(latex.split("&=").length - 1, 11);
});

test("the partial derivatives are those that the loops use", () => {
  assert.equal(partials(cell)["dh/da"].latex, "\\frac{\\partial h_{t}}{\\partial a_{t}} = 1-{h_{t}}^{2}");
});

test("a parameter that stands in two lines is summed over both", () => {
  const tied = defineCell(["a = W * hPrev + W * x", "h = tanh(a)"], { ...sizes, inputSize: 3 });
  assert.equal(
    derivation(tied).W.latex,
    "\\nabla_{W} L = \\sum_{t=1}^{T} \\left(\\nabla_{a_{t}} L \\, h_{t-1}^{\\top} + \\nabla_{a_{t}} L \\, x_{t}^{\\top}\\right)",
  );
});
