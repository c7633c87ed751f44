import {
  add,
  exp,
  type Key,
  mul,
  neg,
  portable,
  random,
  square,
  type Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";
import { denoise, heun, type NoiseConditionalScore, varianceExploding } from "@scoretape/score";
import type { Model } from "@scoretape/score/model";
import { type Sampling, SamplingError } from "./sample.ts";

// Along the probability flow no noise is drawn: each point has its way, from noise to data and back.

export interface FlowOptions extends Pick<Sampling, "backend"> {
  /** Steps of Heun's method, each over the same ratio of noise levels. */
  readonly steps: number;
}

/**
 * Points of the data blurred by one σ to points of the same blurred by another, up or down, along dx/du = −σ²·s(x, σ) with
 * u = log σ. Song et al. 2021, equation 13.
 *
 * @param x standardised points, [n, d]
 * @throws SamplingError if a point leaves the finite numbers
 */
export function alongFlow(
  score: NoiseConditionalScore,
  x: Tensor,
  { from, to }: { readonly from: number; readonly to: number },
  { steps, backend }: FlowOptions,
): Tensor {
  if (from === to) return x;
  return finite(() => {
    const velocity = (y: Tensor, u: Tensor): Tensor => {
      const sigma = exp(u);
      return mul(neg(square(sigma)), score(y, sigma));
    };
    return heun({ steps }).solve(velocity, x, portable.log(from), portable.log(to), { backend }).state;
  });
}

/** Points at the smallest noise level, or any, without their noise: their posterior means. */
export function denoisedPoints(
  score: NoiseConditionalScore,
  x: Tensor,
  sigma: number,
  { backend }: Pick<Sampling, "backend">,
): Tensor {
  return finite(() => denoise(score, x, sigma, { backend }).mean);
}

/** Points of noise where the flow and the samplers begin: of the data blurred by the largest noise level, [count, d]. */
export function startPoints({ sigmas, description }: Model, count: number, key: Key): Tensor {
  const [from = 1, to = 1] = [sigmas[0], sigmas.at(-1)];
  const shape = [count, description.columns.length];
  const { moments } = description;
  return moments === undefined
    ? mul(portable.hypot(1, from), random.normal(key, shape))
    : varianceExploding({ sigmaMin: to, sigmaMax: from, moments }).prior.sample(key, shape);
}

/**
 * Samples along the flow from the largest noise level, of the classes in turn where there are any: few steps do, of which a
 * picture is to be drawn soon.
 */
export function flowSamples(model: Model, count: number, key: Key, options: FlowOptions): Tensor {
  const { sigmas } = model;
  const [from = 1, to = 1] = [sigmas[0], sigmas.at(-1)];
  const score = scoreOfTurns(model, count);
  const end = alongFlow(score, startPoints(model, count, key), { from, to }, options);
  return denoisedPoints(score, end, to, options);
}

/** The score of points of which each is of the next class, where the model was told classes. */
function scoreOfTurns({ standardScore, conditionalScore, description }: Model, count: number) {
  const { classes = [] } = description;
  if (conditionalScore === undefined || classes.length === 0) return standardScore;
  const turns = tensor(Uint32Array.from({ length: count }, (_, i) => i % classes.length));
  return (x: Tensor, sigma: TensorLike): Tensor => conditionalScore(x, sigma, turns);
}

/** Points with noise of a standard deviation. */
export function noised(x: Tensor, sigma: number, key: Key): Tensor {
  return add(x, mul(sigma, random.normal(key, x.shape)));
}

/** What a sampler returns. @throws SamplingError if a point left the finite numbers */
export function finite<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new SamplingError(error.message, { cause: error });
    throw error;
  }
}
