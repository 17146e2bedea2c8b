/** Gives dx/dt from the time, the value now, and the value tau before. */
export type Delayed = (t: number, x: number, xDelayed: number) => number;

/**
 * Simulates a delay system, dx/dt = f(t, x(t), x(t - tau)), and returns x(0), x(dt), ..., x(n dt).
 *
 * `history` gives x for t <= 0. One step is the mean of the slopes at its two ends (Heun's method), and between two
 * steps x is taken to be straight, so that the error is proportional to dt^2. Source: lecture, slide "What is Recurrent?".
 *
 * @throws RangeError for a step that is not positive, or longer than the delay: it would need values of the future.
 * @example
 * const x = dde((t, x, xDelayed) => -xDelayed, 1, () => 1, 0.5, 2);
 * x; // [1, 0.5, 0]
 */
export function dde(f: Delayed, tau: number, history: (t: number) => number, dt: number, n: number): number[] {
  if (!(dt > 0 && dt <= tau))
    throw new RangeError(`Cannot simulate a delay of ${tau} in steps of ${dt}: wanted steps above 0, up to the delay`);
  const x = [history(0)];
  const at = (t: number) => {
    if (t <= 0) return history(t);
    // At t = k dt rounding may ask for the step after the last one, which is not there yet.
    const before = Math.min(Math.floor(t / dt), x.length - 1);
    const after = Math.min(before + 1, x.length - 1);
    return x[before] + (t / dt - before) * (x[after] - x[before]);
  };
  for (let k = 0; k < n; k++) {
    const [t, next] = [k * dt, (k + 1) * dt];
    const slope = f(t, x[k], at(t - tau));
    x.push(x[k] + (dt / 2) * (slope + f(next, x[k] + dt * slope, at(next - tau))));
  }
  return x;
}
