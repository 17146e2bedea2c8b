import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bptt,
  type Cell,
  chunkedBptt,
  type Example,
  type InfluenceBalancing,
  influenceBalancing,
  type OnlineTraining,
  onlineArtbp,
  type Progress,
  random,
  squaredError,
  stoppingRate,
  truncatedBptt,
  unroll,
} from "../lib";

const small = { plus: 1, minus: 3 };
const large = { plus: 10, minus: 13 };

function* ones(p = 1): Generator<Example, never> {
  for (;;) yield { x: Array(p).fill([0]), y: Array(p).fill([1]) };
}

type Trainer = (cell: Cell, training: OnlineTraining) => Iterable<Progress>;
const sliding =
  (p: number): Trainer =>
  (cell, training) =>
    truncatedBptt(cell, ones(), { ...training, p });
const chunks =
  (L: number): Trainer =>
  (cell, training) =>
    chunkedBptt(cell, ones(L), training);
const randomPieces =
  (meanLength: number, seed: number): Trainer =>
  (cell, training) =>
    onlineArtbp(cell, ones(), { ...training, rate: stoppingRate(meanLength), uniform: random(seed) });

/** theta after `updates` steps from theta = 0, or where it is beyond 100. */
function trained(system: InfluenceBalancing, learningRate: number, updates: number, trainer: Trainer): number {
  const cell = influenceBalancing.cell(system, 0);
  const theta = () => influenceBalancing.theta(cell, system);
  const optimizer = influenceBalancing.optimizer(system, learningRate);
  for (const { step } of trainer(cell, { loss: squaredError, optimizer }))
    if (step === updates || Math.abs(theta()) > 100) break;
  return theta();
}

test("the first unit comes to rest at 2 (plus - minus) theta, and the optimum brings it to 1", () => {
  for (const [system, best] of [
    [small, -1 / 4],
    [large, -1 / 6],
    [{ plus: 0, minus: 2 }, -1 / 4],
  ] as const) {
    assert.equal(influenceBalancing.optimum(system, 1), best);
    const cell = influenceBalancing.cell(system, best);
    assert.equal(influenceBalancing.theta(cell, system), best);
    const { value } = unroll(cell, 2000);
    assert.ok(Math.abs(value.o[2000] - 1) < 1e-9);
  }
});

test("S_p is what a window of p sees, by BPTT over p steps", () => {
  for (const system of [small, large]) {
    const sensitivities = influenceBalancing.sensitivities(system, 60);
    for (const p of [1, 2, 7, 60]) {
      const cell = influenceBalancing.cell(system, 0);
      const net = unroll(cell, p);
      const before = influenceBalancing.theta(cell, system);
      // The loss (s - y)^2 of the last step only, with y = -1/2 where s = 0, has the derivative S_p.
      bptt(net, [...Array(p - 1).fill([Number.NaN]), [-0.5]], squaredError);
      influenceBalancing.optimizer(system, 1)(cell.param, net.dparam, 1);
      assert.ok(Math.abs(before - influenceBalancing.theta(cell, system) - sensitivities[p - 1]) < 1e-12);
    }
  }
});

test("the sign is wrong below 4 and 41 steps back, in chunks below 6 and 110, and the limit is 2 (plus - minus)", () => {
  for (const [system, window, chunk] of [
    [small, 4, 6],
    [large, 41, 110],
  ] as const) {
    const S = influenceBalancing.sensitivities(system, 1000);
    assert.equal(S.findIndex((v) => v < 0) + 1, window);
    // In a chunk of L, loss t sees the t copies before it: the sum up to L decides.
    const sums = S.map((_, k) => S.slice(0, k + 1).reduce((sum, v) => sum + v));
    assert.equal(sums.findIndex((v) => v < 0) + 1, chunk);
    assert.ok(Math.abs(S[999] - 2 * (system.plus - system.minus)) < 1e-9);
  }
  const S = influenceBalancing.sensitivities(large, 100);
  assert.equal(Math.max(...S), S[18]);
  assert.equal(S[18].toFixed(1), "16.5");
});

test("truncated BPTT runs away from the optimum below those lengths, and arrives above them", () => {
  for (const p of [1, 3]) assert.ok(trained(small, 0.005, 10_000, sliding(p)) > 100);
  for (const p of [4, 8]) assert.equal(trained(small, 0.005, 3000, sliding(p)).toFixed(4), "-0.2500");
  assert.ok(trained(small, 5e-4, 50_000, chunks(5)) > 100);
  assert.equal(trained(small, 5e-4, 6000, chunks(7)).toFixed(4), "-0.2500");
  for (const L of [1, 10, 50, 100]) assert.ok(trained(large, 5e-5, 50_000, chunks(L)) > 100);
  const crawling = trained(large, 5e-5, 300, chunks(110));
  assert.ok(crawling < 0 && crawling > -0.05, `${crawling}`);
  for (const L of [120, 200]) assert.equal(trained(large, 5e-5, 600, chunks(L)).toFixed(4), "-0.1667");
});

test("ARTBP arrives on every seed, with pieces that are shorter in the mean", () => {
  for (const seed of [1, 2, 3]) {
    assert.equal(trained(small, 5e-4, 8000, randomPieces(2, seed)).toFixed(4), "-0.2500");
    assert.equal(trained(large, 1.5e-6, 8000, randomPieces(16, seed)).toFixed(4), "-0.1667");
  }
});

test("a system without units is refused by a sentence", () => {
  assert.throws(() => influenceBalancing.cell({ plus: 0, minus: 0 }, 1), {
    message: "Cannot balance 0 units with + and 0 with -: wanted whole numbers, one at least",
  });
});
