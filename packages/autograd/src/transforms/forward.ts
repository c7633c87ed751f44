import { Dual } from "../interpret/dual.ts";
import { within } from "../interpret/escape.ts";
import { onesLike, type Tensor, zerosLike } from "../tensor.ts";
import * as tree from "../tree.ts";
import { checkCall, matching, record } from "./record.ts";
import { checkScalar } from "./reverse.ts";

/**
 * The value of f and its directional derivative J·t (forward mode), in one pass without a tape.
 *
 * @param primals one tree per argument of f
 * @param tangents one tree per argument, of the primals' structure, shapes and dtypes
 * @returns `[f(...primals), J·tangents]`
 * @throws ShapeError when a tangent does not match its primal
 *
 * @example
 * ```ts
 * import { jvp, square, tensor } from "@scoretape/autograd";
 *
 * // Of x² along t: 2x·t, beside the value.
 * const [value, tangent] = jvp(square, [tensor([1, 2, 3])], [tensor([1, 0, -1])]);
 * console.log(value.toArray(), tangent.toArray()); // [ 1, 4, 9 ] [ 2, 0, -6 ]
 * // The second derivative along t, by a derivative of a derivative.
 * const slope = (x: typeof value) => jvp(square, [x], [tensor([1, 0, -1])])[1];
 * console.log(jvp(slope, [tensor([1, 2, 3])], [tensor([1, 0, -1])])[1].toArray()); // [ 2, 0, 2 ]
 * ```
 */
export function jvp<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  f: (...primals: A) => R,
  primals: A,
  tangents: A,
): [R, R] {
  checkCall("jvp", f, primals);
  const directions = matching("jvp", "tangent", tangents, primals);
  const dual = new Dual();
  const input = tree.flatten(primals, "jvp");
  const lifted = input.leaves.map((leaf, i) => dual.input(leaf, directions[i] ?? zerosLike(leaf)));
  const result = tree.flatten(
    within(dual, () => f(...input.unflatten(lifted))),
    "jvp: the function's result",
  );
  return [
    result.unflatten(result.leaves.map((leaf) => dual.primalOf(leaf))),
    result.unflatten(result.leaves.map((leaf) => dual.tangentOf(leaf) ?? zerosLike(leaf))),
  ];
}

/** Computes the tangent of the result from one tangent per argument: t ↦ Jt. */
export type Pushforward<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>> = (...tangents: A) => R;

/**
 * The value of f and its derivative as a linear function. f runs once; each push costs the linear part only,
 * so that many directional derivatives share one primal pass.
 *
 * @param primals one tree per argument of f
 * @returns `[f(...primals), pushforward]`; the pushforward takes one tangent per argument
 *
 * @example
 * ```ts
 * import { exp, linearize, tensor } from "@scoretape/autograd";
 *
 * // exp is evaluated once; each push multiplies the tangent by it.
 * const [value, push] = linearize(exp, [tensor([0, 0])]);
 * console.log(value.toArray(), push(tensor([1, 2])).toArray(), push(tensor([3, 4])).toArray()); // [ 1, 1 ] [ 1, 2 ] [ 3, 4 ]
 * ```
 */
export function linearize<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  f: (...primals: A) => R,
  primals: A,
): [R, Pushforward<A, R>] {
  const { out, push } = record("linearize", f, primals);
  return [out, (...tangents) => push(tangents)];
}

/**
 * The product of the Hessian of a scalar function with a direction: forward over reverse,
 * H·t = d/dε ∇f(x + εt).
 *
 * @returns one tree per argument of f
 *
 * @example
 * ```ts
 * import { hvp, pow, sum, type Tensor, tensor } from "@scoretape/autograd";
 *
 * // Of Σ x³ the Hessian is diag(6x).
 * const [product] = hvp((x: Tensor) => sum(pow(x, 3)), [tensor([1, 2])], [tensor([1, 10])]);
 * console.log(product.toArray()); // [ 6, 120 ]
 * ```
 */
export function hvp<A extends tree.TreesOf<A>>(f: (...primals: A) => Tensor, primals: A, tangents: A): A {
  checkCall("hvp", f, primals);
  matching("hvp", "tangent", tangents, primals);
  const gradients = (...point: A): A => {
    const { out, pull } = record("hvp", f, point);
    checkScalar("hvp", out);
    return pull(onesLike(out));
  };
  return jvp<A, A>(gradients, primals, tangents)[1];
}
