/** The cells of the course, as the lecture writes them. */

/** Example 1: the hidden units see their own previous values. Source: lecture, slide "Example 1". */
export const vanilla = ["a = U * x + b + W * hPrev", "h = tanh(a)", "o = c + V * h"];
