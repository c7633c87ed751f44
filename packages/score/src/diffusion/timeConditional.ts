import { checkFunction, div, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkData, checkMethods, checkPerRow } from "../check.ts";
import { column, perRow } from "../rows.ts";
import type { NoiseConditionalScore } from "../score.ts";
import type { DiffusionProcess } from "./process.ts";

/**
 * A score that is told the time of a noise process: x [n, d] and t, [n] or a scalar, ↦ s(x, t) [n, d], a model of
 * ∇ₓ log p_t(x), where p_t is the density of the process's state x(t).
 */
export type TimeConditionalScore = (x: Tensor, time: TensorLike) => Tensor;

/**
 * The time-conditional score of a noise-conditional one: ∇log p_t(x) = s(x/α(t), σ(t)/α(t))/α(t), because
 * x(t)/α(t) is a clean point blurred by σ(t)/α(t). So a noise-conditional model serves every process, and so does the
 * exact score of a data set; for {@link varianceExploding}, where α = 1, it is s(x, σ(t)).
 *
 * @returns a score, which passes σ/α on as [n]
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data, timeConditional, variancePreserving } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [0, 0] });
 * const score = timeConditional((x, sigma) => set.score(x, sigma), variancePreserving());
 * // Data of unit variance keep it: the score is −x at every time.
 * console.log([...score(tensor([[1, 2]]), 0.3).data].map((s) => s.toFixed(3)).join(" ")); // -1.000 -2.000
 * ```
 */
export function timeConditional(
  score: NoiseConditionalScore,
  process: DiffusionProcess,
): TimeConditionalScore {
  const name = "timeConditional";
  checkFunction(name, score, "the score");
  checkMethods(name, process, "process", ["scale", "deviation"]);
  return (x, time) => {
    checkData(name, x);
    checkPerRow(name, time, x, "time");
    const t = perRow(time, x);
    const [alpha, sigma] = [process.scale(t), process.deviation(t)];
    return div(score(div(x, column(alpha)), div(sigma, alpha)), column(alpha));
  };
}
