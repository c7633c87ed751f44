import {
  add,
  concat,
  cos,
  linspace,
  mul,
  portable,
  random,
  sin,
  stack,
  sub,
  tensor,
} from "@scoretape/autograd";
import type { ExactDataSet } from "./dataSet.ts";
import { alongCurves, type Curve } from "./exact/curve.ts";
import { inRandomOrder, planar, withNoise } from "./planar.ts";

/** The half circle (a + 2 s cos θ, b + 2 s sin θ), θ from 0 to π, s = 1 or −1. */
function halfCircle(a: number, b: number, s: number): Curve {
  return {
    from: 0,
    to: Math.PI,
    x1: (angle) => a + 2 * s * portable.cos(angle),
    x2: (angle) => b + 2 * s * portable.sin(angle),
    length: (from, to) => 2 * (to - from),
  };
}

/** The two half circles of "moons". */
export const crescents: readonly Curve[] = [halfCircle(-1, -0.2, 1), halfCircle(1, 0.8, -1)];

/** The noise of "moons". */
export const MOONS_NOISE = 0.2;

/**
 * "moons": half circles (cos θ, sin θ) and (1 − cos θ, ½ − sin θ), each with half of the points at equal
 * steps of θ over [0, π]; + 0.1 z; then × 2 + (−1, −0.2). ffjord's toy data (Grathwohl et al. 2019).
 *
 * Density and score are those of uniform angles θ, which equal steps approach as n grows: by quadrature along the half
 * circles, the log density to 1e-10.
 */
export const moons: ExactDataSet = /* @__PURE__ */ planar(
  "moons",
  (key, n) => {
    const upper = linspace(0, Math.PI, Math.floor(n / 2));
    const lower = linspace(0, Math.PI, Math.ceil(n / 2));
    const points = concat([
      stack([cos(upper), sin(upper)], -1),
      stack([sub(1, cos(lower)), sub(0.5, sin(lower))], -1),
    ]);
    const placed = add(mul(2, points), tensor([-1, -0.2]));
    return inRandomOrder(random.foldIn(key, 0), withNoise(random.foldIn(key, 1), placed, MOONS_NOISE));
  },
  { isDegenerate: false, density: /* @__PURE__ */ alongCurves(crescents, MOONS_NOISE) },
);
