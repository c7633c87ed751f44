export { checkerboard } from "./checkerboard.ts";
export { cosine } from "./cosine.ts";
export type { DataSet, ExactDataSet } from "./dataSet.ts";
export { fromRows, isRows, type RowsDataSet, type RowsOptions } from "./fromRows.ts";
export { drawGaps } from "./gaps/drawGaps.ts";
export {
  type GaussianMixtureOptions,
  type GaussianOptions,
  gaussian,
  gaussianMixture,
} from "./gaussianMixture.ts";
export { type LineDataSet, type LineOptions, line } from "./line.ts";
export { diagonal, line10d } from "./lines.ts";
export { eightGaussians, twentyFiveGaussians, twoModes } from "./mixtures.ts";
export { moons } from "./moons.ts";
export { type NormalMoments, type NormalMomentsOptions, normalMoments } from "./normalMoments.ts";
export { oldFaithful } from "./oldFaithful.ts";
export { pinwheel } from "./pinwheel.ts";
export { byName, names } from "./registry.ts";
export { type Rescaling, rescaled } from "./rescaled.ts";
export { circles, rings } from "./rings.ts";
export { swissRoll, twoSpirals } from "./spirals.ts";
export type { Matrix, Spread } from "./spread.ts";
export { type Standardization, type StandardizeOptions, standardize } from "./standardize.ts";
