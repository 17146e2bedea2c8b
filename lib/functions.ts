/** The elementwise functions that an equation may use. A new one is a new row. */

export type ElementwiseFunction = {
  /** Its value, in a form that is right for every x. */
  of: (x: number) => number;
  /** Its derivative in x, in the syntax of the equations. */
  derivative: string;
  latex: string;
};

/**
 * tanh by the 12th convergent of Lambert's continued fraction at v / 8, a fraction p / q, and three times
 * tanh(2u) = 2 tanh(u) / (1 + tanh(u)^2); half of Math.tanh's time. Above 19.2 nothing is left to 1.
 */
export function tanh(v: number): number {
  if (v > 19.2) return 1;
  if (v < -19.2) return -1;
  const x = v / 8;
  const z = x * x;
  let p = x * (316234143225 + z * (45831035250 + z * (1571349780 + z * (18378360 + z * (75075 + z * 78)))));
  let q = 316234143225 + z * (151242416325 + z * (9820936125 + z * (192972780 + z * (1351350 + z * (3003 + z)))));
  const p2 = 2 * p * q;
  q = p * p + q * q;
  p = 2 * p2 * q;
  q = p2 * p2 + q * q;
  return (2 * p * q) / (p * p + q * q);
}

export const functions: Record<string, ElementwiseFunction> = {
  tanh: { of: tanh, derivative: "1 - tanh(x)^2", latex: "\\tanh" },
  sigmoid: { of: (x) => 0.5 + 0.5 * tanh(0.5 * x), derivative: "sigmoid(x) * (1 - sigmoid(x))", latex: "\\sigma" },
  relu: { of: (x) => Math.max(x, 0), derivative: "heaviside(x)", latex: "\\operatorname{relu}" },
  heaviside: { of: (x) => (x > 0 ? 1 : 0), derivative: "0", latex: "\\operatorname{H}" },
  // log(1 + exp(x)) is Infinity above 709.
  softplus: {
    of: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: "sigmoid(x)",
    latex: "\\operatorname{softplus}",
  },
  exp: { of: Math.exp, derivative: "exp(x)", latex: "\\exp" },
  identity: { of: (x) => x, derivative: "1", latex: "\\operatorname{id}" },
  sin: { of: Math.sin, derivative: "cos(x)", latex: "\\sin" },
  cos: { of: Math.cos, derivative: "-sin(x)", latex: "\\cos" },
};
