import { portable } from "@scoretape/autograd";
import { LogSum } from "./logSum.ts";
import type { PointDensity } from "./pointwise.ts";
import { addIntegral, type Integrand, type Resolution } from "./quadrature.ts";

/** A curve (x₁(t), x₂(t)), t uniform between its ends. */
export interface Curve {
  readonly from: number;
  readonly to: number;
  x1(t: number): number;
  x2(t: number): number;
  /** No less than the curve's length from one place to another. */
  length(from: number, to: number): number;
}

/**
 * The density of points spread over curves, as many on each, with a normal noise of standard deviation `noise`, when
 * they are blurred by σ: Σ_c 1/C ∫ N(x; c(t), (noise² + σ²)I) dt/(to − from), by quadrature. Its logarithm is right
 * to 1e-10, relative to its size where that is above 1, and so is the score times the width √(noise² + σ²).
 */
export function alongCurves(
  curves: readonly Curve[],
  noise: number,
  resolution: Resolution = {},
): PointDensity {
  return (x, sigma, score) => {
    const variance = noise * noise + sigma * sigma;
    const sum = new LogSum();
    const [x1, x2] = [x[0] as number, x[1] as number];
    for (const curve of curves) addIntegral(sum, roundKernel(curve, x1, x2, variance), resolution);
    return sum.finish(score) - portable.log(2 * Math.PI * variance * curves.length);
  };
}

/** e^(−‖x − c(t)‖²/2v) along a curve. */
function roundKernel(curve: Curve, x1: number, x2: number, variance: number): Integrand {
  const { from, to } = curve;
  const width = Math.sqrt(variance);
  const weight = 1 / (to - from);
  return {
    from,
    to,
    evaluate(t, into) {
      const [towards1, towards2] = [curve.x1(t) - x1, curve.x2(t) - x2];
      into.log = (-0.5 * (towards1 * towards1 + towards2 * towards2)) / variance;
      into.first = towards1 / variance;
      into.second = towards2 / variance;
      return weight;
    },
    bound(a, b) {
      const middle = 0.5 * (a + b);
      const distance = portable.hypot(curve.x1(middle) - x1, curve.x2(middle) - x2);
      const nearest = Math.max(0, distance - halfLength(curve, a, b));
      return (-0.5 * nearest * nearest) / variance;
    },
    extent: (a, b) => halfLength(curve, a, b) / width,
  };
}

/** No less than the way from the middle of a panel, t = (a + b)/2, to either of its ends. */
export function halfLength(curve: Pick<Curve, "length">, a: number, b: number): number {
  const middle = 0.5 * (a + b);
  return Math.max(curve.length(a, middle), curve.length(middle, b));
}
