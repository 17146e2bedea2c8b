import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Automaton,
  accepts,
  automatonNetwork,
  automatonStates,
  blankTape,
  busyBeaver,
  dde,
  evenZeros,
  iterate,
  random,
  rows,
  scan,
  symbolIndices,
  turingStep,
  unroll,
} from "../lib";

const bits = (length: number, seed: number): string => {
  const uniform = random(seed);
  return Array.from({ length }, () => (uniform() < 0.5 ? "0" : "1")).join("");
};

test("T inputs and T iterations lead from the first state to T more", () => {
  assert.deepEqual(
    scan((h, x) => 10 * h + x, 0, [1, 2, 3]),
    [0, 1, 12, 123],
  );
  assert.deepEqual(
    scan((h: number, x: number) => h + x, 7, []),
    [7],
  );
  assert.deepEqual(
    iterate((h, t) => h + t, 0, 3),
    [0, 1, 3, 6],
  );
  assert.throws(() => iterate((h) => h, 0, 1.5), { message: "Cannot iterate 1.5 times: wanted 0, 1, 2, ..." });
});

/** How fast an oscillation grows, per unit of time, from the largest |x| of two stretches that lie 40 apart. */
function growth(tau: number): number {
  const dt = 0.01;
  const x = dde(
    (_t, _x, xDelayed) => -xDelayed,
    tau,
    () => 1,
    dt,
    10_000,
  );
  const largest = (from: number) => Math.max(...x.slice(from / dt, (from + 20) / dt).map(Math.abs));
  return Math.log(largest(80) / largest(40)) / 40;
}

test("x' = -x(t - tau) decays for tau below pi/2 and grows above it", () => {
  assert.ok(growth(1.4) < -0.01 && growth(1.7) > 0.01);
  let [low, high] = [1.4, 1.7];
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (growth(middle) < 0) low = middle;
    else high = middle;
  }
  assert.ok(Math.abs(low - Math.PI / 2) < 1e-3, `${low}`);
});

test("at tau = pi/2 the cosine is a solution, and half the step has a quarter of the error", () => {
  const error = (steps: number) => {
    const dt = Math.PI / 2 / steps;
    const x = dde((_t, _x, xDelayed) => -xDelayed, Math.PI / 2, Math.cos, dt, 4 * steps);
    return Math.max(...x.map((value, k) => Math.abs(value - Math.cos(k * dt))));
  };
  assert.ok(error(100) < 1e-3);
  assert.ok(Math.abs(error(100) / error(200) - 4) < 0.1);
});

test("before the delay has passed, a delay system reads its history", () => {
  const asked: number[] = [];
  const history = (t: number) => {
    asked.push(t);
    return t;
  };
  // x' = x(t - 1) with x(t) = t before 0 is t^2/2 - t up to t = 1; Heun's method is exact for it.
  const x = dde((_t, _x, xDelayed) => xDelayed, 1, history, 0.25, 4);
  assert.deepEqual(
    x,
    [0, 1, 2, 3, 4].map((k) => (k / 4) ** 2 / 2 - k / 4),
  );
  assert.equal(Math.min(...asked), -1);
});

test("a delay that is shorter than a step is refused", () => {
  assert.throws(
    () =>
      dde(
        (_t, x) => x,
        0.1,
        () => 1,
        0.2,
        3,
      ),
    {
      message: "Cannot simulate a delay of 0.1 in steps of 0.2: wanted steps above 0, up to the delay",
    },
  );
});

test("the acceptor accepts exactly the words with an even number of 0s, the empty one among them", () => {
  const words = ["", ...Array.from({ length: 255 }, (_, k) => (k + 2).toString(2).slice(1))];
  for (const word of words) assert.equal(accepts(evenZeros, word), word.replaceAll("1", "").length % 2 === 0, word);
  assert.deepEqual(automatonStates(evenZeros, "0100"), [0, 1, 1, 0, 1]);
  assert.throws(() => accepts(evenZeros, "012"), { message: "Cannot read 2: the automaton knows 0, 1" });
});

/** The state that the network's outputs name at each step, from t = 1, and the largest error of an output. */
function networkRun(automaton: Automaton, gain: number, word: string) {
  const { cell, h0 } = automatonNetwork(automaton, gain);
  const { value } = unroll(cell, symbolIndices(automaton, word), { initial: { h: h0 } });
  const o = rows(value.o).slice(1);
  const states = o.map((output) => output.indexOf(Math.max(...output)));
  const error = Math.max(...o.flatMap((output, t) => output.map((v, i) => Math.abs(v - (i === states[t] ? 1 : 0)))));
  return { states, error };
}

/** Accepts binary numbers that 3 divides; the bits come highest first. */
const dividesBy3: Automaton = {
  states: ["0", "1", "2"],
  symbols: ["0", "1"],
  next: [0, 1, 2].map((r) => [(2 * r) % 3, (2 * r + 1) % 3]),
  start: 0,
  accepting: [0],
};

test("the network that is built from an automaton is in its state at each of 10 000 steps", () => {
  for (const automaton of [evenZeros, dividesBy3]) {
    const word = bits(10_000, 3);
    const { states, error } = networkRun(automaton, 10, word);
    assert.deepEqual(states, automatonStates(automaton, word).slice(1));
    assert.ok(error < 0.05, `${error}`);
  }
});

test("the bound on the gain is enough, and a gain of 2 is not", () => {
  const word = bits(10_000, 5);
  const wanted = automatonStates(evenZeros, word).slice(1);
  assert.deepEqual(networkRun(evenZeros, 4 * Math.atanh(3 / 4), word).states, wanted);
  assert.notDeepEqual(networkRun(evenZeros, 2, word).states, wanted);
});

test("an automaton that never comes back to its start has no unit to begin with", () => {
  const oneWay = { ...evenZeros, next: [[1, 1], [1, 1]] }; // biome-ignore format: a table
  assert.throws(() => automatonNetwork(oneWay, 10), {
    message: "Cannot build a network: no symbol leads to S1, where the automaton starts",
  });
});

test("the busy beaver halts after exactly 107 steps, with 13 ones on its tape, and stays there", () => {
  const run = iterate(turingStep(busyBeaver), blankTape, 110);
  const halts = run.findIndex(({ state }) => busyBeaver.states[state] === "halt");
  assert.equal(halts, 107);
  assert.equal([...run[107].tape.values()].filter((symbol) => symbol === 1).length, 13);
  assert.equal(run[110], run[107]);
});

test("a step of a Turing machine leaves the configuration before it alone", () => {
  const [before, after] = iterate(turingStep(busyBeaver), blankTape, 1);
  assert.equal(before.tape.size, 0);
  assert.deepEqual([...after.tape], [[0, 1]]);
});
