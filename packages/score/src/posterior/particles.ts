import {
  add,
  broadcastTo,
  expandDims,
  type Key,
  random,
  reshape,
  sub,
  type Tensor,
  take,
} from "@scoretape/autograd";
import { keptSteps } from "../samplers/keptSteps.ts";
import type { NoiseConditionalScore } from "../score.ts";
import type { Measured } from "./conditioning.ts";
import { isotropicTwist } from "./isotropicTwist.ts";
import { resampled } from "./resampling.ts";
import { tweedieTwist } from "./tweedieTwist.ts";

/** Particles on the way down, K for each of n rows, one row after another. */
export interface Particles {
  /** [n·K, d] */
  readonly x: Tensor;
  /** log w, [n, K], without the twist at x, which the next step brings. */
  readonly logWeights: Tensor;
  /** What was taken from the weights so far: log of the evidence of y at the end, [n]. */
  readonly logEvidence: Tensor;
  /** That of the weights before the step, [n]. */
  readonly effectiveSampleSize: Tensor;
}

/** What a program of steps is compiled of beside the score. */
export interface ParticleSteps {
  readonly name: string;
  readonly particles: number;
  /** σ_d of an isotropic covariance, or null for Tweedie's. */
  readonly dataDeviation: number | null;
  /** The variance left at least by Tweedie's, in units of σ². */
  readonly floor?: number;
}

/**
 * Steps of the twisted diffusion sampler: weigh the particles by their twists, resample rows whose effective sample size is
 * below K/2, and propose states at the next level; the last step resamples all, and draws clean points of equal weights.
 */
export function particleSteps(
  backend: Parameters<typeof steps>[0],
  score: NoiseConditionalScore,
  { name, particles, dataDeviation, floor }: ParticleSteps,
) {
  const program = (isLast: boolean) => steps(backend, score, name, particles, dataDeviation, floor, isLast);
  const [onTheWay, last] = [program(false), program(true)];
  return (
    { x, logWeights, logEvidence }: Omit<Particles, "effectiveSampleSize">,
    { A, range, y, variance }: Measured,
    key: Key,
    from: Tensor,
    to: Tensor,
  ): Particles => {
    const step = to.item() === 0 ? last : onTheWay;
    const [next, weights, evidence, effectiveSampleSize] = step(
      x,
      logWeights,
      logEvidence,
      [A, range, y, variance],
      key,
      from,
      to,
    );
    return { x: next, logWeights: weights, logEvidence: evidence, effectiveSampleSize };
  };
}

const steps = /* @__PURE__ */ keptSteps(
  (
    score: NoiseConditionalScore,
    name: string,
    K: number,
    dataDeviation: number | null,
    floor: number | undefined,
    isLast: boolean,
  ) => {
    const twist =
      dataDeviation === null ? tweedieTwist(name, score, floor) : isotropicTwist(name, score, dataDeviation);
    return (
      x: Tensor,
      logWeights: Tensor,
      logEvidence: Tensor,
      [A, range, y, variance]: readonly [Tensor, Tensor, Tensor, Tensor],
      key: Key,
      from: Tensor,
      to: Tensor,
    ): readonly [Tensor, Tensor, Tensor, Tensor] => {
      const measured = {
        A: repeated(A, K),
        range: repeated(range, K),
        y: repeated(y, K, true),
        variance,
      };
      const seen = twist.at(x, from, measured);
      const weights = add(logWeights, reshape(seen.logTwist, logWeights.shape));
      const drawn = resampled(random.foldIn(key, 0), weights, isLast ? Number.POSITIVE_INFINITY : K / 2);
      const kept = (rows: Tensor): Tensor => take(rows, drawn.ancestors);
      const states = {
        x: kept(seen.x),
        D: kept(seen.D),
        logTwist: kept(seen.logTwist),
        beside: seen.beside.map(kept),
      };
      const evidence = add(logEvidence, drawn.logMean);
      const own = random.foldIn(key, 1);
      if (isLast) {
        return [
          twist.finish(states, measured, own, from),
          drawn.logWeights,
          evidence,
          drawn.effectiveSampleSize,
        ];
      }
      const proposed = twist.propose(states, own, from, to);
      const change = reshape(sub(proposed.logRatio, states.logTwist), logWeights.shape);
      return [proposed.x, add(drawn.logWeights, change), evidence, drawn.effectiveSampleSize];
    };
  },
);

/** Every row K times, one after the other; one that stands for all rows stays alone, unless each has to be there. */
function repeated(rows: Tensor, K: number, each = false): Tensor {
  const [n = 1, ...rest] = rows.shape;
  if (K === 1 || (n === 1 && !each)) return rows;
  return reshape(broadcastTo(expandDims(rows, 1), [n, K, ...rest]), [n * K, ...rest]);
}
