import { checkOptions, mul, sub, type Tensor } from "@scoretape/autograd";
import { checkData } from "../check.ts";
import { squaredNorm } from "../rows.ts";
import { checked, type Score } from "../score.ts";
import { type LossOptions, lossKinds, reduce } from "./reduction.ts";

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
 *
 * @example
 * ```ts
 * import { mul, neg, random } from "@scoretape/autograd";
 * import { fisherDivergence } from "@scoretape/score";
 *
 * // Against the score −x of N(0, 1), s = −cx has ½(c − 1)²E‖x‖²: for c = 3 it is 2.
 * const x = random.normal(random.key(0), [50_000, 1]);
 * console.log(fisherDivergence((y) => mul(-3, y), neg, x).item().toFixed(1)); // 2.0
 * console.log(fisherDivergence(neg, neg, x).item()); // 0
 * ```
 */
export function fisherDivergence(score: Score, target: Score, x: Tensor, options: LossOptions = {}): Tensor {
  const name = "fisherDivergence";
  checkOptions(name, options, lossKinds);
  checkData(name, x);
  const s = checked(name, score)(x);
  const t = checked(name, target, "the target")(x);
  return reduce(name, mul(0.5, squaredNorm(sub(s, t))), options);
}
