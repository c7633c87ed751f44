import type { Tensor, TensorLike } from "@scoretape/autograd";
import {
  ancestral,
  ddim,
  dpmSolver,
  karrasSchedule,
  type NoiseConditionalScore,
  type NoiseLevelOptions,
  type Samples,
  stochasticHeun,
} from "@scoretape/score";
import type { NormalMoments } from "./diffusion.ts";
import { afterAncestral, afterDdim, afterDpmSolver, afterStochasticHeun } from "./levelRecursions.ts";
import type { SamplerCase } from "./samplerCase.ts";

type Sampler = (score: NoiseConditionalScore, start: Tensor, options: NoiseLevelOptions) => Samples;

export const churning = { churn: 4, sMin: 0.1, sMax: 1.5, sNoise: 1.1 };

/** The samplers along noise levels, on a normal distribution with its score. */
export function levelSamplers(
  normalScore: (x: Tensor, sigma: TensorLike) => Tensor,
  clean: NormalMoments,
): Readonly<Record<string, SamplerCase>> {
  const sigmas = karrasSchedule({ sigmaMin: 0.05, sigmaMax: 2, steps: 7 });
  const from = { mean: clean.mean, variance: 2 ** 2 };
  type Given = Parameters<SamplerCase["run"]>[0];
  const down = (sampler: (given: Given) => Sampler, to: NormalMoments, draws: boolean): SamplerCase => ({
    run: (given) => {
      const { spoil = (value: Tensor) => value, start, onStep, key: _, ...options } = given;
      return sampler(given)((x, sigma) => spoil(normalScore(x, sigma), x), start, {
        ...(onStep === undefined ? {} : { onStep: ({ x }) => onStep(x) }),
        ...options,
        sigmas,
      });
    },
    of: "score",
    startCalled: "start",
    steps: sigmas.length - 1,
    draws,
    rowsAreIndependent: true,
    from,
    to,
  });
  return {
    ddim: down(() => ddim, afterDdim(from, clean, sigmas), false),
    ancestral: down(
      ({ key }) =>
        (score, start, options) =>
          ancestral(score, start, { ...options, key }),
      afterAncestral(from, clean, sigmas),
      true,
    ),
    dpmSolver: down(() => dpmSolver, afterDpmSolver(from, clean, sigmas), false),
    stochasticHeun: down(
      ({ key }) =>
        (score, start, options) =>
          stochasticHeun(score, start, { ...options, ...churning, key }),
      afterStochasticHeun(from, clean, sigmas, churning),
      true,
    ),
  };
}
