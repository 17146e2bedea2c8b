import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { kinds } from "../grader/assess";
import { assessHere, checker } from "../grader/check";
import { exerciseIds, loadExercise } from "../grader/exercises";
import { publish } from "../grader/publish";
import type { Exercise, Misconception } from "../grader/question";

/** Seeds that nobody tuned a question for. */
const seeds = Array.from({ length: 25 }, (_, i) => `unseen ${i}`);

for (const id of exerciseIds()) {
  const exercise = loadExercise(id);
  const { wrong, right } = require(join(__dirname, "mistakes", id)) as typeof import("./mistakes/04-bptt");

  test(`the questions of ${id} have ids, names and hints of their own`, () => {
    const { questions } = exercise;
    for (const key of ["id", "name", "number"] as const)
      assert.equal(new Set(questions.map((question) => question[key])).size, questions.length, key);
    for (const { id, hints, misconceptions } of questions) {
      assert.match(id, /^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/);
      const texts = [...hints, ...misconceptions.map(({ hint }) => hint)];
      assert.equal(new Set(texts).size, texts.length, `${id}: two hints are the same`);
      assert.ok(texts.every((text) => text.length > 20 && text.trim() === text));
    }
  });

  for (const question of exercise.questions) {
    const published = seeds.map((seed) => {
      return publish({ ...exercise, questions: [question] }, seed).questions[0];
    });

    test(`${question.id}: the reference gets full points on any seed`, () => {
      for (const one of published) assert.deepEqual(assessHere(one, question.reference), { status: "right" });
    });

    test(`${question.id}: a right answer in another form gets full points on any seed`, () => {
      assert.ok(right[question.id].length > 0);
      for (const answer of right[question.id])
        for (const one of published) assert.deepEqual(assessHere(one, answer), { status: "right" });
    });

    test(`${question.id}: what the exercise ships with is not done, and gets no points`, () => {
      const text = kinds[question.kind].stub(question);
      const isFunction = question.kind === "function" || question.kind === "outcome";
      const stub = new Function(isFunction ? `return () => { ${text} }` : `${text}\nreturn ${question.name};`)();
      for (const one of published) assert.deepEqual(assessHere(one, stub), { status: "not done" });
    });

    const recognised = (question.misconceptions as Misconception<never>[]).filter(({ kind }) => kind !== "text");
    test(`${question.id}: every mistake has a second version`, () => {
      assert.deepEqual(Object.keys(wrong[question.id]).sort(), recognised.map(({ name }) => name).sort());
    });

    for (const { name, hint } of recognised) {
      test(`${question.id}: "${name}", written by somebody else, gets its own hint on any seed`, () => {
        for (const one of published) {
          const assessment = assessHere(one, wrong[question.id][name]);
          assert.equal(assessment.status, "wrong");
          assert.deepEqual("misconception" in assessment && assessment.misconception, { name, hint });
        }
      });
    }
  }
}

test("no exercise lacks its mistakes, and no mistakes their exercise", () => {
  const written = readdirSync(join(__dirname, "mistakes")).map((file) => file.replace(/\.ts$/, ""));
  assert.deepEqual(written.sort(), exerciseIds().sort());
});

test("the picture of 7.5 draws the run of its reference as the one that passes", () => {
  const notebook = readFileSync(join(__dirname, "../solutions/07-learning-rate.ipynb"), "utf8");
  const { questions } = loadExercise("07-learning-rate");
  const eta = questions.find(({ number }) => number === "7.5")?.reference as (k: number) => number;
  const largest = { theta: new Array<number>(10).fill(0), m: new Array<number>(10).fill(0) };
  // Its worst start.
  let [theta, m] = [1, 1];
  for (let k = 1; k <= 500000; k++) {
    [theta, m] = [theta - 2 * eta(k) * (m + theta), m + theta];
    const j = Math.floor(Math.log2(k) / 2);
    largest.theta[j] = Math.max(largest.theta[j], Math.abs(theta));
    largest.m[j] = Math.max(largest.m[j], Math.abs(m));
  }
  for (const [name, sizes] of Object.entries(largest))
    assert.ok(notebook.includes(`${name}: [${sizes.map((size) => Number(size.toPrecision(2))).join(", ")}]`), name);
});

test("7.5 lets pass the schedules that arrive from every start, and no other", () => {
  const question = publish(loadExercise("07-learning-rate")).questions.find(({ number }) => number === "7.5");
  assert.ok(question);
  const isRight = (schedule: (k: number) => number) => assessHere(question, schedule).status === "right";
  for (const [c, a] of [
    [0.5, 1.5],
    [1, 2],
  ])
    assert.ok(
      isRight((k) => c / k ** a),
      `${c} / k^${a}`,
    );
  for (const [c, a] of [
    [0.01, 0],
    [0.5, 0.5],
    [0.5, 1],
    [0.1, 1],
    [0.5, 2.5],
    // Right from (1, 1) only.
    [0.1, 2],
  ])
    assert.ok(!isRight((k) => c / k ** a), `${c} / k^${a}`);
  assert.ok(!isRight((k) => (k === 1 ? 0.25 : 0)), "made for (1, 1)");
});

// Kinds of questions, on small ones of their own.

const hints: [string, string, string] = ["the first", "the second", "the third"];
const common = { points: 2, number: "0.1", name: "answer", hints, tolerance: 1e-6 };

const schedule: Exercise["questions"][number] = {
  ...common,
  id: "schedule",
  kind: "outcome",
  parameters: ["start"],
  cases: (random) => [[1], [random()]],
  ask: ((eta: (k: number) => number) => Array.from({ length: 50 }, (_, i) => eta(i + 1))) as never,
  judge: ((etas: number[], start: number) => {
    let theta = start;
    for (const eta of etas) theta -= 2 * eta * theta;
    return Math.abs(theta) < 1e-3 ? undefined : `theta ends at ${theta.toPrecision(3)}`;
  }) as never,
  reference: () => 0.3,
  misconceptions: [{ kind: "value", name: "far too small", hint: "Take larger steps, please.", answer: () => 1e-9 }],
};
const critical: Exercise["questions"][number] = {
  ...common,
  id: "critical-length",
  kind: "value",
  parameters: [],
  reference: [41, 9.9999999, 0.123455, "diverges"],
  misconceptions: [
    {
      kind: "value",
      name: "in chunks",
      hint: "Count the sliding window.",
      answer: [110, 9.9999999, 0.123455, "diverges"],
    },
  ],
};
const average: Exercise["questions"][number] = {
  ...common,
  id: "average",
  kind: "function",
  parameters: ["x", "weight"],
  cases: (random) => [
    [[1, 2], { js: "(t) => 1" }],
    [[random(), 1, 2], { js: "(() => { let s = 7; return () => (s = (s * 16807) % 2147483647) / 2147483647; })()" }],
  ],
  reference: ((x: number[], weight: (t: number) => number) => x.reduce((sum, v, t) => sum + weight(t) * v, 0)) as never,
  misconceptions: [
    {
      kind: "counted",
      name: "reads the list again and again",
      hint: "Keep one number as the state.",
      seen: ((answer: (x: number[], weight: () => number) => number, x: number[], weight: () => number) => {
        let reads = 0;
        const counted = new Proxy(x, {
          get: (list, key, receiver) => {
            if (/^\d+$/.test(String(key))) reads++;
            return Reflect.get(list, key, receiver);
          },
        });
        answer(counted, weight);
        return reads > 2 * x.length;
      }) as never,
    },
    { kind: "text", name: "forgets the weight", hint: "Each entry has a weight." },
  ],
};
const others = JSON.parse(JSON.stringify(publish({ id: "00", title: "", questions: [schedule, critical, average] })));

test("an outcome is judged by what the answer reaches", () => {
  const [question] = others.questions;
  assert.deepEqual(
    assessHere(question, () => 0.4),
    { status: "right" },
  );
  const slow = assessHere(question, (k: number) => 1e-9 * (k - k + 1));
  assert.equal("misconception" in slow && slow.misconception?.name, "far too small");
  const wild = assessHere(question, () => 1.2);
  assert.ok(wild.status === "wrong" && /theta ends at/.test(wild.sentence));
});

test("a value is recognised by its digest, and does not travel", () => {
  const question = others.questions[1];
  assert.doesNotMatch(JSON.stringify(question), /diverges|41,/);
  assert.deepEqual(assessHere(question, [41, 10.0000001, 0.1234549, "Diverges"]), { status: "right" });
  assert.deepEqual(assessHere(question, new Array(3)).status, "wrong");
  for (const other of [
    [42, 10, 0.123455, "diverges"],
    [41, 10.001, 0.123455, "diverges"],
    [41, 10],
    [41, 10, 0.123455, "diverges", 1],
    41,
    "diverges",
  ])
    assert.equal(assessHere(question, other).status, "wrong", `${other}`);
  const chunks = assessHere(question, [110, 10, 0.123455, "diverges"]);
  assert.equal("misconception" in chunks && chunks.misconception?.name, "in chunks");
});

test("functions and seeded generators are arguments, fresh for each call", () => {
  const question = others.questions[2];
  const answer = (x: number[], weight: (t: number) => number) => {
    let sum = 0;
    for (const [t, v] of x.entries()) sum += weight(t) * v;
    return sum;
  };
  assert.deepEqual(assessHere(question, answer), { status: "right" });
  const wasteful = (x: number[], weight: (t: number) => number) => {
    for (let i = 0; i < 5; i++) x.slice();
    return answer(x, weight);
  };
  const assessment = assessHere(question, wasteful);
  assert.ok(assessment.status === "wrong" && assessment.what === "way");
  assert.equal(assessment.misconception?.name, "reads the list again and again");
});

test("a text misconception is listed after the last hint", () => {
  const check = checker(others);
  const said = Array.from({ length: 5 }, () => `${check.hint("average")}`);
  assert.match(said[0], /the first/);
  assert.match(said[2], /the third/);
  assert.match(said[3], /forgets the weight/);
  assert.match(said[4], /That is the last hint/);
});
