/** Influence balancing: a linear system in which early and late effects of one parameter have opposite signs. */
import { type Cell, defineCell } from "../cell";
import { type LearningRate, type Optimizer, rateAt } from "../optimizers";

/** Holds how many units theta acts on with the sign +, and how many with the sign -. */
export type InfluenceBalancing = { plus: number; minus: number };

/** The signs (1, ..., 1, -1, ..., -1) of theta. */
function signsOf({ plus, minus }: InfluenceBalancing): number[] {
  if (!(Number.isInteger(plus) && Number.isInteger(minus) && plus >= 0 && minus >= 0 && plus + minus >= 1))
    throw new RangeError(`Cannot balance ${plus} units with + and ${minus} with -: wanted whole numbers, one at least`);
  return Array.from({ length: plus + minus }, (_, i) => (i < plus ? 1 : -1));
}

/**
 * Holds influence balancing: s_t = A s_{t-1} + theta (1, ..., 1, -1, ..., -1)', and the loss reads the first unit.
 *
 * A has 1/2 on its diagonal and above it, so that unit i hears of unit i + 1 one step later, and the first unit of the
 * last one n - 1 steps later. There is no input.
 * @throws {RangeError} for numbers of units that are none.
 *
 * Source: Tallec and Ollivier, "Unbiasing truncated backpropagation through time" (2017), with 10 and 13 units.
 * @example
 * const system = { plus: 1, minus: 3 };
 * influenceBalancing.optimum(system, 1); // -0.25
 * influenceBalancing.sensitivities(system, 4); // [1, 1, 0.5, -0.25]
 */
export const influenceBalancing = {
  /** Defines its cell: `s`, in which b is theta times the signs, and `o`, the first unit. */
  cell(system: InfluenceBalancing, theta: number): Cell {
    const signs = signsOf(system);
    const n = signs.length;
    const cell = defineCell(["s = A * sPrev + b", "o = C * s"], { inputSize: 1, hiddenSize: n, outputSize: 1 });
    const { A, b, C } = cell.param;
    A.set(A.map((_, k) => ([0, 1].includes((k % n) - Math.floor(k / n)) ? 0.5 : 0)));
    b.set(signs.map((sign) => sign * theta));
    C.set(signs.map((_, i) => (i === 0 ? 1 : 0)));
    return cell;
  },

  /** Returns theta of its cell. */
  theta(cell: Cell, system: InfluenceBalancing): number {
    return cell.param.b[0] * signsOf(system)[0];
  },

  /** Makes gradient descent on theta alone: theta <- theta - eta_k dL/dtheta, where dL/dtheta = signs' dL/db. */
  optimizer(system: InfluenceBalancing, learningRate: LearningRate): Optimizer {
    const signs = signsOf(system);
    return ({ b }, { b: db }, k) => {
      const gradient = signs.reduce((sum, sign, i) => sum + sign * db[i], 0);
      const rate = rateAt(learningRate, k);
      for (const [i, sign] of signs.entries()) b[i] -= rate * sign * gradient;
    };
  },

  /** Returns the theta with which the first unit comes to rest at `target`: it comes to rest at 2 (plus - minus) theta. */
  optimum({ plus, minus }: InfluenceBalancing, target: number): number {
    return target / (2 * (plus - minus));
  },

  /**
   * Returns S_1, ..., S_P: by how much the last p copies of theta move the first unit, S_p = e_1' (1 + A + ... + A^{p-1})
   * signs. It is the derivative that truncated BPTT sees through a window of p; S_p goes to 2 (plus - minus).
   */
  sensitivities(system: InfluenceBalancing, P: number): number[] {
    const v = signsOf(system);
    const found: number[] = [];
    for (let sum = 0; found.length < P; ) {
      sum += v[0];
      found.push(sum);
      for (let i = 0; i < v.length; i++) v[i] = (v[i] + (v[i + 1] ?? 0)) / 2;
    }
    return found;
  },
};
