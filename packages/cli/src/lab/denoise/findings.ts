import type { Key } from "@scoretape/autograd";
import type { NoiseConditionalScore } from "@scoretape/score";
import { type Claim, claim, control, farthest, SINGLE_PRECISION, theory } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { readable, showEstimate } from "../numbers.ts";
import type { Digits } from "../objectives/images.ts";
import { type Estimate, exactly } from "../statistics.ts";
import type { DigitLevel } from "./digits.ts";
import { draw } from "./draw.ts";
import { drawDigits } from "./draw-digits.ts";
import { type Level, RADIUS } from "./mixture.ts";

export function findings(
  scores: readonly NoiseConditionalScore[],
  levels: readonly Level[],
  digits: Digits,
  digitLevels: readonly DigitLevel[],
  key: Key,
): Findings {
  return {
    tables: [
      {
        title: `Eight normals: mean-squared error of a coordinate, ${scores.length} seeds`,
        rows: [
          [
            "noise σ",
            "noisy",
            "best linear",
            "learned",
            "optimal",
            "learned/optimal",
            "error²/variance",
            "the exact score's",
          ],
          ...levels.map((level) => [
            readable(level.sigma),
            showEstimate(level.noisy),
            showEstimate(level.linear),
            showEstimate(level.learned),
            showEstimate(level.optimal),
            showEstimate(level.learnedOverOptimal),
            showEstimate(level.calibration),
            showEstimate(level.exactCalibration),
          ]),
        ],
      },
      {
        title: `Digits: peak signal-to-noise ratio of ${digits.heldOut.shape[0]} held-out images in dB`,
        rows: [
          ["noise σ", "noisy", "best linear", "learned", "learned − noisy", "learned − best linear"],
          ...digitLevels.map((level) => [
            readable(level.sigma),
            showEstimate(level.noisyRatio),
            showEstimate(level.linearRatio),
            showEstimate(level.denoisedRatio),
            showEstimate(level.gain),
            showEstimate(level.gainOverLinear),
          ]),
        ],
      },
    ],
    claims: [...mixtureClaims(levels), ...digitLevels.map(digitClaims)],
    pictures: [
      { name: "denoise", svg: draw(levels, scores, key) },
      { name: "denoise-digits", svg: drawDigits(digits, digitLevels) },
    ],
    numbers: {
      mixture: levels,
      digits: digitLevels.map(({ noisy: _, denoised: __, ...numbers }) => numbers),
    },
  };
}

function mixtureClaims(levels: readonly Level[]): Claim[] {
  return [
    claim({
      what: "largest difference of Tweedie's formula with the exact score from Bayes' rule",
      measured: exactly(Math.max(...levels.map(({ tweedieError }) => tweedieError))),
      relation: "below",
      limit: SINGLE_PRECISION * RADIUS,
      origin: theory("0, up to half the digits of single precision, of the circle's radius"),
    }),
    isOne(
      levels,
      ({ noisyOverVariance }) => noisyOverVariance,
      "mean-squared error of noisy points/σ²",
      "E z² = 1",
    ),
    ...levels.map(({ sigma, learnedOverOptimal }) =>
      claim({
        what: `σ = ${readable(sigma)}: error of the learned denoiser over the optimal one's`,
        measured: learnedOverOptimal,
        isFactor: true,
        relation: "at least",
        limit: 1,
        origin: theory("no denoiser has less than the posterior mean, by Bayes' rule"),
      }),
    ),
    ...levels.map(({ sigma, learnedOverLinear }) =>
      claim({
        what: `σ = ${readable(sigma)}: error of the learned denoiser over the best linear one's`,
        measured: learnedOverLinear,
        isFactor: true,
        relation: "below",
        limit: 1,
        origin: control("the best linear denoiser, seed by seed; the posterior mean is not linear"),
      }),
    ),
    isOne(
      levels,
      ({ exactCalibration }) => exactCalibration,
      "squared error over posterior variance, exact score",
      "Var[clean | x] = σ² + σ⁴ ∂s/∂x is the error that is left",
    ),
    isOne(
      levels,
      ({ calibration }) => calibration,
      "squared error over posterior variance, learned score",
      "as of the exact score",
    ),
  ];
}

/** That a factor is 1 at every level, judged where it is farthest from it in its interval. */
function isOne(levels: readonly Level[], of: (level: Level) => Estimate, what: string, says: string): Claim {
  const worst = farthest(levels, of, 1);
  return claim({
    what: `${what}, where it is farthest from 1`,
    measured: worst === undefined ? exactly(Number.NaN) : of(worst),
    relation: "is",
    limit: 1,
    tests: levels.length,
    origin: theory(`${says}; of ${levels.length} levels σ = ${readable(worst?.sigma ?? Number.NaN)}`),
  });
}

function digitClaims({ sigma, gainOverLinear }: DigitLevel): Claim {
  return claim({
    what: `digits, σ = ${readable(sigma)}: what the learned denoiser gains over the best linear one, dB`,
    measured: gainOverLinear,
    relation: "above",
    limit: 0,
    origin: control("the best linear denoiser, image by image; digits are no normal distribution"),
  });
}
