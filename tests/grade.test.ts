import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { exerciseIds, exerciseNotebook, loadExercise } from "../grader/exercises";
import { type Graded, gradeSubmission, limits, type NotebookResult } from "../grader/grade";
import { type Cell, type Notebook, readNotebook, writeNotebook } from "../grader/notebook";
import { hiddenCases, publishQuestion } from "../grader/publish";
import { Journal, resultsCsv, resultsJson, writeResult } from "../grader/results";
import { courseSecret } from "../grader/secret";
import { assemble, exerciseOf } from "../grader/submission";
import { Session } from "../kernel/session";

const root = join(__dirname, "..");

/** An exercise as it is solved, as it ships, and with what grading it needs. */
function courseSet(id: string) {
  const exercise = loadExercise(id);
  const solvedText = readFileSync(join(root, `solutions/${id}.ipynb`), "utf8");
  const shippedText = exerciseNotebook(solvedText, exercise);
  const released = readNotebook(shippedText).notebook;
  const full = exercise.questions.reduce((sum, { points }) => sum + points, 0);
  const graded = exercise.questions.map((question): Graded => {
    return { question: publishQuestion(question, "public"), hidden: hiddenCases(question, "a secret") };
  });
  return { exercise, solvedText, shippedText, released, full, graded };
}

const { exercise, solvedText, shippedText, released, full, graded } = courseSet("04-bptt");
const scratch = mkdtempSync(join(tmpdir(), "grade-"));
const session = new Session({ folder: join(root, "exercises"), memoryMb: 200, env: { PATH: process.env.PATH } });
after(async () => {
  await session.close();
  rmSync(scratch, { recursive: true });
});

const solved = (): Notebook => readNotebook(solvedText).notebook;
const within = { ...limits, callMs: 1500, patienceMs: 500 };
const gradeNotebook = (notebook: Notebook, own = within): Promise<NotebookResult> =>
  gradeSubmission(session, assemble(notebook, released), graded, own);
const cellOf = ({ cells }: Notebook, id: string) => cells.find((cell) => cell.id === id) as Cell;
const extra = (source: string): Cell => ({ type: "code", id: "", source, metadata: {} });
/** The solved notebook with a function put in the place of an answer. */
function withAnswer(id: string, source: string): Notebook {
  const notebook = solved();
  cellOf(notebook, `${id}-answer`).source = source;
  return notebook;
}
/** The verdicts on 4.1a to 4.4. */
const verdicts = ({ questions }: NotebookResult) => questions.slice(0, 6).map(({ verdict }) => verdict);
const points = ({ questions }: NotebookResult) => questions.reduce((sum, one) => sum + (one.points ?? Number.NaN), 0);

// What the exercise and its solution are worth.

for (const id of exerciseIds()) {
  const { solvedText, shippedText, released, full, graded } = courseSet(id);
  const gradeText = (text: string) =>
    gradeSubmission(session, assemble(readNotebook(text).notebook, released), graded, limits);

  test(`${id}: the solved notebook gets full marks on hidden cases`, async () => {
    const result = await gradeText(solvedText);
    assert.deepEqual(new Set(result.questions.map(({ verdict }) => verdict)), new Set(["right"]));
    assert.equal(points(result), full);
    assert.deepEqual([result.remarks, result.died], [[], false]);
  });

  test(`${id}: the exercise as it ships gets 0 points, and every question is called not done`, async () => {
    const result = await gradeText(shippedText);
    assert.deepEqual(new Set(result.questions.map(({ verdict }) => verdict)), new Set(["not done"]));
    assert.equal(points(result), 0);
  });
}

test("an empty notebook gets 0 points, and each question says why", async () => {
  const result = await gradeNotebook({ cells: [], metadata: {} });
  assert.equal(points(result), 0);
  assert.ok(verdicts(result).every((verdict) => verdict === "missing" || verdict === "not done"));
});

test("hidden cases come from the secret: another one makes others, the same one the same", () => {
  const [question] = exercise.questions;
  assert.deepEqual(hiddenCases(question, "a"), hiddenCases(question, "a"));
  assert.notDeepEqual(hiddenCases(question, "a"), hiddenCases(question, "b"));
  const visible = new Set(
    publishQuestion(question, "public")
      .cases.slice(1)
      .map(({ args }) => JSON.stringify(args)),
  );
  assert.ok(hiddenCases(question, "a").some(({ args }) => !visible.has(JSON.stringify(args))));
});

// Wrong answers.

test("a mistake is named, and costs the questions that use it", async () => {
  const source = `function gradHidden(p: P, cache: Cache, y: number[]): Mat {
    const own = y.map((label, i) => times(transpose(p.V), gradLogits(cache.yhat[i], label)));
    return [p.h0.map(() => 0), ...own];
  }`;
  const result = await gradeNotebook(withAnswer("bptt-hidden-gradient", source));
  assert.deepEqual(verdicts(result), ["right", "right", "wrong", "wrong", "right", "wrong"]);
  assert.equal(result.questions[2].misconception, "only the path through o_t");
  assert.equal(result.questions[3].misconception, "∂L_t/∂b_t, each copy's own loss only");
});

test("values learnt by heart from the public cases are wrong on hidden ones, of which nothing is told", async () => {
  const { cases } = publishQuestion(exercise.questions[0], "public");
  const table = JSON.stringify(cases.map(({ args, expected }) => [JSON.stringify(args[0]), expected]));
  const source = `const table = new Map<string, number[][]>(${table} as any);
    function softmaxJacobian(yhat: Vec): Mat {
      const known = table.get(JSON.stringify(yhat));
      if (!known) throw new Error("I saw " + yhat);
      return known;
    }`;
  const [result] = (await gradeNotebook(withAnswer("bptt-softmax-jacobian", source))).questions;
  assert.equal(result.verdict, "wrong");
  assert.equal(result.reason, "Right on the visible cases, but on a hidden one it stopped with an error.");
});

test("a type error, a thrown error and a missing name are told apart", async () => {
  const notebook = withAnswer("bptt-softmax-jacobian", 'const softmaxJacobian: number = "no";');
  cellOf(notebook, "bptt-logits-gradient-answer").source =
    'function gradLogits(): Vec { throw new Error("too hard"); }';
  cellOf(notebook, "bptt-bias-copies-answer").source = "function copies() {}";
  cellOf(notebook, "bptt-bias-formula-answer").source = 'const gradBias = "g_1 +";';
  const { questions } = await gradeNotebook(notebook);
  assert.match(questions[0].reason, /string.*number/);
  assert.equal(questions[0].verdict, "error");
  assert.equal(questions[1].reason, "`gradLogits(yhat, y)` stopped with an error: too hard");
  assert.equal(questions[3].reason, "The notebook does not define `bpttCopies`.");
  assert.match(questions[4].reason, /The formula cannot be read: Unexpected end of expression/);
});

// Notebooks that were handled roughly.

test("moved, copied, deleted and changed cells are put back and reported, and cost nothing", async () => {
  const notebook = solved();
  cellOf(notebook, "linear-algebra").source = "const times = () => 0;";
  cellOf(notebook, "bptt-bias-copies").source = "";
  cellOf(notebook, "bptt-hidden-gradient-answer").type = "markdown";
  notebook.cells = notebook.cells.filter(({ id }) => id !== "forward-pass" && id !== "bptt-all-gradients");
  notebook.cells.reverse();
  // A copy as it was shipped, after the one that was worked on.
  notebook.cells.push(cellOf(released, "bptt-logits-gradient-answer"));
  const result = await gradeNotebook(notebook);
  assert.equal(points(result), full);
  assert.deepEqual(result.remarks, [
    "The cell `linear-algebra` was changed. The exercise's own was run.".replace("The cell", "The locked cell"),
    "The cell `forward-pass` is missing. The exercise's own was run.",
    "The cell `bptt-logits-gradient-answer` is there 2 times.",
    "The cell `bptt-hidden-gradient-answer` was not code: it was read as code.",
    "The locked cell `bptt-bias-copies` was changed.",
    "The cell `bptt-all-gradients` is missing.",
    "Cells were moved: they ran in the exercise's order.",
  ]);
});

test("a notebook that lost all its ids and metadata is recognised by what it defines", async () => {
  const notebook = solved();
  notebook.cells = notebook.cells.map((cell) => ({ ...cell, id: "", metadata: {} }));
  assert.equal(exerciseOf(notebook, [exercise]), exercise);
  assert.equal(points(await gradeNotebook(notebook)), full);
  assert.equal(exerciseOf({ cells: [extra("print(1)")], metadata: {} }, [exercise]), undefined);
});

test("a cell that the student added runs where it stands, and may fail without harm", async () => {
  const notebook = solved();
  const at = notebook.cells.findIndex(({ id }) => id === "bptt-softmax-jacobian-answer");
  cellOf(notebook, "bptt-softmax-jacobian-answer").source = "const softmaxJacobian = (yhat: Vec) => mine(yhat);";
  const mine = "const mine = (v: Vec) => v.map((x, i) => v.map((z, j) => (i === j ? x : 0) - x * z));";
  notebook.cells.splice(at, 0, extra(mine), extra("nowhere"));
  const result = await gradeNotebook(notebook);
  assert.equal(points(result), full);
  assert.equal(result.remarks.length, 1);
  assert.match(result.remarks[0], /The cell `number \d+`: .*nowhere/);
});

test("no random rough handling of a notebook stops its being graded", () => {
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 16807) % 2147483647;
    return seed % n;
  };
  for (let round = 0; round < 500; round++) {
    const notebook = solved();
    const { cells } = notebook;
    for (let k = 0; k < 4 && cells.length > 1; k++) {
      const [i, j] = [random(cells.length), random(cells.length)];
      const change = [
        () => cells.splice(i, 1),
        () => cells.splice(j, 0, cells[i]),
        () => cells.reverse(),
        () => (cells[i] = { ...cells[i], id: cells[j].id }),
        () => (cells[i] = { ...cells[i], metadata: { nbgrader: { grade_id: cells[j].id, points: 400 } } }),
        () => (cells[i] = { ...cells[i], type: "raw" }),
        () => (cells[i] = { ...cells[i], source: "" }),
      ][random(7)];
      change();
    }
    const own = assemble(readNotebook(writeNotebook(notebook)).notebook, released).cells;
    for (const id of ["setup", "linear-algebra", "forward-pass"]) {
      const runs = own.filter(({ name }) => name === id);
      assert.deepEqual(
        runs.map(({ source }) => source),
        [cellOf(released, id).source],
      );
    }
  }
});

// Code that does not play along. What it does to itself costs its own questions, and no others.

test("an endless loop in a function is stopped, and the other questions are graded", async () => {
  const result = await gradeNotebook(
    withAnswer("bptt-bias-copies", "function bpttCopies(p: P, cache: Cache, y: number[]): Mat { for (;;) {} }"),
  );
  assert.deepEqual(verdicts(result), ["right", "right", "right", "timeout", "right", "timeout"]);
  assert.equal(result.questions[3].reason, "It was stopped after 1.5 s.");
  assert.equal(result.died, false);
});

test("an endless loop in a cell is stopped, and what the other cells define is graded", async () => {
  const notebook = withAnswer("bptt-bias-copies", "for (;;) {}\nfunction bpttCopies() { return []; }");
  notebook.cells.push(extra("const bptt = 3;"));
  const result = await gradeNotebook(notebook, { ...within, cellMs: 8000 });
  assert.deepEqual(verdicts(result).slice(0, 3), ["right", "right", "right"]);
  assert.ok(["timeout", "wrong"].includes(result.questions[3].verdict));
  assert.ok(result.remarks.includes("The cell `bptt-bias-copies-answer`: It was stopped after 8 s."));
  assert.equal(result.questions[5].points, 0);
});

test("a function that ends its process, or eats its memory, is named; the others are graded", async () => {
  const notebook = withAnswer("bptt-softmax-jacobian", "const softmaxJacobian = (): Mat => process.exit(0);");
  cellOf(notebook, "bptt-bias-copies-answer").source =
    "function bpttCopies(p: P, cache: Cache, y: number[]): Mat { const all = []; for (;;) all.push(new Array(1e6).fill(1.5)); }";
  const result = await gradeNotebook(notebook, { ...within, callMs: 20_000 });
  assert.deepEqual(verdicts(result), ["crash", "right", "right", "out of memory", "right", "out of memory"]);
  assert.ok(result.died);
  assert.ok(result.remarks.some((remark) => /^The question 4.1a: .* ended by process\.exit\(0\)/.test(remark)));
});

test("a process killed from outside during a cell is started again: one sentence, and nothing is lost", async () => {
  const pidFile = join(scratch, "pid");
  const notebook = solved();
  const source = `import { writeFileSync } from "node:fs";
    writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
    await new Promise((resolve) => setTimeout(resolve, 1500));`;
  notebook.cells.push(extra(source));
  const grading = gradeNotebook(notebook);
  while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "")
    await new Promise((resolve) => setTimeout(resolve, 20));
  process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
  const result = await grading;
  assert.equal(points(result), full);
  assert.equal(result.died, true);
  assert.equal(result.remarks.length, 1);
  assert.match(
    result.remarks[0],
    /^The cell `number \d+`: The process that runs the cells was killed from outside \(SIGKILL\)\.$/,
  );
});

test("patching what a checker would use, and printing success, buys nothing", async () => {
  const patches = [
    "Math.abs = () => 0; Object.is = () => true; Number.isNaN = () => false;",
    "(Array.prototype as any).every = () => true; (Array.prototype as any).some = () => false;",
    'process.on("exit", () => { process.exitCode = 0; }); console.log("PASS", "full marks");',
  ];
  // Not the right values, in shapes that a careless comparison would take for them.
  const answers = [
    "const check = () => true; const gradBias = '0';",
    "function softmaxJacobian() { return { valueOf: () => 0, toArray: () => [], isMatrix: true, length: 2 }; }",
    "const gradLogits = (yhat: Vec) => new Proxy(yhat, { get: (list, key) => (key === 'length' ? 2 : Number.NaN) });",
    "const gradHidden = (p: P, cache: Cache) => cache.h.map(() => new Array(p.b.length));",
    "const bpttCopies = (p: P, cache: Cache) => cache.a.map((row) => row.map(() => Infinity));",
    'const bptt = () => JSON.parse(\'{"__proto__": {"U": 1}}\');',
  ];
  for (const attack of [patches, ['(Object.prototype as any).toJSON = () => "right";']]) {
    const notebook = readNotebook(shippedText).notebook;
    notebook.cells.push(...[...answers, ...attack].map(extra));
    assert.equal(points(await gradeNotebook(notebook, { ...within, cellMs: 8000 })), 0, attack.join());
  }
});

test("the process that runs answers is given neither the secret nor a hidden case's expected value", async () => {
  const sent: string[] = [];
  const spying = {
    restart: () => session.restart(),
    execute: (...args: Parameters<Session["execute"]>) => session.execute(...args),
    interrupt: () => session.interrupt(),
    evaluate: (js: string, options: object) => {
      sent.push(js);
      return session.evaluate(js, options);
    },
  } as unknown as Session;
  await gradeSubmission(spying, assemble(solved(), released), graded);
  const all = sent.join("\n");
  assert.ok(sent.length > 50);
  assert.ok(!all.includes("a secret"));
  for (const { hidden } of graded.slice(2))
    for (const { expected } of hidden)
      for (const [number] of JSON.stringify(expected).matchAll(/\d\.\d{6,}/g)) assert.ok(!all.includes(number), number);
  const env = await session.evaluate("Object.keys(process.env)");
  assert.ok(env.status === "ok" && !(env.value as string[]).includes("UNROLL_SECRET"));
});

// What is left on disk.

const question = { id: "q", number: "1", points: 0, of: 2, verdict: "wrong" as const, reason: "", misconception: "" };
const entry = (file: string, reason = "") => ({
  file,
  exercise: "e",
  questions: [{ ...question, reason }],
  remarks: [],
  died: false,
});

test("a name or a reason cannot become a formula, or a column, of a spreadsheet", () => {
  const csv = resultsCsv([entry("=cmd|' /C calc'!A0", 'a, "b"\nc'), { file: "-x", exercise: "", problem: "@SUM(A1)" }]);
  const lines = csv.split("\r\n");
  assert.equal(lines[0], "file,exercise,question,number,points,of,verdict,misconception,reason");
  assert.equal(lines[1], `'=cmd|' /C calc'!A0,e,q,1,0,2,wrong,,"a, ""b""\nc"`);
  assert.equal(lines[2], "'-x,,,,,,not graded,,'@SUM(A1)");
});

test("a question that could not be graded is blank, never 0", () => {
  const blank = { ...entry("a"), questions: [{ ...question, points: null, verdict: "infra-error" as const }] };
  assert.match(resultsCsv([blank]), /a,e,q,1,,2,infra-error/);
  assert.equal(JSON.parse(resultsJson([blank])).notebooks[0].points, null);
});

test("a journal that was cut off in the middle of a line keeps all the lines before and after", () => {
  const folder = join(scratch, "journal");
  const journal = new Journal(folder);
  journal.add("one", entry("a"));
  const path = join(folder, "journal.jsonl");
  writeFileSync(path, `${readFileSync(path, "utf8")}\n{"key":"two","en`);
  new Journal(folder).add("three", entry("c"));
  const read = new Journal(folder);
  assert.deepEqual(read.find("one"), entry("a"));
  assert.equal(read.find("two"), undefined);
  assert.deepEqual(read.find("three"), entry("c"));
});

test("earlier results are kept under a number when later ones differ", () => {
  const folder = join(scratch, "kept");
  mkdirSync(folder);
  for (const text of ["first", "second", "second", "third"]) writeResult(folder, "results.json", text);
  const texts = readdirSync(folder)
    .sort()
    .map((file) => [file, readFileSync(join(folder, file), "utf8")]);
  assert.deepEqual(texts, [
    ["results.1.json", "first"],
    ["results.2.json", "second"],
    ["results.json", "third"],
  ]);
});

test("the secret is the environment's, or is made once and kept to its owner", () => {
  const file = join(scratch, "secret");
  assert.equal(courseSecret(file, "from outside"), "from outside");
  assert.ok(!existsSync(file));
  const made = courseSecret(file, "");
  assert.match(made, /^[0-9a-f]{64}$/);
  assert.equal(courseSecret(file, undefined), made);
});

// The command.

const command = ["--require", "ts-node/register", join(root, "grader/main.ts")];
const options = {
  cwd: root,
  env: { ...process.env, UNROLL_SECRET: "a secret of the tests" },
  encoding: "utf8" as const,
};
const grade = (...args: string[]) => spawnSync(process.execPath, [...command, ...args], options);

test("a missing path, an empty folder and a wrong call are one sentence each, and no results", () => {
  const out = join(scratch, "none");
  const missing = grade(join(scratch, "nobody.ipynb"), "--out", out);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /^Cannot grade .*nobody\.ipynb: there is no such file or folder\.$/m);
  const empty = join(scratch, "empty");
  mkdirSync(empty);
  assert.match(grade(empty, "--out", out).stderr, /there is no notebook \(\.ipynb\) in it/);
  assert.equal(grade().status, 2);
  assert.equal(grade(empty, "--wat").status, 2);
  assert.ok(!existsSync(out));
});

test("a folder is graded whole, whatever is in it, goes on where it was killed, and comes out the same", async () => {
  const folder = join(scratch, "submissions");
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const forging = solved();
  // Not even a message that the kernel cannot read costs the others anything.
  forging.cells.push(extra('import { writeSync } from "node:fs";\nwriteSync(3, "not a message\\n");'));
  put("a/04-bptt (1).ipynb", solvedText);
  put("b/04-bptt.ipynb.json", writeNotebook(forging));
  put("c/04-bptt.ipynb", shippedText);
  put("d/broken.ipynb", solvedText.slice(0, 5000));
  put(
    "e/other.ipynb",
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "source": "print(1)"}]}',
  );
  put("f/.ipynb_checkpoints/04-bptt.ipynb", solvedText);
  put("f/notes.txt", "no notebook");
  put("g\u001b[31m/04-bptt.ipynb", solvedText);

  // Killed as soon as the first result is in the journal.
  const killed = join(scratch, "killed");
  const first = spawn(process.execPath, [...command, folder, "--out", killed], { ...options, stdio: "ignore" });
  while (first.exitCode === null && !existsSync(join(killed, "journal.jsonl")))
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(first.exitCode, null, "it ended before it was killed");
  const ended = new Promise((resolve) => first.once("exit", resolve));
  first.kill("SIGKILL");
  await ended;
  assert.ok(!existsSync(join(killed, "results.json")));

  const resumed = grade(folder, "--out", killed);
  assert.match(resumed.stdout, /\[1\/6\] a\/04-bptt \(1\)\.ipynb: \d+ of \d+ \(as before\)/);
  assert.match(resumed.stdout, /\[3\/6\] c\/04-bptt\.ipynb: 0 of \d+\n/);
  assert.match(resumed.stdout, /d\/broken\.ipynb: It is not a notebook: a notebook is JSON/);
  assert.match(
    resumed.stdout,
    /e\/other\.ipynb: It is no exercise of this course: none of its cells belongs to .*04-bptt/,
  );
  assert.match(resumed.stdout, /\[6\/6\] g \[31m\/04-bptt\.ipynb: \d+ of \d+/);
  const points = JSON.parse(readFileSync(join(killed, "results.json"), "utf8")).notebooks.map(
    (one: { points?: number | null }) => one.points,
  );
  assert.deepEqual([points[0], ...points.slice(2)], [full, 0, undefined, undefined, full]);
  assert.match(resumed.stdout, /There is no sandbox yet/);
  assert.equal(resumed.status, 1);
  // The cell that kills its process is left out, and costs nothing else.
  const csv = readFileSync(join(killed, "results.csv"), "utf8");
  assert.match(csv, /b\/04-bptt\.ipynb\.json,04-bptt,bptt-softmax-jacobian,4\.1a,3,3,right/);

  const whole = join(scratch, "whole");
  grade(folder, "--out", whole);
  for (const file of ["results.json", "results.csv"])
    assert.equal(readFileSync(join(whole, file), "utf8"), readFileSync(join(killed, file), "utf8"), file);
});

test("one good notebook, by its path, ends with exit code 0", () => {
  const path = join(scratch, "download");
  writeFileSync(path, solvedText);
  const { status, stdout, stderr } = grade(path, "--out", join(scratch, "one"));
  assert.deepEqual([status, stderr.replace(/^npm.*\n/gm, "")], [0, ""]);
  assert.match(stdout, new RegExp(`download +3 +3 +8 +2 +2 +8 .*${full} of ${full}`));
});
