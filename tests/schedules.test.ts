import assert from "node:assert/strict";
import { test } from "node:test";
import { constantRate, cosineRate, powerRate, type Schedule, stepRate } from "../lib";

const at = (schedule: Schedule, ...steps: number[]) => steps.map((k) => Number(schedule(k).toFixed(12)));

test("a constant rate stays", () => assert.deepEqual(at(constantRate(0.3), 1, 2, 1e6), [0.3, 0.3, 0.3]));

test("a power of k begins at c, and falls by 2^alpha when k doubles", () => {
  assert.deepEqual(at(powerRate(0.5, 1.5), 1, 4), [0.5, 0.0625]);
  assert.deepEqual(at(powerRate(0.5, 0), 1, 9), [0.5, 0.5]);
});

test("a step falls after every so many steps, not before", () => {
  assert.deepEqual(at(stepRate(0.8, 0.5, 3), 1, 3, 4, 6, 7), [0.8, 0.8, 0.4, 0.4, 0.2]);
});

test("a cosine begins at the rate, is half of it in the middle, and stays at 0 behind its end", () => {
  assert.deepEqual(at(cosineRate(0.2, 100), 1, 51, 101, 150), [0.2, 0.1, 0, 0]);
});
