import type { Key } from "@scoretape/autograd";
import { portable } from "@scoretape/autograd";
import type { NoiseConditionalScore } from "@scoretape/score";
import { type Claim, readable, showEstimate } from "../claim.ts";
import type { Digits } from "../digits/images.ts";
import type { Findings } from "../experiment.ts";
import { type Estimate, exactly } from "../statistics.ts";
import type { DigitLevel } from "./digits.ts";
import { draw } from "./draw.ts";
import { drawDigits } from "./draw-digits.ts";
import type { Level } from "./mixture.ts";

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
          ["noise σ", "noisy", "best linear", "learned", "optimal", "learned/optimal", "error²/variance"],
          ...levels.map((level) => [
            readable(level.sigma),
            showEstimate(level.noisy),
            showEstimate(level.linear),
            showEstimate(level.learned),
            showEstimate(level.optimal),
            showEstimate(level.learnedOverOptimal),
            showEstimate(level.calibration),
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
    claims: [...mixtureClaims(levels), ...digitLevels.flatMap(digitClaims)],
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

/** At these levels the noise hides the place within a mode, or which of its neighbours it is: far from linear. */
const BENT_FROM = 0.25;
const BENT_TO = 1;

function mixtureClaims(levels: readonly Level[]): Claim[] {
  const bent = levels.filter(({ sigma }) => sigma >= BENT_FROM && sigma <= BENT_TO);
  return [
    {
      what: "largest difference of Tweedie's formula with the exact score from Bayes' rule",
      measured: exactly(Math.max(...levels.map(({ tweedieError }) => tweedieError))),
      below: 1e-3,
      theory: "0, up to single precision",
    },
    {
      ...farthest(
        levels,
        ({ noisyOverVariance }) => noisyOverVariance,
        "mean-squared error of noisy points/σ²",
      ),
      above: 0.97,
      below: 1.03,
      theory: "1",
    },
    ...levels.map(({ sigma, learnedOverOptimal }) => ({
      what: `σ = ${readable(sigma)}: error of the learned denoiser over the optimal one's`,
      measured: learnedOverOptimal,
      above: 0.99,
      below: 1.05,
      theory: "1 for the exact score, and no denoiser has less",
    })),
    ...bent.map(({ sigma, learnedOverLinear }) => ({
      what: `σ = ${readable(sigma)}: error of the learned denoiser over the best linear one's`,
      measured: learnedOverLinear,
      below: 0.9,
      theory: "below 1: the posterior mean is not linear",
    })),
    {
      ...farthest(levels, ({ calibration }) => calibration, "squared error over posterior variance, learned"),
      above: 0.85,
      below: 1.15,
      theory: "1: Var[clean | x] = σ² + σ⁴ ∂s/∂x is the error that is left",
    },
  ];
}

/** The level whose factor is farthest from 1. */
function farthest(
  levels: readonly Level[],
  of: (level: Level) => Estimate,
  what: string,
): Pick<Claim, "what" | "measured"> {
  const distance = (level: Level): number => Math.abs(portable.log(of(level).value));
  const worst = levels.reduce((a, b) => (distance(b) > distance(a) ? b : a));
  return { what: `${what}, where it is farthest from 1 (σ = ${readable(worst.sigma)})`, measured: of(worst) };
}

function digitClaims({ sigma, gain, gainOverLinear }: DigitLevel): Claim[] {
  return [
    {
      what: `digits, σ = ${readable(sigma)}: signal-to-noise ratio gained by the learned denoiser, dB`,
      measured: gain,
      above: 3,
      theory: "above 0: more the fewer of the 64 directions the digits take",
    },
    {
      what: `digits, σ = ${readable(sigma)}: that over what the best linear denoiser gains, dB`,
      measured: gainOverLinear,
      above: 0,
      theory: "above 0: digits are no normal distribution",
    },
  ];
}
