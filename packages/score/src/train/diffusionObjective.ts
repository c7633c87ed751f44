import { checkOptions, random } from "@scoretape/autograd";
import { checkMethods } from "../check.ts";
import type { DiffusionProcess } from "../diffusion/process.ts";
import { timeConditional } from "../diffusion/timeConditional.ts";
import { diffusionTimes, type TimesOptions } from "../diffusion/times.ts";
import { type DiffusionWeighting, diffusionDenoisingScoreMatching } from "../losses/diffusion.ts";
import type { TrainingObjective } from "./objectives.ts";

/** Options of {@link diffusionObjective}. */
export interface DiffusionObjectiveOptions {
  /** How much each time counts; `variance` unless said. */
  readonly weighting?: DiffusionWeighting;
  /** How the times of a mini-batch are drawn; `systematic` unless said. */
  readonly times?: TimesOptions["method"];
}

/**
 * The training objective of a noise process: {@link diffusionDenoisingScoreMatching} at times drawn over [ε, 1]. The
 * model is a noise-conditional one, taken at the process's times by {@link timeConditional}, and learns
 * s(x, σ) = ∇log q_σ(x) for σ from σ(ε)/α(ε) to σ(1)/α(1), whatever the process.
 *
 * @throws RangeError when an option is not one of its values
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, diffusionObjective, variancePreserving } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [0, 0] });
 * const objective = diffusionObjective(variancePreserving(), { weighting: "variance" });
 * const x = set.sample(random.key(0), 5000);
 * // With the exact score: E ½d·α²/(α² + σ²), which is the mean of α² over the times.
 * console.log(objective((y, sigma) => set.score(y, sigma), x, random.key(1)).item().toFixed(1)); // 0.3
 * ```
 */
export function diffusionObjective(
  process: DiffusionProcess,
  options: DiffusionObjectiveOptions = {},
): TrainingObjective {
  checkOptions("diffusionObjective", options, { weighting: "string", times: "string" });
  checkMethods("diffusionObjective", process, "process", ["drift", "diffusion", "scale", "deviation"]);
  const { weighting: weight = "variance", times: spread = "systematic" } = options;
  if (weight !== "variance" && weight !== "likelihood") {
    throw new RangeError(`diffusionObjective: weighting is "${weight}"; it is "variance" or "likelihood"`);
  }
  if (spread !== "systematic" && spread !== "independent") {
    throw new RangeError(`diffusionObjective: times is "${spread}"; it is "systematic" or "independent"`);
  }
  const { weighting = "variance", times = "systematic" } = options;
  return (score, x, key) => {
    const noise = random.normal(random.foldIn(key, 0), x.shape);
    const drawn = diffusionTimes(random.foldIn(key, 1), x.shape[0] ?? 0, process, { method: times });
    return diffusionDenoisingScoreMatching(timeConditional(score, process), x, noise, drawn, process, {
      weighting,
    });
  };
}
