import { mul, portable, random, sin, stack } from "@scoretape/autograd";
import type { ExactDataSet } from "./dataSet.ts";
import { alongCurves, type Curve } from "./exact/curve.ts";
import { planar } from "./planar.ts";

/** The curve of "cosine". */
export const sineWave: Curve = {
  from: -2.5,
  to: 2.5,
  x1: (t) => t,
  x2: (t) => 2.5 * portable.sin(t),
  length: (from, to) => (to - from) * portable.hypot(1, 2.5),
};

/**
 * "cosine": (t, 2.5 sin t) with t uniform on [−2.5, 2.5), without noise: it has a density only where it is blurred.
 * ffjord's toy data (Grathwohl et al. 2019).
 *
 * Density and score by quadrature along the curve, the log density to 1e-10.
 */
export const cosine: ExactDataSet = /* @__PURE__ */ planar(
  "cosine",
  (key, n) => {
    const t = random.uniform(key, [n], { low: -2.5, high: 2.5 });
    return stack([t, mul(2.5, sin(t))], -1);
  },
  { isDegenerate: true, density: /* @__PURE__ */ alongCurves([sineWave], 0) },
);
