import {
  add,
  checkFunction,
  checkOptions,
  kindOf,
  mul,
  ShapeError,
  sub,
  Tensor,
  type TensorLike,
  type TreeOf,
  tree,
} from "@scoretape/autograd";
import { checkData, checkPerRow, checkScores } from "./check.ts";
import { column, perRow } from "./rows.ts";
import { lastingAs } from "./samplers/keptSteps.ts";
import type { ConditionalScore, NoiseConditionalScore } from "./score.ts";

/** What to guide to, and how far. */
export interface ClassifierFreeGuidanceOptions<C> {
  /** c, one row for each row of the points that the guided score will be given: a class is a uint32 [n]. */
  readonly condition: C;
  /** w, a number, or [n]: 0 for the score given c, -1 for that without a condition, above 0 for points that are more like c. */
  readonly scale: TensorLike;
}

/**
 * Classifier-free guidance: the score (1 + w)·s(x, σ, c) − w·s(x, σ), whose denoiser is (1 + w)·D(x, σ, c) − w·D(x, σ).
 * Where s is exact, it is ∇ₓ log(q_σ(x | c)·q_σ(c | x)^w) of what the noisy points tell of c. Ho & Salimans 2022
 * (Classifier-Free Diffusion Guidance), equation 6. Two evaluations, one where w is the number 0 or -1.
 *
 * Any sampler takes it. The condition is a constant of the step that the sampler compiles.
 *
 * @param score s(x, σ, c) with a condition, s(x, σ) without one, [n, d] → [n, d]
 * @returns a score of points [n, d], with the n of the condition. It throws ShapeError when the condition or the scale has
 *   another number of rows, or the score returns another shape
 * @throws RangeError when the scale is not finite
 *
 * @example
 * ```ts
 * import { expandDims, sub, type Tensor, type TensorLike, tensor } from "@scoretape/autograd";
 * import { classifierFreeGuidance, data } from "@scoretape/score";
 *
 * // Two classes, N(0, 1) and N(1, 1), without noise; a condition gives the mean of a row's class.
 * const set = data.gaussianMixture({ weights: [1, 1], means: [[0], [1]], standardDeviations: 1 });
 * const score = (x: Tensor, sigma: TensorLike, mean?: Tensor) =>
 *   mean === undefined ? set.score(x, sigma) : sub(expandDims(mean, 1), x);
 * const guided = classifierFreeGuidance(score, { condition: tensor([1]), scale: 2 });
 * // 3·(1 − x) − 2·s(x) at x = 0.5, where the unconditional score is 0.
 * console.log(guided(tensor([[0.5]]), 0).item()); // 1.5
 * ```
 */
export function classifierFreeGuidance<C extends TreeOf<C>>(
  score: ConditionalScore<C>,
  options: ClassifierFreeGuidanceOptions<C>,
): NoiseConditionalScore {
  const name = "classifierFreeGuidance";
  checkOptions(name, options, { condition: "any", scale: "any" });
  checkFunction(name, score, "the score");
  const { condition, scale } = options;
  const leaves = tree.leaves(condition, name);
  if (leaves.length === 0)
    throw new TypeError(`${name}: the condition is ${kindOf(condition)}; give a tensor`);
  if (!(typeof scale === "number" ? Number.isFinite(scale) : scale instanceof Tensor)) {
    throw new RangeError(
      `${name}: scale is ${kindOf(scale)}; it is a finite number, or one for each row, [n]`,
    );
  }
  const scores = (x: Tensor, sigma: TensorLike, own?: C): Tensor => {
    const values = own === undefined ? score(x, sigma) : score(x, sigma, own);
    checkScores(name, values, x);
    return values;
  };
  return lastingAs(score, (x: Tensor, sigma: TensorLike): Tensor => {
    checkData(name, x);
    checkPerRow(name, sigma, x, "sigma", (level) => level >= 0, "a noise level is not below 0");
    for (const { shape } of leaves) {
      if (shape[0] !== x.shape[0]) {
        throw new ShapeError(
          `${name}: x has ${x.shape[0]} rows, the condition has shape [${shape.join(", ")}]; give it a row for each`,
        );
      }
    }
    checkPerRow(name, scale, x, "scale");
    if (scale === 0) return scores(x, sigma, condition);
    if (scale === -1) return scores(x, sigma);
    const w = column(perRow(scale, x));
    return sub(mul(add(1, w), scores(x, sigma, condition)), mul(w, scores(x, sigma)));
  });
}
