/** Example 4 in closed form: Example 3 with a loss at every step, trained by BPTT and by truncated BPTT. */
import { normal, type Random } from "../random";
import type { Schedule } from "../schedules";

/** Holds the setting of Example 4: T steps, from x_0 ~ N(mu, sigma^2), which shall stay at mu. */
export type Example4 = { T: number; mu: number; sigma: number };

/** Is the state of truncated BPTT: theta, and how far the carried state is from its target, m = E h~ - mu. */
export type Example4State = { theta: number; m: number };

/** Checks at the door that a count of steps is one. */
function checkedCount(T: number): number {
  if (!Number.isInteger(T) || T < 1) throw new RangeError(`Cannot take ${T} steps of Example 4: wanted 1, 2, 3, ...`);
  return T;
}

const checkedEta = (eta: number): number => {
  if (!(eta > 0 && eta < 2)) throw new RangeError(`Cannot rotate (theta, m) with eta = ${eta}: wanted 0 < eta < 2`);
  return eta;
};

/** S_2 = 1^2 + 2^2 + ... + T^2. */
const sumOfSquares = (T: number): number => (checkedCount(T) * (T + 1) * (2 * T + 1)) / 6;

/**
 * Holds Example 4 of the lecture: h_0 = x_0, h_t = h_{t-1} + theta, L_t = E (h_t - mu)^2, L = L_1 + ... + L_T.
 *
 * Since E h_t - mu = t theta, both algorithms have closed forms. BPTT is a map of theta. Truncated BPTT carries the state
 * on, so that it is a map of (theta, m); it has no T, unless the state begins anew (`restart...`).
 * @throws {RangeError} for T or p that is no positive integer, a negative sigma, or eta where a closed form has no value.
 *
 * Source: lecture, slides "Updates of truncated BPTT" and "Example 4".
 * @example
 * const system = { T: 5, mu: 1, sigma: 0.5 };
 * example4.loss(0.1, system); // 1.8
 * example4.truncatedStep({ theta: 1, m: 0 }, 0.5); // { "theta": 0, "m": 1 }
 */
export const example4 = {
  /** Computes L = T sigma^2 + S_2 theta^2, with S_2 = T (T + 1) (2 T + 1) / 6. */
  loss(theta: number, { T, sigma }: Example4): number {
    if (!(sigma >= 0)) throw new RangeError(`Cannot set up Example 4: sigma is ${sigma}, wanted 0 or more`);
    return checkedCount(T) * sigma ** 2 + sumOfSquares(T) * theta ** 2;
  },

  /** Computes dL / d theta = 2 S_2 theta, which BPTT follows. */
  gradient(theta: number, { T }: Example4): number {
    return 2 * sumOfSquares(T) * theta;
  },

  /** Returns the minimiser of L, theta* = 0, and the least loss, L* = T sigma^2. */
  optimum(system: Example4): { theta: number; loss: number } {
    return { theta: 0, loss: example4.loss(0, system) };
  },

  /** Computes dL_t / d theta = 2 t^2 theta: all t copies of theta are moved. */
  gradientAt(theta: number, t: number): number {
    return 2 * t ** 2 * theta;
  },

  /** Computes the truncated gradient of L_t where theta was the same at all t steps, 2 t theta: the last copy is moved. */
  truncatedGradientAt(theta: number, t: number): number {
    return 2 * t * theta;
  },

  /** Does one iteration of BPTT, theta - eta dL / d theta = (1 - 2 eta S_2) theta. */
  bpttStep(theta: number, eta: number, system: Example4): number {
    return theta - eta * example4.gradient(theta, system);
  },

  /**
   * Returns the learning rates of BPTT: it converges if and only if 0 < eta < `limit` = 1 / S_2, and with
   * `oneStep` = 1 / (2 S_2) the first step ends at the optimum.
   */
  learningRates({ T }: { T: number }): { oneStep: number; limit: number } {
    return { oneStep: 1 / (2 * sumOfSquares(T)), limit: 1 / sumOfSquares(T) };
  },

  /**
   * Does one step of truncated BPTT: theta_{k+1} = theta_k - 2 eta (m_k + theta_k) and m_{k+1} = m_k + theta_k.
   *
   * Both lines have theta_k on their right side.
   */
  truncatedStep({ theta, m }: Example4State, eta: number): Example4State {
    return { theta: theta - 2 * eta * (m + theta), m: m + theta };
  },

  /** Does one step as a common bug has it, which carries the state on with the new theta: m_{k+1} = m_k + theta_{k+1}. */
  newThetaStep({ theta, m }: Example4State, eta: number): Example4State {
    const next = theta - 2 * eta * (m + theta);
    return { theta: next, m: m + next };
  },

  /**
   * Does one step with a chunk of p times: p steps with one theta, the exact gradient of their p losses, p (p + 1) m +
   * 2 S_2(p) theta, and the state carried on without its gradient. With p = 1 it is `truncatedStep`.
   */
  chunkStep({ theta, m }: Example4State, eta: number, p: number): Example4State {
    const gradient = p * (p + 1) * m + 2 * sumOfSquares(p) * theta;
    return { theta: theta - eta * gradient, m: m + p * theta };
  },

  /** Returns the matrix of `truncatedStep`, A(eta), which multiplies the column (theta, m); det A = 1 for every eta. */
  truncatedMatrix(eta: number): number[][] {
    return [
      [1 - 2 * eta, -2 * eta],
      [1, 1],
    ];
  },

  /** Returns the matrix of a step that is linear in (theta, m): its columns are where (1, 0) and (0, 1) go. */
  matrixOf(step: (state: Example4State) => Example4State): number[][] {
    const [first, second] = [step({ theta: 1, m: 0 }), step({ theta: 0, m: 1 })];
    return [
      [first.theta, second.theta],
      [first.m, second.m],
    ];
  },

  /** Computes the two eigenvalues of a 2 by 2 matrix, tr / 2 +- sqrt(tr^2 / 4 - det). */
  spectrum([[a, b], [c, d]]: number[][]): { re: number; im: number }[] {
    const [half, discriminant] = [(a + d) / 2, ((a - d) / 2) ** 2 + b * c];
    const root = Math.sqrt(Math.abs(discriminant));
    if (discriminant < 0) return [1, -1].map((sign) => ({ re: half, im: sign * root }));
    return [1, -1].map((sign) => ({ re: half + sign * root, im: 0 }));
  },

  /** Computes the angle phi = arccos(1 - eta) by which A(eta) turns in one step, 0 < eta < 2. */
  angle(eta: number): number {
    return Math.acos(1 - checkedEta(eta));
  },

  /** Computes Q = theta^2 + 2 eta theta m + 2 eta m^2, which `truncatedStep` with the same eta leaves as it is. */
  invariant({ theta, m }: Example4State, eta: number): number {
    return theta ** 2 + 2 * eta * theta * m + 2 * eta * m ** 2;
  },

  /**
   * Computes the largest |theta| and |m| of the ellipse through a state: sqrt(2 Q / (2 - eta)) and
   * sqrt(Q / (eta (2 - eta))), 0 < eta < 2.
   */
  amplitude(state: Example4State, eta: number): Example4State {
    const Q = example4.invariant(state, checkedEta(eta));
    return { theta: Math.sqrt((2 * Q) / (2 - eta)), m: Math.sqrt(Q / (eta * (2 - eta))) };
  },

  /**
   * Runs truncated BPTT from `start`, z_0, and returns the states z_k at the given times k, in rising order.
   *
   * Step k = 1, 2, ... leads from z_{k-1} to z_k with the rate schedule(k).
   */
  statesAt(times: readonly number[], schedule: Schedule, start: Example4State): Example4State[] {
    let { theta, m } = start;
    let k = 0;
    return times.map((time) => {
      for (; k < time; k++) {
        const carried = m + theta;
        theta -= 2 * schedule(k + 1) * carried;
        m = carried;
      }
      return { theta, m };
    });
  },

  /** Does one epoch of truncated BPTT with a restart, T steps from h~ = x_0, and returns theta; m is where x_0 is. */
  restartEpoch(theta: number, eta: number, T: number, m = 0): number {
    let state = { theta, m };
    for (let k = 1; k <= checkedCount(T); k++) state = example4.truncatedStep(state, eta);
    return state.theta;
  },

  /** Computes the factor of theta in one epoch with a restart, cos((T + 1/2) phi) / cos(phi / 2), 0 < eta < 2. */
  restartFactor(eta: number, T: number): number {
    const phi = example4.angle(eta);
    return Math.cos((checkedCount(T) + 0.5) * phi) / Math.cos(phi / 2);
  },

  /**
   * Returns the learning rates with a restart: it converges for 0 < eta < `limit` = 1 - cos(pi / (T + 1)), and with
   * `oneEpoch` = 1 - cos(pi / (2 T + 1)) the first epoch ends at the optimum.
   */
  restartLearningRates({ T }: { T: number }): { oneEpoch: number; limit: number } {
    const at = (phi: number) => 1 - Math.cos(phi);
    return { oneEpoch: at(Math.PI / (2 * checkedCount(T) + 1)), limit: at(Math.PI / (T + 1)) };
  },

  /** Returns the T windows of eta in which a restart converges: phi between j pi / T and (j + 1) pi / (T + 1). */
  restartWindows({ T }: { T: number }): [number, number][] {
    const at = (phi: number) => 1 - Math.cos(phi);
    return Array.from({ length: checkedCount(T) }, (_, j) => [
      at((j * Math.PI) / T),
      at(((j + 1) * Math.PI) / (T + 1)),
    ]);
  },

  /** Draws x_0 for a mini-batch of B and returns the mean of x_0 - mu: all that the truncated gradients see of it. */
  sampleStart(B: number, { sigma }: Example4, uniform: Random): number {
    let sum = 0;
    for (let b = 0; b < checkedCount(B); b++) sum += normal(uniform, 0, sigma);
    return sum / B;
  },

  /**
   * Computes the variance of theta after many epochs with a restart, each with a new mini-batch of B initial values.
   *
   * Var theta = (2 eta sin(T phi) / sin phi)^2 (sigma^2 / B) / (1 - rho^2), with rho = `restartFactor`.
   */
  stationaryVariance(eta: number, B: number, { T, sigma }: Example4): number {
    const rho = example4.restartFactor(eta, T);
    if (!(Math.abs(rho) < 1))
      throw new RangeError(`Cannot give the stationary variance for eta = ${eta}: an epoch multiplies theta by ${rho}`);
    const phi = example4.angle(eta);
    const kick = (2 * eta * Math.sin(T * phi)) / Math.sin(phi);
    return (kick ** 2 * (sigma ** 2 / B)) / (1 - rho ** 2);
  },
};
