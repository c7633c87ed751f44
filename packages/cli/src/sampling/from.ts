import { broadcastTo, type Key, type Tensor } from "@scoretape/autograd";
import { karrasSchedule, stochasticHeun } from "@scoretape/score";
import type { Model } from "@scoretape/score/model";
import { type Condition, conditioned } from "./condition.ts";
import { finite, noised } from "./flow.ts";
import type { Sampling } from "./sample.ts";

export interface FromOptions extends Pick<Sampling, "count" | "backend">, Condition {
  /** How much noise the point gets. */
  readonly sigma: number;
  readonly key: Key;
}

const STEPS = 18;

/**
 * Samples that are like a point: it gets noise of σ, and the flow takes that away again, so that what is larger than the noise
 * stays. Meng et al. 2022 (SDEdit); along the flow, by Heun's method.
 *
 * @param point standardised, [1, d]
 * @returns standardised points, [count, d]
 * @throws SamplingError if a point leaves the finite numbers
 */
export function samplesFrom(
  model: Model,
  point: Tensor,
  { count, sigma, key, backend, ...condition }: FromOptions,
): Tensor {
  const start = noised(broadcastTo(point, [count, point.shape[1] ?? 0]), sigma, key);
  const score = conditioned(model, condition, count);
  const last = Math.min(model.sigmas.at(-1) ?? sigma, sigma);
  const way = karrasSchedule({ sigmaMax: sigma, sigmaMin: last, steps: last < sigma ? STEPS : 1 });
  return finite(() => stochasticHeun(score, start, { sigmas: way, backend }).samples);
}
