import {
  add,
  div,
  expandDims,
  log,
  logSumExp,
  matmul,
  mul,
  neg,
  random,
  reshape,
  softmax,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  type TensorLike,
  take,
  tensor,
} from "@scoretape/autograd";
import { checkCount, checkKey } from "../check.ts";
import { checkBlurred } from "./blur.ts";
import type { ExactDataSet } from "./dataSet.ts";

/** Weighted normal densities Σₖ wₖ N(μₖ, Qₖ Λₖ Qₖᵀ), by their principal axes, in float64. */
export interface Normals {
  /** The number K of components. */
  readonly count: number;
  /** The number d of coordinates. */
  readonly dimension: number;
  /** log wₖ, K numbers. */
  readonly logWeights: Float64Array;
  /** μₖ, K·d numbers. */
  readonly means: Float64Array;
  /** The diagonals of Λₖ, K·d numbers ≥ 0; when all components are isotropic, one for each, K. */
  readonly variances: Float64Array;
  /** Qₖ by rows, K·d·d numbers; `null` when all components are isotropic. */
  readonly axes: Float64Array | null;
}

/** K components seen from n points. */
interface Relation {
  /** log wₖ N(x; μₖ, Qₖ(Λₖ + σ²I)Qₖᵀ), [K, n]. */
  readonly logTerms: Tensor;
  /** (Λₖ + σ²I)⁻¹ Qₖᵀ(x − μₖ), [K, n, d]: minus the component's score, along its axes. */
  readonly scaled: Tensor;
  /** Qₖ, [K, d, d]. */
  readonly axes: Tensor | null;
}

/** The sampler, density and score of weighted normals. */
export function sumOfNormals(
  name: string,
  normals: Normals,
): Pick<ExactDataSet, "sample" | "logDensity" | "score"> {
  const { count, dimension } = normals;
  const perComponent = normals.axes === null ? 1 : dimension;

  /** A constant in the dtype of x. */
  const like = (x: Tensor, values: Float64Array, shape: readonly number[]): Tensor =>
    tensor(values, { shape, dtype: x.dtype });

  /** What each component makes of each point. */
  const relate = (x: Tensor, sigma: TensorLike): Relation => {
    const own = like(x, normals.variances, [count, 1, perComponent]);
    const blur = typeof sigma === "number" ? sigma * sigma : square(reshape(sigma, [-1, 1]));
    const variance = add(own, blur);
    const axes = normals.axes === null ? null : like(x, normals.axes, [count, dimension, dimension]);
    const deviation = sub(x, like(x, normals.means, [count, 1, dimension]));
    const along = axes === null ? deviation : matmul(deviation, axes);
    const scaled = div(along, variance);
    const logDeterminant = mul(dimension / perComponent, sum(log(mul(2 * Math.PI, variance)), { axis: -1 }));
    const exponent = add(sum(mul(along, scaled), { axis: -1 }), logDeterminant);
    const logTerms = sub(like(x, normals.logWeights, [count, 1]), mul(0.5, exponent));
    return { logTerms, scaled, axes };
  };

  const extent = { dimension, isDegenerate: normals.variances.some((variance) => variance === 0) };

  return {
    sample(key, n) {
      checkKey(`${name}.sample`, key);
      checkCount(`${name}.sample`, n, "n");
      const component = random.categorical(random.foldIn(key, 0), tensor(normals.logWeights), [n]);
      const z = random.normal(random.foldIn(key, 1), [n, dimension]);
      const single = (values: Float64Array, ...shape: number[]): Tensor =>
        take(tensor(values, { shape: [count, ...shape], dtype: "float32" }), component);
      const along = mul(single(normals.variances.map(Math.sqrt), perComponent), z);
      const mean = single(normals.means, dimension);
      if (normals.axes === null) return add(mean, along);
      const turned = matmul(single(normals.axes, dimension, dimension), expandDims(along, -1));
      return add(mean, squeeze(turned, -1));
    },
    logDensity(x, sigma = 0) {
      checkBlurred(`${name}.logDensity`, extent, x, sigma);
      return logSumExp(relate(x, sigma).logTerms, { axis: 0 });
    },
    score(x, sigma = 0) {
      checkBlurred(`${name}.score`, extent, x, sigma);
      const { logTerms, scaled, axes } = relate(x, sigma);
      const responsibility = softmax(logTerms, { axis: 0 });
      const pull = axes === null ? scaled : matmul(scaled, axes, { transposeY: true });
      return neg(sum(mul(expandDims(responsibility, -1), pull), { axis: 0 }));
    },
  };
}
