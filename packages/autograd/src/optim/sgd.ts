import { checkFraction, checkOptions } from "../arguments.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { type Tensor, zerosLike } from "../tensor.ts";
import * as tree from "../tree.ts";
import { checkLearningRate, descend, type LearningRate, rateAt } from "./schedule.ts";
import { checkLikeParameters, checkStep, firstStep, type Transformation } from "./transformation.ts";

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** The rate η. */
  readonly learningRate: LearningRate;
  /** The fraction μ of the last step that is taken again, in [0, 1); 0 unless said. */
  readonly momentum?: number;
  /** Looks one step of momentum ahead. */
  readonly nesterov?: boolean;
}

/** The state of {@link sgd}. */
export type SgdState = {
  /** The number of updates made. In float32 it counts to 2²⁴ and stays there. */
  readonly step: Tensor;
  /** Like the parameters; empty without momentum. */
  readonly velocity: tree.Tree;
};

/**
 * Gradient descent: v ← μv + g, p ← p − ηv (Polyak 1964); with `nesterov`, p ← p − η(g + μv) (Nesterov 1983,
 * in the form of Bengio et al. 2013, with the velocity not scaled by η).
 *
 * @throws RangeError unless the learning rate is above 0 and the momentum in [0, 1), and above 0 for nesterov
 *
 * @example
 * ```ts
 * import { optim, tensor } from "@scoretape/autograd";
 *
 * const sgd = optim.sgd({ learningRate: 0.5 });
 * const parameters = tensor([1, 2]);
 * const [updates] = sgd.update(tensor([2, -2]), sgd.init(parameters), parameters);
 * console.log(updates.toArray()); // [ -1, 1 ]
 * ```
 */
export function sgd(options: SgdOptions): Transformation<SgdState> {
  checkOptions("optim.sgd", options, { learningRate: "any", momentum: "number", nesterov: "boolean" });
  const { learningRate, momentum = 0, nesterov = false } = options;
  checkLearningRate("optim.sgd", learningRate);
  checkFraction("optim.sgd", "momentum", momentum);
  if (nesterov && momentum === 0) throw new RangeError("optim.sgd: nesterov needs a momentum above 0");
  return {
    init: (params) => ({
      step: firstStep("optim.sgd", params),
      velocity: momentum === 0 ? [] : tree.map(zerosLike, params),
    }),
    update<P extends tree.TreeOf<P>>(grads: P, state: SgdState, params: P): [P, SgdState] {
      checkStep("optim.sgd", state);
      const velocities = momentum === 0 ? grads : state.velocity;
      checkLikeParameters("optim.sgd", params, { gradient: grads, velocity: velocities });
      const rate = rateAt("optim.sgd", learningRate, state.step);
      const accelerate = (g: Tensor, v: Tensor): Tensor => add(mul(momentum, v), g);
      const velocity = momentum === 0 ? grads : tree.zip(accelerate, grads, state.velocity);
      const direction = nesterov ? tree.zip(accelerate, grads, velocity) : velocity;
      return [
        tree.map((d) => descend(rate, d), direction),
        { step: add(state.step, 1), velocity: momentum === 0 ? [] : velocity },
      ];
    },
  };
}
