/** Seeded random numbers: the same seed gives the same course on every machine. */

/** Draws a number, uniform in [0, 1). */
export type Random = () => number;

/**
 * Makes a generator of uniform numbers in [0, 1) from a seed; it repeats after 2^32 numbers.
 *
 * A counter in steps of the golden ratio, hashed. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators" (2014), with MurmurHash3's 32-bit finaliser.
 * @example
 * const uniform = random(7);
 * uniform() < 1; // true
 */
export function random(seed: number): Random {
  let counter = seed | 0;
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let bits = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
}

/**
 * Draws one number from N(mean, deviation^2), by Box and Muller's transform.
 * @example
 * normal(random(7), 3, 0.1);
 */
export const normal = (uniform: Random, mean = 0, deviation = 1): number =>
  mean + deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
