/** The data sets: what is drawn, and the floors that it has. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  accepts,
  alphabetOf,
  bitsOfModel,
  evenZeros,
  nextCharacter,
  nGram,
  numberWords,
  parityWords,
  random,
  shuffled,
  type TextModel,
} from "../lib";

const all = Array.from({ length: 10_000 }, (_, number) => numberWords(number));

describe("French number words", () => {
  test("are spelled as the grammar of 1990 has them", () => {
    const known: Record<number, string> = {
      0: "zéro",
      16: "seize",
      17: "dix-sept",
      21: "vingt-et-un",
      70: "soixante-dix",
      71: "soixante-et-onze",
      80: "quatre-vingts",
      81: "quatre-vingt-un",
      91: "quatre-vingt-onze",
      99: "quatre-vingt-dix-neuf",
      100: "cent",
      200: "deux-cents",
      201: "deux-cent-un",
      1000: "mille",
      1100: "mille-cent",
      2000: "deux-mille",
      9999: "neuf-mille-neuf-cent-quatre-vingt-dix-neuf",
    };
    for (const [number, words] of Object.entries(known)) assert.equal(numberWords(Number(number)), words);
  });

  test("are 10 000 different lines of 24 characters, 31.3785 to a line: a floor of 0.4235 bits", () => {
    assert.equal(new Set(all).size, 10_000);
    assert.equal(alphabetOf(all).length, 24);
    const mean = all.reduce((sum, line) => sum + line.length + 1, 0) / all.length;
    assert.equal(mean, 31.3785);
    assert.equal((Math.log2(10_000) / mean).toFixed(4), "0.4235");
  });

  test("other numbers are refused", () => {
    for (const number of [-1, 10_000, 1.5, Number.NaN]) assert.throws(() => numberWords(number), RangeError);
  });
});

/** Knows the source: of the lines that begin so, the part that goes on so. */
function perfect(lines: string[]): TextModel {
  const goesOn = new Map<string, number>();
  for (const line of lines)
    for (let k = 0; k <= line.length + 1; k++) {
      const beginning = `${line}\n`.slice(0, k);
      goesOn.set(beginning, (goesOn.get(beginning) ?? 0) + 1);
    }
  return (next, before) => (goesOn.get(before + next) ?? 0) / (goesOn.get(before) ?? 0);
}

describe("models of text", () => {
  const [training, held] = [shuffled(all, random(1)).slice(0, 3000), shuffled(all, random(1)).slice(3000, 4000)];

  test("who knows the source pays the floor, exactly", () => {
    const floor = Math.log2(10_000) / 31.3785;
    assert.ok(Math.abs(bitsOfModel(perfect(all), all) - floor) < 1e-12);
  });

  test("an n-gram's probabilities sum to 1 after any beginning, also one that was never seen", () => {
    for (const n of [1, 2, 3, 5])
      for (const before of ["", "d", "quatre-ving", "xyz"]) {
        const model = nGram(training, n);
        const sum = alphabetOf(training).reduce((total, next) => total + model(next, before), 0);
        assert.ok(Math.abs(sum - 1) < 1e-12, `${n} after ${before}: ${sum}`);
      }
  });

  test("a longer context predicts new lines better, down to the floor and not below", () => {
    const bits = [1, 2, 3, 5].map((n) => bitsOfModel(nGram(training, n), held));
    const floor = (held.length * Math.log2(10_000)) / held.reduce((sum, line) => sum + line.length + 1, 0);
    assert.deepEqual(
      bits,
      bits.toSorted((a, b) => b - a),
    );
    assert.ok(bits[0] > 3.5 && bits[2] < 1 && bits[3] > floor, `${bits}`);
  });

  test("no context is the frequency, mixed with equal probabilities by Witten and Bell's rule", () => {
    // "ab" and its end: 3 characters seen, 3 different ones.
    assert.equal(nGram(["ab"], 1)("a", ""), (1 + 3 * (1 / 3)) / (3 + 3));
    assert.equal(nGram(["aa"], 1)("a", "b"), (2 + 2 * (1 / 2)) / (3 + 2));
    assert.throws(() => nGram(["a"], 0), RangeError);
  });
});

test("a line's targets are its inputs, one step later", () => {
  const { x, y } = nextCharacter("deux", alphabetOf(["deux"]));
  assert.deepEqual(x.slice(1), y.slice(0, -1));
  assert.deepEqual([x[0], y[4]], [0, 0]);
  assert.throws(() => nextCharacter("d", ["\n"]), /not in the alphabet/);
});

test("the targets of a parity word are the acceptor's states", () => {
  for (const { x, y } of parityWords(50, 9, random(3)))
    for (const t of x.keys()) assert.equal(y[t] === 0, accepts(evenZeros, x.slice(0, t + 1).join("")));
  assert.deepEqual(parityWords(2, 5, random(3)), parityWords(2, 5, random(3)));
});

test("a shuffled list has the same items in another order, and every place is equally likely", () => {
  const items = [0, 1, 2, 3];
  const uniform = random(5);
  const first = Array.from({ length: 8000 }, () => shuffled(items, uniform)).map((order) => {
    assert.deepEqual(order.toSorted(), items);
    return order[0];
  });
  for (const item of items) assert.ok(Math.abs(first.filter((one) => one === item).length - 2000) < 150);
});
