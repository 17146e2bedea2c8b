/** Schedules: learning rates as functions of the step k = 1, 2, ... */

/** Gives the learning rate of step k. */
export type Schedule = (k: number) => number;

/**
 * Keeps the rate: eta_k = rate.
 * @example
 * constantRate(0.1)(7); // 0.1
 */
export const constantRate =
  (rate: number): Schedule =>
  () =>
    rate;

/**
 * Lowers the rate by a power of k: eta_k = c / k^alpha.
 *
 * The rates sum to infinity and their squares do not where 1/2 < alpha <= 1. Source: Robbins and Monro (1951).
 * @example
 * powerRate(0.5, 1)(10); // 0.05
 */
export const powerRate =
  (c: number, alpha: number): Schedule =>
  (k) =>
    c / k ** alpha;

/**
 * Multiplies the rate by a factor after every so many steps: eta_k = rate factor^floor((k - 1) / every).
 * @example
 * const schedule = stepRate(0.8, 0.5, 100);
 * [schedule(100), schedule(101)]; // [0.8, 0.4]
 */
export const stepRate =
  (rate: number, factor: number, every: number): Schedule =>
  (k) =>
    rate * factor ** Math.floor((k - 1) / every);

/**
 * Lowers the rate from `rate` at k = 1 to 0 at k = steps + 1 along half a cosine, and keeps it there.
 *
 * eta_k = rate (1 + cos(pi (k - 1) / steps)) / 2. Source: Loshchilov and Hutter (2017), without restarts.
 * @example
 * cosineRate(0.2, 100)(51); // 0.1
 */
export const cosineRate =
  (rate: number, steps: number): Schedule =>
  (k) =>
    (rate * (1 + Math.cos(Math.PI * Math.min(1, (k - 1) / steps)))) / 2;
