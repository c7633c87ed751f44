import { kindOf } from "../arguments.ts";
import { add } from "../ops/arithmetic.ts";
import { checkList } from "../shape.ts";
import { Tensor, zeros } from "../tensor.ts";
import { matching } from "../transforms/record.ts";
import * as tree from "../tree.ts";

/**
 * A rule that turns gradients into updates of the parameters: an optimiser, or a part of one. It is a pair of
 * pure functions written in ops; its state is a tree of tensors, so that a whole step can be compiled and
 * stored.
 */
export interface Transformation<S extends tree.TreeOf<S>> {
  /** The state before the first update. */
  init<P extends tree.TreeOf<P>>(params: P): S;
  /**
   * What to add to the parameters, and the next state.
   *
   * @throws ShapeError when the gradients have not the structure, the shapes and the dtypes of the parameters
   */
  update<P extends tree.TreeOf<P>>(grads: P, state: S, params: P): [updates: P, state: S];
}

/**
 * The parameters after an update: p + u.
 *
 * @throws ShapeError when structures, shapes or dtypes differ
 *
 * @example
 * ```ts
 * import { optim, tensor } from "@scoretape/autograd";
 *
 * console.log(optim.applyUpdates([tensor(1), tensor(2)], [tensor(10), tensor(20)]).map((p) => p.item())); // [ 11, 22 ]
 * ```
 */
export function applyUpdates<P extends tree.TreeOf<P>>(params: P, updates: P): P {
  matching("optim.applyUpdates", "update", updates, params);
  return tree.zip(add, params, updates);
}

/**
 * One transformation after another: the updates of each are the gradients of the next, as in
 * `chain(clipByGlobalNorm(1), adam({ learningRate: 1e-3 }))`.
 *
 * @example
 * ```ts
 * import { grad, optim, square, sum, type Tensor, tensor } from "@scoretape/autograd";
 *
 * const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.sgd({ learningRate: 1 }));
 * let x = tensor([30, 40]);
 * const [updates] = optimizer.update(grad((y: Tensor) => sum(square(y)))(x), optimizer.init(x), x);
 * x = optim.applyUpdates(x, updates);
 * console.log(Array.from(x.data, (value) => value.toFixed(1)).join(" ")); // 29.4 39.2
 * ```
 */
export function chain(...parts: readonly Transformation<tree.Tree>[]): Transformation<readonly tree.Tree[]> {
  for (const part of parts) {
    if (typeof part !== "object" || part === null || typeof part.update !== "function") {
      throw new TypeError(`optim.chain: a part is ${kindOf(part)}; give transformations, such as adam(...)`);
    }
  }
  return {
    init: (params) => parts.map((part) => part.init(params)),
    update<P extends tree.TreeOf<P>>(grads: P, state: readonly tree.Tree[], params: P): [P, tree.Tree[]] {
      checkList("optim.chain", "state", state, "that of this chain's init");
      let updates = grads;
      const next = parts.map((part, i) => {
        const own = state[i];
        if (own === undefined || state.length !== parts.length) {
          throw new TypeError(
            `optim.chain: ${parts.length} parts need as many states, got ${state.length}; use the state of this ` +
              "chain's init",
          );
        }
        const [changed, after] = part.update(updates, own, params);
        updates = changed;
        return after;
      });
      return [updates, next];
    },
  };
}

/**
 * Throws unless gradients, and the parts of a state that are like the parameters, have the parameters' structure, shapes
 * and dtypes.
 */
export function checkLikeParameters(
  name: string,
  params: tree.Tree,
  parts: Readonly<Record<string, tree.Tree>>,
): void {
  for (const [part, values] of Object.entries(parts)) matching(name, part, values, params);
}

/** Throws unless the count of updates in a state is a number. */
export function checkStep(name: string, state: { readonly step: Tensor }): void {
  const step: unknown = typeof state === "object" && state !== null ? state.step : state;
  if (step instanceof Tensor && step.rank === 0) return;
  throw new TypeError(`${name}: the state's step is ${kindOf(step)}; use the state of this optimiser's init`);
}

/** The number 0 as a tensor that goes with the parameters: the count of updates before the first. */
export function firstStep(name: string, params: tree.Tree): Tensor {
  const [first] = tree.leaves(params, name);
  if (first === undefined) throw new TypeError(`${name}: the parameters hold no tensor`);
  return zeros([], { dtype: first.dtype, backend: first.backend });
}
