import {
  checkFunction,
  checkOptions,
  div,
  mean,
  mul,
  norm,
  random,
  square,
  sub,
  type Tensor,
} from "@scoretape/autograd";
import { checkCount, checkMethods, checkPositive } from "../check.ts";
import type { Samples } from "../samplers/langevin.ts";
import { langevinStep, noiseLike } from "../samplers/walk.ts";
import { checked } from "../score.ts";
import type { DiffusionProcess } from "./process.ts";
import { eulerMaruyamaStep, type ReverseDiffusionOptions, reverseKinds, runReverse } from "./reverse.ts";
import type { TimeConditionalScore } from "./timeConditional.ts";

/** How to run a noise process backwards with corrections. */
export interface PredictorCorrectorOptions extends ReverseDiffusionOptions {
  /** How many Langevin steps follow each step back in time, from 1; 1 unless said. */
  readonly correctorSteps?: number;
  /** r > 0, how long the Langevin steps are; 0.16 unless said. */
  readonly signalToNoise?: number;
}

/**
 * Samples by the reverse process, one per row of x1: after each Euler–Maruyama step back in time (the predictor, as in
 * {@link eulerMaruyama}) come Langevin steps at the new time (the corrector), x ← x + e·s + √(2e)·z with
 * e = 2(r‖z‖/‖s‖)², where ‖z‖ and ‖s‖ are the mean norms over the rows, so that rows are not quite independent. Song et
 * al. 2021, algorithms 1, 4 and 5, the last without its factor 1 − β(t)h, which is near 1.
 *
 * The corrector brings the states nearer to p_t, and has an error of its own: where the score is −x/v its stationary
 * variance is v/(1 − e/(2v)), about v/(1 − r²).
 *
 * @param score s(x, t), [n, d] → [n, d]; t is a scalar
 * @param x1 the states at the start, time 1 unless said, [n, d]: see `process.prior.sample`
 * @throws RangeError and ShapeError as {@link eulerMaruyama} does
 *
 * @example
 * ```ts
 * import { mean, random } from "@scoretape/autograd";
 * import { data, predictorCorrector, timeConditional, varianceExploding } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [3] });
 * const process = varianceExploding({ sigmaMax: 20 });
 * const score = timeConditional((x, sigma) => set.score(x, sigma), process);
 * const start = process.prior.sample(random.key(0), [10_000, 1]);
 * const { samples } = predictorCorrector(score, start, process, { steps: 100, key: random.key(1) });
 * console.log(mean(samples).item().toFixed(1)); // 3.0
 * ```
 */
export function predictorCorrector(
  score: TimeConditionalScore,
  x1: Tensor,
  process: DiffusionProcess,
  options: PredictorCorrectorOptions,
): Samples {
  const name = "predictorCorrector";
  checkOptions(name, options, {
    ...reverseKinds,
    correctorSteps: "number",
    signalToNoise: "number",
  });
  checkFunction(name, score, "the score");
  checkMethods(name, process, "process", ["drift", "diffusion", "scale", "deviation"]);
  const { correctorSteps = 1, signalToNoise = 0.16 } = options;
  checkCount(name, correctorSteps, "correctorSteps");
  checkPositive(name, signalToNoise, "signalToNoise");
  return runReverse(
    name,
    (x, key, time, stepSize) => {
      const scoresAt = (t: Tensor) => checked(name, (y) => score(y, t));
      const noise = noiseLike(random.foldIn(key, 0), x);
      let next = eulerMaruyamaStep(process, x, scoresAt(time)(x), noise, time, stepSize);
      const scores = scoresAt(sub(time, stepSize));
      for (let i = 1; i <= correctorSteps; i++) {
        next = correctorStep(next, scores(next), noiseLike(random.foldIn(key, i), x), signalToNoise);
      }
      return next;
    },
    score,
    x1,
    process,
    options,
  );
}

/**
 * One step of the corrector, x + e·s + √(2e)·z with e = 2(r‖z‖/‖s‖)²: a Langevin step of size 2e.
 *
 * @param x the states, [n, d]
 * @param score s at the time of the states, [n, d]
 * @param noise z standard normal, [n, d]
 * @param signalToNoise r > 0
 */
export function correctorStep(x: Tensor, score: Tensor, noise: Tensor, signalToNoise: number): Tensor {
  const ratio = mul(signalToNoise, div(meanNorm(noise), meanNorm(score)));
  return langevinStep(x, score, noise, mul(4, square(ratio)));
}

/** The mean over the rows of ‖xᵢ‖, a scalar. */
function meanNorm(x: Tensor): Tensor {
  return mean(norm(x, { axis: 1 }));
}
