import { mul, neg, random, type Tensor, tensor, zeros } from "@scoretape/autograd";
import {
  annealedLangevin,
  data,
  eulerMaruyama,
  geometricSchedule,
  heun,
  langevin,
  modeWeights,
  probabilityFlow,
  timeConditional,
  variancePreserving,
} from "@scoretape/score";
import { meanOf, pointsOf } from "./plane.ts";

const [CHAINS, STEPS] = [2000, 500];

/** Chains on N(0, 1) with a step size, and the variance that it leads to. */
export function step({ stepSize }: { readonly stepSize: number }) {
  const { samples } = langevin(neg, zeros([CHAINS, 1]), { stepSize, steps: STEPS, key: random.key(0) });
  const { error } = meanOf(samples.data);
  return {
    samples: Array.from(samples.data, Number),
    measured: error * error * CHAINS,
    // From 4 on every step leads farther away.
    expected: stepSize < 4 ? 1 / (1 - stepSize / 4) : Number.POSITIVE_INFINITY,
  };
}

const apart: data.ExactDataSet = data.gaussianMixture({
  weights: [4, 1],
  means: [
    [-2, -2],
    [2, 2],
  ],
  standardDeviations: 0.5,
});

/** Chains from everywhere, with noise that falls or without, as many steps of each. */
export function mixing({ annealed }: { readonly annealed: boolean }) {
  const start = random.uniform(random.key(0), [500, 2], { low: -4, high: 4 });
  const key = random.key(1);
  const { samples } = annealed
    ? annealedLangevin((x, sigma) => apart.score(x, sigma), start, {
        sigmas: geometricSchedule(5, 0.1, 10),
        stepSize: 0.002,
        stepsPerLevel: 100,
        key,
      })
    : langevin((x) => apart.score(x), start, { stepSize: 0.05, steps: 1000, key });
  const [larger] = modeWeights(
    samples,
    tensor([
      [-2, -2],
      [2, 2],
    ]),
  );
  if (larger === undefined) throw new RangeError("mixing: there are no modes");
  return { points: pointsOf(samples), weight: larger.weight, low: larger.low, high: larger.high, known: 0.8 };
}

const moons = data.byName("8gaussians");
const FRAMES = 40;

/** Noise that becomes data, by the reverse equation with noise or along the flow: a frame every so many steps. */
export function diffusion({ flow }: { readonly flow: boolean }) {
  const { score: exact } = moons;
  if (exact === undefined) throw new RangeError("diffusion: the set has no known score");
  const process = variancePreserving();
  const score = timeConditional((x: Tensor, sigma) => exact.call(moons, x, sigma), process);
  const start = process.prior.sample(random.key(0), [400, 2]);
  const { trajectory } = flow
    ? probabilityFlow(score, start, process, { solver: heun({ steps: 2 * FRAMES }), trajectory: 2 })
    : eulerMaruyama(score, start, process, { steps: 5 * FRAMES, key: random.key(1), trajectory: 5 });
  return { frames: trajectory.map((state) => pointsOf(mul(state, 1))), isFlow: flow };
}
