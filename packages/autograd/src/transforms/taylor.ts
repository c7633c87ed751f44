import { within } from "../interpret/escape.ts";
import { Taylor } from "../interpret/taylor.ts";
import type { Direction } from "../op.ts";
import { checkList } from "../shape.ts";
import { onesLike, type Tensor, zeros, zerosLike } from "../tensor.ts";
import * as tree from "../tree.ts";
import { checkCall, matching, record } from "./record.ts";
import { checkScalar } from "./reverse.ts";

/** The derivatives of a function along given directions. */
export interface TaylorDerivatives<R extends tree.TreeOf<R>> {
  /** f(x). */
  readonly value: R;
  /** Df(x)·vᵢ for every direction. */
  readonly first: readonly R[];
  /** Σᵢ D²f(x)[vᵢ, vᵢ], the second derivatives summed over the directions. */
  readonly second: R;
}

/**
 * The value of f with its first derivatives along m directions and the sum of its second derivatives along
 * them, in one forward pass without a tape: the Taylor expansion of t ↦ f(x + t·vᵢ) to second order.
 *
 * It carries m + 2 streams through f, where a `jvp` of a `jvp` for each direction would carry 2m + 1: second
 * derivatives propagate linearly, so that only their sum is needed (the collapsed Taylor mode of Dangel et al.
 * 2025; along a basis the second is the Laplacian, and this is the forward Laplacian of Li et al. 2024).
 *
 * @param primals x, one tree per argument of f
 * @param directions v₁, …, vₘ with m ≥ 0, each one tree per argument, of the primals' structure, shapes and dtypes
 * @throws ShapeError when a direction does not match the primals
 *
 * @example
 * ```ts
 * import { mul, square, sum, taylor, tensor } from "@scoretape/autograd";
 *
 * // ½‖x‖² at (3, 4): along e₁ and e₂ the slopes are 3 and 4, and the Laplacian is 2.
 * const { value, first, second } = taylor(
 *   (y) => mul(0.5, sum(square(y))),
 *   [tensor([3, 4])],
 *   [[tensor([1, 0])], [tensor([0, 1])]],
 * );
 * console.log(value.item(), first.map((slope) => slope.item()), second.item()); // 12.5 [ 3, 4 ] 2
 * ```
 */
export function taylor<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  f: (...primals: A) => R,
  primals: A,
  directions: readonly A[],
): TaylorDerivatives<R> {
  checkCall("taylor", f, primals);
  checkList("taylor", "directions", directions, "[[v]]");
  const pass = new Taylor(directions.length);
  const result = tree.flatten(run("taylor", pass, f, primals, directions), "taylor: the function's result");
  const derivative = (of: (leaf: Tensor) => Direction): R =>
    result.unflatten(result.leaves.map((leaf) => of(leaf) ?? zerosLike(pass.primalOf(leaf))));
  return {
    value: result.unflatten(result.leaves.map((leaf) => pass.primalOf(leaf))),
    first: directions.map((_, i) => derivative((leaf) => pass.firstOf(leaf, i))),
    second: derivative((leaf) => pass.secondOf(leaf)),
  };
}

/** The gradient of a scalar function, and its second derivatives summed over directions. */
export interface GradientAndCurvature<A extends tree.TreesOf<A>> {
  /** f(x), a scalar. */
  readonly value: Tensor;
  /** ∇f(x), one tree per argument. */
  readonly gradient: A;
  /** Σᵢ vᵢᵀ∇²f(x)vᵢ, a scalar. */
  readonly curvature: Tensor;
}

/**
 * The gradient of a scalar function with the sum of its second derivatives along m directions, from one forward
 * pass and one reverse sweep. Where {@link taylor} carries ÿ = Σᵢ D²y[vᵢ, vᵢ] forward, this collects it backward: an
 * op y = φ(u) adds ⟨ȳ, Σᵢ D²φ[u̇ᵢ, u̇ᵢ]⟩, with ȳ the cotangent that the gradient needs anyway. So there are m + 2
 * streams, where forward over reverse (`hvp` for each direction) has 2m + 2.
 *
 * @param primals x, one tree per argument of f
 * @param directions v₁, …, vₘ with m ≥ 0, each one tree per argument, of the primals' structure, shapes and dtypes
 * @throws ShapeError when f returns anything but a scalar, or a direction does not match the primals
 *
 * @example
 * ```ts
 * import { gradientAndCurvature, mul, square, sum, tensor } from "@scoretape/autograd";
 *
 * // ½‖x‖² at (3, 4): the gradient is x, and along (1, −1) the second derivative is 2.
 * const { gradient, curvature } = gradientAndCurvature(
 *   (y) => mul(0.5, sum(square(y))),
 *   [tensor([3, 4])],
 *   [[tensor([1, -1])]],
 * );
 * console.log(gradient[0].toArray(), curvature.item()); // [ 3, 4 ] 2
 * ```
 */
export function gradientAndCurvature<A extends tree.TreesOf<A>>(
  f: (...primals: A) => Tensor,
  primals: A,
  directions: readonly A[],
): GradientAndCurvature<A> {
  const name = "gradientAndCurvature";
  checkCall(name, f, primals);
  checkList(name, "directions", directions, "[[v]]");
  const displaced = (x: A, time: Tensor): Tensor => {
    const pass = new Taylor(directions.length, time);
    const value = run(name, pass, f, x, directions);
    checkScalar(name, value);
    return pass.primalOf(value);
  };
  const [dtype] = tree.leaves(primals, name).map((leaf) => leaf.dtype);
  const { out, pull } = record<[A, Tensor], Tensor>(name, displaced, [
    primals,
    zeros([], dtype === undefined ? {} : { dtype }),
  ]);
  const [gradient, curvature] = pull(onesLike(out), { release: true });
  return { value: out, gradient, curvature };
}

/** f at primals that move along all directions at once. */
function run<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  name: string,
  pass: Taylor,
  f: (...primals: A) => R,
  primals: A,
  directions: readonly A[],
): R {
  const tangents = Array.from(directions, (direction) => matching(name, "tangent", direction, primals));
  const input = tree.flatten(primals, name);
  const lifted = input.leaves.map((leaf, k) =>
    pass.input(
      leaf,
      tangents.map((direction) => direction[k] ?? zerosLike(leaf)),
    ),
  );
  return within(pass, () => f(...input.unflatten(lifted)));
}
