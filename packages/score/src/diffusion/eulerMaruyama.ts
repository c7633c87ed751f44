import { checkFunction, checkOptions, type Tensor } from "@scoretape/autograd";
import { checkMethods } from "../check.ts";
import type { Samples } from "../samplers/langevin.ts";
import { noiseLike } from "../samplers/walk.ts";
import { checked } from "../score.ts";
import type { DiffusionProcess } from "./process.ts";
import { eulerMaruyamaStep, type ReverseDiffusionOptions, reverseKinds, runReverse } from "./reverse.ts";
import type { TimeConditionalScore } from "./timeConditional.ts";

/**
 * Samples by the reverse process dx = (f·x − g²·s(x, t)) dt + g dw̄ from time 1 to ε, one per row of x1, by the method of
 * Euler and Maruyama: x ← x − h·(f·x − g²·s) + √h·g·z. Song et al. 2021, eq. 6; Anderson 1982.
 *
 * With s = ∇log p_t it samples p_ε with an error that falls with h. On data from N(0, v₀) the variance follows
 * v ← (1 − h·f − h·g²/v_t)²·v + h·g², where v_t = α²v₀ + σ².
 *
 * @param score s(x, t), [n, d] → [n, d]; t is a scalar
 * @param x1 the states at the start, time 1 unless said, [n, d]: see `process.prior.sample`
 * @throws RangeError when a state becomes infinite or NaN, with the step, the row and what to do, and when an option is
 * out of range
 * @throws ShapeError when x1 is not [n, d], or the score returns another shape
 *
 * @example
 * ```ts
 * import { mean, random } from "@scoretape/autograd";
 * import { data, eulerMaruyama, timeConditional, variancePreserving } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [3] });
 * const process = variancePreserving();
 * const score = timeConditional((x, sigma) => set.score(x, sigma), process);
 * const start = process.prior.sample(random.key(0), [10_000, 1]);
 * const { samples } = eulerMaruyama(score, start, process, { steps: 100, key: random.key(1) });
 * console.log(mean(samples).item().toFixed(1)); // 3.0
 * ```
 */
export function eulerMaruyama(
  score: TimeConditionalScore,
  x1: Tensor,
  process: DiffusionProcess,
  options: ReverseDiffusionOptions,
): Samples {
  const name = "eulerMaruyama";
  checkOptions(name, options, reverseKinds);
  checkFunction(name, score, "the score");
  checkMethods(name, process, "process", ["drift", "diffusion", "scale", "deviation"]);
  return runReverse(
    name,
    (x, key, time, stepSize) => {
      const scores = checked(name, (y) => score(y, time))(x);
      return eulerMaruyamaStep(process, x, scores, noiseLike(key, x), time, stepSize);
    },
    score,
    x1,
    process,
    options,
  );
}
