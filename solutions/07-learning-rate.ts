/** Exercise 7, Example 4: both algorithms, their matrix, and learning rates that work (slides 24 and 25). */
import type {
  Exercise,
  ExpressionQuestion,
  FunctionQuestion,
  OutcomeQuestion,
  Random,
  ValueQuestion,
} from "../grader/question";
import { apart, list, uniform, whole } from "./parts/draw";
import type { Mat, Vec } from "./parts/linear";
import { carrying, mistake, told, watched } from "./parts/mistake";

/** A number of two decimals, both ends included. */
const hundredths = (random: Random, from: number, to: number): number => whole(random, from, to) / 100;

// 7.1

const loss: ExpressionQuestion = {
  kind: "expression",
  id: "learning-rate-loss",
  number: "7.1a",
  points: 2,
  name: "ex4Loss",
  parameters: ["theta", "T", "sigma"],
  tolerance: 1e-6,
  cases: (random) => [
    [0, 2, 0.5],
    [1, 1, 0],
    [1, 2, 0],
    [apart(random, 0.3, 0.9), whole(random, 3, 6), hundredths(random, 30, 80)],
  ],
  reference: "T*sigma^2 + T*(T+1)*(2*T+1)/6 * theta^2",
  hints: [
    "With θ = 0 the state stays where it began: each of the T losses is then the variance of x_0. With σ = 0 and θ = 1 the state is t away from μ at time t: for T = 2 the loss is 1 + 4.",
    "At each t the square of a sum is taken, (x_0 - μ) + tθ, and then the mean. So the squares of t are added up, not t, and nothing but the mean of x_0 - μ is 0.",
    "E (x_0 - μ + tθ)² = σ² + t² θ². The sum over t is T σ² + (1 + 4 + 9 + ... + T²) θ², and 1 + 4 + ... + T² = T (T + 1) (2T + 1) / 6.",
  ],
  misconceptions: [
    mistake(
      "t added up in place of t²",
      "The loss of step t is a square: (tθ)² = t² θ². The sum of the squares, 1 + 4 + 9 + ..., is T (T + 1) (2T + 1) / 6; that of t is T (T + 1) / 2.",
      "T*sigma^2 + T*(T+1)/2 * theta^2",
    ),
    mistake(
      "the square of the sum",
      "Each loss is squared by itself, and then the squares are added up: 1 + 4 = 5 for T = 2, not (1 + 2)² = 9.",
      "T*sigma^2 + (T*(T+1)/2)^2 * theta^2",
    ),
    mistake(
      "the last loss only",
      "That is Example 3. Here every step has a loss, from t = 1 to T.",
      "sigma^2 + T^2 * theta^2",
    ),
    mistake(
      "σ² counted once",
      "The variance of x_0 is in every one of the T losses, since the state keeps x_0.",
      "sigma^2 + T*(T+1)*(2*T+1)/6 * theta^2",
    ),
    mistake(
      "σ² is missing",
      "x_0 is random: for θ = 0 the loss is not 0, but the variance of x_0 at every step.",
      "T*(T+1)*(2*T+1)/6 * theta^2",
    ),
    mistake(
      "σ in place of σ²",
      "In N(μ, σ²) the variance is σ², and E (x_0 - μ)² is the variance.",
      "T*sigma + T*(T+1)*(2*T+1)/6 * theta^2",
    ),
    mistake(
      "Tθ at every step",
      "At time t the state has moved by tθ. Only at the end is this Tθ.",
      "T*sigma^2 + T^3 * theta^2",
    ),
    mistake("θ added once", "θ is added at each step: h_t = x_0 + tθ.", "T*sigma^2 + T*theta^2"),
    mistake(
      "a new variance at each step",
      "x_0 is drawn once. What the steps add, θ, is not random: the variance of h_t is σ² at every t.",
      "T*(T+1)/2 * sigma^2 + T*(T+1)*(2*T+1)/6 * theta^2",
    ),
    mistake("divided by T", "L is the sum of the L_t, not their mean.", "sigma^2 + (T+1)*(2*T+1)/6 * theta^2"),
  ],
};

const optimum: ExpressionQuestion = {
  kind: "expression",
  id: "learning-rate-optimum",
  number: "7.1b",
  points: 1,
  name: "ex4Best",
  parameters: ["T", "mu", "sigma"],
  tolerance: 1e-6,
  cases: (random) => [
    [2, 1, 0.5],
    [whole(random, 3, 6), apart(random, 2, 3), hundredths(random, 30, 80)],
  ],
  reference: ["0", "T*sigma^2"],
  hints: [
    "The formula of 7.1a is a parabola in θ. Where is its lowest point, and how high is it there?",
    "Two things go wrong here: the least loss taken as 0, as if x_0 were not random; and μ in the answer, though the state already begins at μ on the average.",
    "θ enters as θ² times a positive number: θ* = 0, and what is left is T σ².",
  ],
  misconceptions: [
    mistake(
      "the least loss taken as 0",
      "θ is the same for all x_0: it cannot remove their spread. Put θ = 0 into 7.1a.",
      ["0", "0"],
    ),
    mistake("the least loss of one step", "There are T losses, and the variance of x_0 is in each of them.", [
      "0",
      "sigma^2",
    ]),
    mistake("σ in place of σ²", "The least loss is a sum of variances: σ² each.", ["0", "T*sigma"]),
    mistake("μ / T, as if x_0 were 0", "x_0 is μ on the average, so there is no way to go.", ["mu/T", "T*sigma^2"]),
    mistake(
      "the best θ taken as μ",
      "θ is what each step adds. The state begins at μ on the average, and shall stay.",
      ["mu", "T*sigma^2"],
    ),
    mistake("the two answers exchanged", "First the best θ, then the loss that it gives.", ["T*sigma^2", "0"]),
  ],
};

type Gradients = { full: Vec; trunc: Vec };
type AllGradients = (theta: number, T: number) => unknown;
const over = (T: number, term: (t: number) => number): Vec => list(T, (i) => term(i + 1));
const both =
  (full: (t: number, theta: number, T: number) => number, trunc: (t: number, theta: number) => number) =>
  (theta: number, T: number): Gradients => ({
    full: over(T, (t) => full(t, theta, T)),
    trunc: over(T, (t) => trunc(t, theta)),
  });
const fullAt = (t: number, theta: number): number => 2 * t ** 2 * theta;
const truncAt = (t: number, theta: number): number => 2 * t * theta;
const added = (values: Vec): number => values.reduce((sum, x) => sum + x, 0);

const gradients: FunctionQuestion = {
  kind: "function",
  id: "learning-rate-gradients",
  number: "7.1c",
  points: 3,
  name: "ex4Gradients",
  parameters: ["theta", "T"],
  tolerance: 1e-6,
  cases: (random) => [
    [0.5, 1],
    [0.5, 2],
    [apart(random, 0.3, 0.9), whole(random, 3, 5)],
  ],
  reference: both(fullAt, truncAt),
  hints: [
    "At t = 1 there is one copy of θ, and both gradients are 2θ. At t = 2 two copies were added up: the error is 2θ, the full gradient moves both copies, the truncated one only the last.",
    "Write L_t = σ² + (m + θ)² with m = (t - 1) θ, the place of the state before the last step. The truncated gradient takes m as a constant; the full gradient knows that m contains θ. Neither forgets that m is there.",
    "Truncated: 2 (m + θ) = 2tθ. Full: 2 (m + θ) times t, since t copies are moved: 2t²θ.",
  ],
  misconceptions: [
    mistake<AllGradients>(
      "truncated gradients of 2θ at every t",
      "Truncation takes the state before as a constant, not as 0: m = (t - 1) θ is still in the error, 2 (m + θ).",
      both(fullAt, (_, theta) => 2 * theta),
    ),
    mistake<AllGradients>(
      "the truncated gradient twice",
      "In the full gradient h_t depends on θ through all t copies: ∂h_t/∂θ = t, not 1.",
      both(truncAt, truncAt),
    ),
    mistake<AllGradients>(
      "the full gradient twice",
      "The truncated gradient moves the last copy of θ only: ∂h_t/∂θ is taken as 1.",
      both(fullAt, fullAt),
    ),
    mistake<AllGradients>(
      "the two lists exchanged",
      "The full gradient is the larger one: it has the factor t twice, once from the error and once from ∂h_t/∂θ.",
      both(truncAt, fullAt),
    ),
    mistake<AllGradients>("the factor 2 is missing", "The derivative of a square u² is 2 u u'.", (theta, T) =>
      both(fullAt, truncAt)(theta / 2, T),
    ),
    mistake<AllGradients>(
      "sums up to t",
      "Entry t is the gradient of L_t alone. Add nothing up.",
      both(
        (t, theta) => added(over(t, (s) => fullAt(s, theta))),
        (t, theta) => added(over(t, (s) => truncAt(s, theta))),
      ),
    ),
    mistake<AllGradients>(
      "one number in place of T",
      "Asked for are the gradients of L_1, ..., L_T by themselves: two lists of T numbers.",
      (theta, T) => {
        const { full, trunc } = both(fullAt, truncAt)(theta, T);
        return { full: added(full), trunc: added(trunc) };
      },
    ),
    mistake<AllGradients>(
      "steps counted from 0",
      "There is no loss at t = 0. The steps are t = 1, ..., T.",
      (theta, T) => ({
        full: list(T, (t) => fullAt(t, theta)),
        trunc: list(T, (t) => truncAt(t, theta)),
      }),
    ),
    mistake<AllGradients>(
      "the sign",
      "If θ > 0, a larger θ makes every loss larger: the gradients are positive.",
      (theta, T) => both(fullAt, truncAt)(-theta, T),
    ),
    mistake<AllGradients>(
      "t θ in place of 2 t² θ: the error itself",
      "h_t - μ = tθ on the average is the error. The gradient is 2 times the error times ∂h_t/∂θ.",
      both(
        (t, theta) => t * theta,
        (t, theta) => t * theta,
      ),
    ),
  ],
};

// 7.2

type Iteration = (theta: number, eta: number, T: number) => number;
const sumOfSquares = (T: number): number => (T * (T + 1) * (2 * T + 1)) / 6;
const against =
  (gradient: (theta: number, T: number) => number): Iteration =>
  (theta, eta, T) =>
    theta - eta * gradient(theta, T);

const bpttIteration: FunctionQuestion = {
  kind: "function",
  id: "learning-rate-bptt-iteration",
  number: "7.2a",
  points: 2,
  name: "bpttIteration",
  parameters: ["theta", "eta", "T"],
  tolerance: 1e-6,
  cases: (random) => [
    [1, 0.1, 1],
    [1, 0.1, 2],
    [apart(random, 0.3, 0.9), hundredths(random, 1, 4), whole(random, 3, 5)],
  ],
  reference: against((theta, T) => 2 * sumOfSquares(T) * theta),
  hints: [
    "Deterministic gradient descent: the new θ is θ - η ∇L(θ). With T = 1, η = 0.1 and θ = 1 it is 1 - 0.1 · 2 = 0.8.",
    "∇L is the derivative of the whole loss of 7.1a, which is the sum of the full gradients of 7.1c. The truncated gradients do not occur in BPTT.",
    "∇L = 2 S₂ θ with S₂ = T (T + 1) (2T + 1) / 6, so θ becomes (1 - 2η S₂) θ.",
  ],
  misconceptions: [
    mistake<Iteration>(
      "the truncated gradients added up",
      "BPTT follows the full gradient: each L_t gives 2t²θ, not 2tθ.",
      against((theta, T) => T * (T + 1) * theta),
    ),
    mistake<Iteration>(
      "the last loss only",
      "There is a loss at every step: add the gradients of L_1, ..., L_T.",
      against((theta, T) => 2 * T ** 2 * theta),
    ),
    mistake<Iteration>(
      "the factor 2 is missing",
      "The derivative of S₂ θ² is 2 S₂ θ.",
      against((theta, T) => sumOfSquares(T) * theta),
    ),
    mistake<Iteration>(
      "uphill",
      "Descent goes against the gradient: θ - η ∇L.",
      against((theta, T) => -2 * sumOfSquares(T) * theta),
    ),
    mistake<Iteration>(
      "divided by T",
      "L is the sum of the L_t, not their mean.",
      against((theta, T) => (2 * sumOfSquares(T) * theta) / T),
    ),
    mistake<Iteration>(
      "the change in place of the new θ",
      "Asked for is θ^(k+1) itself, not what is subtracted from θ^(k).",
      (theta, eta, T) => 2 * eta * sumOfSquares(T) * theta,
    ),
    mistake<Iteration>(
      "the gradient in place of the new θ",
      "A step of gradient descent: θ minus η times the gradient.",
      (theta, _, T) => 2 * sumOfSquares(T) * theta,
    ),
    mistake<Iteration>(
      "one step for each loss",
      "In BPTT θ stays as it is until all T losses are known; then it moves once, by the gradient of their sum.",
      (theta, eta, T) => over(T, (t) => t).reduce((moved, t) => moved - eta * fullAt(t, moved), theta),
    ),
  ],
};

type Pair = [theta: number, h: number];
type PairIteration = (state: Pair, eta: number, mu: number) => unknown;
/** A step of truncated BPTT, its choices left open; `next` is the new theta. */
const pairStep =
  (
    gradient: (theta: number, h: number, mu: number) => number,
    carried: (theta: number, h: number, next: number, mu: number) => number = (theta, h) => h + theta,
  ) =>
  ([theta, h]: Pair, eta: number, mu: number): Pair => {
    const next = theta - eta * gradient(theta, h, mu);
    return [next, carried(theta, h, next, mu)];
  };
const onNextLoss = (theta: number, h: number, mu: number): number => 2 * (h + theta - mu);

const truncatedIteration: FunctionQuestion = {
  kind: "function",
  id: "learning-rate-truncated-iteration",
  number: "7.2b",
  points: 2,
  name: "truncatedIteration",
  parameters: ["state", "eta", "mu"],
  tolerance: 1e-6,
  cases: (random) => [
    [[1, 3], 0.5, 3],
    [[0, 4], 0.5, 3],
    [[apart(random, 0.3, 0.9), apart(random, 2, 3)], hundredths(random, 5, 40), apart(random, 0.5, 1.5)],
  ],
  reference: pairStep(onNextLoss),
  hints: [
    "Take a pencil: η = 1/2 and μ = 3, from θ = 1 and h̃ = 3. The loss at the next time is σ² + (3 + θ - 3)², whose derivative 2θ is 2 here, so θ goes to 0; and the state goes on with the θ that it had, to 4. After six such steps everything is as it was.",
    "The slide has θ^(k) in both lines. Look at which θ your state goes on with, and whether your loss is the one at time k + 1, which the state reaches in this step.",
    "∇̃L_{k+1} = 2 (h̃ + θ - μ), so the new pair is [θ - 2η (h̃ + θ - μ), h̃ + θ], with the same θ, the old one, in both.",
  ],
  misconceptions: [
    mistake<PairIteration>(
      "the state goes on with the new θ",
      "The slide has θ^(k) in both lines: h̃_{k+1} = f(h̃_k; θ^(k)). With the new θ another algorithm comes out, which converges. Keep the old θ in a `const` until both lines are done.",
      pairStep(onNextLoss, (_, h, next) => h + next),
    ),
    mistake<PairIteration>(
      "the loss where the state is",
      "The loss is that of time k + 1: it is measured at f(h̃; θ) = h̃ + θ, not at h̃.",
      pairStep((_, h, mu) => 2 * (h - mu)),
    ),
    mistake<PairIteration>(
      "the loss one step too far",
      "The state moves once: the loss is measured at h̃ + θ, and there the state is left.",
      pairStep((theta, h, mu) => 2 * (h + 2 * theta - mu)),
    ),
    mistake<PairIteration>(
      "the state begins anew",
      "In truncated BPTT the state is carried on from step to step: it continues from h̃, not from μ.",
      pairStep(
        (theta) => 2 * theta,
        (theta, _, __, mu) => mu + theta,
      ),
    ),
    mistake<PairIteration>(
      "the state is not moved",
      "The second line of the slide: h̃ goes on to f(h̃; θ) = h̃ + θ.",
      pairStep(onNextLoss, (_, h) => h),
    ),
    mistake<PairIteration>(
      "μ is not subtracted",
      "The loss is the square of the distance from μ: h̃ + θ - μ.",
      pairStep((theta, h) => 2 * (h + theta)),
    ),
    mistake<PairIteration>(
      "m in place of h̃ is returned",
      "The pair holds the state h̃ itself. Its distance m = h̃ - μ will do for the matrix, in the next question.",
      pairStep(onNextLoss, (theta, h, _, mu) => h + theta - mu),
    ),
    mistake<PairIteration>(
      "the factor 2 is missing",
      "The derivative of a square u² is 2 u u'.",
      pairStep((theta, h, mu) => h + theta - mu),
    ),
    mistake<PairIteration>(
      "uphill",
      "Descent goes against the gradient: θ - η ∇̃L.",
      pairStep((theta, h, mu) => -onNextLoss(theta, h, mu)),
    ),
    mistake<PairIteration>("h̃ first", "The pair is [θ, h̃]: first θ, then the state.", (state, eta, mu) =>
      pairStep(onNextLoss)(state, eta, mu).reverse(),
    ),
    mistake<PairIteration>(
      "only θ",
      "A step is represented by a pair: return the new state as well, [θ, h̃].",
      (state, eta, mu) => pairStep(onNextLoss)(state, eta, mu).slice(0, 1),
    ),
  ],
};

const matrixOfStep: ExpressionQuestion = {
  kind: "expression",
  id: "learning-rate-matrix",
  number: "7.2c",
  points: 2,
  name: "ex4Matrix",
  parameters: ["eta"],
  tolerance: 1e-6,
  cases: (random) => [[0], [0.5], [hundredths(random, 5, 40)]],
  reference: [
    ["1-2*eta", "-2*eta"],
    ["1", "1"],
  ],
  hints: [
    "With η = 0 nothing is learned: θ stays, and m becomes m + θ. Which matrix does this? The determinant of the right answer is 1 for every η.",
    "A row is what a new number is made of: the first row has the factors of θ and of m in the new θ. Both are to be the old θ and the old m.",
    "θ_{k+1} = (1 - 2η) θ_k - 2η m_k and m_{k+1} = θ_k + m_k: the rows are (1 - 2η, -2η) and (1, 1).",
  ],
  misconceptions: [
    mistake(
      "the new θ in the second row",
      "The slide has θ^(k) in both lines: m_{k+1} = m_k + θ_k, with the old θ. The determinant of your matrix is 1 - 2η; that of the right one is 1.",
      [
        ["1-2*eta", "-2*eta"],
        ["1-2*eta", "1-2*eta"],
      ],
    ),
    mistake(
      "the loss where the state is",
      "The loss is that of time k + 1, σ² + (m + θ)²: its derivative contains θ, too. The determinant of your matrix is 1 + 2η; that of the right one is 1.",
      [
        ["1", "-2*eta"],
        ["1", "1"],
      ],
    ),
    mistake("rows and columns exchanged", "The first row makes the new θ: (1 - 2η) θ - 2η m.", [
      ["1-2*eta", "1"],
      ["-2*eta", "1"],
    ]),
    mistake(
      "m before θ",
      "z = (θ, m): θ is the first entry, so its line is the first row and its factors the first column.",
      [
        ["1", "1"],
        ["-2*eta", "1-2*eta"],
      ],
    ),
    mistake("the factor 2 is missing", "The derivative of (m + θ)² is 2 (m + θ).", [
      ["1-eta", "-eta"],
      ["1", "1"],
    ]),
    mistake("a sign: + 2η m", "The whole gradient is subtracted, 2η (m + θ): both terms get the minus.", [
      ["1-2*eta", "2*eta"],
      ["1", "1"],
    ]),
    mistake("m does not remember", "The state is carried on: m_{k+1} = m_k + θ_k. Its second factor is 1, not 0.", [
      ["1-2*eta", "-2*eta"],
      ["1", "0"],
    ]),
  ],
};

// 7.3

type Eigenvalue = { re: number; im: number; abs: number };
type Eigen = (M: Mat) => unknown;
const complex = (re: number, im: number): Eigenvalue => ({ re, im, abs: Math.hypot(re, im) });
/** Half the trace, the determinant, and what stands under the root. */
const traits = ([[a, b], [c, d]]: Mat) => {
  const [half, det] = [(a + d) / 2, a * d - b * c];
  return { half, det, under: half ** 2 - det };
};
const pairOf = (half: number, under: number): Eigenvalue[] =>
  [1, -1].map((sign) => {
    const root = sign * Math.sqrt(Math.abs(under));
    return under < 0 ? complex(half, root) : complex(half + root, 0);
  });
const eigenPair = (M: Mat): Eigenvalue[] => pairOf(traits(M).half, traits(M).under);
const withModulus =
  (abs: (one: Eigenvalue) => number): Eigen =>
  (M) =>
    eigenPair(M).map((one) => ({ ...one, abs: abs(one) }));

const eigen2: FunctionQuestion = {
  kind: "function",
  id: "learning-rate-eigenvalues",
  number: "7.3a",
  points: 2,
  name: "eigen2",
  parameters: ["M"],
  tolerance: 1e-6,
  cases: (random) => {
    const [a, b] = [apart(random, 0.5, 1.5), apart(random, 1.6, 2.5)];
    // The product of the other two is negative, then positive, and far enough from what a and d do to the root.
    const other = Math.sign(b) * hundredths(random, 300, 400);
    return [
      [
        [
          [2, 0],
          [0, 1],
        ],
      ],
      [
        [
          [0, -1],
          [1, 0],
        ],
      ],
      [
        [
          [0, -1],
          [1, 1],
        ],
      ],
      [
        [
          [-3, -4],
          [1, 1],
        ],
      ],
      [
        [
          [a, b],
          [-other, a + uniform(random, 0.4)],
        ],
      ],
      [
        [
          [a, b],
          [other, a + apart(random, 0.5, 1)],
        ],
      ],
    ];
  },
  reference: eigenPair as Eigen,
  hints: [
    "The eigenvalues of a 2 by 2 matrix are tr/2 ± √(tr²/4 - det). Compute what stands under the root first, and ask for its sign.",
    "Where that number is negative, there is no real root: `Math.sqrt` gives NaN. The root of -4 is 2i: then both eigenvalues have the real part tr/2, and the imaginary parts are plus and minus the root of the number without its sign.",
    "u = tr²/4 - det. If u ≥ 0: re = tr/2 ± √u, im = 0. If u < 0: re = tr/2, im = ± √(-u). In both cases abs = √(re² + im²). The one with + comes first.",
  ],
  misconceptions: [
    watched(
      "the root of a negative number",
      "`Math.sqrt` of a negative number is NaN. Take the root of the number without its sign; it is the imaginary part.",
      (answer: (M: Mat) => unknown, M: Mat) => JSON.stringify(answer(M)).includes("null"),
    ),
    mistake<Eigen>(
      "the root of a negative number added as if it were real",
      "Where the number under the root is negative, its root goes into `im`, and `re` is tr/2 alone.",
      (M) => [1, -1].map((sign) => complex(traits(M).half + sign * Math.sqrt(Math.abs(traits(M).under)), 0)),
    ),
    mistake<Eigen>(
      "the root of a positive number is taken for imaginary",
      "Two kinds of matrices: only where the number under the root is negative are the eigenvalues complex.",
      (M) => [1, -1].map((sign) => complex(traits(M).half, sign * Math.sqrt(Math.abs(traits(M).under)))),
    ),
    mistake<Eigen>(
      "the entries of the diagonal",
      "These are the eigenvalues only where one of the other two entries is 0.",
      ([[a], [, d]]) => [a, d].map((x) => complex(x, 0)),
    ),
    mistake<Eigen>(
      "the trace is not halved",
      "λ = (tr ± √(tr² - 4 det)) / 2: the 2 divides both terms, tr/2 ± √(tr²/4 - det).",
      (M) => pairOf(2 * traits(M).half, traits(M).under),
    ),
    mistake<Eigen>("nothing is halved", "λ = (tr ± √(tr² - 4 det)) / 2: divide both terms by 2.", (M) =>
      pairOf(2 * traits(M).half, 4 * traits(M).under),
    ),
    mistake<Eigen>("plus the determinant", "Under the root stands tr²/4 - det, with a minus.", (M) =>
      pairOf(traits(M).half, traits(M).half ** 2 + traits(M).det),
    ),
    mistake<Eigen>(
      "one imaginary part for both",
      "The two are conjugate: their imaginary parts have opposite signs.",
      (M) => eigenPair(M).map(({ re, im }) => complex(re, Math.abs(im))),
    ),
    mistake<Eigen>(
      "the square of the modulus",
      "abs is the length of the arrow (re, im): the root of re² + im².",
      withModulus(({ re, im }) => re ** 2 + im ** 2),
    ),
    mistake<Eigen>(
      "the modulus without its imaginary part",
      "abs is the distance from 0 in the complex plane: √(re² + im²), in which im counts as well.",
      withModulus(({ re }) => Math.abs(re)),
    ),
    mistake<Eigen>(
      "the two parts added for the modulus",
      "abs is the length of the arrow (re, im), by Pythagoras: √(re² + im²).",
      withModulus(({ re, im }) => Math.abs(re) + Math.abs(im)),
    ),
    mistake<Eigen>("the one with - first", "First comes the eigenvalue with + before the root.", (M) =>
      eigenPair(M).reverse(),
    ),
  ],
};

const spectrum: ExpressionQuestion = {
  kind: "expression",
  id: "learning-rate-spectrum",
  number: "7.3b",
  points: 2,
  name: "ex4Eigenvalue",
  parameters: ["eta"],
  tolerance: 1e-6,
  cases: (random) => [[1], [0.5], [hundredths(random, 10, 40)], [hundredths(random, 120, 180)]],
  reference: ["1-eta", "sqrt(2*eta-eta^2)", "1"],
  hints: [
    "For η = 1 the matrix is (-1, -2; 1, 1), with the trace 0 and the determinant 1: the eigenvalues are ±i, so the answer there is 0, 1, 1.",
    "Put tr A = 2 - 2η and det A = 1 into tr/2 ± √(tr²/4 - det). For 0 < η < 2 the number under the root is negative: take its root without the sign. For the modulus remember that the product of conjugate numbers is the square of their modulus.",
    "tr/2 = 1 - η and tr²/4 - det = η² - 2η, so λ = (1 - η) ± i √(2η - η²). Its modulus: (1 - η)² + 2η - η² = 1.",
  ],
  misconceptions: [
    mistake("the modulus of the real part alone", "|λ|² = re² + im²: the imaginary part counts as well.", [
      "1-eta",
      "sqrt(2*eta-eta^2)",
      "abs(1-eta)",
    ]),
    mistake("the trace is not halved", "λ = tr/2 ± ...: half of 2 - 2η.", [
      "2-2*eta",
      "sqrt(2*eta-eta^2)",
      "sqrt((2-2*eta)^2 + 2*eta-eta^2)",
    ]),
    mistake("nothing is halved", "λ = (tr ± √(tr² - 4 det)) / 2: divide both terms by 2.", [
      "2-2*eta",
      "2*sqrt(2*eta-eta^2)",
      "2",
    ]),
    mistake("the imaginary part for small η", "√(2η) is right for small η only: under the root stands 2η - η².", [
      "1-eta",
      "sqrt(2*eta)",
      "1",
    ]),
    mistake("the imaginary part without its root", "The imaginary part is the root of 2η - η².", [
      "1-eta",
      "2*eta-eta^2",
      "1",
    ]),
    told(
      "the root of a negative number",
      "η² - 2η is negative for 0 < η < 2, and its root is NaN here. The imaginary part is √(2η - η²).",
    ),
  ],
};

// 7.4

const bpttRates: ExpressionQuestion = {
  kind: "expression",
  id: "learning-rate-bptt-rates",
  number: "7.4a",
  points: 3,
  name: "bpttRates",
  parameters: ["T"],
  tolerance: 1e-6,
  cases: (random) => [[1], [2], [whole(random, 3, 5)]],
  reference: ["0", "6/(T*(T+1)*(2*T+1))", "3/(T*(T+1)*(2*T+1))"],
  hints: [
    "One step of BPTT multiplies θ by a number r, which 7.2a has. It converges exactly if -1 < r < 1. For T = 1 the interval is from 0 to 1, and 1/2 arrives in one step.",
    "The end of the interval is where r = -1, not where r = 0: there, at r = 0, one step arrives. So the rate for one step is in the middle.",
    "r = 1 - 2η S₂. -1 < r < 1 is 0 < η < 1/S₂, and r = 0 is η = 1/(2 S₂), with S₂ = T (T + 1) (2T + 1) / 6.",
  ],
  misconceptions: [
    mistake(
      "1/(2 S₂) as the limit",
      "At 1/(2 S₂) the factor is 0, and θ arrives in one step. Beyond it θ jumps to the other side and still comes nearer, until the factor is -1.",
      ["0", "3/(T*(T+1)*(2*T+1))", "3/(T*(T+1)*(2*T+1))"],
    ),
    mistake(
      "limit and one step exchanged",
      "First the two ends of the interval, then the rate that arrives in one step.",
      ["0", "3/(T*(T+1)*(2*T+1))", "6/(T*(T+1)*(2*T+1))"],
    ),
    mistake("the factor 2 is missing", "The gradient is 2 S₂ θ, so the factor of a step is 1 - 2η S₂.", [
      "0",
      "12/(T*(T+1)*(2*T+1))",
      "6/(T*(T+1)*(2*T+1))",
    ]),
    mistake(
      "the rates of Example 3",
      "There only the last loss counts, with T². Here the squares of all t are added up.",
      ["0", "1/T^2", "1/(2*T^2)"],
    ),
    mistake(
      "the truncated gradients",
      "T (T + 1) θ is the sum of the truncated gradients. BPTT follows the full one, 2 S₂ θ.",
      ["0", "2/(T*(T+1))", "1/(T*(T+1))"],
    ),
    mistake(
      "the rates with a restart",
      "Those belong to truncated BPTT with a restart, 7.4b. BPTT multiplies θ by 1 - 2η S₂.",
      ["0", "1-cos(pi/(T+1))", "1-cos(pi/(2*T+1))"],
    ),
    mistake("an interval on both sides of 0", "With η < 0 one goes uphill: the factor 1 - 2η S₂ is above 1.", [
      "-6/(T*(T+1)*(2*T+1))",
      "6/(T*(T+1)*(2*T+1))",
      "3/(T*(T+1)*(2*T+1))",
    ]),
  ],
};

const restartRates: ExpressionQuestion = {
  kind: "expression",
  id: "learning-rate-restart-rates",
  number: "7.4b",
  points: 3,
  name: "restartRates",
  parameters: ["T"],
  tolerance: 1e-6,
  cases: (random) => [[1], [2], [whole(random, 3, 8)]],
  reference: ["0", "1-cos(pi/(T+1))", "1-cos(pi/(2*T+1))"],
  hints: [
    "One epoch multiplies θ by ρ = cos((T + 1/2) φ) / cos(φ/2). Let φ grow from 0, where ρ = 1: first ρ becomes 0, then -1. For T = 1 the rates are the same as those of BPTT.",
    "ρ = 0 where the numerator is 0, and ρ = -1 where the numerator is minus the denominator: the denominator is not 1. At last go from φ to η, by cos φ = 1 - η.",
    "ρ = 0: (T + 1/2) φ = π/2, φ = π/(2T + 1). ρ = -1: cos((T + 1/2) φ) + cos(φ/2) = 2 cos((T + 1) φ/2) cos(T φ/2) = 0, first where (T + 1) φ = π. And η = 1 - cos φ.",
  ],
  misconceptions: [
    mistake(
      "the same rates as for BPTT",
      "With a restart truncated BPTT is still another algorithm: within an epoch θ moves at each of the T steps. Its factor is ρ, not 1 - 2η S₂.",
      ["0", "6/(T*(T+1)*(2*T+1))", "3/(T*(T+1)*(2*T+1))"],
    ),
    mistake("the angle in place of the rate", "That is φ. The rate is η = 1 - cos φ.", ["0", "pi/(T+1)", "pi/(2*T+1)"]),
    mistake("cos φ in place of 1 - cos φ", "cos φ = 1 - η, so η = 1 - cos φ.", [
      "1",
      "cos(pi/(T+1))",
      "cos(pi/(2*T+1))",
    ]),
    mistake(
      "the denominator taken as 1",
      "ρ = -1 where cos((T + 1/2) φ) = -cos(φ/2), and cos(φ/2) is below 1: this comes before (T + 1/2) φ = π.",
      ["0", "1-cos(2*pi/(2*T+1))", "1-cos(pi/(2*T+1))"],
    ),
    mistake("the 1/2 is missing", "In the numerator stands (T + 1/2) φ, not Tφ.", [
      "0",
      "1-cos(pi/T)",
      "1-cos(pi/(2*T))",
    ]),
    mistake("only for small φ", "1 - cos φ is about φ²/2 for small φ. Asked for is the rate itself.", [
      "0",
      "pi^2/(2*(T+1)^2)",
      "pi^2/(2*(2*T+1)^2)",
    ]),
    mistake(
      "only for small η",
      "ρ is about 1 - η T (T + 1) for small η. At the end of the interval η is not small enough for this.",
      ["0", "2/(T*(T+1))", "1/(T*(T+1))"],
    ),
    mistake("one epoch as the limit", "Where ρ = 0 one epoch arrives. The interval goes on until ρ = -1.", [
      "0",
      "1-cos(pi/(2*T+1))",
      "1-cos(pi/(2*T+1))",
    ]),
  ],
};

// 7.5

type Schedule = (k: number) => number;
type Start = [theta: number, m: number];

/** What truncated BPTT makes of the rates from one start, late in the run: the largest |theta| and |m|. Travels as text. */
function lateSizes(rates: ArrayLike<number>, [theta, m]: Start): { theta: number; m: number } {
  const largest = { theta: 0, m: 0 };
  for (let i = 0; i < 500000; i++) {
    const carried = m + theta;
    theta -= 2 * rates[i] * carried;
    m = carried;
    // A state that is not finite any more is larger than every number.
    if (i >= 400000 && !(Math.abs(theta) <= largest.theta)) largest.theta = Math.abs(theta);
    if (i >= 400000 && !(Math.abs(m) <= largest.m)) largest.m = Math.abs(m);
  }
  return largest;
}
type LateSizes = typeof lateSizes;

type Look = (schedule: Schedule, power: number, passes: (start: Start) => boolean, starts: Start[]) => boolean;

/**
 * Looks at a schedule that fails from some start; `power` is a where the schedule falls like 1 / k^a, and else NaN.
 * Only a schedule that looks wrong is run.
 */
const failing = (look: Look) =>
  carrying([lateSizes, look], (lateSizes: LateSizes, look: Look, schedule: Schedule, starts: Start[]): boolean => {
    const slope = (from: number, to: number) => Math.log(schedule(from) / schedule(to)) / Math.log(to / from);
    const [early, late] = [slope(1e4, 7e4), slope(7e4, 5e5)];
    const power = Math.abs(early - late) < 0.02 ? late : Number.NaN;
    let rates: Float64Array | undefined;
    const passes = (start: Start) => {
      if (!rates) {
        rates = new Float64Array(500000);
        for (let k = 1; k <= 500000; k++) rates[k - 1] = schedule(k);
      }
      return lateSizes(rates, start).theta < 0.02;
    };
    return look(schedule, power, passes, starts) && !starts.every(passes);
  });

const schedule: OutcomeQuestion = {
  kind: "outcome",
  id: "learning-rate-schedule",
  number: "7.5",
  points: 8,
  name: "schedule",
  parameters: ["starts"],
  tolerance: 1e-6,
  // One case with many starts: the rates are the same for all.
  cases: (random) => [
    [
      [
        [1, 1],
        [1, 0],
        [0, 1],
        [uniform(random), uniform(random)],
        [uniform(random), uniform(random)],
      ],
    ],
  ],
  // The rates are handed over, and not what they reach: the run itself is made by `judge`.
  ask: (answer: Schedule) => {
    const rates = new Float64Array(500000);
    for (let k = 1; k <= 500000; k++) {
      const rate: unknown = answer(k);
      if (typeof rate !== "number") return `schedule(${k}) is ${rate}; the rate of a step is a number.`;
      rates[k - 1] = rate;
    }
    return rates;
  },
  judge: carrying([lateSizes], (lateSizes: LateSizes, rates: number[] | string, starts: Start[]) => {
    if (typeof rates === "string") return rates;
    if (!Array.isArray(rates) || rates.length !== 500000) return "There must be a rate for each of the 500000 steps.";
    const wrong = rates.findIndex((rate) => !Number.isFinite(rate));
    if (wrong >= 0) return `schedule(${wrong + 1}) is ${rates[wrong]}; the rate of a step is a number.`;
    const digits = (x: number) => (Number.isFinite(x) ? `${Number(x.toPrecision(3))}` : "too large for a number");
    for (const start of starts) {
      const { theta, m } = lateSizes(rates, start);
      if (theta < 0.02) continue;
      const where = `Begun with θ = ${start[0]} and m = ${start[1]}, the largest |θ| after 400000 steps`;
      return `${where} is ${digits(theta)}; it must be below 0.02. The largest |m| is ${digits(m)}.`;
    }
    return undefined;
  }) as OutcomeQuestion["judge"],
  reference: (k: number) => 1 / k ** 2,
  hints: [
    "Look at the picture of |θ| and |m| on logarithmic axes. A power of k is a straight line there: how steep is the line of |θ|, and how steep would it have to be, to come from 1 to 0.02 in 400000 steps?",
    "A constant rate only turns, whatever its size: the determinant is 1. The rate has to fall: not too slowly, since |θ| falls like the fourth root of the rate; and not too fast, since then θ freezes before it arrives.",
    "With η_k = c / k^a, |θ| falls like k^(-a/4) for a < 2, and like k^(-1/2) for a = 2 with c > 1/8. 400000^(-1/2) is 0.0016. For a > 2 the sum of k η_k is finite, and θ keeps a value that is not 0.",
  ],
  misconceptions: [
    watched(
      "counted from 0",
      "The first step is k = 1, so k - 1 is 0 there and cannot be divided by.",
      (answer: Schedule) => !Number.isFinite(answer(1)) && Number.isFinite(answer(2)),
    ),
    watched(
      "rates above 2",
      "With η > 2 an eigenvalue is outside the unit circle, and each step makes everything grow. Keep the first rates below 2.",
      failing((schedule) => schedule(1) > 2),
    ),
    watched(
      "rates below 0",
      "With η < 0 one goes uphill, and an eigenvalue is outside the unit circle.",
      failing((schedule) => schedule(1) < 0 || schedule(5e5) < 0),
    ),
    watched(
      "a constant rate",
      "A constant rate never arrives: a smaller one only oscillates more slowly, since the determinant is 1 for every η. Let the rate fall.",
      failing((_, power) => Math.abs(power) < 0.01),
    ),
    watched(
      "c / k, as Robbins and Monro say",
      "Their theorem supposes that a step without noise leads nearer to the optimum. Here no step does: with c/k, |θ| falls only like k^(-1/4), 25 times in 400000 steps. Take a steeper schedule.",
      failing((_, power) => Math.abs(power - 1) < 0.03),
    ),
    watched(
      "it falls too slowly",
      "With c / k^a and a < 2, |θ| falls only like k^(-a/4), and a larger c makes it larger. Take a larger a.",
      failing((_, power) => power >= 0.01 && power < 1.95),
    ),
    watched(
      "1 / k² with too small a factor",
      "With c / k² the factor decides: for c > 1/8 |θ| falls like k^(-1/2), below it more slowly. Take a larger c.",
      failing((schedule, power) => Math.abs(power - 2) <= 0.05 && schedule(5e5) * 25e10 < 1 / 8),
    ),
    watched(
      "made for one starting point",
      "From one start it arrives, and stays there since the rates are then 0. The next start ends somewhere else. The same rates must serve all.",
      failing((schedule, _, passes, starts) => schedule(1e4) === 0 && schedule(5e5) === 0 && starts.some(passes)),
    ),
    watched(
      "frozen: the rates are spent too soon",
      "The rates get so small that θ stops before it arrives, while m runs away. The sum of k η_k must be infinite: let the rate fall no faster than 1/k².",
      failing(
        (schedule, power) => schedule(1) >= 0 && (schedule(5e5) === 0 || power > 2.05 || schedule(5e5) * 25e10 < 1e-3),
      ),
    ),
    told(
      "steps lowered by hand",
      "A schedule that is constant for a long time turns during all of it. Let the rate fall a little at every step, as a power of k.",
    ),
  ],
};

// 7.6

const chunkDeterminant: ExpressionQuestion = {
  kind: "expression",
  id: "learning-rate-chunk-determinant",
  number: "7.6a",
  points: 3,
  name: "chunkDeterminant",
  parameters: ["eta", "p"],
  tolerance: 1e-6,
  cases: (random) => [
    [0.5, 1],
    [0.1, 2],
    [hundredths(random, 5, 40), whole(random, 3, 6)],
  ],
  reference: "1 + eta*p*(p+1)*(p-1)/3",
  hints: [
    "With p = 1 a chunk is a step of the lecture's algorithm: the determinant must be 1 for every η. With p = 2 it is 1 + 2η.",
    "First write the chunk as a matrix. Its first row has the factors of θ and m in θ - η Σ_j 2j (m + jθ); its second row those in m + pθ. Both sums, Σ j and Σ j², are needed.",
    "The matrix is (1 - 2η S₂, -η p (p + 1); p, 1) with S₂ = p (p + 1) (2p + 1) / 6. Its determinant is 1 - η p (p + 1) (2p + 1) / 3 + η p² (p + 1) = 1 + η p (p + 1) (p - 1) / 3.",
  ],
  misconceptions: [
    mistake(
      "1, as for p = 1",
      "With p = 1, or with a loss at the end of the chunk only, the two terms cancel. With p = 2 losses they do not: put the numbers in.",
      "1",
    ),
    mistake(
      "without the feedback",
      "The state is carried on: m becomes m + pθ, and the determinant has the product of the two other entries, too.",
      "1 - eta*p*(p+1)*(2*p+1)/3",
    ),
    mistake(
      "the product of the other entries added",
      "det = ad - bc: here bc is negative, so that -bc is added. Look at your sign for p = 1, where the determinant is 1.",
      "1 - eta*p*(p+1)*(2*p+1)/3 - eta*p^2*(p+1)",
    ),
    mistake(
      "the sign",
      "Put p = 2 in: 1 - 10η + 12η. The feedback is the larger of the two terms.",
      "1 - eta*p*(p+1)*(p-1)/3",
    ),
    mistake(
      "m moved by θ only",
      "In a chunk θ is added p times: m becomes m + pθ.",
      "1 - eta*p*(p+1)*(2*p+1)/3 + eta*p*(p+1)",
    ),
    mistake(
      "truncated at every step within the chunk",
      "Within the chunk the gradient is exact: L_j = (m + jθ)² contains θ j times, and gives 2j (m + jθ), not 2 (m + jθ).",
      "1 - eta*p*(p+1) + 2*eta*p^2",
    ),
    mistake("the factor 2 is missing", "The derivative of a square u² is 2 u u'.", "1 + eta*p*(p+1)*(p-1)/6"),
  ],
};

const chunkVerdict: ValueQuestion = {
  kind: "value",
  id: "learning-rate-chunk-verdict",
  number: "7.6b",
  points: 3,
  name: "chunkVerdict",
  parameters: [],
  tolerance: 1e-6,
  reference: ["diverges", "D"],
  hints: [
    "Put p = 4 and η = 0.000001 into your formula of 7.6a. Is the number 1, below 1 or above 1? It does not matter by how much.",
    "The product of the two eigenvalues is the determinant. If it is above 1, can both be inside the unit circle? A small rate changes how long it takes, not what happens.",
    "det = 1 + 20 · 0.000001 > 1, so one eigenvalue at least is outside the unit circle: it diverges, slowly, for every η > 0, and the reason is the determinant.",
  ],
  misconceptions: [
    mistake(
      "longer windows are safer",
      "The gradient within the chunk is nearer to the full one, that is true. But the cause is not in the gradient: it is in the state that is carried on. Look at the determinant.",
      ["converges", "A"],
    ),
    mistake(
      "a small rate is always safe",
      "A small rate makes the growth slow, not 0: with each chunk areas grow by the factor 1.00002, and 1.00002 to the power of 1000000 is about half a billion.",
      ["converges", "B"],
    ),
    mistake("it turns, as with p = 1", "The determinant is 1 for p = 1 only. Put p = 4 into the formula of 7.6a.", [
      "cycles",
      "C",
    ]),
    mistake(
      "a small rate hides the growth",
      "It seems to turn, if one does not wait for long. But with each chunk the ellipse grows by the same factor.",
      ["cycles", "B"],
    ),
    mistake(
      "the right verdict for a wrong reason: the sign",
      "It does diverge, but in Example 4 the truncated gradient always has the sign of the full one at fixed θ. Another line gives the reason.",
      ["diverges", "E"],
    ),
    mistake(
      "the right verdict for a wrong reason: the window",
      "It does diverge, but a longer window makes the gradient better, not worse. Another line gives the reason.",
      ["diverges", "A"],
    ),
  ],
};

export const exercise: Exercise = {
  id: "07-learning-rate",
  title: "Example 4, or how to choose the learning rate",
  questions: [
    loss,
    optimum,
    gradients,
    bpttIteration,
    truncatedIteration,
    matrixOfStep,
    eigen2,
    spectrum,
    bpttRates,
    restartRates,
    schedule,
    chunkDeterminant,
    chunkVerdict,
  ],
};
