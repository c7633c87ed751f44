import type { Key, Tensor } from "@scoretape/autograd";
import { checkCount, checkData, checkKey, checkList, checkPositive } from "../check.ts";
import { dimensionOf } from "../rows.ts";
import type { SamplerBackend } from "./compiled.ts";
import type { LangevinStep, Samples } from "./langevin.ts";

/** Where a sampler with a Metropolis test is; the steps of the warm-up count. */
export interface MetropolisStep extends LangevinStep {
  /** Whether the step was part of the warm-up. */
  readonly warmUp: boolean;
  /** ε of the step. */
  readonly stepSize: number;
  /** The mean over the chains of the probability with which the step was accepted. */
  readonly acceptance: number;
}

/** How to run chains with a Metropolis test. */
export interface MetropolisOptions {
  /** ε > 0 in units of the scale; where the adaptation starts, if there is a warm-up. */
  readonly stepSize: number;
  /** How many steps after the warm-up, from 1. */
  readonly steps: number;
  /** Makes the noise: the same key, the same samples. */
  readonly key: Key;
  /** How many steps adapt the step size, by dual averaging (Hoffman & Gelman 2014), before it is frozen; 0
   * unless said. */
  readonly warmUpSteps?: number;
  /** The mean acceptance probability that the warm-up aims at, in (0, 1). Where some places of the target are much
   * narrower than others, chains with too long a step seldom enter them: aim higher. */
  readonly targetAcceptance?: number;
  /** σ > 0, a length for each coordinate, [d]: the chains move as they would in x/σ. Ones unless said; `adapt`
   * takes the standard deviations of the states of the warm-up. */
  readonly scale?: readonly number[] | "adapt";
  /** Called after every step. */
  readonly onStep?: (state: MetropolisStep) => void;
  /** Keep the state at the end of the warm-up and every k-th state after it. */
  readonly trajectory?: number;
  /** What runs the compiled step; `eager` for an energy that reads the elements of x. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** What a sampler with a Metropolis test returns. All but `warmUpDivergences` is about the steps after it. */
export interface MetropolisSamples extends Samples {
  /** The share of the proposals that were accepted, over all chains, in [0, 1]. */
  readonly acceptanceRate: number;
  /** The same of each chain, n numbers. */
  readonly acceptanceRates: readonly number[];
  /** How many proposals had an energy error that is not finite or above 1000. All were rejected. */
  readonly divergences: number;
  /** The ε of all steps. */
  readonly stepSize: number;
  /** The σ of all steps, d numbers. */
  readonly scale: readonly number[];
  /** The divergences of the warm-up. */
  readonly warmUpDivergences: number;
  /**
   * What speaks against trusting the chains, in sentences that name the value, its bound and the remedy; empty where
   * nothing does. Found when it is first read:
   *
   * - divergences above 0: places that the chains leave out, unless E is infinite beyond a border on purpose;
   * - from 100 proposals on, an acceptance rate below half of `targetAcceptance`, or after a warm-up with a tenth of
   *   the rejections aimed at; from 100 proposals of each chain on, that of one below a quarter of the target;
   * - where a `trajectory` of 100 states or more was kept, {@link rHat} above 1.01 and bulk or tail effective sample
   *   sizes below 100 for each chain, and coordinates that never change. Of four chains that mix R̂ passes 1.01 by
   *   chance in 7 % of the coordinates where the size of each is 150, in 0.5 % where it is 250, in 0.001 % at 500.
   */
  readonly warnings: readonly string[];
}

/** The options with their default acceptance, which depends on the sampler. */
export type TargetedOptions = MetropolisOptions & Required<Pick<MetropolisOptions, "targetAcceptance">>;

/** The options of chains with a Metropolis test by their kinds. */
export const metropolisKinds = {
  stepSize: "number",
  steps: "number",
  key: "any",
  warmUpSteps: "number",
  targetAcceptance: "number",
  scale: "any",
  onStep: "function",
  trajectory: "number",
  backend: "any",
} as const;

/** Throws unless x0 and all options are in range. */
export function checkMetropolisOptions(
  name: string,
  x0: Tensor,
  { stepSize, steps, key, warmUpSteps = 0, targetAcceptance, scale, trajectory }: TargetedOptions,
): void {
  checkKey(name, key);
  checkData(name, x0, "x0");
  checkPositive(name, stepSize, "stepSize");
  checkCount(name, steps, "steps");
  if (warmUpSteps !== 0) checkCount(name, warmUpSteps, "warmUpSteps");
  if (!(targetAcceptance > 0 && targetAcceptance < 1)) {
    throw new RangeError(`${name}: targetAcceptance is ${targetAcceptance}; it is above 0 and below 1`);
  }
  if (trajectory !== undefined) checkCount(name, trajectory, "trajectory");
  if (scale === "adapt") {
    if (warmUpSteps === 0) {
      throw new RangeError(
        `${name}: scale is adapt without a warm-up; give warmUpSteps, or the scale itself`,
      );
    }
  } else if (scale !== undefined) {
    checkList(name, scale, "scale");
    if (scale.length !== dimensionOf(x0)) {
      throw new RangeError(
        `${name}: scale has ${scale.length} numbers, x0 has ${dimensionOf(x0)} coordinates; give one for each`,
      );
    }
    for (const [j, value] of scale.entries()) checkPositive(name, value, `scale ${j}`);
  }
}
