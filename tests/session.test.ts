import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type Outcome, type Output, Session } from "../kernel/session";
import { cellCases } from "./cell-cases";

const folder = mkdtempSync(join(tmpdir(), "unroll-session-"));
const session = new Session({ folder });
after(async () => {
  await session.close();
  rmSync(folder, { recursive: true });
});

const plain = (outcome: Outcome) =>
  outcome.status === "ok" ? outcome.result?.["text/plain"] : `${outcome.ename}: ${outcome.evalue}`;
const colourless = (outcome: Outcome) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours begin with one.
  outcome.status === "error" ? outcome.traceback.join("\n").replace(/\x1b\[\d+m/g, "") : "";

async function run(source: string, on: Session = session): Promise<{ outcome: Outcome; outputs: Output[] }> {
  const outputs: Output[] = [];
  return { outcome: await on.execute(source, (output) => outputs.push(output)), outputs };
}
const text = (outputs: Output[]) =>
  outputs.map((o) => (o.kind === "stream" ? `${o.name}:${o.text}` : o.kind)).join("|");
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("cells", () => {
  for (const { title, cells, gives, prints, fails } of cellCases)
    test(title, async () => {
      let outcome: Outcome = { status: "ok" };
      let printed = "";
      const print = (output: Output) => {
        if (output.kind === "stream") printed += output.text;
      };
      for (const cell of cells) outcome = await session.execute(cell, print);
      if (fails) assert.match(String(plain(outcome)), fails);
      else assert.equal(plain(outcome), gives, colourless(outcome));
      if (prints !== undefined) assert.equal(printed, prints);
    });
});

describe("output", () => {
  test("keeps its order across streams and displays, and comes before the end", async () => {
    const { outputs } = await run(
      `console.log("a"); console.error("b"); display.html("c"); process.stdout.write("d");`,
    );
    assert.equal(text(outputs), "stdout:a\n|stderr:b\n|display|stdout:d");
  });

  test("of a child process is in its place", async () => {
    const { outputs } = await run(
      `import { execSync } from "node:child_process"; console.log("1"); execSync("echo 2; echo 3 >&2", { stdio: "inherit" }); console.log("4")`,
    );
    assert.equal(text(outputs), "stdout:1\n|stdout:2\n|stderr:3\n|stdout:4\n");
  });

  test("of 100 000 lines comes whole, in few pieces", async () => {
    const { outputs } = await run(`for (let i = 0; i < 100_000; i++) console.log("line " + i)`);
    const all = outputs.map((o) => (o.kind === "stream" ? o.text : "")).join("");
    assert.equal(all.split("\n").length, 100_001);
    assert.ok(all.endsWith("line 99999\n"));
    assert.ok(outputs.length < 100, `${outputs.length} pieces`);
  });

  test("of 10 MB in one piece comes whole", async () => {
    const { outputs } = await run(`process.stdout.write("x".repeat(10_000_000))`);
    assert.equal(
      outputs.map((o) => (o.kind === "stream" ? o.text.length : 0)).reduce((a, b) => a + b),
      10_000_000,
    );
  });

  test("that comes late belongs to its own cell, also while another runs", async () => {
    const first = await run(`setTimeout(() => console.log("late"), 50); void 0`);
    const second = await run(`await new Promise((r) => setTimeout(r, 150)); console.log("mine")`);
    assert.equal(text(first.outputs), "stdout:late\n");
    assert.equal(text(second.outputs), "stdout:mine\n");
  });

  test("of a child process that goes on belongs to the cell that started it", async () => {
    const source = `import { spawn } from "node:child_process";
      spawn("sh", ["-c", "sleep 0.1; echo out; echo err >&2"], { stdio: "inherit" }); void 0`;
    const first = await run(source);
    const second = await run(`await new Promise((r) => setTimeout(r, 400)); console.log("mine")`);
    assert.deepEqual(text(first.outputs).split("|").toSorted(), ["stderr:err\n", "stdout:out\n"]);
    assert.equal(text(second.outputs), "stdout:mine\n");
  });

  test("displayed under the same id in one cell is replaced", async () => {
    const { outputs } = await run(`display(1, { id: "n" }); display(2, { id: "n" })`);
    assert.deepEqual(
      outputs.map((o) => o.kind === "display" && [o.data["text/plain"], o.id, o.update]),
      [
        ["1", "n", false],
        ["2", "n", true],
      ],
    );
  });

  test("progress over a fast loop shows few bars, and the last says all", async () => {
    const { outputs, outcome } = await run(
      "let seen = 0; for (const k of progress(100_000, { label: 'k' })) seen += k; seen",
    );
    assert.equal(plain(outcome), "4999950000");
    assert.ok(outputs.length < 10, `${outputs.length} bars`);
    const last = outputs.at(-1);
    assert.ok(last?.kind === "display" && last.update);
    assert.match(String(last.data["text/plain"]), /^k: 100000 of 100000, 0 s$/);
  });

  test("a value shows itself by Symbol.for('Jupyter.display'), also later", async () => {
    const { outcome } = await run(`({ [Symbol.for("Jupyter.display")]: async () => ({ "text/html": "<i>me</i>" }) })`);
    assert.deepEqual(outcome, { status: "ok", result: { "text/html": "<i>me</i>" } });
  });
});

describe("errors", () => {
  test("point to cell and line as typed, through functions of earlier cells", async () => {
    await session.execute(
      "// a comment\nfunction fail(n: number): never {\n\n  throw new RangeError(`no ${n}`);\n}",
      undefined,
      "Cell In[41]",
    );
    const outcome = await session.execute(
      "interface Gone { x: number }\n\nconst g: Gone = { x: 1 };\nfail(g.x);",
      undefined,
      "Cell In[42]",
    );
    const shown = colourless(outcome);
    assert.match(shown, /RangeError: no 1\nat fail, Cell In\[41\], line 4\n/);
    assert.match(shown, /> 4 \| {3}throw new RangeError/);
    assert.match(shown, /at Cell In\[42\], line 4\n/);
    assert.match(shown, /> 4 \| fail\(g\.x\);/);
    assert.doesNotMatch(shown, /worker|node:|boot/);
  });

  test("of types are told all at once, each with its line and place marked", async () => {
    const shown = colourless((await run("let one: number = 'a';\nlet two: string = 2;")).outcome);
    assert.match(shown, /> 1 \| let one: number = 'a';\n {4}\| {5}\^\^\^/);
    assert.match(shown, /> 2 \| let two: string = 2;/);
  });

  test("of a promise that nothing awaits are shown below its cell", async () => {
    const { outputs } = await run(
      `Promise.reject(new Error("forgotten")); await new Promise((r) => setTimeout(r, 20))`,
    );
    assert.match(text(outputs), /stderr:A promise was rejected and nothing awaited it:[\s\S]*forgotten/);
  });

  test("thrown in a timer leave the session as it was", async () => {
    const first = await run(`let kept = 1; setTimeout(() => { throw new Error("in a timer") }, 5); void 0`);
    await wait(100);
    assert.match(text(first.outputs), /in a timer/);
    assert.equal(plain((await run("kept")).outcome), "1");
  });
});

describe("type errors", () => {
  test("that say the same are told once, with all their lines", async () => {
    const { outcome } = await run("for (nowhere = 0; ;) {\n  console.log(nowhere);\n}\nconst off: number = 'x';");
    const told = colourless(outcome);
    assert.equal(told.match(/Cannot find name 'nowhere'/g)?.length, 1, told);
    assert.match(told, /at Cell In\[\d+\], lines 1, 2\n> 1 \| for \(nowhere/);
    assert.match(told, /at Cell In\[\d+\], line 4\n/);
    assert.match(String(plain(outcome)), /Cannot find name 'nowhere'. \(and 2 more\)$/);
  });

  test("of arithmetic with a list say how to go through it", async () => {
    const { outcome } = await run("const list = [1, 2];\nconst twice = list * 2;");
    assert.match(colourless(outcome), /are for numbers: go through a list with `map`/);
    const text = await run("const flag = true; const odd = flag + 1;");
    assert.doesNotMatch(colourless(text.outcome), /go through a list/);
  });
});

describe("an interrupt", () => {
  const loops = {
    "a tight loop": "let turns = 0; while (true) { turns++ }",
    "a loop after an await": "await 1; while (true) { Math.sin((() => 1)()) }",
    "a loop in a timer": "setTimeout(() => { while (true) {} }, 10); await new Promise(() => {})",
    "a pending await": "await new Promise(() => {})",
    "an endless chain of awaits": "for (;;) await 1",
    "a loop that prints": "for (;;) console.log('x')",
  };
  for (const [title, source] of Object.entries(loops))
    test(`stops ${title} and keeps the variables`, async () => {
      await session.execute("const before = 'still here'");
      setTimeout(() => session.interrupt(), 200);
      const started = performance.now();
      const { outcome } = await run(source);
      assert.equal(outcome.status === "error" && outcome.ename, "KeyboardInterrupt", colourless(outcome));
      assert.ok(performance.now() - started < 3000);
      assert.equal(plain((await run("before")).outcome), "'still here'");
    });

  test("keeps what a tight loop had reached", async () => {
    assert.match(String(plain((await run("turns > 0")).outcome)), /true/);
  });

  test("ends an asynchronous loop that displays: it does not go on behind the next cells", async () => {
    await session.execute("let steps = 0");
    setTimeout(() => session.interrupt(), 200);
    const loop =
      "while (true) { await new Promise((next) => setImmediate(next)); steps++; display(steps, { id: 'x' }) }";
    await run(loop);
    const reached = plain((await run("steps > 0 && steps")).outcome);
    await wait(100);
    assert.equal(plain((await run("steps")).outcome), reached);
  });

  test("of a cell that is still being compiled keeps it from running", async () => {
    setTimeout(() => session.interrupt(), 0);
    const { outcome } = await run("const neverSet = 1; while (true) {}");
    assert.equal(outcome.status === "error" && outcome.ename, "KeyboardInterrupt", colourless(outcome));
    assert.match(String(plain((await run("neverSet")).outcome)), /Cannot find name 'neverSet'/);
  });

  test("of an idle session does nothing", async () => {
    session.interrupt();
    await wait(100);
    assert.equal(plain((await run("before")).outcome), "'still here'");
  });
});

describe("a worker that ends", () => {
  const endings: [string, string, RegExp][] = [
    ["process.exit", "process.exit(3)", /ended by process\.exit\(3\)/],
    ["a signal from outside", "process.kill(process.pid, 'SIGKILL')", /killed from outside \(SIGKILL\)/],
  ];
  for (const [title, source, says] of endings)
    test(`by ${title} costs the variables, not the session`, async () => {
      await session.execute("let lost = 1");
      const { outcome } = await run(source);
      assert.match(String(plain(outcome)), says);
      assert.match(String(plain(outcome)), /variables are gone/);
      assert.match(String(plain((await run("lost")).outcome)), /Cannot find name 'lost'/);
      assert.equal(plain((await run("1 + 1")).outcome), "2");
    });

  test("because it garbled the kernel's pipe costs no more", async () => {
    for (const garbage of [
      "not JSON",
      "null",
      '{"type":"output","cell":-1}',
      '{"type":"value","cell":1e9,"value":"1"}',
    ]) {
      await run(
        `import { writeSync } from "node:fs"; writeSync(3, ${JSON.stringify(`${garbage}\n`)}); await new Promise((r) => setTimeout(r, 50))`,
      );
      assert.equal(plain((await run("3 + 4")).outcome), "7", garbage);
    }
  });

  test("by a restart has gone before the next cell runs", async () => {
    await session.execute("let old = 1");
    await session.restart();
    assert.match(String(plain((await run("old")).outcome)), /Cannot find name 'old'/);
  });

  test("while no cell runs is told with the next cell", async () => {
    await session.execute("let idle = 1; setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20); void 0");
    await wait(200);
    const { outcome, outputs } = await run("1 + 1");
    assert.match(text(outputs), /killed from outside \(SIGKILL\)\. Its variables are gone/);
    assert.equal(plain(outcome), "2");
  });

  test("by an array that is too large says so", async () => {
    assert.match(
      String(plain((await run("const endless = [0]; for (;;) endless.push(1)")).outcome)),
      /ran out of memory/,
    );
  });

  test("for want of memory says so", async () => {
    const small = new Session({ folder, memoryMb: 50 });
    const { outcome } = await run(
      "const big: unknown[] = []; for (;;) big.push(new Array(1000).fill(big.length))",
      small,
    );
    assert.match(String(plain(outcome)), /ran out of memory/);
    assert.equal(plain((await run("2 + 2", small)).outcome), "4");
    await small.close();
  });

  test("endless recursion is an error like any other", async () => {
    await session.execute("function deeper(): number { return 1 + deeper() }");
    assert.match(String(plain((await run("deeper()")).outcome)), /RangeError: Maximum call stack/);
  });
});

describe("imports", () => {
  test("of packages take ES-only ones, subpaths, JSON and Node's own", async () => {
    writeFileSync(join(folder, "some.json"), `{ "answer": 42 }`);
    const source = `import { derivative } from "mathjs/number"; import some from "./some.json"; import { basename } from "node:path";
      derivative("x^2", "x").toString() + some.answer + basename("/a/b")`;
    assert.equal(plain((await run(source)).outcome), "'2 * x42b'");
  });

  test("of a package that can only be imported work", async () => {
    const only = join(folder, "node_modules", "es-only");
    mkdirSync(only, { recursive: true });
    const description = { name: "es-only", type: "module", exports: { import: "./main.js" } };
    writeFileSync(join(only, "package.json"), JSON.stringify(description));
    writeFileSync(join(only, "main.js"), "export const loaded = await Promise.resolve('by import');");
    assert.equal(plain((await run(`import { loaded } from "es-only"; loaded`)).outcome), "'by import'");
  });

  test("of a local file are compiled, checked, and read again when it has changed", async () => {
    const path = join(folder, "local.ts");
    writeFileSync(
      path,
      "export const value: number = 1;\nexport function bad() {\n  throw new Error('from a file');\n}",
    );
    assert.equal(plain((await run(`import { value } from "./local"; value`)).outcome), "1");
    writeFileSync(
      path,
      "export const value: number = 22;\nexport function bad() {\n  throw new Error('from a file');\n}",
    );
    utimesSync(path, new Date(), new Date(Date.now() + 2000));
    assert.equal(plain((await run(`import { value, bad } from "./local"; value`)).outcome), "22");
    assert.match(colourless((await run("bad()")).outcome), /at bad, .*local\.ts, line 3/);
    writeFileSync(path, "export const value: number = 'wrong';");
    const shown = colourless((await run(`import { value } from "./local"; value`)).outcome);
    assert.match(shown, /Type 'string' is not assignable to type 'number'/);
    assert.match(shown, /local\.ts, line 1/);
  });

  test("that an interrupt cut in two are loaded anew", async () => {
    writeFileSync(
      join(folder, "slow.ts"),
      "export const began = Date.now();\nwhile (Date.now() < began + (globalThis as any).slowness) {}\nexport const done = true;",
    );
    await session.execute("(globalThis as any).slowness = 60_000");
    setTimeout(() => session.interrupt(), 500);
    const source = `import { done } from "./slow"; done`;
    assert.match(String(plain((await run(source)).outcome)), /KeyboardInterrupt/);
    await session.execute("(globalThis as any).slowness = 1");
    assert.equal(plain((await run(source)).outcome), "true");
  });

  test("that cannot be found say so", async () => {
    assert.match(String(plain((await run(`import x from "./nowhere"`)).outcome)), /Cannot find module '\.\/nowhere'/);
  });

  test("of tslab never load a tslab that lies beside the notebook", async () => {
    const planted = join(folder, "node_modules", "tslab");
    mkdirSync(planted, { recursive: true });
    writeFileSync(join(planted, "package.json"), `{ "name": "tslab", "main": "main.js" }`);
    writeFileSync(join(planted, "main.js"), "globalThis.planted = true;");
    await run(`import * as planted from "tslab"; import "tslab"`);
    assert.equal(plain((await run("(globalThis as any).planted")).outcome), undefined);
    rmSync(join(folder, "node_modules"), { recursive: true });
  });

  test("of tslab give its display, with its types", async () => {
    const { outcome, outputs } = await run(
      `import * as tslab from "tslab"; tslab.display.html("<b>x</b>"); tslab.newDisplay().text("t")`,
    );
    assert.equal(outcome.status, "ok", colourless(outcome));
    assert.equal(text(outputs), "display|display");
  });
});

describe("evaluate", () => {
  test("hands over plain data, exactly", async () => {
    await session.execute(
      "const f = (x: number) => [x, -0, NaN, 1 / 0, new Float64Array([1, 2]), { u: undefined, s: '=x' }]",
    );
    const { value } = (await session.evaluate("scope.f(0.1)")) as { value: unknown };
    assert.deepEqual(JSON.stringify(value), `[0.1,0,null,null,[1,2],{"s":"=x"}]`);
    assert.ok(Object.is((value as number[])[1], -0) && Number.isNaN((value as number[])[2]));
  });

  test("tells what a function throws, and what cannot cross", async () => {
    const thrown = await session.evaluate("(() => { throw new RangeError('no') })()");
    assert.equal(thrown.status === "error" && thrown.ename, "RangeError");
    const odd = await session.evaluate("() => 1");
    assert.match(odd.status === "error" ? odd.evalue : "", /only plain data/);
  });

  test("is ended at its time limit", async () => {
    const outcome = await session.evaluate("(() => { for (;;); })()", { timeoutMs: 200 });
    assert.ok(outcome.status === "error" && outcome.died && /longer than 200 ms/.test(outcome.evalue));
  });

  test("refuses a value that is too large", async () => {
    const outcome = await session.evaluate("new Array(1000).fill(1)", { maxBytes: 100 });
    assert.match(outcome.status === "error" ? outcome.evalue : "", /at most 100 cross/);
  });
});

describe("questions about the code", () => {
  test("complete from types and from earlier cells", async () => {
    await session.execute("const record = { alpha: 1, beta: 'b' }");
    assert.deepEqual(
      (await session.complete("record.al", 9)).entries.map(({ name }) => name),
      ["alpha"],
    );
    assert.ok((await session.complete("reco", 4)).entries.some(({ name }) => name === "record"));
  });

  test("are answered while a cell runs", async () => {
    const running = run("await new Promise((r) => setTimeout(r, 600))");
    const started = performance.now();
    await session.complete("Math.sq", 7);
    assert.ok(performance.now() - started < 500);
    await running;
  });

  test("inspect gives signature and documentation", async () => {
    const found = await session.inspect("Math.sqrt(2)", 6);
    assert.match(found?.signature ?? "", /Math\.sqrt\(x: number\): number/);
    assert.match(found?.documentation ?? "", /square root/);
  });

  test("tell a cell that wants more lines from one that is wrong", async () => {
    assert.equal(await session.completeness("const f = () => {"), "incomplete");
    assert.equal(await session.completeness("1 +"), "incomplete");
    assert.equal(await session.completeness("`abc"), "incomplete");
    assert.equal(await session.completeness("const = 1"), "invalid");
    assert.equal(await session.completeness("1 + 1"), "complete");
  });
});
