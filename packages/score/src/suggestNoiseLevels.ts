import { checkOptions, type Key, normalCdf, portable, type Tensor, tensor } from "@scoretape/autograd";
import { checkCount, checkData, checkKey, checkPositive } from "./check.ts";
import { geometricSchedule } from "./noise.ts";
import { distancesOf } from "./noiseDistances.ts";
import { dimensionOf } from "./rows.ts";
import type { AnnealedLangevinConvention } from "./samplers/annealedLangevin.ts";

/** What is known or wanted of noise levels. */
export interface NoiseLevelsOptions {
  /** Draws 1,000 points to measure distances from; needed above so many. */
  readonly key?: Key;
  /** σ₁; the largest distance between two points unless said. */
  readonly sigmaMax?: number;
  /** σ_L; the median distance to the nearest neighbour over √d unless said: noise that moves a point about as far
   * as to its neighbour. Less would only resolve single points. */
  readonly sigmaMin?: number;
  /** The largest ratio σᵢ/σᵢ₊₁, above 1. In few dimensions levels overlap at every ratio, and this alone limits it;
   * 1.668 = 100^(1/9) unless said, that of the ten levels of Song & Ermon 2019. */
  readonly maxRatio?: number;
  /** T; the least for which `varianceRatio` can be 1.05 or less unless said. */
  readonly stepsPerLevel?: number;
  /** What the step size is for; `song-ermon-2019` unless said. */
  readonly convention?: AnnealedLangevinConvention;
}

/** Noise levels, and the steps of {@link annealedLangevin} that go with them: spread them into its options. */
export interface NoiseLevels {
  /** σ₁ > … > σ_L, in geometric progression. */
  readonly sigmas: readonly number[];
  /** γ = σᵢ/σᵢ₊₁ > 1. */
  readonly ratio: number;
  /** T. */
  readonly stepsPerLevel: number;
  /** ε at σ_L, in the convention. */
  readonly stepSize: number;
  readonly convention: AnnealedLangevinConvention;
  /** The variance after a level over σᵢ², from the variance (γσᵢ)² before it; 1 at best. */
  readonly varianceRatio: number;
}

/** The variance ratio that T must be able to reach. */
const TOLERANCE = 1.05;

/**
 * Noise levels and sampling steps for data, by techniques 1, 2 and 4 of Song & Ermon 2020 (technique 3, the network
 * s(x)/σ, is {@link noiseConditionalMlp}):
 *
 * 1. σ₁ is the largest distance between two points, so that chains can pass between all modes.
 * 2. A geometric progression whose ratio γ solves Φ(√(2d)(γ − 1) + 3γ) − Φ(√(2d)(γ − 1) − 3γ) = ½: half of the
 *    points of a level are where those of the level before are. L follows, and γ is made to fit.
 * 4. T steps a level, ε the one whose variance ratio, by their proposition 3, is nearest to 1.
 *
 * @param x the data, [n, d], n ≥ 2, in the unit in which a model will see it
 * @throws ShapeError when x is not [n, d] with rows in it
 * @throws RangeError when x is not finite, all its rows are equal, more than 1,000 have no key, or an option is
 *   out of range
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { annealedLangevin, data, suggestNoiseLevels } from "@scoretape/score";
 *
 * const levels = suggestNoiseLevels(data.twoModes.sample(random.key(0), 500), { sigmaMin: 0.1 });
 * console.log(levels.sigmas.length, levels.ratio.toFixed(2), levels.varianceRatio.toFixed(2)); // 12 1.62 1.05
 * const score = data.twoModes.score;
 * const start = random.normal(random.key(1), [10, 2]);
 * const { samples } = annealedLangevin(score, start, { ...levels, key: random.key(2) });
 * console.log(samples.shape); // [ 10, 2 ]
 * ```
 */
export function suggestNoiseLevels(x: Tensor, options: NoiseLevelsOptions = {}): NoiseLevels {
  const name = "suggestNoiseLevels";
  checkOptions(name, options, {
    key: "any",
    sigmaMax: "number",
    sigmaMin: "number",
    maxRatio: "number",
    stepsPerLevel: "number",
    convention: "string",
  });
  checkData(name, x);
  if (options.key !== undefined) checkKey(name, options.key);
  const { maxRatio = portable.pow(100, 1 / 9), convention = "song-ermon-2019" } = options;
  if (convention !== "song-ermon-2019" && convention !== "song-ermon-2020") {
    throw new RangeError(`${name}: convention is "${convention}"; it is song-ermon-2019 or song-ermon-2020`);
  }
  for (const what of ["sigmaMax", "sigmaMin", "maxRatio"] as const) {
    const value = options[what];
    if (value !== undefined) checkPositive(name, value, what);
  }
  if (maxRatio <= 1) throw new RangeError(`${name}: maxRatio is ${maxRatio}; it is above 1`);
  if (options.stepsPerLevel !== undefined) checkCount(name, options.stepsPerLevel, "stepsPerLevel");

  const { sigmaMax, sigmaMin } = range(name, x, options);
  const target = Math.min(maxRatio, overlappingRatio(dimensionOf(x)));
  const levels = 1 + Math.ceil(portable.log(sigmaMax / sigmaMin) / portable.log(target));
  const sigmas = geometricSchedule(sigmaMax, sigmaMin, levels);
  const ratio = portable.pow(sigmaMax / sigmaMin, 1 / (levels - 1));
  const { stepsPerLevel = leastSteps(ratio) } = options;
  const rate = bestRate(ratio, stepsPerLevel);
  const stepSize = rate * (sigmaMin * sigmaMin) * (convention === "song-ermon-2019" ? 2 : 1);
  return {
    sigmas,
    ratio,
    stepsPerLevel,
    stepSize,
    convention,
    varianceRatio: varianceRatio(ratio, stepsPerLevel, rate),
  };
}

/** The given ends of the noise levels, or those of the data. */
function range(
  name: string,
  x: Tensor,
  options: NoiseLevelsOptions,
): { readonly sigmaMax: number; readonly sigmaMin: number } {
  let { sigmaMax, sigmaMin } = options;
  if (sigmaMax === undefined || sigmaMin === undefined) {
    const { largest, medianNearest } = distancesOf(name, x, options.key);
    sigmaMax ??= largest;
    sigmaMin ??= medianNearest / Math.sqrt(dimensionOf(x));
  }
  if (sigmaMax > sigmaMin) return { sigmaMax, sigmaMin };
  throw new RangeError(
    `${name}: sigmaMax is ${sigmaMax} and sigmaMin ${sigmaMin}; levels go down, give a sigmaMin below sigmaMax`,
  );
}

/**
 * The γ > 1 at which Φ(√(2d)(γ − 1) + 3γ) − Φ(√(2d)(γ − 1) − 3γ) falls to ½; Infinity where it never does, for
 * √(2d) ≤ 3. Song & Ermon 2020, technique 2.
 */
export function overlappingRatio(d: number): number {
  const root = Math.sqrt(2 * d);
  if (root <= 3) return Number.POSITIVE_INFINITY;
  // The second argument rises with γ, from −3 at γ = 1 to 0 at √(2d)/(√(2d) − 3), where at most ½ is left.
  let [low, high] = [1, root / (root - 3)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    const ends = tensor([root * (middle - 1) + 3 * middle, root * (middle - 1) - 3 * middle], {
      dtype: "float64",
    });
    const [upper = 0, lower = 0] = normalCdf(ends).data;
    if (upper - lower > 0.5) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The variance over σᵢ² after T steps x ← x + αs + √(2α)z with the score −x/σᵢ² of N(0, σᵢ²), α = ησᵢ², started
 * from variance (γσᵢ)²: (1 − η)^2T·(γ² − r) + r with r = 2η/(1 − (1 − η)²). Song & Ermon 2020, proposition 3, where
 * η = ε/σ_L².
 */
export function varianceRatio(ratio: number, steps: number, rate: number): number {
  const stationary = 1 / (1 - rate / 2);
  return portable.pow(1 - rate, 2 * steps) * (ratio * ratio - stationary) + stationary;
}

/** The η in (0, 1) with the least variance ratio, which is never below 1: by golden sections of log η. */
export function bestRate(ratio: number, steps: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  const at = (logRate: number): number => varianceRatio(ratio, steps, portable.exp(logRate));
  let [low, high] = [portable.log(1e-8), 0];
  while (high - low > 1e-9) {
    const step = golden * (high - low);
    if (at(high - step) < at(low + step)) high = low + step;
    else low = high - step;
  }
  return portable.exp((low + high) / 2);
}

/** The least T that can bring the variance ratio to the tolerance. */
function leastSteps(ratio: number): number {
  const reaches = (steps: number): boolean =>
    varianceRatio(ratio, steps, bestRate(ratio, steps)) <= TOLERANCE;
  let steps = 1;
  while (!reaches(steps)) steps += 1;
  return steps;
}
