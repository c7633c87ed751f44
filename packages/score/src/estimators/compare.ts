import {
  checkFunction,
  checkOptions,
  type Key,
  mean,
  random,
  type Tensor,
  type TreeOf,
  take,
} from "@scoretape/autograd";
import {
  checkCount,
  checkData,
  checkKey,
  checkMethods,
  checkNumbers,
  checkPositive,
  checkTexts,
} from "../check.ts";
import { exactScoreMatching } from "../losses/exact.ts";
import { type ObjectiveOptions, perturbed, type ScoreMatchingObjective } from "../objectives/objective.ts";
import { type ScoreMatchingObjectiveName, scoreMatchingObjectives } from "../objectives/registry.ts";
import { dimensionOf } from "../rows.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import type { Score } from "../score.ts";
import { recommend } from "./recommend.ts";
import type { EstimatorReport, EstimatorRow, ProbeLawName } from "./report.ts";
import { type Estimate, type ParametrizedScore, type Runner, type Sample, sample } from "./sample.ts";
import { errorsOf, norm, squaredSignal } from "./statistics.ts";
import { lawsByName, type Variant, variantsOf } from "./variants.ts";

declare const performance: { now(): number };

/** Options of {@link compareEstimators}. */
export interface CompareEstimatorsOptions {
  /** Which objectives; all for scores that need no known score unless said. */
  readonly estimators?: readonly ScoreMatchingObjectiveName[];
  /** Which laws of probes; Rademacher, Gaussian and the sphere unless said. */
  readonly laws?: readonly ProbeLawName[];
  /** Which numbers of probes of each row; 1 and 4 unless said. */
  readonly probeCounts?: readonly number[];
  /** σ of the estimators that add noise, above 0; 0.1 unless said. */
  readonly sigma?: number;
  /** ε of the finite differences; their default unless said. */
  readonly stepSize?: number;
  /** The rows of a mini-batch, drawn from x with replacement; 256, or all rows if fewer, unless said. */
  readonly batchSize?: number;
  /** On how many mini-batches each estimator is evaluated, at least 2; 100 unless said. */
  readonly repeats?: number;
  /** What runs the evaluations; see `compile`. `eager`: each op at once. */
  readonly backend?: SamplerBackend;
  /** The time in milliseconds; `performance.now` unless said. */
  readonly clock?: () => number;
  /** Called after each row, and waited for: so a long comparison can be shown and stopped. */
  readonly onProgress?: (row: EstimatorRow, done: number, total: number) => void | Promise<void>;
}

/**
 * Measures the estimators of the score matching loss against exact score matching, at a given score: bias and variance
 * of the loss of a mini-batch, the same of its gradient where the score has parameters, the gradient's signal-to-noise
 * ratio, and the time of an evaluation, for each law and number of probes.
 *
 * Every estimator is evaluated on the same mini-batches, so that its bias is a mean of differences, from which the
 * choice of the rows cancels. The estimators of noisy data have another target, the score of the data blurred by σ:
 * their bias is against exact score matching of the same noisy points, and beside it stands that against the data,
 * which is the smoothing.
 *
 * All but the times are the same for the same key. It holds three gradients for every repeat in memory.
 *
 * @param score a score, or one with parameters, whose gradient is then compared too
 * @param x data, [n, d]
 * @throws ShapeError when x is not [n, d] with rows in it, or the score does not return its shape
 * @throws RangeError when an element of x is NaN or infinite, sigma or the step is not above 0, a count is not a whole
 * number from 1 (`repeats`: from 2), an estimator or a law is none of those that there are, or an estimate is NaN or
 * infinite
 *
 * @example
 * ```ts
 * import { mul, neg, random, type Tensor, tensor } from "@scoretape/autograd";
 * import { compareEstimators } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [500, 2]);
 * const model = { parameters: tensor(0.5), score: (a: Tensor) => (y: Tensor) => mul(neg(a), y) };
 * const { rows } = await compareEstimators(model, x, random.key(1), {
 *   estimators: ["exactScoreMatching", "slicedScoreMatchingVR"],
 *   laws: ["rademacher"],
 *   probeCounts: [1],
 *   repeats: 20,
 * });
 * console.log(rows.map(({ estimator }) => estimator).join(", ")); // exactScoreMatching, slicedScoreMatchingVR
 * // On a diagonal Jacobian signs estimate the trace without error.
 * console.log(rows.every(({ loss }) => loss.addedVariance < 1e-9)); // true
 * ```
 */
export async function compareEstimators<P extends TreeOf<P>>(
  score: Score | ParametrizedScore<P>,
  x: Tensor,
  key: Key,
  options: CompareEstimatorsOptions = {},
): Promise<EstimatorReport> {
  const name = "compareEstimators";
  checkOptions(name, options, {
    estimators: "any",
    laws: "any",
    probeCounts: "any",
    sigma: "number",
    stepSize: "number",
    batchSize: "number",
    repeats: "number",
    backend: "any",
    clock: "function",
    onProgress: "callback",
  });
  const { sigma = 0.1, stepSize, repeats = 100, backend, clock = () => performance.now() } = options;
  if (typeof score !== "object" || score === null) checkFunction(name, score, "the score");
  else checkMethods(name, score, "the score", ["score"]);
  checkKey(name, key);
  checkData(name, x);
  const [n = 0] = x.shape;
  const { batchSize = Math.min(n, 256) } = options;
  for (const what of ["estimators", "laws"] as const) {
    const list = options[what];
    if (list !== undefined) checkTexts(name, list, what);
  }
  if (options.probeCounts !== undefined) checkNumbers(name, options.probeCounts, "probeCounts");
  const variants = variantsOf(name, options);
  checkPositive(name, sigma, "sigma");
  if (stepSize !== undefined) checkPositive(name, stepSize, "stepSize");
  checkCount(name, batchSize, "batchSize");
  if (!Number.isSafeInteger(repeats) || repeats < 2) {
    throw new RangeError(`${name}: repeats is ${repeats}; it is a whole number from 2`);
  }

  const runner: Runner = { trials: trialsOf(x, key, batchSize, repeats), backend, clock };
  const measure = (what: string, estimate: Estimate): Sample =>
    sample(`${name}: ${what}`, score, estimate, runner);
  const exact = measure("exactScoreMatching", (s, batch) => exactScoreMatching(s, batch));
  const needsBlurred = variants.some(
    ({ estimator }) => scoreMatchingObjectives[estimator].target === "blurred",
  );
  const blurred = needsBlurred
    ? measure("exactScoreMatching of noisy data", (s, batch, k) =>
        exactScoreMatching(s, perturbed(batch, k, { sigma })),
      )
    : exact;

  const rows: EstimatorRow[] = [];
  for (const variant of variants) {
    const objective = scoreMatchingObjectives[variant.estimator];
    const own: ObjectiveOptions = {
      sigma,
      ...(stepSize === undefined ? {} : { stepSize }),
      ...(variant.law === null ? {} : { probeLaw: lawsByName[variant.law] }),
      ...(variant.probes === null ? {} : { probeCount: variant.probes }),
    };
    const estimates =
      variant.estimator === "exactScoreMatching"
        ? exact
        : measure(variant.estimator, (s, batch, k) => mean(objective.loss(s, batch, k, own)));
    const row = rowOf(variant, objective, { estimates, exact, blurred }, dimensionOf(x), sigma);
    rows.push(row);
    await options.onProgress?.(row, rows.length, variants.length);
  }
  return { dimension: dimensionOf(x), batchSize, repeats, rows, recommendation: recommend(rows) };
}

/** Mini-batches drawn from the rows of x with replacement, each with a key of its own. */
function trialsOf(x: Tensor, key: Key, batchSize: number, repeats: number): Runner["trials"] {
  const [n = 0] = x.shape;
  return Array.from({ length: repeats }, (_, r) => {
    const [rowsKey = key, drawKey = key] = random.split(random.foldIn(key, r));
    const words = random.bits(rowsKey, [batchSize]).data;
    return {
      batch: take(
        x,
        Array.from(words, (word) => Math.floor((word / 2 ** 32) * n)),
      ),
      key: drawKey,
    };
  });
}

function rowOf(
  { estimator, law, probes }: Variant,
  { target, needs, passes, onStandardNormal }: ScoreMatchingObjective,
  { estimates, exact, blurred }: { estimates: Sample; exact: Sample; blurred: Sample },
  d: number,
  sigma: number,
): EstimatorRow {
  const reference = target === "data" ? exact : blurred;
  // An objective and exact matching of its target differ by a constant that is the same for all data: on N(0, I),
  // where the latter has the minimum −½d·a at s(x) = −ax, both are known.
  const constant = onStandardNormal.minimum(d, sigma) + 0.5 * d * onStandardNormal.precision(sigma);
  const scalars = ({ losses }: Sample, less = 0) => losses.map((loss) => Float64Array.of(loss - less));
  const gradient =
    estimates.gradients[0] === undefined || estimates.gradients[0].length === 0
      ? null
      : errorsOf(estimates.gradients, reference.gradients, exact.gradients, norm);
  const signalToNoise =
    gradient === null ? null : ratio(squaredSignal(reference.gradients), gradient.variance);
  return {
    estimator,
    law,
    probes,
    sigma: needs.includes("noise") ? sigma : null,
    target,
    passes: passes.count(d, probes ?? 0),
    loss: errorsOf(scalars(estimates, constant), scalars(reference), scalars(exact), ([value = 0]) => value),
    gradient,
    signalToNoise,
    milliseconds: estimates.milliseconds,
    signalToNoisePerMillisecond: signalToNoise === null ? null : ratio(signalToNoise, estimates.milliseconds),
  };
}

/** a/b, or null where b is 0. */
function ratio(a: number, b: number): number | null {
  return b === 0 ? null : a / b;
}
