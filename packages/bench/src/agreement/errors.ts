/** How many times this package's own error another engine's may be. */
export const TIMES = 2;
/** A few units in the last place of float32, which rounding alone may come to. */
export const FLOOR = 4 * 2 ** -24;

/** ‖y − r‖/‖r‖; ‖y‖ where r is 0. NaN where lengths differ. */
export function relativeError(y: readonly number[], reference: readonly number[]): number {
  if (y.length !== reference.length) return Number.NaN;
  const length = norm(reference);
  return norm(y.map((value, i) => value - (reference[i] ?? Number.NaN))) / (length === 0 ? 1 : length);
}

/** How many elements are other numbers; NaN is a number here, and 0 is not −0. */
export function differing(y: readonly number[], reference: readonly number[]): number {
  if (y.length !== reference.length) return Math.max(y.length, reference.length);
  return y.filter((value, i) => !Object.is(value, reference[i])).length;
}

function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
