import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { casesFile, exerciseIds, exerciseNotebook, loadExercise } from "../grader/exercises";
import { NotebookError, readNotebook } from "../grader/notebook";
import type { Exercise } from "../grader/question";
import { type Output, Session } from "../kernel/session";

const question = { id: "one", number: "1", points: 2, kind: "function", name: "f" };
const exercise = { id: "00", title: "", questions: [question] } as unknown as Exercise;

const cell = (id: string, source: string, grading?: object) => ({
  cell_type: "code",
  id,
  source,
  metadata: grading ? { nbgrader: { schema_version: 3, grade_id: id, ...grading } } : {},
  outputs: [],
  execution_count: null,
});
const solution = (source: string) => cell("one-answer", source, { solution: true });
const check = (points = 2) => cell("one", 'check("one", f)', { grade: true, locked: true, points });
const solved = "function f() {\n  // BEGIN SOLUTION\n  return 42;\n  // END SOLUTION\n}";
const made = (...cells: object[]) =>
  exerciseNotebook(JSON.stringify({ cells, metadata: { a: 1 }, nbformat: 4, nbformat_minor: 5 }), exercise);

test("a solution becomes a stub, a check is locked, and all else stays as it is", () => {
  const note = { ...cell("note", "# keep *this* \t "), cell_type: "markdown" };
  const { cells, metadata } = JSON.parse(made(note, cell("given", "1", { locked: true }), solution(solved), check()));
  assert.deepEqual(cells[0].source, ["# keep *this* \t "]);
  assert.deepEqual(cells[0].metadata, {});
  assert.deepEqual([cells[1].metadata.deletable, cells[1].metadata.editable], [false, false]);
  assert.equal(
    cells[2].source.join(""),
    'function f() {\n  // Write your answer here, in place of the next line.\n  throw new Error("f is not done yet");\n}',
  );
  assert.deepEqual([cells[2].metadata.deletable, cells[2].metadata.editable], [false, undefined]);
  assert.deepEqual([cells[3].metadata.deletable, cells[3].metadata.editable], [false, false]);
  assert.deepEqual(metadata, { a: 1 });
});

test("a solution that would be left in the exercise is an error", () => {
  const refused = (sentence: RegExp, ...cells: object[]) =>
    assert.throws(
      () => made(...cells),
      (error) => error instanceof NotebookError && sentence.test(error.message),
    );
  refused(/wants one `\/\/ BEGIN SOLUTION` and after it one/, solution(solved.replace("// END SOLUTION", "")), check());
  refused(/wants one/, solution(`${solved}\n${solved}`), check());
  refused(/wants one/, solution("// END SOLUTION\n// BEGIN SOLUTION"), check());
  refused(/wants one/, solution("const f = 42;"), check());
  refused(/has a solution's marker, but is not a solution cell/, cell("other", solved), solution(solved), check());
  refused(
    /is a solution, but of no question/,
    cell("two-answer", solved, { solution: true }),
    solution(solved),
    check(),
  );
  refused(/has no solution cell/, check());
  refused(/has no locked check cell after its answer/, check(), solution(solved));
  refused(/has no locked check cell after its answer/, solution(solved));
  refused(/carries 3 points, not 2/, solution(solved), check(3));
});

for (const id of exerciseIds()) {
  const folder = join(__dirname, "..");
  const exercise = loadExercise(id);
  const shipped = readFileSync(join(folder, "exercises", `${id}.ipynb`), "utf8");

  test(`${id} ships no line of its solutions, and no reference`, () => {
    const { cells } = JSON.parse(readFileSync(join(folder, "solutions", `${id}.ipynb`), "utf8"));
    const text: string = cells.map(({ source }: { source: string[] }) => source.join("")).join("\n");
    const secret = [...text.matchAll(/\/\/ BEGIN SOLUTION\n([\s\S]*?)\/\/ END SOLUTION/g)].map(([, body]) =>
      body.trim().split("\n"),
    );
    assert.equal(secret.length, exercise.questions.length);
    const shippedText = JSON.parse(shipped)
      .cells.map(({ source }: { source: string[] }) => source.join(""))
      .join("\n");
    const open = text.replace(/\/\/ BEGIN SOLUTION\n[\s\S]*?\/\/ END SOLUTION/g, "");
    for (const line of secret
      .flat()
      .map((one) => one.trim())
      .filter((one) => one.length > 8 && !open.includes(one)))
      assert.ok(!shippedText.includes(line), line);
    const cases = casesFile(exercise);
    for (const { reference } of exercise.questions)
      if (typeof reference === "string") assert.ok(!cases.includes(reference));
  });

  test(`${id} has a file of cases that is small, plain JSON and the same every time`, () => {
    const text = casesFile(exercise);
    assert.equal(text, casesFile(exercise));
    assert.equal(JSON.parse(text).exercise, id);
    assert.ok(text.length < 80_000, `${text.length} characters`);
  });
}

/** The points of the questions n.1, n.2, ... of exercise n. */
const plan: Record<string, number[]> = {
  "01-recurrence": [3, 3, 4, 4, 6],
  "02-unrolling": [3, 3, 4, 6, 6],
  "03-wirings": [3, 5, 4, 5, 5],
  "04-bptt": [6, 8, 4, 8, 4, 6],
  "05-training": [4, 5, 6, 5, 8],
  "06-truncation": [3, 6, 7, 7, 6, 5],
  "07-learning-rate": [6, 6, 4, 6, 8, 6],
};

for (const id of exerciseIds())
  test(`${id} has the points of the plan`, () => {
    const points: number[] = [];
    for (const question of loadExercise(id).questions) {
      const place = Number.parseInt(question.number.split(".")[1], 10) - 1;
      points[place] = (points[place] ?? 0) + question.points;
    }
    assert.deepEqual(points, plan[id]);
  });

test("a schedule gets a picture only if it is wrong: both its sizes on logarithmic axes, beside one that passes", async () => {
  const folder = join(__dirname, "../exercises");
  const { cells } = readNotebook(readFileSync(join(folder, "07-learning-rate.ipynb"), "utf8")).notebook;
  const sourceOf = (id: string) => cells.find((cell) => cell.id === id)?.source as string;
  const session = new Session({ folder, env: { PATH: process.env.PATH } });
  const shown = async (source: string) => {
    const outputs: Output[] = [];
    assert.equal((await session.execute(source, (output) => outputs.push(output))).status, "ok");
    return outputs.map((output) => (output.kind === "display" ? output.data : {}));
  };
  try {
    for (const id of ["setup", "schedule-that-passes", "schedule-picture", "schedule-chart"]) await shown(sourceOf(id));
    await shown("function schedule(k: number): number { return 0.5 / k; }");
    const [report, picture] = await shown(sourceOf("learning-rate-schedule"));
    assert.match(
      `${report["text/plain"]}`,
      /^✗ 7\.5 [\s\S]*largest \|θ\| after 400000 steps is 0\.0759[\s\S]*Robbins and Monro/,
    );
    const figure = picture["application/vnd.plotly.v1+json"] as {
      data: { name: string; y: number[] }[];
      layout: Record<string, { type: string }>;
    };
    const drawn = figure.data.map(({ name, y }) => [name, y.at(-1)]);
    assert.deepEqual(
      drawn.filter(([name]) => name === "one that passes").map(([, last]) => last),
      [0.0076, 1700],
    );
    const own = drawn.filter(([name]) => name === "your schedule").map(([, last]) => Number(last).toPrecision(2));
    assert.deepEqual(own, ["0.084", "51"]);
    for (const axis of ["xaxis", "yaxis", "xaxis2", "yaxis2"]) assert.equal(figure.layout[axis].type, "log");
    // Made for (1, 1), where |θ| is 0: the picture is that of the worst start.
    await shown("function schedule(k: number): number { return k === 1 ? 0.25 : 0; }");
    const [, late] = await shown(sourceOf("learning-rate-schedule"));
    assert.equal((late["application/vnd.plotly.v1+json"] as typeof figure).data[0].y.at(-1), 1);
    await shown("function schedule(k: number): number { return 0.5 / k ** 1.5; }");
    const again = await shown(sourceOf("learning-rate-schedule"));
    assert.equal(again.length, 1);
    assert.match(`${again[0]["text/plain"]}`, /^✓ 7\.5/);
  } finally {
    await session.close();
  }
});
