import { checkFraction, checkOptions, checkPositive } from "../arguments.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { div, sqrt, square } from "../ops/elementwise.ts";
import { cast } from "../ops/layout.ts";
import { type Tensor, zerosLike } from "../tensor.ts";
import * as tree from "../tree.ts";
import { mixIn, totalWeight } from "./average.ts";
import { checkLearningRate, descend, type LearningRate, rateAt } from "./schedule.ts";
import { checkLikeParameters, checkStep, firstStep, type Transformation } from "./transformation.ts";

/** Options of {@link adam}. */
export interface AdamOptions {
  /** The rate η (α in the paper). */
  readonly learningRate: LearningRate;
  /** The decay of the mean of the gradients, in [0, 1): 0.9 unless said. */
  readonly beta1?: number;
  /** The decay of the mean of their squares, in [0, 1): 0.999 unless said. */
  readonly beta2?: number;
  /** Added to the denominator: 1e-8 unless said. */
  readonly epsilon?: number;
}

/** Options of {@link adamw}. */
export interface AdamwOptions extends AdamOptions {
  /** The decay λ of the parameters, per unit of learning rate: 0.01 unless said. */
  readonly weightDecay?: number;
}

/** The state of {@link adam} and {@link adamw}. */
export type AdamState = {
  /** The number t of updates made. In float32 it counts to 2²⁴ and stays there. */
  readonly step: Tensor;
  /** The decaying mean m of the gradients, like the parameters. */
  readonly mean: tree.Tree;
  /** The decaying mean v of the squared gradients, like the parameters. */
  readonly meanSquare: tree.Tree;
};

/**
 * Adam (Kingma & Ba 2015, algorithm 1):
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², p ← p − η·m̂/(√v̂ + ε), with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 *
 * @throws RangeError unless the learning rate and epsilon are above 0 and the betas in [0, 1)
 *
 * @example
 * ```ts
 * import { optim, tensor } from "@scoretape/autograd";
 *
 * // The first step has the length of the learning rate, whatever the gradient's.
 * const adam = optim.adam({ learningRate: 0.1 });
 * const parameters = tensor([1, 1]);
 * const [updates] = adam.update(tensor([1000, -0.001]), adam.init(parameters), parameters);
 * console.log(Array.from(updates.data, (u) => u.toFixed(3)).join(" ")); // -0.100 0.100
 * ```
 */
export function adam(options: AdamOptions): Transformation<AdamState> {
  checkOptions("optim.adam", options, adamKinds);
  return decayingAdam("optim.adam", options, 0);
}

/**
 * Adam with the decay of the parameters apart from their gradient (Loshchilov & Hutter 2019, algorithm 2):
 * p ← p − η·(m̂/(√v̂ + ε) + λp). The whole rate η multiplies the decay, so λ is the paper's λ divided by its α.
 *
 * @throws RangeError as {@link adam} does, and unless the weight decay is finite and from 0
 *
 * @example
 * ```ts
 * import { optim, tensor } from "@scoretape/autograd";
 *
 * // Without a gradient only the decay is left, −ηλp.
 * const adamw = optim.adamw({ learningRate: 0.1, weightDecay: 0.5 });
 * const parameters = tensor([4]);
 * const [updates] = adamw.update(tensor([0]), adamw.init(parameters), parameters);
 * console.log(updates.item().toFixed(3)); // -0.200
 * ```
 */
export function adamw(options: AdamwOptions): Transformation<AdamState> {
  checkOptions("optim.adamw", options, { ...adamKinds, weightDecay: "number" });
  const { weightDecay = 0.01, ...adamOptions } = options;
  if (!(weightDecay >= 0 && weightDecay < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`optim.adamw: weightDecay is ${weightDecay}; it is a finite number from 0`);
  }
  return decayingAdam("optim.adamw", adamOptions, weightDecay);
}

const adamKinds = { learningRate: "any", beta1: "number", beta2: "number", epsilon: "number" } as const;

function decayingAdam(
  name: string,
  { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  weightDecay: number,
): Transformation<AdamState> {
  checkLearningRate(name, learningRate);
  checkFraction(name, "beta1", beta1);
  checkFraction(name, "beta2", beta2);
  checkPositive(name, "epsilon", epsilon);
  return {
    init: (params) => ({
      step: firstStep(name, params),
      mean: tree.map(zerosLike, params),
      meanSquare: tree.map(zerosLike, params),
    }),
    update<P extends tree.TreeOf<P>>(grads: P, state: AdamState, params: P): [P, AdamState] {
      checkStep(name, state);
      checkLikeParameters(name, params, { gradient: grads, mean: state.mean, meanSquare: state.meanSquare });
      const step = add(state.step, 1);
      const rate = rateAt(name, learningRate, state.step);
      const mean = tree.zip((g, m) => mixIn(m, g, 1 - beta1), grads, state.mean);
      const meanSquare = tree.zip((g, v) => mixIn(v, square(g), 1 - beta2), grads, state.meanSquare);
      const [weight1, weight2] = [totalWeight(beta1, step), totalWeight(beta2, step)];
      const direction = (m: Tensor, v: Tensor, p: Tensor): Tensor => {
        const unbiased = div(m, cast(weight1, m.dtype));
        const scale = add(sqrt(div(v, cast(weight2, v.dtype))), epsilon);
        const adaptive = div(unbiased, scale);
        return weightDecay === 0 ? adaptive : add(adaptive, mul(weightDecay, p));
      };
      const updates = tree.zip((m, v, p) => descend(rate, direction(m, v, p)), mean, meanSquare, params);
      return [updates, { step, mean, meanSquare }];
    },
  };
}
