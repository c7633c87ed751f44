import {
  add,
  cast,
  checkFunction,
  checkOptions,
  type Key,
  mul,
  portable,
  random,
  sub,
  type Tensor,
} from "@scoretape/autograd";
import { checkCount, checkData, checkKey, checkMethods, checkNumbers, checkSigma } from "../check.ts";
import type { ExactDataSet } from "../data/dataSet.ts";
import { squaredNorm } from "../rows.ts";
import { checked, type NoiseConditionalScore, type Score } from "../score.ts";

/** How far a score is from the exact one, on points of the exact density. */
export interface FisherDivergenceEstimate {
  /** ½E‖s − s*‖², with the exact score s*. */
  readonly value: number;
  /** Its standard error, for independent points. */
  readonly standardError: number;
  /** value / ½E‖s*‖², with the mean over all points of the level: 0 is exact, 1 is the error of s = 0. */
  readonly relative: number;
}

/** The error where the density is about the same. */
export interface DensityPart extends FisherDivergenceEstimate {
  /** The least and the greatest log density of the part's points. */
  readonly logDensity: readonly [number, number];
  /** How many points it has. */
  readonly count: number;
}

/** The error at one noise level. */
export interface LevelFisherDivergence extends FisherDivergenceEstimate {
  readonly sigma: number;
  /** The same for parts of equally many points, from the lowest density to the highest. */
  readonly byDensity: readonly DensityPart[];
}

/** How to compare by density. */
export interface ByDensityOptions {
  /** The noise level of the points, ≥ 0; 0 unless said. */
  readonly sigma?: number;
  /** The number of parts, from 1; 10 unless said: deciles. */
  readonly parts?: number;
}

/** How to compare by noise level. */
export interface ByLevelOptions {
  /** Draws the points: the same key, the same estimates. */
  readonly key: Key;
  /** Points per level, from 1; 4096 unless said. */
  readonly samples?: number;
  /** The number of parts by density, from 1; 10 unless said: deciles. */
  readonly parts?: number;
}

/**
 * The Fisher divergence ½E‖s − s*‖² between a score and the exact one of a set blurred by σ, on given points of the
 * blurred set: over all, and over parts of equally many points in the order of log p_σ(x). The score of a model is
 * learned worst where there are few data.
 *
 * @param x points of the blurred set, [n, d] with n ≥ parts
 * @returns the estimate over all points, and the parts from the lowest density to the highest
 * @throws ShapeError when x is not [n, d] with the set's d, or the score does not return its shape
 * @throws RangeError when x is not finite, sigma no blur of the set, or there are more parts than points
 *
 * @example
 * ```ts
 * import { mul, random, type Tensor } from "@scoretape/autograd";
 * import { data, fisherDivergenceByDensity } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [0, 0] });
 * const x = set.sample(random.key(0), 1000);
 * const half = (y: Tensor) => mul(0.5, set.score(y)); // half the score, a quarter of its square
 * const { relative, byDensity } = fisherDivergenceByDensity(half, set, x);
 * console.log(relative.toFixed(3)); // 0.250
 * const [lowest, highest] = [byDensity.at(0)?.value ?? 0, byDensity.at(-1)?.value ?? 0];
 * console.log(lowest > highest); // true
 * ```
 */
export function fisherDivergenceByDensity(
  score: Score,
  set: ExactDataSet,
  x: Tensor,
  options: ByDensityOptions = {},
): LevelFisherDivergence {
  const name = "fisherDivergenceByDensity";
  checkOptions(name, options, { sigma: "number", parts: "number" });
  checkFunction(name, score, "the score");
  checkMethods(name, set, "the set", ["sample", "logDensity", "score"]);
  const { sigma = 0, parts = 10 } = options;
  checkData(name, x);
  checkCount(name, parts, "parts");
  const [n = 0] = x.shape;
  if (n < parts) throw new RangeError(`${name}: ${n} points do not make ${parts} parts; give more points`);
  const points = cast(x, "float64");
  const exact = set.score(points, sigma);
  const errors = mul(0.5, squaredNorm(sub(cast(checked(name, score)(x), "float64"), exact))).data;
  const scale = average(mul(0.5, squaredNorm(exact)).data);
  const logs = set.logDensity(points, sigma).data;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => (logs[i] as number) - (logs[j] as number),
  );
  const byDensity = Array.from({ length: parts }, (_, part): DensityPart => {
    const rows = order.subarray(Math.floor((part * n) / parts), Math.floor(((part + 1) * n) / parts));
    const ends = [rows[0], rows.at(-1)].map((row) => logs[row as number] as number);
    return {
      ...estimate(
        Float64Array.from(rows, (row) => errors[row] as number),
        scale,
      ),
      logDensity: [ends[0] as number, ends[1] as number],
      count: rows.length,
    };
  });
  return { sigma, ...estimate(errors, scale), byDensity };
}

/**
 * The absolute error of a noise-conditional score at each noise level: ½E‖s(x, σ) − ∇log p_σ(x)‖² over fresh points
 * x + σz of a set whose score is known, with its standard error, relative to ½E‖∇log p_σ‖², and by density.
 *
 * @param sigmas the noise levels, each above 0
 * @throws ShapeError when the score does not return the shape that it is given
 * @throws RangeError when a level is not above 0, or an option out of range
 *
 * @example
 * ```ts
 * import { random, zerosLike } from "@scoretape/autograd";
 * import { data, fisherDivergenceByLevel } from "@scoretape/score";
 *
 * const options = { key: random.key(0), samples: 500 };
 * const levels = fisherDivergenceByLevel((x) => zerosLike(x), data.moons, [1, 0.1], options);
 * console.log(levels.map(({ sigma }) => sigma).join(" ")); // 1 0.1
 * console.log(levels.map(({ relative }) => relative).join(" ")); // 1 1
 * ```
 */
export function fisherDivergenceByLevel(
  score: NoiseConditionalScore,
  set: ExactDataSet,
  sigmas: readonly number[],
  options: ByLevelOptions,
): LevelFisherDivergence[] {
  const name = "fisherDivergenceByLevel";
  checkOptions(name, options, { key: "any", samples: "number", parts: "number" });
  checkFunction(name, score, "the score");
  checkMethods(name, set, "the set", ["sample", "logDensity", "score"]);
  checkKey(name, options.key);
  checkNumbers(name, sigmas, "sigmas");
  const { key, samples = 4096, parts = 10 } = options;
  checkCount(name, samples, "samples");
  return sigmas.map((sigma, level) => {
    const ofLevel = random.foldIn(key, level);
    const clean = set.sample(random.foldIn(ofLevel, 0), samples);
    checkSigma(name, sigma, clean);
    const x = add(clean, mul(sigma, random.normal(random.foldIn(ofLevel, 1), clean.shape)));
    const atLevel = (y: Tensor): Tensor => score(y, sigma);
    return fisherDivergenceByDensity(atLevel, set, x, { sigma, parts });
  });
}

function estimate(values: ArrayLike<number>, scale: number): FisherDivergenceEstimate {
  const value = average(values);
  const variance = average(Float64Array.from(values, (each) => portable.pow(each - value, 2)));
  return { value, standardError: Math.sqrt(variance / values.length), relative: value / scale };
}

function average(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total / values.length;
}
