/** The cells of the course, as the lecture writes them. */

/** Is Example 1: the hidden units see their own previous values. Source: lecture, slide "Example 1". */
export const vanilla = ["a = U * x + b + W * hPrev", "h = tanh(a)", "o = c + V * h"];
export const gru = [
  "a_z = b_z + W_z * hPrev + U_z * x",
  "a_r = b_r + W_r * hPrev + U_r * x",
  "z = sigmoid(a_z)",
  "r = sigmoid(a_r)",
  "m = r * hPrev",
  "a_n = b_n + W_n * m + U_n * x",
  "n = tanh(a_n)",
  "h = z * hPrev + (1 - z) * n",
  "o = c + V * h",
];
export const lstm = [
  "a_i = b_i + W_i * hPrev + U_i * x",
  "a_f = b_f + W_f * hPrev + U_f * x",
  "a_g = b_g + W_g * hPrev + U_g * x",
  "a_q = b_q + W_q * hPrev + U_q * x",
  "i = sigmoid(a_i)",
  "f = sigmoid(a_f)",
  "g = tanh(a_g)",
  "q = sigmoid(a_q)",
  "s = f * sPrev + i * g",
  "h = q * tanh(s)",
  "o = c + V * h",
];
