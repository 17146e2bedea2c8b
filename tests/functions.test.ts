/** How exact the elementwise functions are: beside integers of 1200 binary places, in units of the last place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exp, functions, tanh } from "../lib/functions";
import { random } from "../lib/random";

const places = 1200;
const one = 1n << BigInt(places);

/** A number as a whole multiple of 2^-1200. */
function fixed(v: number): bigint {
  const bits = new BigUint64Array(new Float64Array([v]).buffer)[0];
  const exponent = Number((bits >> 52n) & 2047n);
  const fraction = (bits & ((1n << 52n) - 1n)) | (exponent ? 1n << 52n : 0n);
  const shift = Math.max(exponent, 1) - 1075 + places;
  const size = shift < 0 ? fraction >> BigInt(-shift) : fraction << BigInt(shift);
  return bits >> 63n ? -size : size;
}

/** exp(v) - 1 for v >= 0: its series at v / 4096, and twelve times exp(2u) - 1 = (exp(u) - 1)(exp(u) + 1). */
function exponentialMinusOne(v: bigint): bigint {
  const u = v >> 12n;
  let sum = 0n;
  for (let n = 1n, term = u; term; term = (term * u) / one / ++n) sum += term;
  for (let k = 0; k < 12; k++) sum = (sum * (sum + 2n * one)) / one;
  return sum;
}

const reference = {
  exp: (v: bigint) => (v < 0n ? (one * one) / (one + exponentialMinusOne(-v)) : one + exponentialMinusOne(v)),
  tanh: (v: bigint): bigint => {
    if (v < 0n) return -reference.tanh(-v);
    const e = exponentialMinusOne(2n * v);
    return (e * one) / (e + 2n * one);
  },
};

/** The distance from the exact value, in units of `unit`. */
const distance = (value: number, exact: bigint, unit: number) =>
  Math.abs(Number(((fixed(value) - exact) << 30n) / fixed(unit))) / 2 ** 30;
/** The unit of the last place of a number. */
const lastPlace = (v: number) => 2 ** (Math.max(-1022, Math.floor(Math.log2(Math.abs(v)))) - 52);

const uniform = random(11);
const signed = (limit: number) => (2 * uniform() - 1) * limit;
/** Numbers of every size up to a limit. */
const many = (limit: number) =>
  Array.from({ length: 3000 }, (_, k) => (k % 2 ? signed(limit) : signed(Math.min(limit, 2 ** (3 - 30 * uniform())))));

test("tanh is right to 2.5 units of the last place; outside of 20 it is 1", () => {
  const errors = many(20).map((v) => distance(tanh(v), reference.tanh(fixed(v)), lastPlace(tanh(v))));
  assert.ok(Math.max(...errors) < 2.5, `${Math.max(...errors)}`);
  assert.deepEqual([25, -25, Infinity, -Infinity, 0, Number.NaN].map(tanh), [1, -1, 1, -1, 0, Number.NaN]);
});

test("exp is right to 3 units of the last place; where it is too small it is 0, too large Infinity", () => {
  const errors = many(708).map((v) => distance(exp(v), reference.exp(fixed(v)), lastPlace(exp(v))));
  assert.ok(Math.max(...errors) < 3, `${Math.max(...errors)}`);
  assert.deepEqual([-1e9, -746, 710, Infinity, -Infinity, 0].map(exp), [0, 0, Infinity, Infinity, 0, 1]);
  assert.ok(Number.isNaN(exp(Number.NaN)));
});

test("sigmoid is right to 1.5e-16", () => {
  const sigmoid = (v: bigint) => (one * one) / (one + reference.exp(-v));
  const errors = many(40).map((v) => distance(functions.sigmoid.of(v), sigmoid(fixed(v)), 1));
  assert.ok(Math.max(...errors) < 1.5e-16, `${Math.max(...errors)}`);
});
