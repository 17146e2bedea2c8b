/** The elementwise functions that an equation may use. A new one is a new row. */

export type ElementwiseFunction = {
  /** Its value, in a form that is right for every x. */
  of: (x: number) => number;
  /** Its derivative in x, in the syntax of the equations. */
  derivative: string;
  latex: string;
};

export const functions: Record<string, ElementwiseFunction> = {
  tanh: { of: Math.tanh, derivative: "1 - tanh(x)^2", latex: "\\tanh" },
  sigmoid: { of: (x) => 1 / (1 + Math.exp(-x)), derivative: "sigmoid(x) * (1 - sigmoid(x))", latex: "\\sigma" },
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
