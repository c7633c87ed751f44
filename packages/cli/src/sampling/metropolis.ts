import { cast, type Key, matmul, random, type Tensor } from "@scoretape/autograd";
import { type Energy, hmc, type MetropolisSamples, mala, rHat } from "@scoretape/score";
import type { Model } from "@scoretape/score/model";
import type { SamplerName } from "../flags/table.ts";
import { UserError } from "../terminal/user-error.ts";
import { type Sampling, SamplingError } from "./sample.ts";

type Metropolis = Exclude<SamplerName, "annealed">;

/** Steps that adapt, steps after them, and every which of these is looked at by R̂: too few for it to be told of each chain. */
const sizes = {
  hmc: { warmUpSteps: 100, steps: 100, trajectory: 2 },
  mala: { warmUpSteps: 200, steps: 400, trajectory: 8 },
} as const;
/** As many leapfrog steps, drawn anew for each proposal. */
const LEAPFROG = [3, 7] as const;
/** Above it chains disagree: Vehtari et al. 2021. */
const R_HAT = 1.01;

/**
 * Samples of exp(−E(·, σ)) at the smallest noise level σ by chains with a Metropolis test, one for each start, along the
 * principal axes where the model has them. They have that noise: no last step takes it away.
 *
 * @param starts where the chains start, standardised [n, d]
 * @returns the ends of the chains, standardised, and what speaks against them
 * @throws SamplingError if a chain starts where the energy is not finite
 */
export function metropolisSamples(
  model: Model,
  starts: Tensor,
  { sampler, key, backend }: { readonly sampler: Metropolis; readonly key: Key } & Pick<Sampling, "backend">,
): { readonly samples: Tensor; readonly warnings: readonly string[] } {
  const { standardEnergy, sigmas, description } = model;
  if (standardEnergy === undefined) throw new TypeError("metropolisSamples: the model has no energy");
  const sigma = sigmas.at(-1) ?? 1;
  const { moments } = description;
  const axes = moments && cast(moments.axes, starts.dtype);
  const back = (x: Tensor): Tensor => (axes === undefined ? x : matmul(x, axes, { transposeY: true }));
  const energy: Energy = (x) => standardEnergy(back(x), sigma);
  const start = axes === undefined ? starts : matmul(starts, axes);
  const scale = moments === undefined ? {} : { scale: [...moments.deviation.data] };
  const how = { ...sizes[sampler], ...scale, stepSize: sigma, key: random.foldIn(key, 0), backend };
  try {
    const chains =
      sampler === "hmc" ? hmc(energy, start, { ...how, leapfrogSteps: LEAPFROG }) : mala(energy, start, how);
    return {
      samples: back(chains.samples),
      warnings: [...chains.warnings, ...disagreement(sampler, chains)],
    };
  } catch (error) {
    if (error instanceof RangeError) throw new SamplingError(error.message, { cause: error });
    throw error;
  }
}

/** @throws UserError if chains with a Metropolis test are asked of a model without an energy */
export function checkSampler(path: string, model: Model, sampler: SamplerName): void {
  if (sampler === "annealed" || model.standardEnergy !== undefined) return;
  throw new UserError(
    `--sampler ${sampler} accepts steps by an energy, and ${path} learned a score, which has none; ` +
      "leave it out, or train with --learn energy",
  );
}

function disagreement(name: string, { trajectory, acceptanceRate, samples }: MetropolisSamples): string[] {
  const [chains = 0] = samples.shape;
  if (acceptanceRate === 0 || chains < 2) return [];
  const largest = Math.max(...rHat(trajectory));
  if (!(largest > R_HAT)) return [];
  return [
    `${name}: R̂ is ${Number(largest.toPrecision(3))}, above ${R_HAT}: the chains keep to where the noise levels led them, as ` +
      "they do between modes; how many are in each is then as without --sampler",
  ];
}
