import {
  add,
  checkOptions,
  div,
  mul,
  portable,
  ShapeError,
  sub,
  type Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";
import { checkMethods, checkNumbers, checkPositive } from "../check.ts";
import { checkBlurred } from "./blur.ts";
import type { ExactDataSet } from "./dataSet.ts";

/** A change of units z = (x − mean)/deviation with one deviation for all coordinates. */
export interface Rescaling {
  /** d numbers. */
  readonly mean: readonly number[];
  /** A finite number above 0. */
  readonly deviation: number;
}

/**
 * A set in other units, z = (x − mean)/c. A blur by σ is one by cσ in the set's own units, where it must be round too:
 * so c is one number. With z = (x − mean)/c, log q_σ(z) = log p_{cσ}(x) + d log c and ∇log q_σ(z) = c ∇log p_{cσ}(x).
 *
 * @throws ShapeError when the mean has not as many coordinates as the set
 * @throws RangeError when the deviation is not a finite number above 0
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [10, 0], covariance: [[4, 0], [0, 4]] });
 * const standard = data.rescaled(set, { mean: [10, 0], deviation: 2 });
 * console.log(standard.score(tensor([[0.5, -1]])).data.join(" ")); // -0.5 1
 * ```
 */
export function rescaled(set: ExactDataSet, rescaling: Rescaling): ExactDataSet {
  checkOptions("rescaled", rescaling, { mean: "any", deviation: "number" });
  checkMethods("rescaled", set, "the set", ["sample", "logDensity", "score"]);
  const { mean, deviation } = rescaling;
  checkNumbers("rescaled", mean, "mean");
  const { name, dimension, columns } = set;
  if (mean.length !== dimension) {
    throw new ShapeError(`rescaled: the mean has ${mean.length} coordinates, ${name} has ${dimension}`);
  }
  checkPositive("rescaled", deviation, "deviation");
  const meanLike = (x: Tensor): Tensor => tensor(mean, { dtype: x.dtype });
  const restored = (z: Tensor): Tensor => add(mul(deviation, z), meanLike(z));
  const blur = (sigma: TensorLike): TensorLike =>
    typeof sigma === "number" ? deviation * sigma : mul(deviation, sigma);
  const extent = { dimension, isDegenerate: false };
  return {
    name,
    dimension,
    columns,
    sample(key, n) {
      const x = set.sample(key, n);
      return div(sub(x, meanLike(x)), deviation);
    },
    logDensity(z, sigma = 0) {
      checkBlurred(`${name}.logDensity`, extent, z, sigma);
      return add(set.logDensity(restored(z), blur(sigma)), dimension * portable.log(deviation));
    },
    score(z, sigma = 0) {
      checkBlurred(`${name}.score`, extent, z, sigma);
      return mul(deviation, set.score(restored(z), blur(sigma)));
    },
  };
}
