/** The weights of f(−4h), …, f(4h) in hᵏ·f⁽ᵏ⁾(0): of order h⁸, h⁸ and h⁶. */
const STENCILS = [
  [1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280],
  [-1 / 560, 8 / 315, -1 / 5, 8 / 5, -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560],
  [-7 / 240, 3 / 10, -169 / 120, 61 / 30, 0, -61 / 30, 169 / 120, -3 / 10, 7 / 240],
] as const;

/** A derivative by finite differences, and how far it may be off. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** The largest displacement that {@link derivatives} makes. */
export const REACH = 4 / 64;

/**
 * The first three derivatives of f at 0 by central differences of nine values. The error is what halving
 * the step changes, and what rounding of the values can make.
 */
export function derivatives(f: (t: number) => number): readonly [Estimate, Estimate, Estimate] {
  const sample = (h: number): number[] => Array.from({ length: 9 }, (_, i) => f((i - 4) * h));
  const steps = [1 / 64, 1 / 128];
  const samples = steps.map(sample);
  const [first, second, third] = STENCILS.map((weights, k): Estimate => {
    const [coarse = 0, fine = 0] = samples.map(
      (values, s) =>
        values.reduce((total, value, i) => total + value * (weights[i] ?? 0), 0) / (steps[s] ?? 1) ** (k + 1),
    );
    const largest = Math.max(...samples.flat().map(Math.abs));
    const rounding = (16 * Number.EPSILON * largest) / (1 / 128) ** (k + 1);
    return { value: fine, error: Math.abs(fine - coarse) + rounding };
  });
  if (!first || !second || !third) throw new Error("derivatives: one stencil for each order");
  return [first, second, third];
}
