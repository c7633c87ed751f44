import { checkFunction, checkOptions, type Key, type Tensor } from "@scoretape/autograd";
import { checkCount, checkData, checkKey, checkPositive } from "../check.ts";
import type { Score } from "../score.ts";
import { blockKind } from "./blocks.ts";
import type { SamplerBackend } from "./compiled.ts";
import { langevinKinds, langevinStep, stepper, trajectoryFrom, walk } from "./walk.ts";

/** What a sampler returns. */
export interface Samples {
  /** The last state of every chain, [n, d]. */
  readonly samples: Tensor;
  /** The states that were asked for, [n, d] each, in order; none unless asked for. */
  readonly trajectory: readonly Tensor[];
}

/** Where a Langevin sampler is. */
export interface LangevinStep {
  /** How many steps are done, from 1. */
  readonly step: number;
  /** How many there will be. */
  readonly steps: number;
  /** The states after the step, [n, d]. */
  readonly x: Tensor;
}

/** How to run Langevin chains. */
export interface LangevinOptions {
  /** ε > 0. */
  readonly stepSize: number;
  /** How many steps, from 1. */
  readonly steps: number;
  /** Makes the noise: the same key, the same samples. */
  readonly key: Key;
  /** Called after every step. */
  readonly onStep?: (state: LangevinStep) => void;
  /** Keep x0 and every k-th state after it. */
  readonly trajectory?: number;
  /** What runs the compiled step; `eager` for a score that reads the elements of x. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/**
 * Unadjusted Langevin sampling, one chain per row of x0: x ← x + (ε/2)·s(x) + √ε·z, z standard normal. With
 * s = ∇log p it samples p with an error that vanishes with ε: on N(0, 1) the variance is 1/(1 − ε/4). Roberts &
 * Tweedie 1996.
 *
 * @param score [n, d] → [n, d]
 * @param x0 where the chains start, [n, d]
 * @throws RangeError when a chain becomes infinite or NaN, with the step, the chain and what to do, and when an
 *   option is out of range
 * @throws ShapeError when x0 is not [n, d], or the score returns another shape
 *
 * @example
 * ```ts
 * import { neg, random, variance, zeros } from "@scoretape/autograd";
 * import { langevin } from "@scoretape/score";
 *
 * // The score of N(0, 1) is −x.
 * const { samples } = langevin(neg, zeros([5000, 1]), { stepSize: 0.1, steps: 100, key: random.key(0) });
 * console.log(variance(samples).item().toFixed(1)); // 1.0
 * ```
 */
export function langevin(score: Score, x0: Tensor, options: LangevinOptions): Samples {
  const name = "langevin";
  checkOptions(name, options, langevinKinds);
  checkFunction(name, score, "the score");
  const { stepSize, steps, key, onStep } = options;
  checkKey(name, options.key);
  checkData(name, x0, "x0");
  checkPositive(name, stepSize, "stepSize");
  checkCount(name, steps, "steps");
  if (options.trajectory !== undefined) checkCount(name, options.trajectory, "trajectory");
  const kept = trajectoryFrom(x0, options.trajectory);
  const kind = blockKind(options.backend, options);
  const samples = walk(x0, {
    ...{ name, score, sigma: 0, stepSize, steps, key, kind },
    block: stepper(options.backend, score, name, langevinStep, kind),
    every: options.trajectory ?? steps,
    shown(step, x) {
      kept.add(x, step);
      onStep?.({ step, steps, x });
    },
  });
  return { samples, trajectory: kept.states };
}
