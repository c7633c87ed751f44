import { random, type Tensor, tensor } from "@scoretape/autograd";
import { annealedLangevin, data, geometricSchedule, langevin, modeWeights } from "@scoretape/score";
import { pointsOf } from "./plane.ts";

const MODES = [
  [-2, -2],
  [2, 2],
];
const apart = data.gaussianMixture({ weights: [4, 1], means: MODES, standardDeviations: 0.5 });
const [LEVELS, STEPS_PER_LEVEL] = [10, 100];

/** Which chains are shown. */
export interface Chains {
  readonly annealed: boolean;
}

/** Chains from everywhere, with noise that falls or without, as many steps of each: a state for each noise level. */
function chains({ annealed }: Chains): { readonly states: readonly Tensor[]; readonly sigmas: number[] } {
  const start = random.uniform(random.key(0), [500, 2], { low: -4, high: 4 });
  const [key, trajectory] = [random.key(1), STEPS_PER_LEVEL];
  const sigmas = geometricSchedule(5, 0.1, LEVELS);
  const run = annealed
    ? annealedLangevin((x, sigma) => apart.score(x, sigma), start, {
        sigmas,
        stepSize: 0.002,
        stepsPerLevel: STEPS_PER_LEVEL,
        key,
        trajectory,
      })
    : langevin((x) => apart.score(x), start, {
        stepSize: 0.05,
        steps: LEVELS * STEPS_PER_LEVEL,
        key,
        trajectory,
      });
  return { states: run.trajectory, sigmas: sigmas };
}

/** The share of chains in the larger mode. */
function weightOf(states: Tensor) {
  const [larger] = modeWeights(states, tensor(MODES));
  if (larger === undefined) throw new RangeError("mixing: there are no modes");
  const { weight, low, high } = larger;
  return { weight, low, high };
}

/** Where chains are after all steps. */
export function mixing(which: Chains) {
  const last = chains(which).states.at(-1);
  if (last === undefined) throw new RangeError("mixing: there are no chains");
  return { points: pointsOf(last), ...weightOf(last), known: 0.8 };
}

/** Plain and annealed chains after each noise level, and what they say of the weight then. */
export function annealing(_: Readonly<Record<string, never>>) {
  const shown = ({ states }: ReturnType<typeof chains>) => ({
    frames: states.map(pointsOf),
    weights: states.map(weightOf),
  });
  const annealed = chains({ annealed: true });
  return {
    plain: shown(chains({ annealed: false })),
    annealed: shown(annealed),
    sigmas: annealed.sigmas,
    known: 0.8,
  };
}
