import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "mathjs/number";
import { functions } from "../lib/functions";
import { type Equation, parseEquations, toJs } from "../lib/symbols";

const step = ["a = U * x + b + W * hPrev", "h = tanh(a)"];
const partial = (line: string, u: string) => {
  const equation = parseEquations(["a = U * x", line]).at(-1) as Equation & { kind: "elementwise" };
  return String(equation.partials.get(u));
};

/** What each bad cell is told, word for word. */
const refused: [title: string, lines: string[], sentence: string][] = [
  [
    "a line that is neither affine nor elementwise",
    ["h = tanh(W * x)"],
    'Cannot read "h = tanh(W * x)": it names the matrix W, so it must be a sum of vectors and matrix * vector products',
  ],
  [
    "a capital in an elementwise line",
    ["a = U * x", "h = a .* W"],
    'Cannot read "h = a .* W": it names the matrix W, so it must be a sum of vectors and matrix * vector products',
  ],
  ["an undefined variable in an elementwise line", ["h = tanh(a)"], 'Cannot read "h = tanh(a)": no line defines a'],
  ["an undefined state", ["a = W * sPrev"], 'Cannot read "a = W * sPrev": no line defines s'],
  ["an undefined vector after a matrix", ["a = W * z"], 'Cannot read "a = W * z": no line defines z'],
  [
    "a variable that is used before it is defined",
    ["h = tanh(a)", "a = U * x"],
    'Cannot read "h = tanh(a)": a is used before it is defined; its value at t - 1 is aPrev',
  ],
  ["a variable that is defined twice", [...step, "a = h"], 'Cannot read "a = h": a is defined twice'],
  [
    "an unknown function",
    ["a = U * x", "h = erf(a)"],
    `Cannot read "h = erf(a)": erf is none of the functions ${Object.keys(functions).join(", ")}`,
  ],
  [
    "a function of two arguments",
    ["a = U * x", "h = tanh(a, a)"],
    'Cannot read "h = tanh(a, a)": tanh takes 1 argument, found 2',
  ],
  ["a line without an equals sign", ["U * x"], 'Cannot read "U * x": an equation is name = expression'],
  [
    "a capital on the left",
    ["H = tanh(x)"],
    'Cannot read "H = tanh(x)": a capital names a matrix, and H is computed here; call it h',
  ],
  [
    "a state at t - 1 on the left",
    ["hPrev = tanh(x)"],
    'Cannot read "hPrev = tanh(x)": hPrev is the value of h at t - 1; an equation gives the value at t',
  ],
  ["an equation for the input", ["x = tanh(x)"], 'Cannot read "x = tanh(x)": x is the input'],
  [
    "an index, which is no arithmetic",
    ["h = x[1]"],
    'Cannot read "h = x[1]": found x[1], wanted + - * / ^ and functions of vectors',
  ],
];
for (const [title, lines, message] of refused)
  test(`${title} is refused by a sentence`, () => {
    assert.throws(() => parseEquations(lines), { name: "SyntaxError", message });
  });

test("a line that mathjs cannot parse is refused by a sentence that quotes it", () => {
  assert.throws(() => parseEquations(["a = U * * x"]), {
    name: "SyntaxError",
    message: /^Cannot read "a = U \* \* x": /,
  });
});

test("a sum of matrix * vector products and a bias is affine; a bias is a name that no line defines", () => {
  const [a, h] = parseEquations(step);
  assert.equal(a.kind === "affine" && a.biases.join(), "b");
  assert.deepEqual(a.kind === "affine" && a.terms, [
    { W: "U", v: "x" },
    { W: "W", v: "hPrev" },
  ]);
  assert.equal(h.kind, "elementwise");
});

test("a function of the value itself is written by the value: tanh gives 1 - h^2, sigmoid h (1 - h)", () => {
  assert.equal(partial("h = tanh(a)", "a"), "1 - h ^ 2");
  assert.equal(partial("h = sigmoid(a)", "a"), "h * (1 - h)");
  assert.equal(partial("h = exp(a)", "a"), "h");
  assert.equal(partial("h = identity(a)", "a"), "1");
});

test("a product of gates is differentiated with respect to each", () => {
  assert.equal(partial("h = a * hPrev", "a"), "hPrev");
  assert.equal(partial("h = a * hPrev", "hPrev"), "a");
});

/** d/da of each, by central differences: the oracle for all rows of the table of functions and their compositions. */
const lines = [
  ...Object.keys(functions).map((name) => `h = ${name}(a)`),
  "h = a * tanh(a)",
  "h = tanh(sin(a) ^ 2)",
  "h = sigmoid(2 * a) / (1 + exp(a))",
  "h = softplus(a) ^ 3 - 2 * a",
  "h = (1 - sigmoid(a)) * sin(a) + cos(a * a)",
];
for (const line of lines)
  test(`the partial derivative of ${line} agrees with central differences`, () => {
    const equation = parseEquations(["a = U * x", line]).at(-1) as Equation & { kind: "elementwise" };
    const names = Object.keys(functions);
    const number = (source: string) => new Function("a", "h", ...names, `return ${source}`);
    const values = names.map((name) => functions[name].of);
    const value = (f: Equation["f"], a: number, h = 0): number => number(toJs(f, (name) => name))(a, h, ...values);
    const derivative = equation.partials.get("a") ?? parse("0");
    for (const a of [-2.3, -0.7, 0.4, 1.9]) {
      const numeric = (value(equation.f, a + 1e-6) - value(equation.f, a - 1e-6)) / 2e-6;
      const exact = value(derivative, a, value(equation.f, a));
      assert.ok(Math.abs(exact - numeric) < 1e-8 * Math.max(1, Math.abs(exact)), `${exact} at ${a}, wanted ${numeric}`);
    }
  });

test("functions and their derivatives stay finite and right far out", () => {
  assert.equal(functions.sigmoid.of(-1000), 0);
  assert.equal(functions.sigmoid.of(1000), 1);
  assert.equal(functions.softplus.of(1000), 1000);
  assert.equal(functions.softplus.of(-1000), 0);
  const [, h] = parseEquations(["a = U * x", "h = sigmoid(a)"]) as (Equation & { kind: "elementwise" })[];
  assert.equal(
    toJs(h.partials.get("a") as Equation["f"], (name) => name),
    "h * (1 - h)",
  );
});
