import { Dual } from "../interpret/dual.ts";
import { within } from "../interpret/escape.ts";
import { onesLike, type Tensor, zerosLike } from "../tensor.ts";
import * as tree from "../tree.ts";
import { matching, record } from "./record.ts";
import { checkScalar, vjp } from "./reverse.ts";

/**
 * The value of f and its directional derivative J·t (forward mode), in one pass without a tape.
 *
 * @param primals one tree per argument of f
 * @param tangents one tree per argument, of the primals' structure, shapes and dtypes
 * @returns `[f(...primals), J·tangents]`
 * @throws ShapeError when a tangent does not match its primal
 */
export function jvp<A extends readonly tree.Tree[], R extends tree.Tree>(
  f: (...primals: A) => R,
  primals: A,
  tangents: A,
): [R, R] {
  const directions = matching("jvp", "tangent", tangents, primals);
  const dual = new Dual();
  const input = tree.flatten(primals);
  const lifted = input.leaves.map((leaf, i) => dual.input(leaf, directions[i] ?? zerosLike(leaf)));
  const result = tree.flatten(within(dual, () => f(...input.unflatten(lifted))));
  return [
    result.unflatten(result.leaves.map((leaf) => dual.primalOf(leaf))),
    result.unflatten(result.leaves.map((leaf) => dual.tangentOf(leaf) ?? zerosLike(leaf))),
  ];
}

/** Computes the tangent of the result from one tangent per argument: t ↦ Jt. */
export type Pushforward<A extends readonly tree.Tree[], R extends tree.Tree> = (...tangents: A) => R;

/**
 * The value of f and its derivative as a linear function. f runs once; each push costs the linear part only,
 * so that many directional derivatives share one primal pass.
 *
 * @param primals one tree per argument of f
 * @returns `[f(...primals), pushforward]`; the pushforward takes one tangent per argument
 */
export function linearize<A extends readonly tree.Tree[], R extends tree.Tree>(
  f: (...primals: A) => R,
  primals: A,
): [R, Pushforward<A, R>] {
  const { out, push } = record(f, primals);
  return [out, (...tangents) => push(tangents)];
}

/**
 * The product of the Hessian of a scalar function with a direction: forward over reverse,
 * H·t = d/dε ∇f(x + εt).
 *
 * @returns one tree per argument of f
 */
export function hvp<A extends readonly tree.Tree[]>(
  f: (...primals: A) => Tensor,
  primals: A,
  tangents: A,
): A {
  const gradients = (...point: A): A => {
    const [value, pullback] = vjp(f, point);
    checkScalar("hvp", value);
    return pullback(onesLike(value));
  };
  return jvp<A, A>(gradients, primals, tangents)[1];
}
