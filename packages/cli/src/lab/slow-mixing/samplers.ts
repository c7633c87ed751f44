import { mul, type Tensor } from "@scoretape/autograd";
import { annealedLangevin, langevin, type NoiseConditionalScore } from "@scoretape/score";
import type { Laboratory } from "../experiment.ts";
import { type Step, scoreAlong } from "./law.ts";
import { exact } from "./modes.ts";

/** The step size ε where the modes have standard deviation 1. */
const STEP_SIZE = 0.1;

/** One of the ways to sample that are compared. */
export interface Sampler {
  readonly name: string;
  readonly note: string;
  readonly chains: number;
  /** Steps while the modes have standard deviation τ. */
  walk(x: Tensor, width: number, run: Run): Tensor;
  /** Such a step along the line through the modes, where the score is the exact one. */
  readonly step: Step | null;
}

type Run = Pick<Parameters<typeof langevin>[2], "steps" | "key" | "onStep">;

/** Plain, annealed, annealed with a bug, and annealed with a score that was learned. */
export function samplersOf(
  { backend }: Laboratory,
  learned: NoiseConditionalScore,
  chains: { readonly exact: number; readonly learned: number },
): readonly Sampler[] {
  const annealed =
    (score: NoiseConditionalScore): Sampler["walk"] =>
    (x, width, { steps, ...run }) => {
      const stepSize = STEP_SIZE * (width * width);
      return annealedLangevin(score, x, { ...run, sigmas: [width], stepSize, stepsPerLevel: steps, backend })
        .samples;
    };
  const plain = (x: Tensor, score: (y: Tensor) => Tensor, run: Run): Tensor =>
    langevin(score, x, { ...run, stepSize: STEP_SIZE, backend }).samples;
  return [
    {
      name: "plain Langevin",
      note: "exact score",
      chains: chains.exact,
      walk: (x, _, run) => plain(x, (y) => exact(y, 1), run),
      step: {
        drift: (u) => (STEP_SIZE / 2) * scoreAlong(u, 1),
        noise: () => Math.sqrt(STEP_SIZE),
      },
    },
    {
      name: "annealed",
      note: "exact score",
      chains: chains.exact,
      walk: annealed(exact),
      step: {
        drift: (u, width) => ((STEP_SIZE * (width * width)) / 2) * scoreAlong(u, width),
        noise: (width) => Math.sqrt(STEP_SIZE) * width,
      },
    },
    {
      name: "annealed, noise not scaled",
      note: "a known bug",
      chains: chains.exact,
      // x + (ε/2)·τ²·s + √ε·z in the place of x + (ετ²/2)·s + √ε·τ·z.
      walk: (x, width, run) => plain(x, (y) => mul(width * width, exact(y, width)), run),
      step: {
        drift: (u, width) => ((STEP_SIZE * (width * width)) / 2) * scoreAlong(u, width),
        noise: () => Math.sqrt(STEP_SIZE),
      },
    },
    {
      name: "annealed, learned score",
      note: "trained by denoising",
      chains: chains.learned,
      walk: annealed(learned),
      step: null,
    },
  ];
}
