import { portable } from "@scoretape/autograd";
import { type LineDataSet, line } from "./line.ts";

/**
 * "line": (t, t) with t uniform on [−2.5, 2.5), without noise: it has a density only where it is blurred. ffjord's
 * toy data (Grathwohl et al. 2019). Density and score in closed form.
 */
export const diagonal: LineDataSet = /* @__PURE__ */ line({
  name: "line",
  direction: [1, 1],
  deviation: 2.5 * Math.sqrt(2 / 3), // half the segment's length 2.5√2, over √3
});

/**
 * "line10d": points uniform on a segment through 0 in ℝ¹⁰, with standard deviation 1 along it, in a direction without
 * symmetry, (cos 1, cos 2, ..., cos 10). Density and score in closed form, where it is blurred.
 */
export const line10d: LineDataSet = /* @__PURE__ */ line({
  name: "line10d",
  direction: /* @__PURE__ */ Array.from({ length: 10 }, (_, i) => portable.cos(i + 1)),
});
