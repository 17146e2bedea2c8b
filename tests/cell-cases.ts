/** What cells mean, whichever edition runs them: the cells in order, and what the last one gives and prints as plain text. */
export type CellCase = { title: string; cells: string[]; gives?: string; prints?: string; fails?: RegExp };

export const cellCases: CellCase[] = [
  { title: "the last expression is the result", cells: ["const a = 1; a + 1"], gives: "2" },
  { title: "a cell of comments gives nothing", cells: ["// only this"], gives: undefined },
  { title: "a text by itself is a result", cells: ["'text'"], gives: "'text'" },
  { title: "an assignment and a declaration give nothing", cells: ["let b = 1; b = 2"], gives: undefined },
  { title: "a name lives on in later cells", cells: ["let s = 1", "s += 2; s"], gives: "3" },
  {
    title: "const, class and type may be declared again",
    cells: [
      "const k = 1; class A { x = 1 } type T = string",
      "const k = 'two'; class A { y = 2 } type T = number; const t: T = 3; new A().y + t + k.length",
    ],
    gives: "8",
  },
  {
    title: "a function sees later assignments of what it closes over",
    cells: ["let q = 1; function g() { return q }", "q = 5; g()"],
    gives: "5",
  },
  {
    title: "a function declared again is called by those that knew the first",
    cells: ["function one() { return 1 } function two() { return one() + 1 }", "function one() { return 10 }", "two()"],
    gives: "11",
  },
  {
    title: "functions are hoisted within a cell",
    cells: ["const early = later(); function later() { return 7 }\nearly"],
    gives: "7",
  },
  {
    title: "destructuring takes rest, defaults and nesting",
    cells: [
      "const { p, n: [m = 9, ...r], ...others } = { p: 1, n: [undefined, 2, 3], z: 4, y: 5 }",
      "[p, m, r.length, others.z + others.y].join()",
    ],
    gives: "'1,9,2,9'",
  },
  {
    title: "a shadowed name is not the cell's",
    cells: [
      "let v = 1; const f = (v: number) => v + 1",
      "{ let v = 100; v++ } for (let v = 0; v < 3; v++) {} [f(5), v].join()",
    ],
    gives: "'6,1'",
  },
  {
    title: "shorthand properties and assignments reach the scope",
    cells: ["let c = 1, d = 2", "({ c, d } = { c: 3, d: 4 }); const o = { c, d }; [c, d] = [o.d, o.c]; [c, d].join()"],
    gives: "'4,3'",
  },
  {
    title: "a promise is resolved by a timer",
    cells: [
      "await new Promise((resolve) => setTimeout(resolve, 1)); await new Promise((resolve) => setImmediate(resolve)); 1",
    ],
    gives: "1",
  },
  {
    title: "timers are objects as Node's are, and are cleared",
    cells: [
      `let fired = ""; const never = setTimeout(() => { fired += "never" }, 5); clearTimeout(never);
       const twice = setInterval(() => { fired += "i" }, 1);
       setImmediate((x: string) => { fired += x }, "now"); const not = setImmediate(() => { fired += "not" }); clearImmediate(not);
       await new Promise((done) => setTimeout(done, 60).unref().ref()); clearInterval(twice);
       [/^i*(now)i*$/.test(fired), /ii/.test(fired.replace("now", "")), twice.hasRef()].join()`,
    ],
    gives: "'true,true,true'",
  },
  { title: "await works at top level", cells: ["const w = await Promise.resolve(4); w * 2"], gives: "8" },
  {
    title: "for await works at top level",
    cells: [
      "async function* three() { yield 1; yield 2; yield 3 }\nlet sum = 0; for await (const x of three()) sum += x; sum",
    ],
    gives: "6",
  },
  {
    title: "namespaces and enums live on",
    cells: ["namespace N { export const z = 3 } enum E { A, B }", "1", "N.z + E.B"],
    gives: "4",
  },
  {
    title: "a class keeps its private members",
    cells: [
      "class Counter { #n = 0; static made = 1; tick() { return ++this.#n } }",
      "const counter = new Counter(); counter.tick(); counter.tick() + Counter.made",
    ],
    gives: "3",
  },
  {
    title: "a function may return a local class with private members",
    cells: [
      "function make() { return class Local { private n = 1; read() { return this.n } } }",
      "new (make())().read()",
    ],
    gives: "1",
  },
  {
    title: "generators, labels and switch keep their names",
    cells: [
      "function* upTo(n: number) { outer: for (let i = 0; ; i++) { switch (i) { case n: break outer; default: yield i } } }",
      "[...upTo(3)].join()",
    ],
    gives: "'0,1,2'",
  },
  {
    title: "var in a block is a name of the cell",
    cells: ["if (true) { var deep = 3 } for (var i = 0; i < 4; i++) {}", "deep + i"],
    gives: "7",
  },
  {
    title: "a top-level loop leaves its variables as it should",
    cells: [
      "let n = 0, m = 1; for (let i = 0; i < 200000; i++) { if (i % 2) continue; n += i; m = i }",
      "[n, m].join()",
    ],
    gives: "'9999900000,199998'",
  },
  {
    title: "a top-level loop that throws keeps what it reached",
    cells: [
      "let at = 0; const few = [1, 2, 3]; try { while (true) { at++; if (at === 5) throw new Error('stop') } } catch {}",
      "at",
    ],
    gives: "5",
  },
  {
    title: "export is allowed and does nothing",
    cells: ["export const shown = 1; export function h() { return shown }", "h()"],
    gives: "1",
  },
  {
    title: "named function expressions call themselves",
    cells: ["const fact = function self(n: number): number { return n < 2 ? 1 : n * self(n - 1) }", "fact(5)"],
    gives: "120",
  },
  {
    title: "names of globals can be taken",
    cells: ["const name = 'n'; let status = 's'", "name + status"],
    gives: "'ns'",
  },
  {
    title: "a type error is an error",
    cells: ["const z: number = 'oops'"],
    fails: /^TypeScriptError: Type 'string' is not assignable to type 'number'/,
  },
  {
    title: "types live on",
    cells: ["let typed = 1", "typed = 'no'"],
    fails: /TypeScriptError: Type 'string' is not assignable/,
  },
  {
    title: "const stays constant in later cells",
    cells: ["const fixed = 1", "fixed = 2"],
    fails: /TypeScriptError: Cannot assign to 'fixed' because it is a constant/,
  },
  {
    title: "an unknown name is an error",
    cells: ["nowhere + 1"],
    fails: /TypeScriptError: Cannot find name 'nowhere'/,
  },
  { title: "a syntax error is an error", cells: ["const = 3"], fails: /^SyntaxError: / },
  {
    title: "what is thrown keeps its name and message",
    cells: ["throw new RangeError('too far')"],
    fails: /^RangeError: too far$/,
  },
  { title: "what is thrown need not be an Error", cells: ["throw { code: 7 }"], fails: /code: 7/ },
  {
    title: "V8's messages name what was typed",
    cells: ["let notFunction: any = 3", "notFunction()"],
    fails: /^TypeError: notFunction is not a function$/,
  },
  {
    title: "endless recursion is an error",
    cells: ["function deeper(): number { return 1 + deeper() }", "deeper()"],
    fails: /^RangeError: Maximum call stack/,
  },
  {
    title: "a package is imported by name, whole, and when asked for",
    cells: [
      `import { derivative } from "mathjs/number"; import * as math from "mathjs"`,
      `const { add } = await import("mathjs"); [derivative("x^2", "x"), math.sqrt(16), add(1, 2)].join(" ")`,
    ],
    gives: "'2 * x 4 3'",
  },
  {
    title: "an unknown module is an error",
    cells: [`import { x } from "./nowhere"`],
    fails: /^TypeScriptError: Cannot find module '\.\/nowhere'/,
  },
  {
    title: "tslab gives its display",
    cells: [`import * as tslab from "tslab"; typeof tslab.display.html + typeof tslab.newDisplay().text`],
    gives: "'functionfunction'",
  },
  {
    title: "a matrix is shown as rows",
    cells: [`import { matrix } from "mathjs"; matrix([[1, 2], [3, 4.5]])`],
    gives: "[1, 2]\n[3, 4.5]",
  },
  {
    title: "objects are shown in their depth",
    cells: ["({ a: 1, b: [1, 'two', { c: { d: { e: { f: 1 } } } }], g: undefined, h: -0 })"],
    gives:
      "{\n  a: 1,\n  b: [\n    1,\n    'two',\n    { c: { d: { e: [Object] } } }\n  ],\n  g: undefined,\n  h: -0\n}",
  },
  {
    title: "classes, functions, maps and sets are shown by their names",
    cells: [
      "class Point { x = 1; #hidden = 2; see() { return this.#hidden } }",
      "[new Point(), Point, Math.sin, () => 1, new Map([['k', { v: 1 }]]), new Set([1n])]",
    ],
    gives:
      "[\n  Point { x: 1 },\n  [class Point],\n  [Function: sin],\n  [Function (anonymous)],\n  Map(1) { 'k' => { v: 1 } },\n  Set(1) { 1n }\n]",
  },
  {
    title: "many numbers are shown in columns",
    cells: ["Array.from({ length: 20 }, (_, i) => i ** 3)"],
    gives:
      "[\n     0,    1,    8,   27,   64,\n   125,  216,  343,  512,  729,\n  1000, 1331, 1728, 2197, 2744,\n  3375, 4096, 4913, 5832, 6859\n]",
  },
  {
    title: "typed arrays are shown with their range",
    cells: ["new Float64Array([1, -2.5])"],
    gives: "Float64Array(2, from -2.5 to 1) [1, -2.5]",
  },
  {
    title: "console.log fills in and sets apart what it gets",
    cells: [`console.log("%s is %d, %i, %j", "x", 1.5, 2.7, [1], { a: "text" }, "text", null); console.log()`],
    prints: `x is 1.5, 2, [1] { a: 'text' } text null\n\n`,
  },
  {
    title: "a console's groups, counts, assertions and values",
    cells: [
      `console.group("outer"); console.log("a\\nb"); console.group(); console.dir({ x: { y: { z: {} } } }); console.groupEnd();
       console.groupEnd(); console.count(); console.count("n"); console.count(); console.countReset(); console.count();
       console.assert(true); console.info("info"); console.debug("debug")`,
    ],
    prints: "outer\n  a\n  b\n    { x: { y: { z: {} } } }\ndefault: 1\nn: 1\ndefault: 2\ndefault: 1\ninfo\ndebug\n",
  },
  {
    title: "console.error, warn and assert go to stderr, in their place",
    cells: [
      `console.log("1"); console.error("2"); console.warn("3"); console.assert(false, "why", 4); console.log("5")`,
    ],
    prints: "1\n2\n3\nAssertion failed: why 4\n5\n",
  },
  {
    title: "console.table draws rows and columns",
    cells: [
      `console.table([{ a: 1, b: "x" }, { a: 22, c: [1] }]); console.table([[1, 2], [3, 4]]);
       console.table({ one: 1, two: { v: 2 } }); console.table([{ a: 1, b: 2 }], ["b"]); console.table("no table");
       console.table(new Map([["k", 1]])); console.table(new Set(["s"])); console.table([])`,
    ],
    prints: `┌─────────┬────┬─────┬───────┐
│ (index) │ a  │ b   │ c     │
├─────────┼────┼─────┼───────┤
│ 0       │ 1  │ 'x' │       │
│ 1       │ 22 │     │ [ 1 ] │
└─────────┴────┴─────┴───────┘
┌─────────┬───┬───┐
│ (index) │ 0 │ 1 │
├─────────┼───┼───┤
│ 0       │ 1 │ 2 │
│ 1       │ 3 │ 4 │
└─────────┴───┴───┘
┌─────────┬───┬────────┐
│ (index) │ v │ Values │
├─────────┼───┼────────┤
│ one     │   │ 1      │
│ two     │ 2 │        │
└─────────┴───┴────────┘
┌─────────┬───┐
│ (index) │ b │
├─────────┼───┤
│ 0       │ 2 │
└─────────┴───┘
no table
┌───────────────────┬─────┬────────┐
│ (iteration index) │ Key │ Values │
├───────────────────┼─────┼────────┤
│ 0                 │ 'k' │ 1      │
└───────────────────┴─────┴────────┘
┌───────────────────┬────────┐
│ (iteration index) │ Values │
├───────────────────┼────────┤
│ 0                 │ 's'    │
└───────────────────┴────────┘
┌─────────┐
│ (index) │
├─────────┤
└─────────┘
`,
  },
  {
    title: "progress passes on what a loop runs over",
    cells: [
      `async function* two() { yield "a"; yield "b" } const got: unknown[] = [];
       for (const k of progress(3)) got.push(k); for await (const x of progress(two(), { total: 2 })) got.push(x); got.join("")`,
    ],
    gives: "'012ab'",
  },
];
