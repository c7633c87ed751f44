export { checkerboard } from "./checkerboard.ts";
export { moons, rings, twoSpirals } from "./curves.ts";
export type { DataSet, ExactDataSet } from "./dataSet.ts";
export { fromRows, type RowsDataSet, type RowsOptions } from "./fromRows.ts";
export {
  type GaussianMixtureOptions,
  type GaussianOptions,
  gaussian,
  gaussianMixture,
  type Spread,
} from "./gaussianMixture.ts";
export { eightGaussians, twoModes } from "./mixtures.ts";
export { oldFaithful } from "./oldFaithful.ts";
export { byName, names } from "./registry.ts";
export { type Standardization, type StandardizeOptions, standardize } from "./standardize.ts";
export type { Matrix } from "./symmetricEigen.ts";
