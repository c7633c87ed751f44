import { checkPositive } from "../arguments.ts";
import { mul } from "../ops/arithmetic.ts";
import { maximum } from "../ops/choice.ts";
import { div } from "../ops/elementwise.ts";
import { cast } from "../ops/layout.ts";
import { stack } from "../ops/movement.ts";
import { norm } from "../ops/reduce.ts";
import { type Tensor, zeros } from "../tensor.ts";
import * as tree from "../tree.ts";
import type { Transformation } from "./transformation.ts";

/**
 * The Euclidean norm of all tensors of a tree as one vector, without overflow or underflow of the squares:
 * a scalar of the first tensor's dtype. 0 for an empty tree.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "@scoretape/autograd";
 *
 * console.log(optim.globalNorm({ weight: tensor([[3]]), bias: tensor([4]) }).item()); // 5
 * ```
 */
export function globalNorm<T extends tree.TreeOf<T>>(values: T): Tensor {
  const leaves = tree.leaves(values, "optim.globalNorm");
  const [first] = leaves;
  if (first === undefined) return zeros([]);
  return norm(stack(leaves.map((leaf) => cast(norm(leaf), first.dtype))));
}

/**
 * Shortens the gradients, all by one factor, to a norm of at most `max`: g·min(1, max/‖g‖) (Pascanu et al.
 * 2013, algorithm 1). Their direction stays; gradients that are 0 stay 0.
 *
 * @param max above 0
 *
 * @example
 * ```ts
 * import { optim, tensor } from "@scoretape/autograd";
 *
 * const { update } = optim.clipByGlobalNorm(1);
 * const [clipped] = update([tensor([3]), tensor([4])], [], []);
 * console.log(clipped.map((g) => g.item().toFixed(1)).join(" ")); // 0.6 0.8
 * ```
 */
export function clipByGlobalNorm(max: number): Transformation<tree.Tree> {
  checkPositive("optim.clipByGlobalNorm", "max", max);
  return {
    init: () => [],
    update<P extends tree.TreeOf<P>>(grads: P): [P, tree.Tree] {
      tree.leaves(grads, "optim.clipByGlobalNorm");
      const factor = div(max, maximum(globalNorm(grads), max));
      return [tree.map((g) => mul(cast(factor, g.dtype), g), grads), []];
    },
  };
}
