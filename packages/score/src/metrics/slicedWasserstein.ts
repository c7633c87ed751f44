import { cast, checkOptions, type Key, matmul, portable, random, type Tensor } from "@scoretape/autograd";
import { checkCount, checkKey } from "../check.ts";
import { checkPair } from "./checkPair.ts";

/** How to measure a sliced Wasserstein distance. */
export interface SlicedWassersteinOptions {
  /** Draws the directions: the same key, the same distance. */
  readonly key: Key;
  /** The number of directions, from 1; 128 unless said. One-dimensional points need only one. */
  readonly projections?: number;
  /** p ≥ 1; 2 unless said. */
  readonly order?: number;
}

/**
 * The sliced Wasserstein distance of order p between two sets of points, each with equal weights:
 * SW_p = (mean over directions θ of W_p(θᵀx, θᵀy)ᵖ)^(1/p), θ uniform on the unit sphere, where on the line
 * W_pᵖ = ∫₀¹ |F⁻¹(u) − G⁻¹(u)|ᵖ du exactly, by the two empirical quantile functions. Bonneel et al. 2015.
 *
 * In the unit of the points. Shifting a set in d dimensions by t gives ‖t‖/√d for p = 2.
 *
 * @param x [n, d]
 * @param y [m, d]; m need not be n
 * @throws ShapeError when x and y are not matrices of equal width
 * @throws RangeError when a point is not finite, or an option out of range
 *
 * @example
 * ```ts
 * import { add, random } from "@scoretape/autograd";
 * import { slicedWasserstein } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [500, 1]);
 * console.log(slicedWasserstein(x, add(x, 3), { key: random.key(1) }).toFixed(3)); // 3.000
 * ```
 */
export function slicedWasserstein(x: Tensor, y: Tensor, options: SlicedWassersteinOptions): number {
  checkOptions("slicedWasserstein", options, { key: "any", projections: "number", order: "number" });
  const { key, projections = 128, order = 2 } = options;
  checkKey("slicedWasserstein", key);
  checkPair("slicedWasserstein", x, y);
  checkCount("slicedWasserstein", projections, "projections");
  if (!Number.isFinite(order) || order < 1) {
    throw new RangeError(`slicedWasserstein: order is ${order}; it is a finite number from 1`);
  }
  const directions = directionsOf(key, projections, x.shape[1] ?? 1);
  return distanceAlong(shadowsOf(x, directions), shadowsOf(y, directions), order);
}

/** θ, uniform on the unit sphere of ℝᵈ, [projections, d]; on the line there is one. */
export function directionsOf(key: Key, projections: number, d: number): Tensor {
  return random.sphere(key, [d === 1 ? 1 : projections, d], { dtype: "float64" });
}

/** θᵀx of all points, rising, for each direction. */
export function shadowsOf(points: Tensor, directions: Tensor): Float64Array[] {
  const shadows = matmul(directions, cast(points, "float64"), { transposeY: true });
  const [count = 0, n = 0] = shadows.shape;
  return Array.from({ length: count }, (_, i) =>
    Float64Array.from(shadows.data.subarray(i * n, (i + 1) * n)).sort(),
  );
}

/** (mean over directions of W_pᵖ)^(1/p) */
export function distanceAlong(x: readonly Float64Array[], y: readonly Float64Array[], order: number): number {
  const powers = x.map((quantiles, i) => wassersteinPower(quantiles, y[i] ?? quantiles, order));
  return portable.pow(powers.reduce((sum, power) => sum + power, 0) / x.length, 1 / order);
}

/** W_pᵖ on the line between sorted points: the quantile functions are constant between multiples of 1/n and 1/m. */
function wassersteinPower(x: Float64Array, y: Float64Array, order: number): number {
  const [n, m] = [x.length, y.length];
  let total = 0;
  let from = 0; // u, in units of 1/(n·m), so that no breakpoint is rounded
  for (let i = 0, j = 0; i < n && j < m; ) {
    const [endX, endY] = [(i + 1) * m, (j + 1) * n];
    const to = Math.min(endX, endY);
    total += (to - from) * portable.pow(Math.abs((x[i] as number) - (y[j] as number)), order);
    if (endX === to) i++;
    if (endY === to) j++;
    from = to;
  }
  return total / (n * m);
}
