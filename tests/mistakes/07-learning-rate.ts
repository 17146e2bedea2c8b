/** Exercise 7 once more, written another way; see `04-bptt.ts`. */
import { abs, add, complex, det, matrix, multiply, sqrt, subtract } from "mathjs";

const squares = (T: number): number => (T < 1 ? 0 : T * T + squares(T - 1));

type Bug =
  | "trunc 2θ"
  | "both truncated"
  | "both full"
  | "exchanged"
  | "half"
  | "sums"
  | "numbers"
  | "from 0"
  | "sign"
  | "error";

/** The gradients with index loops and typed arrays. */
const gradients =
  (bug?: Bug) =>
  (theta: number, T: number): unknown => {
    const full = new Float64Array(T);
    const trunc = new Float64Array(T);
    for (let i = 0; i < T; i++) {
      const t = bug === "from 0" ? i : i + 1;
      const error = t * theta * (bug === "sign" ? -1 : 1) * (bug === "half" ? 0.5 : 1);
      full[i] = 2 * error * t;
      trunc[i] = 2 * error;
      if (bug === "trunc 2θ") trunc[i] = theta + theta;
      if (bug === "both truncated") full[i] = trunc[i];
      if (bug === "both full") trunc[i] = full[i];
      if (bug === "error") full[i] = trunc[i] = error;
      if (bug === "sums" && i > 0) {
        full[i] += full[i - 1];
        trunc[i] += trunc[i - 1];
      }
    }
    if (bug === "exchanged") return { full: trunc, trunc: full };
    if (bug === "numbers") return { full: 2 * theta * squares(T), trunc: theta * T * (T + 1) };
    return { trunc, full };
  };

type Descent = (theta: number, eta: number, T: number) => number;

type Step = (state: [number, number], eta: number, mu: number) => unknown;
/** A step from what the state is measured at and what it becomes. */
const step =
  (at: (theta: number, h: number) => number, rest: (theta: number, h: number, moved: number) => number): Step =>
  ([theta, h], eta, mu) => {
    const moved = theta + eta * 2 * (mu - at(theta, h));
    return [moved, rest(theta, h, moved)];
  };
const ahead = (theta: number, h: number): number => theta + h;
const right2 = step(ahead, ahead);

type Rows = number[][];
type Complex = { re: number; im: number; abs: number };
/** The roots of x^2 - sum x + product, as the formula for quadratic equations has it. */
function roots(sum: number, product: number): Complex[] {
  const under = sum * sum - 4 * product;
  const root = Math.sqrt(Math.abs(under)) / 2;
  if (under < 0) {
    const abs = Math.sqrt((sum * sum) / 4 + root * root);
    return [
      { re: sum / 2, im: root, abs },
      { re: sum / 2, im: -root, abs },
    ];
  }
  return [sum / 2 + root, sum / 2 - root].map((re) => ({ re, im: 0, abs: Math.abs(re) }));
}
const sumOf = (M: Rows): number => M[0][0] + M[1][1];
const productOf = (M: Rows): number => M[0][0] * M[1][1] - M[0][1] * M[1][0];
const changed = (change: (one: Complex) => Partial<Complex>) => (M: Rows) =>
  roots(sumOf(M), productOf(M)).map((one) => ({ ...one, ...change(one) }));

/** By question, then by the name of the misconception. */
export const wrong: Record<string, Record<string, unknown>> = {
  "learning-rate-loss": {
    "t added up in place of t²": "T sigma^2 + (T^2 + T) theta^2 / 2",
    "the square of the sum": "T sigma^2 + ((T^2 + T) theta / 2)^2",
    "the last loss only": "(T theta)^2 + sigma^2",
    "σ² counted once": "sigma*sigma + theta^2 (2 T^3 + 3 T^2 + T) / 6",
    "σ² is missing": "theta^2 (2 T^3 + 3 T^2 + T) / 6",
    "σ in place of σ²": "T (sigma + theta^2 (2 T^2 + 3 T + 1) / 6)",
    "Tθ at every step": "T (sigma^2 + (T theta)^2)",
    "θ added once": "T (sigma^2 + theta^2)",
    "a new variance at each step": "sigma^2 (T^2 + T) / 2 + theta^2 (2 T^3 + 3 T^2 + T) / 6",
    "divided by T": "sigma^2 + theta^2 (2 T^2 + 3 T + 1) / 6",
  },
  "learning-rate-optimum": {
    "the least loss taken as 0": ["0", "0*T"],
    "the least loss of one step": ["0", "sigma*sigma"],
    "σ in place of σ²": ["0", "sigma T"],
    "μ / T, as if x_0 were 0": ["mu * T^-1", "sigma*sigma*T"],
    "the best θ taken as μ": ["mu", "sigma*sigma*T"],
    "the two answers exchanged": ["sigma*sigma*T", "0"],
  },
  "learning-rate-gradients": {
    "truncated gradients of 2θ at every t": gradients("trunc 2θ"),
    "the truncated gradient twice": gradients("both truncated"),
    "the full gradient twice": gradients("both full"),
    "the two lists exchanged": gradients("exchanged"),
    "the factor 2 is missing": gradients("half"),
    "sums up to t": gradients("sums"),
    "one number in place of T": gradients("numbers"),
    "steps counted from 0": gradients("from 0"),
    "the sign": gradients("sign"),
    "t θ in place of 2 t² θ: the error itself": gradients("error"),
  },
  "learning-rate-bptt-iteration": {
    "the truncated gradients added up": ((theta, eta, T) => {
      let moved = theta;
      for (let t = 1; t <= T; t++) moved -= eta * 2 * t * theta;
      return moved;
    }) as Descent,
    "the last loss only": ((theta, eta, T) => theta * (1 - 2 * eta * T * T)) as Descent,
    "the factor 2 is missing": ((theta, eta, T) => theta * (1 - eta * squares(T))) as Descent,
    uphill: ((theta, eta, T) => theta * (1 + 2 * eta * squares(T))) as Descent,
    "divided by T": ((theta, eta, T) => theta - (eta * theta * (T + 1) * (2 * T + 1)) / 3) as Descent,
    "the change in place of the new θ": ((theta, eta, T) => eta * theta * 2 * squares(T)) as Descent,
    "the gradient in place of the new θ": ((theta, _, T) => (theta * T * (T + 1) * (2 * T + 1)) / 3) as Descent,
    "one step for each loss": ((theta, eta, T) => {
      let moved = theta;
      for (let t = 1; t <= T; t++) moved *= 1 - 2 * eta * t * t;
      return moved;
    }) as Descent,
  },
  "learning-rate-truncated-iteration": {
    "the state goes on with the new θ": step(ahead, (_, h, moved) => moved + h),
    "the loss where the state is": step((_, h) => h, ahead),
    "the loss one step too far": step((theta, h) => h + theta + theta, ahead),
    "the state begins anew": (([theta], eta, mu) => [theta * (1 - 2 * eta), theta + mu]) as Step,
    "the state is not moved": step(ahead, (_, h) => h),
    "μ is not subtracted": (([theta, h], eta) => [theta - 2 * eta * h - 2 * eta * theta, h + theta]) as Step,
    "m in place of h̃ is returned": (([theta, h], eta, mu) => {
      const m = h - mu;
      return [theta - 2 * eta * (m + theta), m + theta];
    }) as Step,
    "the factor 2 is missing": ((state, eta, mu) => right2(state, eta / 2, mu)) as Step,
    uphill: ((state, eta, mu) => right2(state, -eta, mu)) as Step,
    "h̃ first": (([theta, h], eta, mu) => [h + theta, theta + 2 * eta * (mu - h - theta)]) as Step,
    "only θ": (([theta, h], eta, mu) => [theta + 2 * eta * (mu - h - theta)]) as Step,
  },
  "learning-rate-matrix": {
    "the new θ in the second row": [
      ["1 - eta - eta", "-eta - eta"],
      ["1 - eta - eta", "1 - 2 eta"],
    ],
    "the loss where the state is": [
      ["eta^0", "-eta - eta"],
      ["1", "1"],
    ],
    "rows and columns exchanged": [
      ["1 - eta - eta", "1"],
      ["-eta - eta", "1"],
    ],
    "m before θ": [
      ["1", "1"],
      ["-eta - eta", "1 - 2 eta"],
    ],
    "the factor 2 is missing": [
      ["1 - 1 eta", "-1 eta"],
      ["1", "1"],
    ],
    "a sign: + 2η m": [
      ["1 - eta - eta", "eta + eta"],
      ["1", "1"],
    ],
    "m does not remember": [
      ["1 - eta - eta", "-2 eta"],
      ["1", "0 eta"],
    ],
  },
  "learning-rate-eigenvalues": {
    "the root of a negative number": ([[a, b], [c, d]]: Rows) =>
      [1, -1].map((sign) => {
        const re = (a + d + sign * ((a + d) ** 2 - 4 * (a * d - b * c)) ** 0.5) / 2;
        return { re, im: 0, abs: Math.abs(re) };
      }),
    "the root of a negative number added as if it were real": ([[a, b], [c, d]]: Rows) =>
      [1, -1].map((sign) => {
        const re = (a + d + sign * Math.abs((a + d) ** 2 - 4 * (a * d - b * c)) ** 0.5) / 2;
        return { re, im: 0, abs: Math.abs(re) };
      }),
    "the root of a positive number is taken for imaginary": ([[a, b], [c, d]]: Rows) =>
      [1, -1].map((sign) => {
        const [re, im] = [(a + d) / 2, (sign * Math.abs((a + d) ** 2 - 4 * (a * d - b * c)) ** 0.5) / 2];
        return { re, im, abs: (re * re + im * im) ** 0.5 };
      }),
    "the entries of the diagonal": (M: Rows) => M.map((row, i) => ({ re: row[i], im: 0, abs: Math.abs(row[i]) })),
    "the trace is not halved": (M: Rows) =>
      roots(sumOf(M), productOf(M)).map(({ re, im }) => {
        const moved = re + sumOf(M) / 2;
        return { re: moved, im, abs: (moved * moved + im * im) ** 0.5 };
      }),
    "nothing is halved": (M: Rows) =>
      roots(sumOf(M), productOf(M)).map(({ re, im, abs }) => ({ re: 2 * re, im: 2 * im, abs: 2 * abs })),
    "plus the determinant": (M: Rows) => roots(sumOf(M), -productOf(M)),
    "one imaginary part for both": changed(({ im }) => ({ im: im < 0 ? -im : im })),
    "the square of the modulus": changed(({ abs }) => ({ abs: abs * abs })),
    "the modulus without its imaginary part": changed(({ re }) => ({ abs: re < 0 ? -re : re })),
    "the two parts added for the modulus": changed(({ re, im }) => ({ abs: (re * re) ** 0.5 + (im * im) ** 0.5 })),
    "the one with - first": (M: Rows) => {
      const [first, second] = roots(sumOf(M), productOf(M));
      return [second, first];
    },
  },
  "learning-rate-spectrum": {
    "the modulus of the real part alone": ["1 - eta", "(eta (2 - eta))^0.5", "((1 - eta)^2)^0.5"],
    "the trace is not halved": ["2 (1 - eta)", "(eta (2 - eta))^0.5", "(4 (1 - eta)^2 + eta (2 - eta))^0.5"],
    "nothing is halved": ["2 (1 - eta)", "(4 eta (2 - eta))^0.5", "2"],
    "the imaginary part for small η": ["1 - eta", "(eta + eta)^0.5", "1"],
    "the imaginary part without its root": ["1 - eta", "eta (2 - eta)", "1"],
  },
  "learning-rate-bptt-rates": {
    "1/(2 S₂) as the limit": ["0", "3/(2 T^3 + 3 T^2 + T)", "3/(2 T^3 + 3 T^2 + T)"],
    "limit and one step exchanged": ["0", "3/(2 T^3 + 3 T^2 + T)", "6/(2 T^3 + 3 T^2 + T)"],
    "the factor 2 is missing": ["0", "12/(2 T^3 + 3 T^2 + T)", "6/(2 T^3 + 3 T^2 + T)"],
    "the rates of Example 3": ["0", "T^-2", "T^-2 / 2"],
    "the truncated gradients": ["0", "2/(T^2 + T)", "(T^2 + T)^-1"],
    "the rates with a restart": ["0", "2 sin(pi/(2 T + 2))^2", "2 sin(pi/(4 T + 2))^2"],
    "an interval on both sides of 0": ["-6/(2 T^3 + 3 T^2 + T)", "6/(2 T^3 + 3 T^2 + T)", "3/(2 T^3 + 3 T^2 + T)"],
  },
  "learning-rate-restart-rates": {
    "the same rates as for BPTT": ["0", "6/(2 T^3 + 3 T^2 + T)", "3/(2 T^3 + 3 T^2 + T)"],
    "the angle in place of the rate": ["0", "pi/(1 + T)", "pi/(1 + T + T)"],
    "cos φ in place of 1 - cos φ": ["cos(0)", "cos(pi/(1 + T))", "cos(pi/(1 + T + T))"],
    "the denominator taken as 1": ["0", "2 sin(pi/(2 T + 1))^2", "1 - cos(pi/(1 + 2 T))"],
    "the 1/2 is missing": ["0", "2 sin(pi/(2 T))^2", "2 sin(pi/(4 T))^2"],
    "only for small φ": ["0", "(pi/(T + 1))^2 / 2", "(pi/(1 + 2 T))^2 / 2"],
    "only for small η": ["0", "2/(T^2 + T)", "1/(T^2 + T)"],
    "one epoch as the limit": ["0", "2 sin(pi/(4 T + 2))^2", "2 sin(pi/(4 T + 2))^2"],
  },
  "learning-rate-schedule": {
    "counted from 0": (k: number) => 0.5 / (k - 1) ** 1.5,
    "rates above 2": (k: number) => 40 / Math.sqrt(k * k * k),
    "rates below 0": (k: number) => -1 / (k * k),
    "a constant rate": () => 0.01,
    "c / k, as Robbins and Monro say": (k: number) => 0.1 * k ** -1,
    "it falls too slowly": (k: number) => 0.5 / Math.sqrt(k),
    "1 / k² with too small a factor": (k: number) => 0.05 / (k * k),
    "made for one starting point": (k: number) => (k > 1 ? 0 : 0.25),
    "frozen: the rates are spent too soon": (k: number) => 0.5 * 0.99 ** k,
  },
  "learning-rate-chunk-determinant": {
    "1, as for p = 1": "eta/eta",
    "without the feedback": "1 - 2 eta (p/6 + p^2/2 + p^3/3)",
    "the product of the other entries added": "1 - 2 eta (p/6 + p^2/2 + p^3/3) - eta (p^3 + p^2)",
    "the sign": "1 - eta (p^3 - p) / 3",
    "m moved by θ only": "1 - 2 eta (p/6 + p^2/2 + p^3/3) + eta (p^2 + p)",
    "truncated at every step within the chunk": "1 + eta (p^2 - p)",
    "the factor 2 is missing": "1 + eta (p^3 - p) / 6",
  },
  "learning-rate-chunk-verdict": {
    "longer windows are safer": ["Converges", "a"],
    "a small rate is always safe": ["converges ", "b"],
    "it turns, as with p = 1": ["cycles", "c"],
    "a small rate hides the growth": ["cycles", "b"],
    "the right verdict for a wrong reason: the sign": ["diverges", "e"],
    "the right verdict for a wrong reason: the window": ["diverges", "a"],
  },
};

/** Right answers in other forms: second implementations, typed arrays, mathjs matrices, other algebra. */
export const right: Record<string, unknown[]> = {
  "learning-rate-loss": [
    "T sigma^2 + theta^2 (2 T^3 + 3 T^2 + T) / 6",
    "T (sigma² + theta² (T + 1) (2 T + 1) / 6)",
    "theta^2 T^3/3 + theta**2 * T**2 / 2 + theta^2 T/6 + sigma*sigma*T",
  ],
  "learning-rate-optimum": [
    ["0", "sigma² T"],
    ["mu - mu", "(sigma^2) * T"],
  ],
  "learning-rate-gradients": [
    gradients(),
    (theta: number, T: number) => {
      const t = matrix(Array.from({ length: T }, (_, i) => i + 1));
      return { full: multiply(t.map((v) => v * v) as never, 2 * theta), trunc: multiply(t as never, 2 * theta) };
    },
  ],
  "learning-rate-bptt-iteration": [
    ((theta, eta, T) => theta * (1 - 2 * eta * squares(T))) as Descent,
    ((theta, eta, T) => {
      let gradient = 0;
      for (let t = 1; t <= T; t++) gradient += 2 * t * t * theta;
      return theta - eta * gradient;
    }) as Descent,
  ],
  "learning-rate-truncated-iteration": [
    right2,
    ((state, eta, mu) => {
      const A = matrix([
        [1 - 2 * eta, -2 * eta],
        [1, 1],
      ]);
      const [theta, m] = multiply(A, [state[0], state[1] - mu]).toArray() as number[];
      return Float64Array.of(theta, m + mu);
    }) as Step,
  ],
  "learning-rate-matrix": [
    [
      ["1 - eta - eta", "-eta - eta"],
      ["eta/(eta + 1) + 1/(1 + eta)", "cos(0)"],
    ],
  ],
  "learning-rate-eigenvalues": [
    (M: Rows) => roots(sumOf(M), productOf(M)),
    (M: Rows) => {
      // The root of mathjs is complex where its argument is negative.
      const half = sumOf(M) / 2;
      const root = complex(sqrt(half * half - det(M)) as number);
      return [add(half, root), subtract(half, root)].map((one) => {
        const { re, im } = one as { re: number; im: number };
        return { re, im, abs: abs(complex(re, im)) };
      });
    },
  ],
  "learning-rate-spectrum": [
    ["1 - eta", "(eta (2 - eta))^(1/2)", "1"],
    ["(2 - 2 eta) / 2", "sqrt(abs(eta^2 - 2 eta))", "sqrt((1 - eta)^2 + 2 eta - eta^2)"],
    ["cos(0) - eta", "sqrt(1 - (1 - eta)^2)", "eta^0"],
  ],
  "learning-rate-bptt-rates": [
    ["0", "6/(2 T^3 + 3 T^2 + T)", "3/(2 T^3 + 3 T^2 + T)"],
    ["0*T", "1/(T (T + 1) (2 T + 1) / 6)", "1/(T/3 + T^2 + 2 T^3/3)"],
  ],
  "learning-rate-restart-rates": [
    ["0", "2 sin(pi/(2 T + 2))^2", "2 sin(pi/(4 T + 2))^2"],
    ["1 - cos(0)", "1 - cos(pi/(T + 1))", "1 + cos(2 pi T/(2 T + 1))"],
  ],
  "learning-rate-schedule": [
    (k: number) => 0.5 / k ** 1.5,
    (k: number) => 0.3 / (k * k),
    (k: number) => Math.exp(-2 * Math.log(k)),
    (k: number) => 0.5 / (1 + k) ** 1.9,
  ],
  "learning-rate-chunk-determinant": [
    "1 + eta (p^3 - p) / 3",
    "(1 - eta p (p + 1) (2 p + 1) / 3) * 1 + eta p (p + 1) p",
  ],
  "learning-rate-chunk-verdict": [
    ["Diverges", "d"],
    [" diverges", "D "],
  ],
};
