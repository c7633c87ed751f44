import { isTraced, Tensor, type TensorLike, tensor } from "@scoretape/autograd";
import { checkBlurred } from "../blur.ts";
import type { ExactDataSet } from "../dataSet.ts";

/** Writes the score at the point x, d numbers, of a set blurred by σ, and returns its log density there. */
export type PointDensity = (x: Float64Array, sigma: number, score: Float64Array) => number;

/** A density that is known point by point, in double precision. */
export interface Pointwise {
  readonly name: string;
  readonly dimension: number;
  /** Whether the set has no density of its own, at σ = 0. */
  readonly isDegenerate: boolean;
  readonly density: PointDensity;
}

/** The log density and the score of a set from their values at one point. */
export function fromPoints(set: Pointwise): Pick<ExactDataSet, "logDensity" | "score"> {
  return {
    logDensity: (x, sigma = 0) => evaluate(`${set.name}.logDensity`, set, x, sigma).logDensity,
    score: (x, sigma = 0) => evaluate(`${set.name}.score`, set, x, sigma).score,
  };
}

function evaluate(
  what: string,
  { dimension, isDegenerate, density }: Pointwise,
  x: Tensor,
  sigma: TensorLike,
): { readonly logDensity: Tensor; readonly score: Tensor } {
  checkBlurred(what, { dimension, isDegenerate }, x, sigma);
  if (isTraced(x) || (sigma instanceof Tensor && isTraced(sigma))) {
    throw new TypeError(
      `${what}: it works on numbers, and here they are being differentiated or compiled; call it outside, ` +
        "and give its result as a constant",
    );
  }
  const [n = 0] = x.shape;
  const blurs = typeof sigma === "number" ? null : sigma.data;
  const shared = typeof sigma === "number" ? sigma : (sigma.data[0] ?? 0);
  const logs = new Float64Array(n);
  const scores = new Float64Array(n * dimension);
  const point = new Float64Array(dimension);
  for (let row = 0; row < n; row++) {
    const start = row * dimension;
    for (let j = 0; j < dimension; j++) point[j] = x.data[start + j] as number;
    const blur = blurs !== null && blurs.length > 1 ? (blurs[row] as number) : shared;
    logs[row] = density(point, blur, scores.subarray(start, start + dimension));
  }
  return {
    logDensity: tensor(logs, { shape: [n], dtype: x.dtype }),
    score: tensor(scores, { shape: [n, dimension], dtype: x.dtype }),
  };
}
