import { checkFunction, checkOptions, kindOf } from "../arguments.ts";
import { ShapeError, showShape } from "../shape.ts";
import { onesLike, Tensor } from "../tensor.ts";
import { leaves, type TreeOf, type TreesOf } from "../tree.ts";
import { record } from "./record.ts";

/** Computes one cotangent per argument from a cotangent of the result: c ↦ Jᵀc. */
export type Pullback<A extends TreesOf<A>, R extends TreeOf<R>> = (cotangent: R) => A;

/**
 * The value of f, and the transpose of its derivative (reverse mode).
 *
 * @param primals one tree per argument of f
 * @returns `[f(...primals), pullback]`; the pullback may be called any number of times
 * @throws ShapeError from the pullback when the cotangent's structure, a shape or a dtype is not the result's
 *
 * @example
 * ```ts
 * import { matmul, tensor, vjp } from "@scoretape/autograd";
 *
 * const A = tensor([[1, 2], [3, 4]]);
 * const [y, pullback] = vjp((x: typeof A) => matmul(x, A), [tensor([[1, 1]])]);
 * console.log(y.toArray()); // [ [ 4, 6 ] ]
 * // Of x ↦ xA the transpose is c ↦ cAᵀ.
 * console.log(pullback(tensor([[1, 0]]))[0].toArray()); // [ [ 1, 3 ] ]
 * ```
 */
export function vjp<A extends TreesOf<A>, R extends TreeOf<R>>(
  f: (...primals: A) => R,
  primals: A,
): [R, Pullback<A, R>] {
  const { out, pull } = record("vjp", f, primals);
  return [out, (cotangent) => pull(cotangent)];
}

/**
 * The gradient of a scalar function with respect to its first argument, which may be any tree.
 *
 * @throws ShapeError when f returns anything but a scalar
 * @throws TypeError when a tensor of the first argument is uint32
 *
 * @example
 * ```ts
 * import { grad, mul, square, sum, type Tensor, tensor } from "@scoretape/autograd";
 *
 * const energy = (x: Tensor) => mul(0.5, sum(square(x)));
 * console.log(grad(energy)(tensor([3, -4])).toArray()); // [ 3, -4 ]
 * // With respect to any tree of tensors.
 * const product = ({ a, b }: { a: Tensor; b: Tensor }) => mul(a, square(b));
 * const slopes = grad(product)({ a: tensor(2), b: tensor(5) });
 * console.log(slopes.a.item(), slopes.b.item()); // 25 20
 * ```
 */
export function grad<T extends TreeOf<T>, Rest extends readonly unknown[]>(
  f: (x: T, ...rest: Rest) => Tensor,
): (x: T, ...rest: Rest) => T {
  return gradAs("grad", f);
}

/** The gradient, whose errors carry a name. */
export function gradAs<T extends TreeOf<T>, Rest extends readonly unknown[]>(
  name: string,
  f: (x: T, ...rest: Rest) => Tensor,
): (x: T, ...rest: Rest) => T {
  checkFunction(name, f);
  return (x, ...rest) => differentiate(name, (y: T) => [f(y, ...rest), null], x)[2];
}

/**
 * The value and the gradient of a scalar function with respect to its first argument, from one pass.
 * With `hasAux`, f returns `[loss, aux]`; aux, not differentiated, comes back as `[[loss, aux], gradient]`.
 *
 * @throws ShapeError when f's loss is anything but a scalar
 *
 * @example
 * ```ts
 * import { mul, square, sub, sum, type Tensor, tensor, valueAndGrad } from "@scoretape/autograd";
 *
 * const loss = (weight: Tensor, x: Tensor, y: Tensor) => sum(square(sub(mul(weight, x), y)));
 * const [value, gradient] = valueAndGrad(loss)(tensor(1), tensor([1, 2]), tensor([2, 4]));
 * console.log(value.item(), gradient.item()); // 5 -10
 * ```
 */
export function valueAndGrad<T extends TreeOf<T>, Rest extends readonly unknown[]>(
  f: (x: T, ...rest: Rest) => Tensor,
): (x: T, ...rest: Rest) => [Tensor, T];
export function valueAndGrad<T extends TreeOf<T>, Rest extends readonly unknown[], Aux extends TreeOf<Aux>>(
  f: (x: T, ...rest: Rest) => readonly [Tensor, Aux],
  options: { readonly hasAux: true },
): (x: T, ...rest: Rest) => [[Tensor, Aux], T];
export function valueAndGrad<T extends TreeOf<T>, Rest extends readonly unknown[], Aux extends TreeOf<Aux>>(
  f: (x: T, ...rest: Rest) => Tensor | readonly [Tensor, Aux],
  options: { readonly hasAux?: boolean } = {},
): (x: T, ...rest: Rest) => [Tensor | [Tensor, Aux], T] {
  checkFunction("valueAndGrad", f);
  checkOptions("valueAndGrad", options, { hasAux: "boolean" });
  return (x, ...rest) => {
    const split = (y: T): readonly [Tensor, Aux | null] => {
      const result = f(y, ...rest);
      if (options.hasAux !== true) {
        checkTensorOf("valueAndGrad", result);
        return [result, null];
      }
      if (result instanceof Tensor || !Array.isArray(result) || result.length !== 2) {
        throw new TypeError(
          `valueAndGrad: the function returned ${kindOf(result)}; with { hasAux: true } it returns [loss, aux]`,
        );
      }
      leaves(result[1], "valueAndGrad: aux");
      return result;
    };
    const [value, aux, gradient] = differentiate("valueAndGrad", split, x);
    return [aux === null ? value : [value, aux], gradient];
  };
}

function differentiate<T extends TreeOf<T>, Aux extends TreeOf<Aux>>(
  name: string,
  f: (x: T) => readonly [Tensor, Aux | null],
  x: T,
): [Tensor, Aux | null, T] {
  for (const { dtype, shape } of leaves(x, name)) {
    if (dtype === "uint32") {
      throw new TypeError(
        `${name}: the first argument holds a uint32 tensor of shape ${showShape(shape)}, which has no derivative; ` +
          "pass it as a later argument",
      );
    }
  }
  let aux: Aux | null = null;
  const loss = (y: T): Tensor => {
    const [value, beside] = f(y);
    checkScalar(name, value);
    aux = beside;
    return value;
  };
  const { out, pull, unwrap } = record<[T], Tensor>(name, loss, [x]);
  const [gradient] = pull(onesLike(out), { release: true });
  return [out, aux === null ? null : unwrap<Aux>(aux), gradient];
}

/** Throws unless a function's value is a scalar. */
export function checkScalar(name: string, value: Tensor): void {
  checkTensorOf(name, value);
  if (value.rank !== 0) {
    throw new ShapeError(
      `${name}: the function returned shape ${showShape(value.shape)}, not a scalar; reduce it with sum or mean, ` +
        "or use vjp with a cotangent",
    );
  }
}

function checkTensorOf(name: string, value: unknown): asserts value is Tensor {
  if (value instanceof Tensor) return;
  throw new TypeError(
    `${name}: the function returned ${kindOf(value)}, no tensor; for [loss, aux] use valueAndGrad with ` +
      "{ hasAux: true }",
  );
}
