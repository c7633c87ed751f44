import { normalCdf, portable, tensor } from "@scoretape/autograd";

/**
 * Φ⁻¹(p) of many p in [0, 1], each at least 2⁻⁵³ away from both ends or counted as that far. By Newton's method on
 * the half where Φ is convex: from z = 0 it comes down to the root without ever passing it.
 */
export function normalQuantile(p: ArrayLike<number>): Float64Array {
  const lower = Float64Array.from(p, (value) => Math.max(Math.min(value, 1 - value), 2 ** -53));
  const z = new Float64Array(p.length);
  for (let largest = 1; largest > 1e-12; ) {
    largest = 0;
    normalCdf(tensor(z)).data.forEach((cdf, i) => {
      const point = z[i] as number;
      const density = portable.exp(-0.5 * (point * point)) / Math.sqrt(2 * Math.PI);
      const step = (cdf - (lower[i] as number)) / density;
      z[i] = point - step;
      largest = Math.max(largest, Math.abs(step));
    });
  }
  return z.map((value, i) => ((p[i] as number) < 0.5 ? value : -value));
}
