/**
 * Drives a system by inputs, h_t = f(h_{t-1}, x_t), and returns h_0, h_1, ..., h_T: one state more than inputs.
 *
 * Mind the index: x_t is `x[t - 1]`. Source: lecture, slide "RNN: dynamical system view".
 *
 * @example
 * scan((h, x) => h + x, 0, [1, 2, 3]); // [0, 1, 3, 6]
 * scan((h, x) => h + x, "", ["a", "b"]); // ["", "a", "ab"]
 */
export function scan<State, Input>(f: (hPrev: State, x: Input) => State, h0: State, x: Iterable<Input>): State[] {
  const h = [h0];
  for (const input of x) h.push(f(h[h.length - 1], input));
  return h;
}
