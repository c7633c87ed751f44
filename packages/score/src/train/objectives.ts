import {
  add,
  checkOptions,
  expandDims,
  greaterEqual,
  type Key,
  kindOf,
  mean,
  mul,
  random,
  type Shape,
  square,
  sum,
  type Tensor,
  take,
  tensor,
} from "@scoretape/autograd";
import { checkPositive } from "../check.ts";
import { systematicFractions } from "../diffusion/times.ts";
import { denoisingScoreMatching } from "../losses/denoising.ts";
import { exactScoreMatching } from "../losses/exact.ts";
import { slicedScoreMatching, slicedScoreMatchingVR } from "../losses/sliced.ts";
import * as probes from "../probes.ts";
import type {
  NoiseConditionalScore,
  NoiseConditionalScoreWithDivergence,
  Score,
  ScoreWithDivergence,
} from "../score.ts";

/**
 * A scalar to minimise: from a score network, a mini-batch [n, d], the key of what is drawn, and the score
 * with its divergence where the network has a cheap one.
 */
export type TrainingObjective = (
  score: NoiseConditionalScore,
  x: Tensor,
  key: Key,
  withDivergence?: NoiseConditionalScoreWithDivergence,
) => Tensor;

/** What one evaluation of an objective is made of, one row per row of the mini-batch. */
export interface Draw {
  readonly x: Tensor;
  readonly noise: Tensor;
  readonly sigma: Tensor;
  /** x + σ·noise. */
  readonly noisy: Tensor;
  /** [n, d], or [m, n, d] for m of each row. */
  readonly probe: Tensor;
}

const none = { reduction: "none" } as const;

/** The objectives that a training over noise levels can minimise; each gives one value per row. */
export const perRow = {
  exact: (score: Score, { noisy }: Draw, withDivergence?: ScoreWithDivergence) =>
    exactScoreMatching(withDivergence ?? score, noisy, none),
  sliced: (score: Score, { noisy, probe }: Draw) => slicedScoreMatching(score, noisy, probe, none),
  "sliced-vr": (score: Score, { noisy, probe }: Draw) => slicedScoreMatchingVR(score, noisy, probe, none),
  denoising: (score: Score, { x, noise, sigma }: Draw) =>
    denoisingScoreMatching(score, x, noise, sigma, none),
} satisfies Record<ObjectiveName, (score: Score, draw: Draw, withDivergence?: ScoreWithDivergence) => Tensor>;

/** Options of {@link noiseLevelObjective}. */
export interface NoiseLevelObjectiveOptions {
  /**
   * The probes of the sliced objectives, of data's shape [n, d]: [n, d], or [m, n, d] for m of each row, over which the loss is
   * averaged; one of random signs unless said. See {@link probes}.
   */
  readonly probes?: (key: Key, shape: Shape) => Tensor;
}

/** The name of an objective. */
export type ObjectiveName = "exact" | "sliced" | "sliced-vr" | "denoising";

/** The names of all objectives. */
export const objectiveNames: readonly ObjectiveName[] = ["exact", "sliced", "sliced-vr", "denoising"];

/**
 * An objective over noise levels: mean over the rows of σ²·L(s(·, σ), x + σz), with L the named objective.
 * The weight σ² makes every level count alike, since ‖s‖² grows like d/σ² (Song & Ermon 2019, eq. 6). The
 * exact and sliced objectives are those of the data perturbed by noise; all four have the same minimiser, the
 * score of the data blurred by σ.
 *
 * Levels are spread over the rows by systematic sampling: row r gets level ⌊L·frac(u + r/n)⌋ with one uniform u,
 * so that every mini-batch sees all levels in their proportions.
 *
 * @param sigmas the noise levels
 * @throws RangeError when there is no level, or one is not a finite number above 0
 *
 * @example
 * ```ts
 * import { add, div, expandDims, neg, random, square } from "@scoretape/autograd";
 * import { type NoiseConditionalScore, noiseLevelObjective } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [20_000, 2]);
 * const optimum: NoiseConditionalScore = (y, sigma) => div(neg(y), expandDims(add(1, square(sigma)), 1));
 * // The mean of −½dσ²/(1 + σ²) over σ = 3 and σ = 1: of −0.9 and −½.
 * console.log(noiseLevelObjective("sliced-vr", [3, 1])(optimum, x, random.key(1)).item().toFixed(1)); // -0.7
 * // The denoising one is larger by ½d.
 * console.log(noiseLevelObjective("denoising", [3, 1])(optimum, x, random.key(1)).item().toFixed(1)); // 0.3
 * ```
 */
export function noiseLevelObjective(
  name: ObjectiveName,
  sigmas: readonly number[],
  options: NoiseLevelObjectiveOptions = {},
): TrainingObjective {
  checkObjective("noiseLevelObjective", name);
  checkOptions("noiseLevelObjective", options, { probes: "function" });
  if (!Array.isArray(sigmas)) {
    throw new TypeError(`noiseLevelObjective: sigmas is ${kindOf(sigmas)}; give an array of noise levels`);
  }
  if (sigmas.length === 0)
    throw new RangeError("noiseLevelObjective: sigmas is empty; give at least one noise level");
  for (const [i, sigma] of sigmas.entries()) checkPositive("noiseLevelObjective", sigma, `sigma ${i}`);
  const loss = perRow[name];
  return (score, x, key, withDivergence) => {
    const levels = systematicLevels(random.foldIn(key, 2), x.shape[0] ?? 0, sigmas.length);
    const draw = drawNoise(key, x, take(tensor(sigmas), levels), options);
    const both = withDivergence && ((y: Tensor) => withDivergence(y, draw.sigma));
    const rows = loss((y) => score(y, draw.sigma), draw, both);
    return mean(mul(square(draw.sigma), rows));
  };
}

/** Throws unless an objective has this name. */
export function checkObjective(name: string, objective: ObjectiveName): void {
  if (Object.hasOwn(perRow, objective)) return;
  throw new RangeError(`${name}: objective ${kindOf(objective)}; it is ${objectiveNames.join(", ")}`);
}

/** Noise at the level of each row, σ [n], and probes. */
export function drawNoise(
  key: Key,
  x: Tensor,
  sigma: Tensor,
  { probes: law = probes.rademacher }: NoiseLevelObjectiveOptions = {},
): Draw {
  const noise = random.normal(random.foldIn(key, 0), x.shape);
  const probe = law(random.foldIn(key, 1), x.shape);
  return { x, noise, sigma, noisy: add(x, mul(expandDims(sigma, 1), noise)), probe };
}

/** ⌊levels·frac(u + r/rows)⌋ for r = 0, 1, …: how many of the thresholds k/levels the fraction reaches. */
function systematicLevels(key: Key, rows: number, levels: number): Tensor {
  const fraction = systematicFractions(key, rows);
  const thresholds = tensor(
    Array.from({ length: levels - 1 }, (_, k) => (k + 1) / levels),
    { shape: [levels - 1] },
  );
  return sum(greaterEqual(expandDims(fraction, 1), thresholds), { axis: 1 });
}
