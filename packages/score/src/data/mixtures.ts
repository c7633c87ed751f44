import { portable } from "@scoretape/autograd";
import type { ExactDataSet } from "./dataSet.ts";
import { gaussianMixture } from "./gaussianMixture.ts";

/** ffjord's rounding of √2 to three decimals, by which it divides. */
const ROOT_OF_TWO = 1414 / 1000;

/**
 * "8gaussians": eight equally likely normals around a circle, (4(cos kπ/4, sin kπ/4) + 0.5 z)/1.414: radius
 * 2.829, standard deviation 0.3536. The form of ffjord's toy data (Grathwohl et al. 2019); other authors use
 * other radii and widths.
 */
export const eightGaussians: ExactDataSet = /* @__PURE__ */ gaussianMixture({
  name: "8gaussians",
  weights: [1, 1, 1, 1, 1, 1, 1, 1],
  means: /* @__PURE__ */ [0, 1, 2, 3, 4, 5, 6, 7].map((k) => [
    (4 * portable.cos((k * Math.PI) / 4)) / ROOT_OF_TWO,
    (4 * portable.sin((k * Math.PI) / 4)) / ROOT_OF_TWO,
  ]),
  standardDeviations: 0.5 / ROOT_OF_TWO,
});

/**
 * "two-modes": 0.8·N((5, 5), I) + 0.2·N((−5, −5), I), on which Langevin sampling finds the modes but not
 * their weights (Song & Ermon 2019, section 3.2.2).
 */
export const twoModes: ExactDataSet = /* @__PURE__ */ gaussianMixture({
  name: "two-modes",
  weights: [0.8, 0.2],
  means: [
    [5, 5],
    [-5, -5],
  ],
  standardDeviations: 1,
});

/**
 * "25gaussians": 25 equally likely normals on the grid 2·{−2, −1, 0, 1, 2}², standard deviation 0.05. The narrow modes
 * of Dumoulin et al. 2017 and later work on dropped modes.
 */
export const twentyFiveGaussians: ExactDataSet = /* @__PURE__ */ gaussianMixture({
  name: "25gaussians",
  weights: /* @__PURE__ */ new Array<number>(25).fill(1),
  means: /* @__PURE__ */ Array.from({ length: 25 }, (_, k) => [2 * (k % 5) - 4, 2 * Math.floor(k / 5) - 4]),
  standardDeviations: 0.05,
});
