/** Exercise 3 once more, written another way; see `04-bptt.ts`. */
import { add, type Matrix, map, matrix, multiply, tanh } from "mathjs";

type Rows = number[][];
type P = { U: Rows; W: Rows; V: Rows; b: number[]; c: number[]; o0: number[] };

type Kind = "hidden" | "output" | "final";

/** The arrows found by going back from the losses, or from each node that is asked for. */
function drawn(kind: Kind, T: number, source = kind === "output" ? "o" : "h"): Set<string> {
  const found = new Set<string>();
  const visit = (t: number) => {
    if (t < 1) return;
    found.add(`x_${t} -> h_${t}`).add(`${source}_${t - 1} -> h_${t}`);
    if (kind !== "final" || t === T) found.add(`h_${t} -> o_${t}`).add(`o_${t} -> L_${t}`);
    visit(t - 1);
  };
  visit(T);
  return found;
}
/** The same arrows, some of them changed or left out. */
const redrawn =
  (change: (arrow: string, kind: Kind, T: number) => string | undefined) =>
  (kind: Kind, T: number): string[] =>
    [...drawn(kind, T)].flatMap((arrow) => change(arrow, kind, T) ?? []);
const isFeedback = (arrow: string): boolean => !arrow.startsWith("x") && / -> h/.test(arrow);

type Bug =
  | "leak"
  | "alone"
  | "targets"
  | "zeros"
  | "zeros with teacher"
  | "o0"
  | "softmax"
  | "no o0"
  | "linear"
  | "tanh o"
  | "no b"
  | "no c";

/** Example 2 with index loops and typed arrays; what goes back is kept in `seen`. */
const run =
  (bug?: Bug) =>
  (p: P, X: Rows, teacher?: Rows): ArrayLike<number>[] => {
    const [m, q] = [p.b.length, p.c.length];
    const found: ArrayLike<number>[] = bug === "no o0" ? [] : [p.o0];
    let seen: ArrayLike<number> = p.o0;
    if (bug === "zeros" || (bug === "zeros with teacher" && teacher)) seen = new Float64Array(q);
    for (let t = 0; t < X.length; t++) {
      if (bug === "leak" && teacher) seen = teacher[t];
      const o = new Float64Array(q);
      for (let i = 0; i < m; i++) {
        let a = bug === "no b" ? 0 : p.b[i];
        for (let j = 0; j < X[t].length; j++) a += p.U[i][j] * X[t][j];
        for (let k = 0; k < q; k++) a += p.W[i][k] * seen[k];
        const h = bug === "linear" ? a : (Math.exp(a) - Math.exp(-a)) / (Math.exp(a) + Math.exp(-a));
        for (let k = 0; k < q; k++) o[k] += p.V[k][i] * h;
      }
      for (let k = 0; k < q && bug !== "no c"; k++) o[k] += p.c[k];
      if (bug === "tanh o") for (let k = 0; k < q; k++) o[k] = Math.tanh(o[k]);
      found.push(bug === "targets" && teacher ? teacher[t] : o);
      seen = teacher && bug !== "alone" ? teacher[t] : o;
      if (bug === "o0" && !teacher) seen = p.o0;
      if (bug === "softmax" && !teacher) {
        const e = Array.from(o, (x) => Math.exp(x));
        seen = e.map((x) => x / e.reduce((a, b) => a + b, 0));
      }
    }
    return found;
  };

/** Steps 0 to T, or those of them that pass. */
const steps = (T: number, passes: (t: number) => boolean): number[] => [...Array(T + 1).keys()].filter(passes);
const all = (T: number) => ({ o: [T], h: steps(T, () => true), b: steps(T, (t) => t > 0) });

type System = { T: number; mu: number; sigma: number };
type Change = {
  draws?: "once" | "one";
  x0?: (z: number, system: System) => number;
  /** The gradient of a batch from the mean of its x_0. */
  gradient?: (mean: number, theta: number, system: System, B: number) => number;
};
/** The gradient is linear in x_0, so that the mean of x_0 is all it needs. */
const descend =
  ({ draws, x0 = (z, { mu, sigma }) => sigma * z + mu, gradient }: Change) =>
  (theta0: number, eta: number, B: number, K: number, normal: () => number, system: System): number[] => {
    const path = [theta0];
    let mean = 0;
    while (path.length <= K) {
      if (draws !== "once" || path.length === 1) {
        const count = draws === "one" ? 1 : B;
        mean = 0;
        for (let i = 0; i < count; i++) mean += x0(normal(), system) / count;
      }
      const theta = path[path.length - 1];
      const right = 2 * system.T * (mean - system.mu) + 2 * system.T ** 2 * theta;
      path.push(theta - eta * (gradient ? gradient(mean, theta, system, B) : right));
    }
    return path;
  };
const slope = (mean: number, theta: number, { T, mu }: System) => 2 * (mean - mu + T * theta) * T;

/** By question, then by the name of the misconception. */
export const wrong: Record<string, Record<string, unknown>> = {
  "wirings-arrows": {
    "o_t fed to h_t, at the same step": redrawn((arrow, kind) =>
      kind === "output" && isFeedback(arrow) ? arrow.replace(/^o_\d+ -> h_(\d+)/, "o_$1 -> h_$1") : arrow,
    ),
    "two feedbacks in Example 2": (kind: Kind, T: number) => new Set([...drawn(kind, T), ...drawn(kind, T, "h")]),
    "the hidden state fed back in Example 2": (kind: Kind, T: number) => drawn(kind, T, "h"),
    "outputs at every step of Example 3": (kind: Kind, T: number) => {
      const arrows = drawn(kind, T);
      for (let t = 1; t <= T; t++) arrows.add(`h_${t} -> o_${t}`);
      return arrows;
    },
    "nothing arrives at h_1 from the start": redrawn((arrow) => (/^[ho]_0/.test(arrow) ? undefined : arrow)),
    "no arrow from one step to the next": redrawn((arrow) => (isFeedback(arrow) ? undefined : arrow)),
    "one arrow beyond the end": (kind: Kind, T: number) =>
      drawn(kind, T).add(kind === "output" ? `o${T}->h${T + 1}` : `h${T}->h${T + 1}`),
    "arrows drawn backward": redrawn((arrow) => arrow.replace(/(\w+) -> (\w+)/, "$2->$1")),
  },
  "wirings-output-feedback": {
    "h_{t-1} fed back": (p: P, X: Rows) => {
      let h = p.o0;
      const rows = X.map((x) => {
        h = p.b.map((b, i) => Math.tanh(b + p.U[i][0] * x[0] + p.W[i].reduce((total, w, j) => total + w * h[j], 0)));
        return p.c.map((c, k) => c + p.V[k].reduce((total, v, j) => total + v * h[j], 0));
      });
      return [p.o0, ...rows];
    },
    "the teacher shows y_t, not y_{t-1}": run("leak"),
    "the teacher is not asked": run("alone"),
    "the targets returned in place of the outputs": run("targets"),
    "zeros before the first step": run("zeros"),
    "zeros before the first step, if there is a teacher": run("zeros with teacher"),
    "o_0 seen at every step": run("o0"),
    "softmax(o) fed back": run("softmax"),
    "o_0 is missing from the list": run("no o0"),
    "no tanh": run("linear"),
    "tanh applied to o": run("tanh o"),
    "b is missing": run("no b"),
    "c is missing": run("no c"),
  },
  "wirings-final-gradient": {
    "a gradient at every output": (T: number) => ({ ...all(T), o: all(T).b }),
    "a gradient at the last state only": (T: number) => ({ ...all(T), h: new Int32Array([T]) }),
    "the state h_0 is forgotten": (T: number) => ({ ...all(T), h: all(T).b }),
    "only the last copy of the bias": (T: number) => ({ ...all(T), b: steps(T, (t) => t === T) }),
    "a bias at step 0": (T: number) => ({ ...all(T), b: all(T).h }),
    "everything at the last step only": (T: number) => ({ o: [T], h: [T], b: [T] }),
    "the same steps for all three": (T: number) => ({ o: all(T).b, h: all(T).b, b: all(T).b }),
    "steps counted from 0": (T: number) => {
      const counted = steps(T, (t) => t < T);
      return { b: counted, h: counted, o: counted.slice(-1) };
    },
  },
  "wirings-expected-loss": {
    "σ² is missing": "(T theta)^2",
    "θ added once only": "theta^2 + sigma^2",
    "T θ without its square": "T theta + sigma * sigma",
    "T in place of T²": "theta^2 T + sigma * sigma",
    "σ in place of σ²": "(T theta)^2 + sigma",
    "μ has not gone away": "mu^2 + 2 mu T theta + T^2 theta^2 + sigma^2",
    "the square of a sum of deviations": "sigma^2 + 2 sigma T theta + T^2 theta^2",
    "σ² at every step": "T (sigma^2 + T theta^2)",
  },
  "wirings-expected-gradient": {
    "∂h_T/∂θ taken as 1": "theta (T + T)",
    "θ added once only": "theta + theta",
    "the factor 2 is missing": "theta (T)^2",
    "the sign": "2 T (0 - T theta)",
    "μ has not gone away": "2 T^2 theta - 2 T mu",
    "σ² differentiated as well": "2 (sigma + T^2 theta)",
  },
  "wirings-expected-optimum": {
    "the least loss taken as 0": ["sigma - sigma", "0 * sigma"],
    "the optimum of some samples": ["mu / T - xbar / T", "sigma * sigma"],
    "the optimum of some samples, and no loss": ["(mu - xbar) * T^-1", "0"],
    "μ / T, as if x_0 were 0": ["mu * T^-1", "sigma * sigma"],
    "σ in place of σ²": ["0 * T", "sqrt(sigma^2)"],
    "the two answers exchanged": ["sigma * sigma", "0"],
  },
  "wirings-stochastic-descent": {
    "one batch used for all steps": descend({ draws: "once" }),
    "the expected gradient": descend({ gradient: (_, theta, { T }) => 2 * theta * T ** 2 }),
    "∂h_T/∂θ taken as 1": descend({ gradient: (mean, theta, system) => slope(mean, theta, system) / system.T }),
    "the sum over the batch": descend({ gradient: (mean, theta, system, B) => B * slope(mean, theta, system) }),
    "one sample for each step": descend({ draws: "one" }),
    "θ moved after each sample": (
      theta0: number,
      eta: number,
      B: number,
      K: number,
      normal: () => number,
      { T, sigma }: System,
    ) => {
      let theta = theta0;
      return [theta0].concat(
        Array.from({ length: K }, () => {
          for (let i = 0; i < B; i++) theta -= (eta / B) * 2 * T * (sigma * normal() + T * theta);
          return theta;
        }),
      );
    },
    "σ² in place of σ": descend({ x0: (z, { mu, sigma }) => mu + z * sigma * sigma }),
    "the standard normal number taken for x_0": descend({ x0: (z) => z }),
    "μ is not subtracted": descend({ gradient: (mean, theta, { T }) => 2 * T * mean + 2 * T ** 2 * theta }),
    uphill: descend({ gradient: (mean, theta, system) => 0 - slope(mean, theta, system) }),
    "the factor 2 is missing": descend({ gradient: (mean, theta, { T, mu }) => (mean + T * theta - mu) * T }),
    "theta0 is missing from the list": (...args: Parameters<ReturnType<typeof descend>>) => {
      const [, ...rest] = descend({})(...args);
      return rest;
    },
    "only the last θ": (...args: Parameters<ReturnType<typeof descend>>) => descend({})(...args).at(-1),
  },
  "wirings-stationary-variance": {
    "no variance is left": "eta - eta",
    "B is missing": "eta sigma^2 / (1 - eta T^2)",
    "the noise of one step only": "(2 eta T sigma)^2 / B",
    "only for a small η": "sigma^2 eta / B",
    "r in place of r²": "2 sigma^2 eta / B",
    "the variance of the optimum of one batch": "(sigma / T)^2 / B",
    "the standard deviation": "sigma * sqrt(eta / (B - B eta T^2))",
    "σ in place of σ²": "sigma * eta / (B - B eta T^2)",
  },
};

/** Right answers in other forms: second implementations, typed arrays, mathjs matrices, other algebra. */
export const right: Record<string, unknown[]> = {
  "wirings-arrows": [
    drawn,
    (kind: Kind, T: number) => [...drawn(kind, T)].reverse().map((arrow) => arrow.replace("->", "→")),
  ],
  "wirings-output-feedback": [
    run(),
    (p: P, X: Rows, teacher?: Rows) => {
      const o: unknown[] = [matrix(p.o0)];
      for (const [i, x] of X.entries()) {
        const seen = (i > 0 && teacher?.[i - 1] ? matrix(teacher[i - 1]) : o[i]) as Matrix<number>;
        const a = add(add(multiply(matrix(p.U), matrix(x)), matrix(p.b)), multiply(matrix(p.W), seen));
        const h = map(a, (v) => tanh(v as number)) as typeof seen;
        o.push(add(matrix(p.c), multiply(matrix(p.V), h)));
      }
      return o;
    },
  ],
  "wirings-final-gradient": [
    all,
    (T: number) => ({ o: new Int32Array([T]), b: matrix(all(T).b), h: [0, ...all(T).b] }),
  ],
  "wirings-expected-loss": ["(T theta)² + sigma²", "sigma*sigma + theta*theta*T*T + 0 mu"],
  "wirings-expected-gradient": ["2 theta T²", "2 T (T * theta)", "T*theta*(T + T)"],
  "wirings-expected-optimum": [
    ["0*mu", "sigma**2"],
    ["0", "sigma*sigma"],
  ],
  "wirings-stochastic-descent": [
    descend({}),
    (...args: Parameters<ReturnType<typeof descend>>) => Float64Array.from(descend({ gradient: slope })(...args)),
  ],
  "wirings-stationary-variance": ["sigma^2 eta / (B - B eta T^2)", "(2 eta T sigma)^2 / B / (1 - (1 - 2 eta T^2)^2)"],
};
