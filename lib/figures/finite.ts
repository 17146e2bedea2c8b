/** Gives the values with null for what is not finite: JSON has no NaN or Infinity, and Plotly leaves a gap for null. */
export function finite(values: ArrayLike<number>): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
}

/** Gives the smallest and the largest finite value, or 0 and 0 where there is none. */
export function extent(values: readonly number[]): [number, number] {
  const shown = values.filter(Number.isFinite);
  const ends = [Math.min, Math.max].map((pick) => shown.reduce((a, b) => pick(a, b), shown[0] ?? 0));
  return [ends[0], ends[1]];
}

/** Gives the extent with a margin on both sides, as a part of its length. */
export function padded([low, high]: readonly [number, number], part = 0.05): [number, number] {
  const margin = part * (high - low || 1);
  return [low - margin, high + margin];
}
