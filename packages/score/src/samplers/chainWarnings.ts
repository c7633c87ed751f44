import type { Tensor } from "@scoretape/autograd";
import { coordinatesOf, isConstant, type Series } from "../metrics/chains.ts";
import { bulkSizeOf } from "../metrics/effectiveSampleSize.ts";
import { rankRHat } from "../metrics/rHat.ts";
import { tailSizeOf } from "../metrics/tailEffectiveSampleSize.ts";

/** What chains with a Metropolis test are judged by. */
export interface FinishedChains {
  /** How many proposals each chain had after the warm-up. */
  readonly steps: number;
  readonly warmedUp: boolean;
  readonly targetAcceptance: number;
  readonly stepSize: number;
  readonly acceptanceRate: number;
  readonly acceptanceRates: readonly number[];
  readonly divergences: number;
  readonly trajectory: readonly Tensor[];
}

/** Vehtari et al. 2021, section 4: trust no chains above it. */
const R_HAT = 1.01;
/** As Stan has it: with less neither R̂ nor the size itself is known well. */
const SIZE_PER_CHAIN = 100;
/** Proposals of a chain, or states of it, before it is judged: fewer can't have the size above. */
const ENOUGH = 100;

/** What speaks against trusting the chains, each with the value, the bound and the remedy; empty where nothing does. */
export function chainWarnings(name: string, chains: FinishedChains): string[] {
  const warnings = [...acceptance(chains), ...divergences(chains), ...mixing(name, chains)];
  return warnings.map((text) => `${name}: ${text}`);
}

function acceptance(chains: FinishedChains): string[] {
  const { acceptanceRate: rate, acceptanceRates: rates, targetAcceptance: target, steps, warmedUp } = chains;
  const [low, high] = [target / 2, 1 - (1 - target) / 10];
  if (rates.length * steps < ENOUGH) return [];
  if (rate < low) {
    const remedy = warmedUp ? "give the warm-up more steps" : "take a smaller stepSize, or a warm-up";
    return [`acceptanceRate is ${shown(rate)}, below ${shown(low)}, half of the target; ${remedy}`];
  }
  if (warmedUp && rate > high) {
    return [
      `acceptanceRate is ${shown(rate)}, above ${shown(high)}, after a warm-up that aimed at ${target}: the steps ` +
        "are shorter than they need to be; give the warm-up more steps",
    ];
  }
  const least = Math.min(...rates);
  if (steps < ENOUGH || least >= low / 2) return [];
  return [
    `acceptanceRate of chain ${rates.indexOf(least)} is ${shown(least)}, below ${shown(low / 2)}, a quarter of the ` +
      "target: it is where the target is narrower than elsewhere; aim at a higher targetAcceptance in a warm-up",
  ];
}

function divergences({
  divergences: count,
  acceptanceRates,
  steps,
  warmedUp,
  ...chains
}: FinishedChains): string[] {
  if (count === 0) return [];
  const aim = `a targetAcceptance above ${chains.targetAcceptance}`;
  const remedy = warmedUp ? aim : `a stepSize below ${chains.stepSize}, or a warm-up with ${aim}`;
  return [
    `divergences are ${count} of ${acceptanceRates.length * steps} proposals, above 0: the step is too long where E ` +
      `bends most, and the chains leave such places out; take ${remedy}, or other coordinates`,
  ];
}

/** By what was kept of the chains. */
function mixing(name: string, { trajectory, acceptanceRate, acceptanceRates }: FinishedChains): string[] {
  if (trajectory.length < ENOUGH || acceptanceRate === 0) return [];
  const all = coordinatesOf(name, trajectory);
  const still = all.flatMap((series, j) => (isConstant(series) ? [j] : []));
  const least = SIZE_PER_CHAIN * acceptanceRates.length;
  const ofMoving = (measure: (series: Series) => number): number[] =>
    all.map((series, j) => (still.includes(j) ? Number.NaN : measure(series)));
  const sizes = (which: string, sizeOf: (series: Series) => number): string[] =>
    beyond(`the ${which} effective sample size`, ofMoving(sizeOf), (size) => least - size).map(
      (found) =>
        `${found}, below ${least}, ${SIZE_PER_CHAIN} for each chain; take more steps, or keep more of the states`,
    );
  return [
    ...still.map((j) => `coordinate ${j} is the same in every state of every chain; look at E along it`),
    ...beyond("R̂", ofMoving(rankRHat), (value) => value - R_HAT).map(
      (found) =>
        `${found}, above ${R_HAT}: the chains, or their halves, disagree; take more steps, after a longer warm-up, or ` +
        "between modes far apart annealedLangevin",
    ),
    ...sizes("bulk", bulkSizeOf),
    ...sizes("tail", tailSizeOf),
  ];
}

/** Names the coordinate that is farthest beyond the bound, and says how many others are; nothing where none is. */
function beyond(what: string, values: readonly number[], excess: (value: number) => number): string[] {
  const bad = values.flatMap((value, j) => (excess(value) > 0 ? [{ value, j }] : []));
  const [worst, ...others] = bad.sort((a, b) => excess(b.value) - excess(a.value));
  if (worst === undefined) return [];
  const rest = others.length === 0 ? "" : ` (${others.length} more are beyond the bound)`;
  return [`${what} of coordinate ${worst.j} is ${Number(worst.value.toPrecision(4))}${rest}`];
}

/** A rate, to two digits. */
function shown(rate: number): string {
  return `${Number(rate.toFixed(2))}`;
}
