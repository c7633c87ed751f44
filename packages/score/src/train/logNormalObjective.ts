import { add, checkOptions, exp, mean, mul, random, square } from "@scoretape/autograd";
import { checkPositive } from "../check.ts";
import {
  checkObjective,
  drawNoise,
  type ObjectiveName,
  perRow,
  type TrainingObjective,
} from "./objectives.ts";

/** Options of {@link logNormalObjective}. */
export interface LogNormalObjectiveOptions {
  /** The mean of log σ; −1.2 unless said. */
  readonly mean?: number;
  /** The standard deviation of log σ, above 0; 1.2 unless said. */
  readonly deviation?: number;
  /** σ_d > 0, the deviation of the data along each axis; 0.5 unless said. */
  readonly dataDeviation?: number;
}

/**
 * An objective over noise levels with log σ ~ N(mean, deviation²), drawn for each row:
 * mean over the rows of (2/d)·σ²(σ² + σ_d²)/σ_d²·L(s(·, σ), x + σz), with L the named objective. For denoising this is
 * the mean square over the coordinates of the error of D, divided by c_out² = σ²σ_d²/(σ² + σ_d²): what
 * `preconditioned` has to learn has then unit variance at every level (Karras et al. 2022, equation 8 and table 1, whose
 * mean, deviation and σ_d are those unless said).
 *
 * @throws RangeError when an option is out of its range
 *
 * @example
 * ```ts
 * import { add, div, expandDims, neg, random, square } from "@scoretape/autograd";
 * import { logNormalObjective, type NoiseConditionalScore } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [20_000, 2]);
 * const optimum: NoiseConditionalScore = (y, sigma) => div(neg(y), expandDims(add(1, square(sigma)), 1));
 * // On N(0, I) nothing is left to learn, and the error is that of the target, c_out².
 * const objective = logNormalObjective("denoising", { dataDeviation: 1 });
 * console.log(objective(optimum, x, random.key(1)).item().toFixed(1)); // 1.0
 * ```
 */
export function logNormalObjective(
  name: ObjectiveName,
  options: LogNormalObjectiveOptions = {},
): TrainingObjective {
  const own = "logNormalObjective";
  checkOptions(own, options, { mean: "number", deviation: "number", dataDeviation: "number" });
  checkObjective(own, name);
  const { mean: center = -1.2, deviation = 1.2, dataDeviation = 0.5 } = options;
  if (!Number.isFinite(center)) throw new RangeError(`${own}: mean is ${center}; it must be finite`);
  checkPositive(own, deviation, "deviation");
  checkPositive(own, dataDeviation, "dataDeviation");
  const loss = perRow[name];
  return (score, x, key, withDivergence) => {
    const [n = 0, d = 1] = x.shape;
    const logSigma = add(center, mul(deviation, random.normal(random.foldIn(key, 2), [n])));
    const draw = drawNoise(key, x, exp(logSigma));
    const both = withDivergence && ((y: typeof x) => withDivergence(y, draw.sigma));
    const rows = loss((y) => score(y, draw.sigma), draw, both);
    const variance = square(draw.sigma);
    const spread = mul(1 / (dataDeviation * dataDeviation), add(variance, dataDeviation * dataDeviation));
    return mul(2 / d, mean(mul(mul(variance, spread), rows)));
  };
}
