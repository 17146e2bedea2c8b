/** The oracle: gradients against central differences. */
import { type Displayed, displayed } from "./display";
import type { Loss, Targets } from "./loss";
import { type Matrix, shaped } from "./memory";
import { bptt, forward, type Network } from "./network";
import type { Real } from "./product";
import { random } from "./random";

/** Holds the worst entry of one array. */
export type Check = { name: string; entries: number; index: string; exact: number; numeric: number; error: number };
/** Holds what a gradient check found, array by array. It shows itself as a table. */
export type GradientReport = Displayed & { checks: Check[]; worst: Check; passed: boolean };

/** |exact - numeric| relative to their size; gradients below `floor` are compared absolutely, since both are noise there. */
const floor = 1e-3;
const relative = (exact: number, numeric: number) =>
  Math.abs(exact - numeric) / Math.max(floor, Math.abs(exact) + Math.abs(numeric));

const place = (array: Real, i: number): string => {
  const { columns, rows } = array as Matrix;
  return columns && rows > 1 ? `${Math.floor(i / columns)}, ${i % columns}` : `${i}`;
};

/** The check with the largest error; no number at all is the worst. */
const worstOf = (checks: Check[]) => checks.reduce((a, b) => (b.error > a.error || Number.isNaN(b.error) ? b : a));

function report(checks: Check[], tolerance: number): GradientReport {
  const worst = worstOf(checks);
  const passed = worst.error < tolerance;
  const number = (v: number) => v.toPrecision(7);
  const verdict = `${passed ? "All gradients agree" : "The gradients do not agree"} with central differences; worst: ${worst.name}[${worst.index}], relative error ${worst.error.toExponential(1)}`;
  const cells = (c: Check) => [
    c.name,
    `${c.entries}`,
    `[${c.index}]`,
    number(c.exact),
    number(c.numeric),
    c.error.toExponential(1),
  ];
  const head = ["gradient", "entries", "worst entry", "given", "central difference", "relative error"];
  const table = [head, ...checks.map(cells)];
  const width = head.map((_, j) => Math.max(...table.map((row) => row[j].length)));
  const text = table.map((row) =>
    row
      .map((cell, j) => cell.padEnd(width[j]))
      .join("  ")
      .trimEnd(),
  );
  const row = (c: Check) =>
    `<tr${c === worst ? ' style="font-weight:bold"' : ""}>${cells(c)
      .map((cell) => `<td>${cell}</td>`)
      .join("")}</tr>`;
  const html = `<table><caption>${verdict}</caption><thead><tr>${head.map((h) => `<th>${h}</th>`).join("")}</tr></thead><tbody>${checks.map(row).join("")}</tbody></table>`;
  return displayed({ checks, worst, passed }, () => ({
    "text/html": html,
    "text/plain": [verdict, ...text].join("\n"),
  }));
}

/** A way to move an array: entry entries[k] by steps[k]. */
type Direction = { index: string; entries: number[]; steps: number[] };

/** (f(w + eps d) - f(w - eps d)) / 2 eps along a direction d; w is put back as it was. */
function slope(f: () => number, w: Real, { entries, steps }: Direction, eps: number): number {
  const before = entries.map((i) => w[i]);
  const moved = (by: number) => {
    for (const [k, i] of entries.entries()) w[i] = before[k] + by * steps[k];
    return f();
  };
  const difference = moved(eps) - moved(-eps);
  for (const [k, i] of entries.entries()) w[i] = before[k];
  return difference / (2 * eps);
}

/** The directions in which an array is checked: every entry; of a large array, random signs of all entries together. */
function directions(w: Real, limit: number): Direction[] {
  const all = [...w.keys()];
  if (w.length <= limit) return all.map((i) => ({ index: place(w, i), entries: [i], steps: [1] }));
  const uniform = random(1);
  return Array.from({ length: 10 }, (_, k) => ({
    index: `direction ${k + 1}`,
    entries: all,
    steps: all.map(() => (uniform() < 0.5 ? -1 : 1) / Math.sqrt(w.length)),
  }));
}

/**
 * Compares gradients with central differences (f(w + eps) - f(w - eps)) / 2 eps, entry by entry.
 *
 * `f` is computed anew from the arrays of `at`, which are moved and put back. An array of more than `entries` entries is
 * moved in 10 random directions instead. The error is relative to the size of the gradient, 1e-3 at least. The report
 * shows itself as a table.
 * @throws {RangeError} where a gradient is missing or of another length.
 * @example
 * const at = { w: new Float64Array([1, 2]) };
 * const gradient = { w: new Float64Array([2, 4]) };
 * gradientCheck(() => at.w[0] ** 2 + at.w[1] ** 2, at, gradient).passed; // true
 */
export function gradientCheck(
  f: () => number,
  at: Record<string, Real>,
  gradient: Record<string, Real>,
  { eps = 1e-5, tolerance = 1e-6, entries = 1000 } = {},
): GradientReport {
  const checks = Object.entries(at).map(([name, w]): Check => {
    const g = gradient[name];
    if (g?.length !== w.length)
      throw new RangeError(
        `Cannot check ${name}: wanted a gradient of ${w.length} entries, found ${g?.length ?? "none"}`,
      );
    const found = directions(w, entries).map((direction): Check => {
      const exact = direction.entries.reduce((sum, i, k) => sum + g[i] * direction.steps[k], 0);
      const numeric = slope(f, w, direction, eps);
      return { name, entries: w.length, index: direction.index, exact, numeric, error: relative(exact, numeric) };
    });
    return worstOf(found);
  });
  return report(checks, tolerance);
}

/**
 * Checks every gradient of `bptt` for a network and its targets: all parameters, the inputs and the initial states.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * const net = unroll(cell, [[1], [0], [1]]);
 * checkBptt(net, [1, 0, 1], softmaxCrossEntropy).passed; // true
 */
export function checkBptt(net: Network, y: Targets, loss: Loss): GradientReport {
  const { cell, value, grad, dparam, B } = net;
  bptt(net, y, loss);
  const at: Record<string, Real> = { ...cell.param };
  const gradient: Record<string, Real> = Object.fromEntries(
    Object.entries(dparam).map(([name, g]) => [name, g.slice()]),
  );
  const add = (name: string, v: string, from: number, to?: number) => {
    const n = value[v].columns;
    const part = (array: Matrix) => array.subarray(from * n, to && to * n);
    at[name] = shaped(part(value[v]), part(value[v]).length / n, n);
    gradient[name] = part(grad[v]).slice();
  };
  for (const v of cell.inputs) if (value[v]) add(v, v, B);
  for (const state of cell.states) add(`${state}0`, state, 0, B);
  const checked = gradientCheck(() => loss.of(forward(net), y), at, gradient);
  // The loss above wrote over dL/do, and the last step moved an entry.
  forward(net);
  bptt(net, y, loss);
  return checked;
}
