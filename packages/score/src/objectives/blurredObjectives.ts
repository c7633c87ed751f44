import { denoisingScoreMatching } from "../losses/denoising.ts";
import { noisySlicedScoreMatching, noisySlicedScoreMatchingVR } from "../losses/noisySliced.ts";
import { eachRow, noiseFor, probesFor, type ScoreObjective, sigmaFor } from "./objective.ts";

/** What the objectives of y = x + σz share: their minimiser is ∇log q_σ. */
const ofBlurredData = {
  takes: "score",
  target: "blurred",
  sign: 1,
  bias: "0",
  onStandardNormal: {
    minimiser: "s(x) = −x/(1 + σ²)",
    precision: (sigma: number) => 1 / (1 + sigma * sigma),
    minimum: (d: number, sigma: number) => -d / (2 * (1 + sigma * sigma)),
  },
} as const;

/** What the denoising objectives share: they are the others plus d/(2σ²). */
const denoising = {
  ...ofBlurredData,
  constant: "½(d/σ² − E‖∇log q_σ‖²)",
  needs: ["noise"],
  derivatives: 0,
  onStandardNormal: {
    ...ofBlurredData.onStandardNormal,
    minimum: (d: number, sigma: number) => d / (2 * (sigma * sigma) * (1 + sigma * sigma)),
  },
} as const;

/** Objectives for the score of the data blurred by N(0, σ²I). */
export const blurredObjectives = {
  denoisingScoreMatching: {
    ...denoising,
    formula: "½‖s(x + σz) + z/σ‖²",
    passes: { formula: "1", count: () => 1 },
    source: "Vincent 2011, eq. 9",
    loss: (score, x, key, options = {}) =>
      denoisingScoreMatching(score, x, noiseFor(x, key, options), sigmaFor(options), eachRow),
  },
  denoisingScoreMatchingWithControlVariate: {
    ...denoising,
    formula: "½‖s(x + σz) + z/σ‖² − zᵀs(x)/σ − ½(‖z‖² − d)/σ²",
    passes: { formula: "2", count: () => 2 },
    source: "Vincent 2011, eq. 9; Wang et al. 2020",
    loss: (score, x, key, options = {}) =>
      denoisingScoreMatching(score, x, noiseFor(x, key, options), sigmaFor(options), {
        ...eachRow,
        controlVariate: true,
      }),
  },
  noisySlicedScoreMatching: {
    ...ofBlurredData,
    formula: "vᵀJ(y)v + ½(vᵀs(y))², y = x + σz",
    constant: "−½E‖∇log q_σ‖²",
    needs: ["noise", "probes"],
    derivatives: 1,
    passes: { formula: "1 + m", count: (_, m) => 1 + m },
    source: "Song et al. 2019, eq. 8; Song & Ermon 2019, section 3.1",
    loss: (score, x, key, options = {}) =>
      noisySlicedScoreMatching(
        score,
        x,
        noiseFor(x, key, options),
        sigmaFor(options),
        probesFor(x, key, options),
        eachRow,
      ),
  },
  noisySlicedScoreMatchingVR: {
    ...ofBlurredData,
    formula: "vᵀJ(y)v + ½‖s(y)‖², y = x + σz",
    constant: "−½E‖∇log q_σ‖²",
    needs: ["noise", "probes"],
    derivatives: 1,
    passes: { formula: "1 + m", count: (_, m) => 1 + m },
    source: "Song et al. 2019, eq. 9; Song & Ermon 2019, section 3.1",
    loss: (score, x, key, options = {}) =>
      noisySlicedScoreMatchingVR(
        score,
        x,
        noiseFor(x, key, options),
        sigmaFor(options),
        probesFor(x, key, options),
        eachRow,
      ),
  },
} satisfies Record<string, ScoreObjective>;
