import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { checker } from "../grader/check";
import { difference, plain, written } from "../grader/compare";
import { loadExercise } from "../grader/exercises";
import { evaluateExpression, expressionFault } from "../grader/expression";
import type { PublicExercise } from "../grader/question";

const cases = JSON.parse(readFileSync(join(__dirname, "../exercises/04-bptt.cases.json"), "utf8")) as PublicExercise;
const { questions } = loadExercise("04-bptt");
const full = questions.reduce((sum, { points }) => sum + points, 0);
const answerOf = (id: string) =>
  questions.find((question) => question.id === id)?.reference as (...args: unknown[]) => number[][];
const said = (id: string, answer: unknown) => `${checker(cases)(id, answer)}`;

type Shown = { [display: symbol]: () => Record<string, string> };
const shown = (report: object) => (report as Shown)[Symbol.for("Jupyter.display")]();

test("a check's files import neither Node, nor the kernel, nor solutions", () => {
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = readFileSync(`${path}.ts`, "utf8");
    // Types too: Node's are 3 MB, which a notebook's first cell would wait for.
    for (const [, from] of text.matchAll(/^(?:import|export)\b(?:[^;"]*? from)? "([^"]+)"/gm)) {
      if (from.startsWith(".")) visit(join(dirname(path), from));
      else assert.equal(from, "mathjs/number", `${path} imports ${from}`);
    }
    assert.doesNotMatch(text, /\b(Buffer|process|require|__dirname)(\.\w|\[|\()/);
  };
  visit(join(__dirname, "../grader/check"));
  assert.ok([...seen].every((path) => dirname(path).endsWith("grader")));
  assert.ok(seen.size > 5);
});

test("a check answers in under a second, the first time and with every question", () => {
  const start = performance.now();
  const check = checker(cases);
  for (const { id } of cases.questions) check(id, answerOf(id));
  assert.ok(performance.now() - start < 1000);
});

test("a right answer gets its points, the sum so far, and no promise on hidden cases", () => {
  const check = checker(cases);
  check("bptt-softmax-jacobian", answerOf("bptt-softmax-jacobian"));
  const report = check("bptt-logits-gradient", answerOf("bptt-logits-gradient"));
  assert.equal(
    `${report}`,
    `✓ 4.1b gradLogits: 3 of 3 points\n  The visible cases pass; hidden ones run at grading.\n  6 of ${full} points so far.`,
  );
  assert.match(`${check("bptt-logits-gradient", () => [])}`, / 3 of \d+ points so far/);
});

test("a wrong answer shows the smallest failing case: what went in, what came out, what was expected", () => {
  const text = said("bptt-logits-gradient", (yhat: number[], y: number) => yhat.map((a, i) => (i === y ? a - 2 : a)));
  assert.match(
    text,
    /^✗ 4\.1b gradLogits: 0 of 3 points, case 1 of 4 fails\n {2}`\[1\]` of your answer is -1\.5; expected -0\.5\./,
  );
  assert.match(
    text,
    /input {5}yhat = \[0\.5, 0\.5\]\n {12}y = 1\n {2}got {7}\[0\.5, -1\.5\]\n {2}expected {2}\[0\.5, -0\.5\]/,
  );
  assert.match(text, /Hint: The entries of the answer sum to 0/);
});

test("a mistake that shows only in longer sequences is shown on the first that has it", () => {
  const bptt = answerOf("bptt-all-gradients") as unknown as (p: unknown, X: number[][], y: number[]) => object;
  const onlyFirst = (p: unknown, X: number[][], y: number[]) => bptt(p, X.slice(0, 1), y.slice(0, 1));
  assert.match(said("bptt-all-gradients", onlyFirst), /case 3 of 4 fails/);
});

test("of a record only the wrong parts are shown, and the right ones named", () => {
  const bptt = answerOf("bptt-all-gradients") as unknown as (...args: unknown[]) => Record<string, unknown>;
  const text = said("bptt-all-gradients", (...args: unknown[]) => ({ ...bptt(...args), b: [9] }));
  assert.match(text, /got {7}\{ b: \[9\] \}/);
  assert.match(text, /Right in this case: U, W, V, c, h0\./);
  const missing = said("bptt-all-gradients", (...args: unknown[]) => ({ ...bptt(...args), h0: undefined }));
  assert.match(missing, /`h0` is undefined/);
  const gone = said("bptt-all-gradients", (...args: unknown[]) => {
    const { h0: _, ...rest } = bptt(...args);
    return rest;
  });
  assert.match(gone, /`h0` is missing from the record you returned/);
});

test("a wrong shape, NaN and undefined are diagnosed", () => {
  const bptt = answerOf("bptt-all-gradients") as unknown as (...args: unknown[]) => { V: number[][] };
  const transposed = said("bptt-all-gradients", (...args: unknown[]) => {
    const { V, ...rest } = bptt(...args);
    return { ...rest, V: V[0].map((_, j) => V.map((row) => row[j])) };
  });
  assert.match(transposed, /`V` is a matrix, 1 x 2; expected a matrix, 2 x 1\. Is it transposed\?/);
  const columns = said("bptt-logits-gradient", (yhat: number[]) => yhat.map((x) => [x]));
  assert.match(columns, /is a matrix, 2 x 1; expected a list of 2: a vector here is a plain list/);
  const nan = said("bptt-logits-gradient", (yhat: number[]) => yhat.map((x, i) => x - (yhat[i + 1] as number)));
  assert.match(nan, /`\[1\]` of your answer is NaN/);
  assert.match(
    said("bptt-logits-gradient", () => {}),
    /nothing was returned: is there a `return`\?/,
  );
  assert.match(
    said("bptt-softmax-jacobian", () => [[1], [1, 2]]),
    /is a matrix, 2 x \(1 or 2\); expected a matrix, 2 x 2/,
  );
});

test("an answer that changes its argument is told which, even if its values are right", () => {
  const right = answerOf("bptt-hidden-gradient") as (...args: unknown[]) => number[][];
  const text = said("bptt-hidden-gradient", (p: unknown, cache: { h: number[][] }, y: unknown) => {
    const delta = right(p, cache, y);
    cache.h[1][0] = 0;
    return delta;
  });
  assert.match(text, /It changes its argument `cache` \(at `cache\.h\[1\]\[0\]`\)/);
  assert.match(text, /work on a copy, `structuredClone\(cache\)`\./);
  assert.match(text, /0 of 8 points, case 1/);
  assert.doesNotMatch(text, /expected {2}|Hint:/);
});

test("an error in the answer is shown by its message and the call, not by a stack", () => {
  const text = said("bptt-logits-gradient", (yhat: number[]) => (yhat as unknown as { x: { y: 1 } }).x.y);
  assert.match(
    text,
    /`gradLogits\(yhat, y\)` stopped with an error: Cannot read properties of undefined \(reading 'y'\)/,
  );
  assert.match(text, /Does an index run too far\?/);
  assert.doesNotMatch(text, /\bat .*:\d+:\d+/);
  assert.match(
    said("bptt-logits-gradient", async () => []),
    /it returned a Promise: take away `async`/,
  );
});

test("an answer that is not there yet is met kindly, and one that needs it is told so", () => {
  const stub = () => {
    throw new Error("gradHidden is not done yet");
  };
  assert.match(said("bptt-hidden-gradient", stub), /^○ 4\.2 gradHidden: not done yet\n {2}Write your answer/);
  assert.match(said("bptt-all-gradients", stub), /`bptt` calls `gradHidden`, which is not done yet/);
  assert.match(said("bptt-bias-formula", ""), /not done yet/);
  assert.match(said("bptt-hidden-gradient", undefined), /not done yet/);
});

test("what is checked is the function, and the id must be one of the exercise's", () => {
  assert.match(said("bptt-logits-gradient", [0.5, -0.5]), /The answer is the function itself/);
  assert.throws(
    () => checker(cases)("bptt", () => 1),
    /Cannot check "bptt": 04-bptt has the questions bptt-softmax-jacobian,/,
  );
});

test("hints come one by one, the first with the first failure", () => {
  const check = checker(cases);
  const id = "bptt-softmax-jacobian";
  assert.match(
    `${check(id, () => [
      [1, 2],
      [3, 4],
    ])}`,
    /Hint: The outputs of a softmax always sum to 1/,
  );
  check(id, () => [
    [1, 2],
    [3, 4],
  ]);
  assert.match(`${check.hint(id)}`, /hint 2 of 3\n {2}Every output depends on every o_j/);
  assert.match(`${check.hint(id)}`, /hint 3 of 3\n {2}With ŷ_i/);
  assert.match(`${check.hint(id)}`, /That is the last hint/);
  assert.match(`${checker(cases).hint(id)}`, /hint 1 of 3/);
});

test("a report shows itself as text and as HTML in which nothing of the student's runs", () => {
  const report = checker(cases)("bptt-bias-formula", "<script>alert(1)</script>");
  const { "text/html": html, "text/plain": text } = shown(report);
  assert.equal(text, `${report}`);
  assert.doesNotMatch(html, /<script/);
  const thrown = checker(cases)("bptt-logits-gradient", () => {
    throw new Error("<img onerror=x> $a$ 'b'");
  });
  assert.doesNotMatch(shown(thrown)["text/html"], /<img|\$|onerror=x>/);
  // Colours of the page, in either theme: nothing fixed but the mark.
  assert.doesNotMatch(html, /background:(?!none)|[^-]color:(black|white|#000|#fff)/);
});

test("a formula is right in any form, and wrong ones are explained", () => {
  const variables = ["g_1", "h_1", "V"];
  const value = (text: string) => evaluateExpression(text, { g_1: 2, h_1: 0.5, V: 3 });
  for (const text of [
    "g_1 * V * (1 - h_1^2)",
    "V g_1 (1-h_1)(1+h_1)",
    "g_1·V − g_1×V*h_1²",
    "V*g_1 - pow(h_1, 2)*g_1*V",
  ]) {
    assert.equal(expressionFault(text, variables), undefined);
    assert.equal(value(text), 4.5);
  }
  const faults: [unknown, RegExp][] = [
    ["g1 * V", /`g1` is not a variable here: did you mean `g_1`\?/],
    ["g1 (1 - V)", /`g1` is not a variable here: did you mean `g_1`\?/],
    ["h_1 + VV", /`VV` is not a variable here: did you mean `V \* V`\?/],
    ["theta", /`theta` is not a variable here: use g_1, h_1, V\./],
    ["g_1 * (V", /cannot be read: Parenthesis \) expected/],
    ["g_1 *", /cannot be read: Unexpected end of expression/],
    ["sech(h_1)", /`sech` is not a function that can be used here/],
    ["g_1 > 0", /`>` cannot be used here|is not a formula/],
    ["V = 3", /is not a formula/],
    ["f(x) = x", /is not a formula/],
    ["[1, 2]", /is not a formula/],
    ["import({})", /not a function/],
    ["V.constructor", /is not a formula/],
    ['"text"', /is not a number/],
    [3, /written as text, in quotation marks; got number/],
    [`1${"+1".repeat(2000)}`, /has 4001 characters; at most 2000/],
  ];
  for (const [text, sentence] of faults) assert.match(expressionFault(text, variables) ?? "", sentence, `${text}`);
  assert.deepEqual(evaluateExpression([["1 - V", "h_1"]], { V: 3, h_1: 0.5 }), [[-2, 0.5]]);
});

test("a difference is never overlooked: NaN, infinities, holes and strings are no numbers", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, "1", null, undefined, [1], true])
    assert.ok(difference([bad], [1], 1e-6), `${bad}`);
  assert.ok(difference(new Array(1), [0], 1e-6));
  assert.ok(difference([], [0], 1e-6));
  assert.ok(difference(1 + 2e-6, 1, 1e-6));
  assert.equal(difference(1 + 0.9e-6, 1, 1e-6), undefined);
  assert.equal(difference(1e6 + 0.9, 1e6, 1e-6), undefined);
  const loop: unknown[] = [];
  loop.push(loop);
  assert.throws(() => plain(loop), /nested more than 8 deep/);
});

test("lists of records are shown with a line for each, and rows of a matrix as rows", () => {
  assert.equal(
    written([
      { at: 1, from: [] },
      { at: 2, from: [0, 0] },
    ]),
    "[{ at: 1, from: [] },\n { at: 2, from: [0, 0] }]",
  );
  assert.equal(
    written({
      U: [
        [1, 2],
        [3, 4],
      ],
      b: [1],
    }),
    "{ U: [[1, 2],\n      [3, 4]],\n  b: [1] }",
  );
});

test("one point is not called points", () => {
  const one: PublicExercise = { exercise: "00", questions: [{ ...cases.questions[0], points: 1 }] };
  const { id } = one.questions[0];
  assert.match(`${checker(one)(id, answerOf(id))}`, /: 1 of 1 point\n.*\n {2}1 of 1 point so far\./);
  assert.match(`${checker(one)(id, undefined)}`, /worth 1 point\./);
});

test("an answer that stops when it is watched is told what for, and the check goes on", () => {
  const watched = { name: "looks at the clock", hint: "There is no clock.", seen: "() => { throw new Error(); }" };
  const one: PublicExercise = { exercise: "00", questions: [{ ...cases.questions[0], misconceptions: [watched] }] };
  const { id } = one.questions[0];
  assert.match(`${checker(one)(id, answerOf(id))}`, /This looks like: looks at the clock\./);
});

test("of two mistakes the one is named that the shown case has", () => {
  const [question] = cases.questions;
  const seen = ([first]: unknown[][]) => `(_, yhat) => yhat.length > ${first.length}`;
  const watched = { name: "too long", hint: "Use less.", seen: seen(question.cases[0].args as unknown[][]) };
  const one: PublicExercise = { exercise: "00", questions: [{ ...question, misconceptions: [watched] }] };
  assert.ok(question.cases.some(({ args }) => (args[0] as unknown[]).length > 2));
  assert.match(`${checker(one)(question.id, () => 0)}`, /case 1 of 4 fails[\s\S]*Hint:/);
  assert.match(`${checker(one)(question.id, answerOf(question.id))}`, /This looks like: too long\./);
});

test("a list that is too long for a line is cut, and what stands below it is shown", () => {
  const [question] = cases.questions;
  const args = [Array.from({ length: 200 }, () => 0.5), 1];
  const long = { ...question, parameters: ["yhat", "y"], cases: [{ args, expected: [0] }] };
  const text = `${checker({ exercise: "00", questions: [long] })(question.id, () => [1])}`;
  assert.match(text, /yhat = \[0\.5.* \.\.\.\n +y = 1\n/);
  assert.ok(text.split("\n").every((line) => line.length < 260));
});
