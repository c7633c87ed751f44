import { type Tensor, type TensorLike, tensor } from "@scoretape/autograd";
import {
  type DiffusionProcess,
  type DiffusionWeighting,
  denoisingScoreMatching,
  diffusionDenoisingScoreMatching,
  exactEnergyScoreMatching,
  exactScoreMatching,
  finiteDifferenceSlicedEnergyScoreMatching,
  finiteDifferenceSlicedScoreMatching,
  finiteDifferenceSlicedScoreMatchingVR,
  fisherDivergence,
  type LossOptions,
  multiLevelDenoisingScoreMatching,
  multiLevelSlicedScoreMatching,
  noisySlicedScoreMatching,
  noisySlicedScoreMatchingVR,
  type Score,
  slicedEnergyScoreMatching,
  slicedEnergyScoreMatchingVR,
  slicedScoreMatching,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import { namedProcesses } from "./diffusion.ts";

/** A model of any kind: a score [n, d] → [n, d] or an energy [n, d] → [n], told the level where the loss knows it. */
export type Model = (x: Tensor, level: TensorLike) => Tensor;

/** What losses are called with; each takes what it needs. */
export interface LossArguments {
  readonly model: Model;
  readonly x: Tensor;
  readonly noise: Tensor;
  readonly probes: Tensor;
  /** σ, or the time of a process. */
  readonly level: TensorLike;
  /** The score that is known to the Fisher divergence. */
  readonly known: Score;
}

/** A loss with all that its laws must know. */
export interface LossCase {
  readonly of: "score" | "energy";
  readonly takes: readonly ("noise" | "probes" | "level" | "known")[];
  run(given: LossArguments, options?: LossOptions): Tensor;
  /** Whether the model is told the level of every row, [n]. */
  readonly tellsLevel: boolean;
  /** Levels that it takes, one for each of three rows, and some that it refuses, with the words for them. */
  readonly levels: {
    readonly good: readonly [number, number, number];
    readonly bad: readonly number[];
    readonly called: string;
    readonly rule: string;
  };
  /** The α and σ of the data αx + σz whose score, with that of x, the minimiser is. */
  blur(level: number): { readonly scale: number; readonly deviation: number };
  /** The factor of the loss at a level, and whether the option `weight` takes its place. */
  factor(level: number): number;
  readonly weightIsFactor: boolean;
  /** The minimum for data with covariance Σ, before that factor; the precision is (α²Σ + σ²I)⁻¹. */
  minimum(of: { readonly d: number; readonly tracePrecision: number; readonly deviation: number }): number;
}

type Facts = Omit<LossCase, "run" | "takes">;

const sigmas = {
  good: [0.5, 1, 2],
  bad: [0, -1],
  called: "sigma",
  rule: "a noise level is above 0",
} as const;

/** ½E‖s‖² + tr J in expectation, of the data themselves. */
const ofData: Facts = {
  of: "score",
  tellsLevel: false,
  levels: sigmas,
  blur: () => ({ scale: 1, deviation: 0 }),
  factor: () => 1,
  weightIsFactor: false,
  minimum: ({ tracePrecision }) => -0.5 * tracePrecision,
};
const ofEnergy: Facts = { ...ofData, of: "energy" };
/** The same of the data blurred by σ. */
const ofBlurred: Facts = { ...ofData, blur: (sigma) => ({ scale: 1, deviation: sigma }) };
const denoising: Facts = {
  ...ofBlurred,
  minimum: ({ d, tracePrecision, deviation }) => 0.5 * (d / deviation ** 2 - tracePrecision),
};
const overLevels = { tellsLevel: true, factor: (sigma: number) => sigma ** 2, weightIsFactor: true };

/** A coefficient of a process as a number. */
function at(f: (t: Tensor) => Tensor, time: number): number {
  return f(tensor(time, { dtype: "float64" })).item();
}

const inDiffusion = (process: DiffusionProcess, weighting: DiffusionWeighting): LossCase => ({
  ...denoising,
  takes: ["noise", "level"],
  tellsLevel: true,
  run: ({ model, x, noise, level }, options) =>
    diffusionDenoisingScoreMatching(model, x, noise, level, process, { weighting, ...options }),
  levels: {
    good: [0.2, 0.6, 1],
    bad: [-0.1, 1.5],
    called: "the time",
    rule: `times of the process lie in [${process.minTime}, 1]`,
  },
  blur: (time) => ({ scale: at(process.scale, time), deviation: at(process.deviation, time) }),
  factor: (time) => at(weighting === "variance" ? process.deviation : process.diffusion, time) ** 2,
});

/** Every loss of the package by its name, some of them in several ways: then the name is followed by a comma. */
export const losses: Readonly<Record<string, LossCase>> = {
  fisherDivergence: {
    ...ofData,
    takes: ["known"],
    run: ({ model, x, known }, options) => fisherDivergence(plain(model), known, x, options),
    minimum: () => 0,
  },
  exactScoreMatching: {
    ...ofData,
    takes: [],
    run: ({ model, x }, options) => exactScoreMatching(plain(model), x, options),
  },
  "exactScoreMatching, in chunks": {
    ...ofData,
    takes: [],
    run: ({ model, x }, options) => exactScoreMatching(plain(model), x, { chunk: 1, ...options }),
  },
  slicedScoreMatching: {
    ...ofData,
    takes: ["probes"],
    run: ({ model, x, probes }, options) => slicedScoreMatching(plain(model), x, probes, options),
  },
  slicedScoreMatchingVR: {
    ...ofData,
    takes: ["probes"],
    run: ({ model, x, probes }, options) => slicedScoreMatchingVR(plain(model), x, probes, options),
  },
  finiteDifferenceSlicedScoreMatching: {
    ...ofData,
    takes: ["probes"],
    run: ({ model, x, probes }, options) =>
      finiteDifferenceSlicedScoreMatching(plain(model), x, probes, { stepSize: 0.5, ...options }),
  },
  finiteDifferenceSlicedScoreMatchingVR: {
    ...ofData,
    takes: ["probes"],
    run: ({ model, x, probes }, options) =>
      finiteDifferenceSlicedScoreMatchingVR(plain(model), x, probes, { stepSize: 0.5, ...options }),
  },
  exactEnergyScoreMatching: {
    ...ofEnergy,
    takes: [],
    run: ({ model, x }, options) => exactEnergyScoreMatching(plain(model), x, options),
  },
  slicedEnergyScoreMatching: {
    ...ofEnergy,
    takes: ["probes"],
    run: ({ model, x, probes }, options) => slicedEnergyScoreMatching(plain(model), x, probes, options),
  },
  slicedEnergyScoreMatchingVR: {
    ...ofEnergy,
    takes: ["probes"],
    run: ({ model, x, probes }, options) => slicedEnergyScoreMatchingVR(plain(model), x, probes, options),
  },
  finiteDifferenceSlicedEnergyScoreMatching: {
    ...ofEnergy,
    takes: ["probes"],
    run: ({ model, x, probes }, options) =>
      finiteDifferenceSlicedEnergyScoreMatching(plain(model), x, probes, { stepSize: 0.5, ...options }),
  },
  denoisingScoreMatching: {
    ...denoising,
    takes: ["noise", "level"],
    run: ({ model, x, noise, level }, options) =>
      denoisingScoreMatching(plain(model), x, noise, level, options),
  },
  "denoisingScoreMatching, with its control variate": {
    ...denoising,
    takes: ["noise", "level"],
    run: ({ model, x, noise, level }, options) =>
      denoisingScoreMatching(plain(model), x, noise, level, { controlVariate: true, ...options }),
  },
  noisySlicedScoreMatching: {
    ...ofBlurred,
    takes: ["noise", "level", "probes"],
    run: ({ model, x, noise, level, probes }, options) =>
      noisySlicedScoreMatching(plain(model), x, noise, level, probes, options),
  },
  noisySlicedScoreMatchingVR: {
    ...ofBlurred,
    takes: ["noise", "level", "probes"],
    run: ({ model, x, noise, level, probes }, options) =>
      noisySlicedScoreMatchingVR(plain(model), x, noise, level, probes, options),
  },
  multiLevelDenoisingScoreMatching: {
    ...denoising,
    ...overLevels,
    takes: ["noise", "level"],
    run: ({ model, x, noise, level }, options) =>
      multiLevelDenoisingScoreMatching(model, x, noise, level, options),
  },
  "multiLevelDenoisingScoreMatching, with its control variate": {
    ...denoising,
    ...overLevels,
    takes: ["noise", "level"],
    run: ({ model, x, noise, level }, options) =>
      multiLevelDenoisingScoreMatching(model, x, noise, level, { controlVariate: true, ...options }),
  },
  multiLevelSlicedScoreMatching: {
    ...ofBlurred,
    ...overLevels,
    takes: ["noise", "level", "probes"],
    run: ({ model, x, noise, level, probes }, options) =>
      multiLevelSlicedScoreMatching(model, x, noise, level, probes, options),
  },
  ...Object.fromEntries(
    namedProcesses.flatMap(([name, process]) =>
      (["variance", "likelihood"] as const).map((weighting) => [
        `diffusionDenoisingScoreMatching, ${name}, ${weighting}`,
        inDiffusion(process, weighting),
      ]),
    ),
  ),
};

/** The function that a case is of, by which errors begin. */
export function functionOf(name: string): string {
  return name.replace(/,.*/, "");
}

/** A model that is told no level. */
function plain(model: Model): (x: Tensor) => Tensor {
  return (x) => model(x, 1);
}
