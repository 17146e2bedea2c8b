import assert from "node:assert/strict";
import { test } from "node:test";
import { type Trace, truncatedGraph, wirings } from "../lib";

const T = 4;
const figure = truncatedGraph(wirings.hidden, T);
const colours = (trace: Trace) => (trace.textfont as { color: string[] }).color;

/** The names of the nodes that are lit with the slider at p; the others are written in grey. */
function lit(p: number): string[] {
  const data = figure.frames?.[p - 1].data ?? [];
  const nodes = data[data.length - 1];
  const names = nodes.text as string[];
  return names.filter((_, k) => colours(nodes)[k] !== "#5c5c5c").sort();
}
const copies = (p: number, letter: string) => lit(p).filter((name) => name.startsWith(letter)).length;

test("p-truncated BPTT goes back from the last loss to p copies of what stands before the state, and to one of the rest", () => {
  assert.equal(figure.frames?.length, T);
  for (let p = 1; p <= T; p++) {
    assert.deepEqual(
      ["U", "W", "h", "x"].map((letter) => copies(p, letter)),
      [p, p, p, p],
    );
    assert.deepEqual(
      ["V", "o", "y", "L"].map((letter) => copies(p, letter)),
      [1, 1, 1, 1],
    );
    assert.ok(lit(p).includes(`h<sub>${T - p + 1}</sub>`) && !lit(p).includes(`h<sub>${T - p}</sub>`));
  }
});

test("as many arrows as nodes demand are lit, and the one from the state before the window is cut", () => {
  const data = figure.frames?.[1].data ?? [];
  const ends = (trace: Trace) => (trace.x as (number | null)[]).filter((x) => x == null).length;
  // p = 2: two from x, one from h to h, h to o, o to L, y to L; copies: two of U, two of W, one of V.
  const arrows = data.filter(({ mode }) => mode === "lines+markers").map(ends);
  assert.deepEqual(arrows.slice(1).sort(), [5, 6]);
});
