import { full, type Tensor, type TensorLike, tensor } from "@scoretape/autograd";
import {
  ancestral,
  ddim,
  dpmSolver,
  karrasSchedule,
  linearMeasurement,
  type NoiseConditionalScore,
  type NoiseLevelOptions,
  posterior,
  type Samples,
  stochasticHeun,
} from "@scoretape/score";
import type { NormalMoments } from "./diffusion.ts";
import { afterAncestral, afterDdim, afterDpmSolver, afterStochasticHeun } from "./levelRecursions.ts";
import { afterGuidance, afterRepaint, afterTwisted, columnVector, type Normal } from "./posterior.ts";
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
  const wide = normalIn1d(from);
  const measured = { mask: [1], values: [2], noise: 0.5 };
  return {
    // All coordinates are measured.
    "posterior.pseudoinverseGuidance": down(
      ({ key, start }) =>
        (score, _start, options) =>
          posterior.pseudoinverseGuidance(score, start, {
            ...options,
            key,
            measurement: linearMeasurement({ mask: tensor([1, 1]) }, { noise: 0.5 }),
            observed: full(start.shape, 2, { dtype: start.dtype }),
            dataDeviation: 0.7,
          }),
      momentsIn1d(afterGuidance(wide, normalIn1d(clean), measured, sigmas, 0.7)),
      true,
    ),
    // None is: a step is repeated all the same.
    "posterior.repaint": down(
      ({ key, start }) =>
        (score, _start, options) =>
          posterior.repaint(score, start, {
            ...options,
            key,
            measurement: linearMeasurement({ mask: tensor([0, 0]) }),
            observed: full(start.shape, 2, { dtype: start.dtype }),
            repeats: 2,
          }),
      momentsIn1d(afterRepaint(wide, normalIn1d(clean), { mask: [0], values: [2] }, sigmas, 2)),
      true,
    ),
    "posterior.replacement": down(
      ({ key, start }) =>
        (score, _start, options) =>
          posterior.replacement(score, start, { ...options, ...openTo(start), key }),
      momentsIn1d(afterRepaint(wide, normalIn1d(clean), { mask: [0], values: [2] }, sigmas, 1)),
      true,
    ),
    "posterior.dps": down(
      ({ key, start }) =>
        (score, _start, options) =>
          posterior.dps(score, start, { ...options, ...openTo(start), key }),
      afterAncestral(from, clean, sigmas),
      true,
    ),
    // One particle for each row that was observed: nothing is weighed.
    "posterior.twisted": down(
      ({ key, start }) =>
        (score, _start, options) =>
          posterior.twisted(score, start, {
            ...options,
            key,
            measurement: linearMeasurement({ mask: tensor([1, 1]) }, { noise: 0.5 }),
            observed: full(start.shape, 2, { dtype: start.dtype }),
            particles: 1,
          }),
      momentsIn1d(afterTwisted(wide, normalIn1d(clean), measured, sigmas)),
      true,
    ),
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

/** Nothing is measured. */
const openTo = (start: Tensor) => ({
  measurement: linearMeasurement({ mask: tensor([0, 0]) }),
  observed: full(start.shape, 2, { dtype: start.dtype }),
});

function normalIn1d({ mean, variance }: NormalMoments): Normal {
  return { mean: columnVector([mean]), covariance: columnVector([variance]) };
}

function momentsIn1d({ mean, covariance }: Normal): NormalMoments {
  return { mean: mean.item(), variance: covariance.item() };
}
