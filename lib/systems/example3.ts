/** Example 3 in closed form: every trajectory is shifted by the same theta at each step, and only its end counts. */
import { normal, type Random } from "../random";

/** Holds the setting of Example 3: T steps, from x_0 ~ N(mu, sigma^2) towards the target y_T = mu. */
export type Example3 = { T: number; mu: number; sigma: number };

/** Checks at the door that a setting has steps to take and a spread to start from. */
function checked({ T, mu, sigma }: Example3): Example3 {
  if (!Number.isInteger(T) || T < 1) throw new RangeError(`Cannot set up Example 3: T is ${T}, wanted 1, 2, 3, ...`);
  if (!(sigma >= 0)) throw new RangeError(`Cannot set up Example 3: sigma is ${sigma}, wanted 0 or more`);
  return { T, mu, sigma };
}

const mean = (values: ArrayLike<number>, f: (value: number) => number): number => {
  if (values.length === 0) throw new RangeError("Cannot average over initial values: found none");
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += f(values[k]);
  return sum / values.length;
};

/**
 * Holds Example 3 of the lecture: h_0 = x_0, h_t = h_{t-1} + theta, o_T = h_T, L_T = (y_T - o_T)^2 with y_T = mu.
 *
 * Since h_T = x_0 + T theta, all that training does with it has a closed form. What begins with `sample` takes drawn
 * initial values x_0; the rest is in expectation over x_0 ~ N(mu, sigma^2).
 * @throws {RangeError} for T that is no positive integer, a negative sigma, or no initial values.
 *
 * Source: lecture, slides "Example 3".
 * @example
 * const system = { T: 5, mu: 1, sigma: 0.5 };
 * example3.loss(0.1, system); // 0.5
 * example3.gradient(0.1, system); // 5
 * example3.optimum(system); // { "theta": 0, "loss": 0.25 }
 * example3.sampleGradient(0.1, [1, 1.5], system); // 7.5
 */
export const example3 = {
  /** Computes E L_T = sigma^2 + T^2 theta^2. */
  loss(theta: number, system: Example3): number {
    const { T, sigma } = checked(system);
    return sigma ** 2 + T ** 2 * theta ** 2;
  },

  /** Computes d E L_T / d theta = 2 T^2 theta. */
  gradient(theta: number, system: Example3): number {
    const { T } = checked(system);
    return 2 * T ** 2 * theta;
  },

  /** Returns the minimiser of E L_T, theta* = 0, and the least loss, L* = sigma^2. */
  optimum(system: Example3): { theta: number; loss: number } {
    return { theta: 0, loss: example3.loss(0, system) };
  },

  /** Draws n initial values x_0 ~ N(mu, sigma^2). */
  sample(n: number, system: Example3, uniform: Random): number[] {
    const { mu, sigma } = checked(system);
    return Array.from({ length: n }, () => normal(uniform, mu, sigma));
  },

  /** Computes h_0, ..., h_T from x_0: h_t = x_0 + t theta. */
  trajectory(theta: number, x0: number, system: Example3): number[] {
    return Array.from({ length: checked(system).T + 1 }, (_, t) => x0 + t * theta);
  },

  /** Computes the mean of L_T = (mu - x_0 - T theta)^2 over initial values. */
  sampleLoss(theta: number, initial: ArrayLike<number>, system: Example3): number {
    const { T, mu } = checked(system);
    return mean(initial, (x0) => (mu - x0 - T * theta) ** 2);
  },

  /** Computes the mean of d L_T / d theta = 2 T (x_0 + T theta - mu) over initial values. */
  sampleGradient(theta: number, initial: ArrayLike<number>, system: Example3): number {
    const { T, mu } = checked(system);
    return mean(initial, (x0) => 2 * T * (x0 + T * theta - mu));
  },

  /** Returns the minimiser of `sampleLoss` over theta, (mu - mean of x_0) / T. */
  sampleOptimum(initial: ArrayLike<number>, system: Example3): number {
    const { T, mu } = checked(system);
    return (mu - mean(initial, (x0) => x0)) / T;
  },

  /**
   * Returns the learning rates of gradient descent on E L_T: it converges if and only if 0 < eta < `limit` = 1 / T^2,
   * and with `oneStep` = 1 / (2 T^2) the first step ends at the optimum.
   */
  learningRates(system: Example3): { oneStep: number; limit: number } {
    const { T } = checked(system);
    return { oneStep: 1 / (2 * T ** 2), limit: 1 / T ** 2 };
  },

  /**
   * Computes the variance of theta after many steps of stochastic gradient descent, eta sigma^2 / (B (1 - eta T^2)).
   *
   * Each step takes B new initial values.
   * @throws {RangeError} for eta outside (0, 1 / T^2), where the variance grows without end.
   */
  stationaryVariance(eta: number, B: number, system: Example3): number {
    const { T, sigma } = checked(system);
    if (!(eta > 0 && eta < 1 / T ** 2))
      throw new RangeError(`Cannot give the stationary variance for eta = ${eta}: wanted 0 < eta < ${1 / T ** 2}`);
    return (eta * sigma ** 2) / (B * (1 - eta * T ** 2));
  },
};
