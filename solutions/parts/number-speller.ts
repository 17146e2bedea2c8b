/** A network that spells the French numbers from 0 to 9999 as well as anything can: Example 1, built and not trained. */
import { numberWords } from "../../lib";
import type { Mat, Vec } from "./linear";

/** Is the parameters of Example 1; the state begins at 0. */
export type SpellerParam = { U: Mat; W: Mat; V: Mat; b: Vec; c: Vec };

/** The characters in the order of their labels; the first is the end of a line. */
export const alphabet = "\n-acdefghilmnopqrstuvxzé";

/** Where the lines that begin in the same way can go on, and how many of them do; lines that go on alike are one place. */
type Place = { next: Map<string, Place>; lines: number };

function places(lines: string[]): Place[] {
  const known = new Map<string, Place>();
  const numberOf = new Map<Place, number>();
  const placeOf = (ends: string[]): Place => {
    const by = new Map<string, string[]>();
    for (const end of ends) if (end) by.set(end[0], [...(by.get(end[0]) ?? []), end.slice(1)]);
    const next = new Map([...by].sort().map(([character, rest]) => [character, placeOf(rest)]));
    const key = [...next].map(([character, place]) => `${character}${numberOf.get(place)}`).join();
    const place = known.get(key) ?? { next, lines: ends.length };
    if (!known.has(key)) numberOf.set(place, known.size);
    known.set(key, place);
    return place;
  };
  placeOf(lines);
  return [...known.values()];
}

/**
 * Builds the network: a unit is near 1 if its character was just read and led to its place, and near -1 otherwise.
 *
 * The states of one place sum to 0 or 1, so that a unit is a threshold for "this character, in one of these places"; the
 * output adds up the logarithms of the place's probabilities.
 */
export function numberSpeller(gain: number): SpellerParam {
  const all = places(Array.from({ length: 10_000 }, (_, number) => `${numberWords(number)}\n`));
  const start = all[all.length - 1];
  // Behind its end, a line begins anew.
  const follow = (place: Place) => (place.next.size === 0 ? start : place);
  const units = [...alphabet].flatMap((character) => {
    const targets = new Set(all.flatMap((place) => place.next.get(character) ?? []).map(follow));
    return [...targets].map((target) => ({ character, target }));
  });
  const leads = (from: Place, { character, target }: (typeof units)[number]) => {
    const to = from.next.get(character);
    return to !== undefined && follow(to) === target;
  };
  // Larger than any sum of states: without its character no unit can be on, even where the state begins at 0.
  const most = units.length;
  const W = units.map((unit) => units.map(({ target }) => (leads(target, unit) ? gain / 2 : 0)));
  const logarithm = ({ next, lines }: Place, character: string) => {
    const to = next.get(character);
    return to ? Math.log((to.next.size === 0 ? 1 : to.lines) / lines) : -40;
  };
  const V = [...alphabet].map((character) => units.map(({ target }) => logarithm(target, character) / 2));
  return {
    U: units.map((unit) => [...alphabet].map((character) => (character === unit.character ? gain * most : 0))),
    W,
    V,
    b: W.map((row) => row.reduce((sum, w) => sum + w, 0) - gain * (most + 1 / 2)),
    c: V.map((row) => row.reduce((sum, v) => sum + v, 0)),
  };
}
