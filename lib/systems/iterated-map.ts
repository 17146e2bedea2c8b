/**
 * Iterates a map, h_t = f(h_{t-1}), and returns h_0, h_1, ..., h_T: T + 1 states.
 *
 * The classical form of a dynamical system. Source: lecture, slide "RNN: dynamical system view".
 *
 * @throws RangeError where T is not 0, 1, 2, ...
 * @example
 * iterate((h) => h / 2, 8, 3); // [8, 4, 2, 1]
 */
export function iterate<State>(f: (hPrev: State, t: number) => State, h0: State, T: number): State[] {
  if (!Number.isInteger(T) || T < 0) throw new RangeError(`Cannot iterate ${T} times: wanted 0, 1, 2, ...`);
  const h = [h0];
  for (let t = 1; t <= T; t++) h.push(f(h[t - 1], t));
  return h;
}
