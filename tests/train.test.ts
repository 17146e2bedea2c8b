import assert from "node:assert/strict";
import { test } from "node:test";
import {
  adam,
  bidirectional,
  bptt,
  type Cell,
  defineCell,
  type Example,
  encoderDecoder,
  type Inputs,
  inputDriven,
  rows,
  sgd,
  softmaxCrossEntropy,
  stack,
  teacherForced,
  train,
  unroll,
  vanilla,
  type Wiring,
} from "../lib";

const sizes = { inputSize: 2, hiddenSize: 6, outputSize: 2, seed: 5 };
const example = { x: [0, 1, 1, 0, 1, 0, 0, 1], y: [0, 1, 0, 0, 1, 1, 1, 0] };

test("training yields every step with its loss, and the loss falls", async () => {
  const cell = defineCell(vanilla, sizes);
  const losses: number[] = [];
  const training = train(cell, example, { loss: softmaxCrossEntropy, optimizer: sgd(0.2), steps: 200 });
  for await (const { step, loss } of training) {
    assert.equal(step, losses.length + 1);
    losses.push(loss);
  }
  assert.equal(losses.length, 200);
  assert.ok(losses[199] < losses[0] / 10, `${losses[0]} -> ${losses[199]}`);
});

test("one step of training is theta - eta dL/dtheta, and its loss is the one before the step", async () => {
  const [cell, reference] = [defineCell(vanilla, sizes), defineCell(vanilla, sizes)];
  const net = unroll(reference, example.x);
  const L = bptt(net, example.y, softmaxCrossEntropy);
  for await (const { loss } of train(cell, example, { loss: softmaxCrossEntropy, optimizer: sgd(0.3), steps: 1 }))
    assert.equal(loss, L);
  const moved = reference.param.W.map((w, i) => w - 0.3 * net.dparam.W[i]);
  assert.deepEqual([...cell.param.W], [...moved]);
});

test("a loop that is left keeps what was learnt", async () => {
  const cell = defineCell(vanilla, sizes);
  const before = rows(cell.param.W);
  for await (const { step } of train(cell, example, { loss: softmaxCrossEntropy, optimizer: sgd(0.2), steps: 1e9 }))
    if (step === 3) break;
  assert.notDeepEqual(rows(cell.param.W), before);
});

test("training that was interrupted and goes on ends as if it had not been", async () => {
  const [whole, resumed] = [defineCell(vanilla, sizes), defineCell(vanilla, sizes)];
  const options = { loss: softmaxCrossEntropy, steps: 20 };
  const all: number[] = [];
  for await (const { loss } of train(whole, example, { ...options, optimizer: adam(0.1) })) all.push(loss);
  const history: number[] = [];
  const optimizer = adam(0.1);
  for (const interruption of [7, 20])
    for await (const { step, loss } of train(resumed, example, { ...options, optimizer, from: history.length + 1 })) {
      history.push(loss);
      if (step === interruption) break;
    }
  assert.deepEqual(history, all);
  assert.deepEqual(rows(resumed.param.W), rows(whole.param.W));
});

test("between two steps the process can do something else", async () => {
  const cell = defineCell(vanilla, sizes);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  for await (const { step } of train(cell, example, { loss: softmaxCrossEntropy, optimizer: sgd(0.2), steps: 1e9 }))
    if (turns >= 3 || step === 1e5) break;
  clearInterval(timer);
  assert.equal(turns, 3);
});

test("examples may change from step to step", async () => {
  const cell = defineCell(vanilla, sizes);
  const asked: number[] = [];
  const examples = (k: number) => {
    asked.push(k);
    return { x: [k % 2, 1], y: [1, k % 2] };
  };
  for await (const _ of train(cell, examples, { loss: softmaxCrossEntropy, optimizer: sgd(0.2), steps: 4 }));
  assert.deepEqual(asked, [1, 2, 3, 4]);
});

const inner = { inputSize: 2, hiddenSize: 6, outputSize: 6 };
const top = { inputSize: 6, hiddenSize: 6, outputSize: 2 };
const learners: [name: string, learner: Cell | Wiring, example: Example<Inputs>][] = [
  ["a stack", stack([defineCell(inputDriven, inner), defineCell(vanilla, top)], example.x), example],
  [
    "two directions",
    bidirectional(
      {
        ahead: defineCell(inputDriven, inner),
        back: defineCell(inputDriven, { ...inner, seed: 2 }),
        top: defineCell(["o = c + V * x"], { ...top, inputSize: 12 }),
      },
      example.x,
    ),
    example,
  ],
  [
    "an encoder with a decoder",
    encoderDecoder(
      { encoder: defineCell(vanilla, sizes), decoder: defineCell(vanilla, { ...sizes, seed: 2 }) },
      [0, 0],
      [0, 0, 0],
      { start: 0 },
    ),
    { x: { x: [0, 1], y: [1, 0, 1] }, y: [1, 0, 1] },
  ],
  ["a cell that is forced", defineCell(teacherForced, sizes), { x: { x: example.x, y: example.y }, y: example.y }],
];
for (const [name, learner, { x, y }] of learners)
  test(`${name} is trained as a cell is`, async () => {
    const losses: number[] = [];
    const options = { loss: softmaxCrossEntropy, optimizer: adam(0.05), steps: 150 };
    for await (const { loss, net } of train(learner, { x, y }, options)) {
      losses.push(loss);
      assert.equal("networks" in net, "networks" in learner);
    }
    assert.ok(losses[149] < losses[0] / 10, `${losses[0]} -> ${losses[149]}`);
  });
