import { data } from "@scoretape/score";

/** Three modes of the plane, the corners of a triangle. */
export const threeModes = data.gaussianMixture({
  weights: [1, 1, 1],
  means: [
    [-1.8, -1],
    [1.8, -1],
    [0, 1.9],
  ],
  standardDeviations: 0.35,
});
