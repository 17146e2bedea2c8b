import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compileCell } from "../kernel/compiler/compile";

const js = (source: string, known: string[] = []) =>
  compileCell(source, new Set(known))
    .js.replace(/^"use strict";\n/m, "")
    .trim();

describe("a cell becomes a function body", () => {
  test("whose top-level names are the scope's, and whose last expression is returned", () => {
    assert.equal(js("let s = 1; s + 1"), "__scope.s = 1;\nreturn __scope.s + 1;");
    assert.equal(js("s + n", ["s"]), "return __scope.s + n;");
  });

  test("that names what it defines", () => {
    const source =
      "import d, { a as b } from 'm'; const { x, ...y } = d, [z] = b; var w; function f() {} class C {} enum E { A }";
    assert.deepEqual(compileCell(source, new Set()).names.toSorted(), ["C", "E", "b", "d", "f", "w", "x", "y", "z"]);
  });

  test("that leaves what a function, a block, a catch or a parameter binds", () => {
    for (const inner of [
      "(s) => s",
      "({ s }) => s",
      "function (a, [s] = a) { return s }",
      "() => { const s = 1; return s; }",
    ])
      assert.doesNotMatch(js(`const f = ${inner}`, ["s"]), /__scope\.s/);
    assert.doesNotMatch(js("try {} catch (s) { s }", ["s"]), /__scope\.s/);
    assert.doesNotMatch(js("for (const s of []) { s }", ["s"]), /__scope\.s/);
  });

  test("that leaves property names, labels and methods as they are", () => {
    assert.equal(js("({ s: 1 }).s", ["s"]), "return ({ s: 1 }).s;");
    assert.match(js("s: for (;;) { break s }", ["s"]), /^s: for[\s\S]*break s/);
    assert.match(js("class A { s() { return 1 } }", ["s"]), /s\(\) \{ return 1; \}/);
  });

  test("with a source map from line to line", () => {
    const { map } = compileCell("\n\nlet a: number = 1;\n\na", new Set());
    assert.equal(JSON.parse(map).version, 3);
  });
});

describe("a top-level loop", () => {
  const isLifted = (source: string) => /finally/.test(js(source, ["s", "xs", "f"]));

  test("that nothing outside can watch keeps its names in locals and writes them back", () => {
    assert.ok(isLifted("for (let i = 0; i < 9; i++) s += i"));
    assert.ok(isLifted("while (s < 9) s = Math.sqrt(s) + xs[s] + xs.length"));
    assert.match(js("for (;;) s++", ["s"]), /65535\) === 0\)\s*__scope\.s = s/);
  });

  test("with a call, an await, a closure or a property is left as it is", () => {
    for (const body of [
      "f()",
      "await s",
      "s = () => 1",
      "s += xs.sum",
      "s = new f()",
      "s = `${f()}`",
      "for (const x of xs) s += x",
    ])
      assert.ok(!isLifted(`for (let i = 0; i < 9; i++) { s++; ${body} }`), body);
  });
});
