import {
  add,
  div,
  expandDims,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";
import {
  annealedLangevin,
  dormandPrince,
  eulerMaruyama,
  heun,
  hmc,
  langevin,
  mala,
  type OdeSolver,
  predictorCorrector,
  probabilityFlow,
  timeConditional,
  variancePreserving,
} from "@scoretape/score";
import { type NormalMoments, stateMoments } from "./diffusion.ts";
import { levelSamplers } from "./levelSamplers.ts";
import { afterLangevin, clean, corrected, reverseRecursion } from "./recursions.ts";
import type { SamplerArguments, SamplerCase } from "./samplerCase.ts";

const process = variancePreserving();
const [stepSize, steps] = [0.1, 4];
const sigmas = [1, 0.5];

/** The score −(x − m)/v of the blurred target. */
const normalScore = (x: Tensor, sigma: TensorLike): Tensor => {
  const level = typeof sigma === "number" ? tensor(sigma, { dtype: x.dtype }) : sigma;
  const blur = square(level.rank === 0 ? level : expandDims(level, 1));
  return div(sub(clean.mean, x), add(clean.variance, blur));
};
const normalEnergy = (x: Tensor): Tensor =>
  mul(0.5 / clean.variance, sum(square(sub(x, clean.mean)), { axis: 1 }));
const scoreAtTimes = timeConditional(normalScore, process);

const same = (value: Tensor): Tensor => value;
const prior = { mean: 0, variance: 1 };
const end = stateMoments(process, clean, process.minTime);
const score = { of: "score", rowsAreIndependent: true, draws: true, steps } as const;
const ofData = { ...score, startCalled: "x0", from: prior } as const;
const ofNoise = { ...score, startCalled: "x1", from: prior } as const;
/** The test of Metropolis keeps the target, whatever the step. */
const keepsTarget = { ...ofData, of: "energy", from: clean, to: clean } as const;

const repeated = (times: number, step: (from: NormalMoments) => NormalMoments) => (from: NormalMoments) =>
  Array.from({ length: times }).reduce<NormalMoments>((moments) => step(moments), from);
const annealed = sigmas.reduce<NormalMoments>((moments, sigma) => {
  const target = { mean: clean.mean, variance: clean.variance + sigma ** 2 };
  const own = stepSize * (sigma / 0.5) ** 2;
  return repeated(steps, (from) => afterLangevin(from, target, own))(moments);
}, prior);

const alongFlow = (name: string, solver: OdeSolver, count: number | null): SamplerCase => ({
  ...ofNoise,
  run: ({ spoil = same, start, onStep, key: _, ...options }) =>
    probabilityFlow((x, t) => spoil(scoreAtTimes(x, t), x), start, process, {
      ...reporting(onStep),
      ...options,
      solver,
    }),
  speaker: name,
  draws: false,
  steps: count,
  // The steps that it chooses are for all rows alike.
  rowsAreIndependent: count !== null,
  to: end,
});

/** Every sampler of the package by its name, along the probability flow by each solver: then a comma comes between. */
export const samplers: Readonly<Record<string, SamplerCase>> = {
  langevin: {
    ...ofData,
    run: ({ spoil = same, start, onStep, ...options }) =>
      langevin((x) => spoil(normalScore(x, 0), x), start, {
        ...reporting(onStep),
        ...options,
        stepSize,
        steps,
      }),
    to: repeated(steps, (from) => afterLangevin(from, clean, stepSize))(prior),
  },
  annealedLangevin: {
    ...ofData,
    run: ({ spoil = same, start, onStep, ...options }) =>
      annealedLangevin((x, sigma) => spoil(normalScore(x, sigma), x), start, {
        ...reporting(onStep),
        ...options,
        sigmas,
        stepSize,
        stepsPerLevel: steps,
      }),
    steps: sigmas.length * steps,
    to: annealed,
  },
  mala: {
    ...keepsTarget,
    run: ({ spoil = same, start, onStep, ...options }) =>
      mala((x) => spoil(normalEnergy(x), x), start, { ...reporting(onStep), ...options, stepSize, steps }),
  },
  hmc: {
    ...keepsTarget,
    run: ({ spoil = same, start, onStep, ...options }) =>
      hmc((x) => spoil(normalEnergy(x), x), start, {
        ...reporting(onStep),
        ...options,
        stepSize: 0.3,
        leapfrogSteps: [1, 4],
        steps,
      }),
  },
  eulerMaruyama: {
    ...ofNoise,
    run: ({ spoil = same, start, onStep, ...options }) =>
      eulerMaruyama((x, t) => spoil(scoreAtTimes(x, t), x), start, process, {
        ...reporting(onStep),
        ...options,
        steps: 30,
      }),
    steps: 30,
    to: reverseRecursion(process, 30),
  },
  predictorCorrector: {
    ...ofNoise,
    run: ({ spoil = same, start, onStep, ...options }) =>
      predictorCorrector((x, t) => spoil(scoreAtTimes(x, t), x), start, process, {
        ...reporting(onStep),
        ...options,
        steps: 30,
      }),
    steps: 30,
    // The length of its steps is that of all rows together.
    rowsAreIndependent: false,
    to: reverseRecursion(process, 30, (after, target) => corrected(after, target, 0.16)),
  },
  "probabilityFlow, heun": alongFlow("heun", heun({ steps: 150 }), 150),
  "probabilityFlow, dormandPrince": alongFlow("dormandPrince", dormandPrince(), null),
  ...levelSamplers(normalScore, clean),
};

function reporting(onStep: SamplerArguments["onStep"] | undefined) {
  return onStep === undefined ? {} : { onStep: ({ x }: { readonly x: Tensor }) => onStep(x) };
}
