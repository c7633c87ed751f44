import { add, concat, cos, exp, full, mul, random, sin, slice, sub, type Tensor } from "@scoretape/autograd";
import type { ExactDataSet } from "./dataSet.ts";
import { ACROSS, ALONG, ARMS, armAngle, pinwheelDensity, TWIST } from "./exact/pinwheel.ts";
import { inRandomOrder, planar } from "./planar.ts";

/**
 * "pinwheel": five arms, each with a fifth of the points: f = (1 + 0.3z₁, 0.1z₂), turned by the angle
 * a = 2πk/5 + 0.25 e^(f₁): x = 2(f₁ cos a + f₂ sin a, −f₁ sin a + f₂ cos a). ffjord's toy data (Grathwohl et al. 2019),
 * after Johnson et al. 2016.
 *
 * Density and score at a blur σ > 0 by quadrature over f₁, given which the point is normal with variance 0.2² + σ²
 * across its arm and σ² along it; f₁ is cut at 8 of its standard deviations, so that the log density is right to 1e-9
 * up to a distance of about 6 from the middle. At σ = 0 by the change of variables from f to x.
 */
export const pinwheel: ExactDataSet = /* @__PURE__ */ planar(
  "pinwheel",
  (key, n) => {
    const z = random.normal(random.foldIn(key, 0), [n, 2]);
    const column = (j: number, deviation: number): Tensor => mul(deviation, slice(z, [0, j], [n, j + 1]));
    const along = add(1, column(0, ALONG));
    const across = column(1, ACROSS);
    const starts = Array.from({ length: ARMS }, (_, k) => full([Math.floor((n + k) / ARMS), 1], armAngle(k)));
    const angle = add(concat(starts), mul(TWIST, exp(along)));
    const [c, s] = [cos(angle), sin(angle)];
    const x1 = add(mul(along, c), mul(across, s));
    const x2 = sub(mul(across, c), mul(along, s));
    return inRandomOrder(random.foldIn(key, 1), mul(2, concat([x1, x2], 1)));
  },
  { isDegenerate: false, density: /* @__PURE__ */ pinwheelDensity() },
);
