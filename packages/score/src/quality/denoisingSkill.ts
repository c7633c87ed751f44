import {
  add,
  cast,
  checkFunction,
  checkOptions,
  div,
  type Key,
  matmul,
  mul,
  random,
  square,
  sub,
  type Tensor,
  take,
} from "@scoretape/autograd";
import { checkCount, checkKey, checkNumbers, checkPositive } from "../check.ts";
import type { NormalMoments } from "../data/normalMoments.ts";
import { squaredNorm } from "../rows.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { someRows } from "../someRows.ts";
import { tweedie } from "../tweedie.ts";
import { checkSplit, momentsOf } from "./checkSplit.ts";
import { type Estimate, meanOf, ratioOf } from "./estimate.ts";

/** How to measure a denoiser. */
export interface DenoisingSkillOptions {
  /** Draws the noise, the same for both denoisers, and which rows are taken where there are very many. */
  readonly key: Key;
  /** So many noisy points at each level, few rows repeated: 2000 unless said, fewer from 100 columns on. */
  readonly points?: number;
  /** `data.normalMoments(training, { shrinkage: "leave-one-out" })`, where that is known already. */
  readonly moments?: NormalMoments;
}

/** The error of a denoiser at one noise level over that of the best linear one: 1 is a Gaussian's skill, less is more. */
export interface LevelSkill extends Estimate {
  readonly sigma: number;
}

/** So many points are denoised, but for more columns than 100 fewer, since a point takes time with their square. */
const [POINTS, FEWEST, COLUMNS] = [2000, 200, 100];

/**
 * How well a score removes noise from rows that it has not seen: E‖D(x + σz) − x‖² with D(y) = y + σ²s(y, σ), over that
 * of the linear denoiser D(y) = μ + Σ(Σ + σ²I)⁻¹(y − μ), with mean and shrunk covariance of the training rows. No linear
 * denoiser is better than that of the true covariance, and it is the score's of a Gaussian: below 1 the score knows more
 * of the data than their covariance. The noise is the same for both.
 *
 * @param sigmas the noise levels, each above 0
 * @param training standardised, [n, d], n ≥ 2
 * @param test rows of the same kind, in the score's dtype, [k, d], k ≥ 2
 * @returns for each level the ratio, and its standard error with the test rows as independent
 * @throws ShapeError when the rows are not matrices of equal width with two rows or more, or the score changes a shape
 * @throws RangeError when an element is not finite, or a level not above 0
 *
 * @example
 * ```ts
 * import { random, zerosLike } from "@scoretape/autograd";
 * import { data, denoisingSkill } from "@scoretape/score";
 *
 * const set = data.moons;
 * const [training, test] = [set.sample(random.key(0), 500), set.sample(random.key(1), 200)];
 * const key = random.key(2);
 * const [exact] = denoisingSkill((z, sigma) => set.score(z, sigma), [0.3], training, test, { key });
 * const [none] = denoisingSkill((z) => zerosLike(z), [0.3], training, test, { key });
 * console.log((exact?.value ?? 1) < 0.9, (none?.value ?? 1) > 1); // true true
 * ```
 */
export function denoisingSkill(
  score: NoiseConditionalScore,
  sigmas: readonly number[],
  training: Tensor,
  test: Tensor,
  options: DenoisingSkillOptions,
): LevelSkill[] {
  const name = "denoisingSkill";
  checkOptions(name, options, { key: "any", points: "number", moments: "any" });
  checkFunction(name, score, "the score");
  checkNumbers(name, sigmas, "sigmas");
  sigmas.forEach((sigma, i) => {
    checkPositive(name, sigma, `level ${i}`);
  });
  checkSplit(name, { training, test });
  checkKey(name, options.key);
  const { key } = options;
  const [, d = 1] = test.shape;
  const share = Math.min(1, COLUMNS / d);
  const { points = Math.max(FEWEST, Math.floor(POINTS * share * share)) } = options;
  checkCount(name, points, "points");
  const seen = someRows(test, Math.max(2, points), random.foldIn(key, 0));
  const [rows = 1] = seen.shape;
  const repeats = Math.ceil(points / rows);
  const x = take(
    seen,
    Array.from({ length: rows * repeats }, (_, i) => i % rows),
  );
  const moments = momentsOf(name, training, options.moments);
  /** ‖D − x‖² of each test row, the mean over its repetitions. */
  const errors = (denoised: Tensor): number[] => {
    const values = squaredNorm(sub(cast(denoised, "float64"), cast(x, "float64"))).data;
    return Array.from({ length: rows }, (_, row) =>
      meanOf(Array.from({ length: repeats }, (_, repeat) => values[repeat * rows + row] as number)),
    );
  };
  return sigmas.map((sigma, i) => {
    const z = random.normal(random.foldIn(key, i + 1), x.shape, { dtype: "float64" });
    const y = add(x, cast(mul(sigma, z), x.dtype));
    const learned = tweedie((points) => score(points, sigma), y, sigma);
    return { sigma, ...ratioOf(errors(learned), errors(linearlyDenoised(moments, y, sigma))) };
  });
}

/** μ + Q diag(λ/(λ + σ²)) Qᵀ(y − μ). */
function linearlyDenoised({ mean, axes, deviation }: NormalMoments, y: Tensor, sigma: number): Tensor {
  const variance = square(deviation);
  const along = matmul(sub(cast(y, "float64"), mean), axes);
  const kept = mul(div(variance, add(variance, sigma * sigma)), along);
  return add(mean, matmul(kept, axes, { transposeY: true }));
}
