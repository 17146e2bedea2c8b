/** The cells of the course: lists of equations, as the lecture and the papers write them. */

/**
 * Is the lecture's classical form h_t = f(h_{t-1}; theta): a system without input, unrolled over a number of steps.
 *
 * Source: lecture, slide "RNN: dynamical system view".
 */
export const classical = ["a = b + W * hPrev", "h = tanh(a)"];

/** Is the input-dependent form h_t = f(h_{t-1}, x_t; theta). Source: lecture, slide "RNN: dynamical system view". */
export const inputDriven = ["a = U * x + b + W * hPrev", "h = tanh(a)"];

/** Is Example 1: the hidden units see their own previous values. Source: lecture, slide "Example 1". */
export const vanilla = ["a = U * x + b + W * hPrev", "h = tanh(a)", "o = c + V * h"];

/** Is Example 2: the hidden units see the previous output. Source: lecture, slide "Example 2". */
export const outputFeedback = ["a = U * x + b + W * oPrev", "h = tanh(a)", "o = c + V * h"];

/**
 * Is Example 2 with teacher forcing: the previous target y stands in for the previous output, so that no gradient flows
 * from step to step. It reads `unroll(cell, { x, y })`; y_0 is zero.
 *
 * Source: Goodfellow, Bengio and Courville (2016), 10.2.1.
 */
export const teacherForced = ["a = U * x + b + W * yPrev", "h = tanh(a)", "o = c + V * h"];

/** Is Elman's network: the context layer k copies the hidden layer of the step before. Source: Elman (1990), figure 2. */
export const elman = ["k = hPrev", "a = U * x + b + W * k", "h = tanh(a)", "o = c + V * h"];

/** Is a shift of the state by theta, the system of Examples 3 and 4. Source: lecture, slides "Example 3", "Example 4". */
export const shift = ["h = hPrev + theta"];

/**
 * Is the gated recurrent unit, with the reset gate r applied before the product: W_n (r h_{t-1}). z keeps the old state.
 *
 * Source: Cho et al. (2014), with the roles of z and 1 - z as there.
 */
export const gru = [
  "a_z = U_z * x + b_z + W_z * hPrev",
  "a_r = U_r * x + b_r + W_r * hPrev",
  "z = sigmoid(a_z)",
  "r = sigmoid(a_r)",
  "m = r * hPrev",
  "a_n = U_n * x + b_n + W_n * m",
  "n = tanh(a_n)",
  "h = z * hPrev + (1 - z) * n",
  "o = c + V * h",
];

/** Is the gated recurrent unit with the reset gate applied after the product: r (W_n h_{t-1} + c_n), as in cuDNN. */
export const gruResetAfter = [
  "a_z = U_z * x + b_z + W_z * hPrev",
  "a_r = U_r * x + b_r + W_r * hPrev",
  "z = sigmoid(a_z)",
  "r = sigmoid(a_r)",
  "m = c_n + W_n * hPrev",
  "p = r * m",
  "a_n = U_n * x + b_n + p",
  "n = tanh(a_n)",
  "h = z * hPrev + (1 - z) * n",
  "o = c + V * h",
];

/**
 * Is the long short-term memory: gates i, f and q, candidate g, cell state s. For a forget gate that is open at first,
 * give its bias an initial value: `defineCell(lstm, sizes, { b_f: 1 })`.
 *
 * Source: Gers, Schmidhuber and Cummins (2000); letters as in Goodfellow, Bengio and Courville (2016), 10.10.1.
 */
export const lstm = [
  "a_i = U_i * x + b_i + W_i * hPrev",
  "a_f = U_f * x + b_f + W_f * hPrev",
  "a_g = U_g * x + b_g + W_g * hPrev",
  "a_q = U_q * x + b_q + W_q * hPrev",
  "i = sigmoid(a_i)",
  "f = sigmoid(a_f)",
  "g = tanh(a_g)",
  "q = sigmoid(a_q)",
  "s = f * sPrev + i * g",
  "h = q * tanh(s)",
  "o = c + V * h",
];
