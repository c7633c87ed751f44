import { mul, sub, type Tensor } from "@scoretape/autograd";
import { checkData } from "../check.ts";
import { squaredNorm } from "../rows.ts";
import { checked, type Score } from "../score.ts";
import { type LossOptions, reduce } from "./reduction.ts";

/**
 * The Fisher divergence between a score and a known one: per row ½‖s(x) − t(x)‖², averaged over the rows.
 *
 * At points x drawn from p it estimates ½E_p‖s − t‖², whose minimum 0 is at s = t. Hyvärinen 2005, eq. 2.
 *
 * @param target t, the true score
 * @param x the points to compare at, [n, d]
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError when x is not [n, d] with rows in it, or a score does not return x's shape
 * @throws RangeError when an element of x is NaN or infinite
 */
export function fisherDivergence(score: Score, target: Score, x: Tensor, options: LossOptions = {}): Tensor {
  const name = "fisherDivergence";
  checkData(name, x);
  const s = checked(name, score)(x);
  const t = checked(name, target, "the target")(x);
  return reduce(name, mul(0.5, squaredNorm(sub(s, t))), options);
}
