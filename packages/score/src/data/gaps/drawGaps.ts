import {
  add,
  cast,
  type Key,
  matmul,
  mul,
  random,
  ShapeError,
  square,
  sub,
  type Tensor,
  where,
} from "@scoretape/autograd";
import { checkGappy, checkKey } from "../../check.ts";
import { checkMoments, type NormalMoments } from "../normalMoments.ts";
import { knownPrecision, predicted } from "./conditional.ts";
import { patternsOf } from "./patterns.ts";

/**
 * Rows with their gaps (NaN) drawn from a normal distribution given what they show: x = z + ΣA(x − z) with z ~ N(μ, Σ) and
 * A the inverse covariance of the coordinates that are known (Hoffman & Ribak 1991, Constrained realizations of Gaussian
 * fields). What is known stays as it is.
 *
 * @param moments N(μ, Σ)
 * @param x [n, d], where a gap is NaN
 * @param key makes the draws: the same key, the same draws
 * @returns [n, d] in float64
 * @throws ShapeError when x is not [n, d] with the columns of the moments
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 *
 * const x = tensor([[0, 1], [2, 5], [4, 9], [6, 13], [7, Number.NaN]], { dtype: "float64" });
 * const moments = data.normalMoments(x, { gaps: true, shrinkage: 0 });
 * // The second column is twice the first and 1.
 * console.log(data.drawGaps(moments, x, random.key(0)).data[9]?.toFixed(3)); // 15.000
 * ```
 */
export function drawGaps(moments: NormalMoments, x: Tensor, key: Key): Tensor {
  const name = "drawGaps";
  checkMoments(name, moments);
  checkGappy(name, x);
  checkKey(name, key);
  const { mean, axes, deviation } = moments;
  const [d = 0] = mean.shape;
  if (x.shape[1] !== d) {
    throw new ShapeError(
      `${name}: x has shape [${x.shape.join(", ")}], the moments ${d} columns; give [n, ${d}]`,
    );
  }
  const { known, masks, of } = patternsOf(x);
  const covariance = matmul(mul(axes, square(deviation)), axes, { transposeY: true });
  const own = random.normal(key, x.shape, { dtype: "float64" });
  const z = add(mean, matmul(mul(own, deviation), axes, { transposeY: true }));
  const values = where(known, cast(x, "float64"), 0);
  const shown = where(known, sub(values, z), 0);
  return where(known, values, add(z, predicted(covariance, knownPrecision(covariance, masks), of, shown)));
}
