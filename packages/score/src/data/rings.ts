import {
  arange,
  concat,
  cos,
  type Key,
  mul,
  portable,
  random,
  sin,
  stack,
  type Tensor,
} from "@scoretape/autograd";
import type { ExactDataSet } from "./dataSet.ts";
import { besselQuotient, scaledBesselI0 } from "./exact/bessel.ts";
import { LogSum } from "./exact/logSum.ts";
import type { PointDensity } from "./exact/pointwise.ts";
import { inRandomOrder, planar, withNoise } from "./planar.ts";

/**
 * "rings": circles of radii 3, 2.25, 1.5 and 0.75, each with a quarter of the points at equal angles; + 0.08 z.
 * ffjord's toy data (Grathwohl et al. 2019).
 *
 * Density and score are those of uniform angles, which equal angles approach as n grows: blurred by σ, a circle of
 * radius R has the density 1/(2πv) e^(−(r² + R²)/2v) I₀(rR/v) at distance r, v = 0.08² + σ², and the score
 * (−1 + R/r I₁(rR/v)/I₀(rR/v)) x/v; to 1e-13.
 */
export const rings: ExactDataSet = /* @__PURE__ */ circlesAround("rings", [3, 2.25, 1.5, 0.75], 0.08);

/**
 * "circles": circles of radii 3 and 1.5, each with half of the points at equal angles, + 0.24 z: radii 1 and 0.5 with
 * noise 0.08, times 3, as in ffjord's toy data (Grathwohl et al. 2019). Density and score as those of `rings`.
 */
export const circles: ExactDataSet = /* @__PURE__ */ circlesAround("circles", [3, 1.5], 0.24);

/** Points on circles around 0, as many on each, with a normal noise. */
function circlesAround(name: string, radii: readonly number[], noise: number): ExactDataSet {
  const generate = (key: Key, n: number): Tensor => {
    const parts = radii.map((radius, i) => {
      const count = Math.floor((n + i) / radii.length); // n in parts that differ by one at most
      const angle = mul((2 * Math.PI) / Math.max(count, 1), arange(count));
      return mul(radius, stack([cos(angle), sin(angle)], -1));
    });
    return inRandomOrder(random.foldIn(key, 0), withNoise(random.foldIn(key, 1), concat(parts), noise));
  };
  return planar(name, generate, { isDegenerate: false, density: ringDensity(radii, noise) });
}

function ringDensity(radii: readonly number[], noise: number): PointDensity {
  return (x, sigma, score) => {
    const [x1, x2] = [x[0] as number, x[1] as number];
    const distance = portable.hypot(x1, x2);
    const variance = noise * noise + sigma * sigma;
    const sum = new LogSum();
    for (const radius of radii) {
      const argument = (distance * radius) / variance;
      const exponent = (-0.5 * portable.pow(distance - radius, 2)) / variance;
      // R/r I₁/I₀ = R²/v · I₁(z)/(z I₀(z)), z = rR/v, which has a limit at r = 0.
      const outward = (radius * (radius / variance) * besselQuotient(argument) - 1) / variance;
      sum.add(
        exponent + portable.log(scaledBesselI0(argument)),
        1 / radii.length,
        outward * x1,
        outward * x2,
      );
    }
    return sum.finish(score) - portable.log(2 * Math.PI * variance);
  };
}
