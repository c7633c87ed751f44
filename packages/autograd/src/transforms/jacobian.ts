import { checkFunction, checkOptions, kindOf } from "../arguments.ts";
import { reshape, transpose } from "../ops/layout.ts";
import { stack } from "../ops/movement.ts";
import { checkTensor, eye, type Tensor, zeros } from "../tensor.ts";
import { record } from "./record.ts";
import { gradAs } from "./reverse.ts";

/** How a Jacobian is computed. */
export interface JacobianOptions {
  /** Column by column (`forward`), row by row (`reverse`), or whichever has fewer; the last unless said. */
  readonly mode?: "forward" | "reverse" | "auto";
  /** The function `vmap`: with it all columns, or rows, are computed at once, which takes more memory and less time. */
  readonly vmap?: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor;
}

/**
 * The matrix of partial derivatives of f: ∂f[i]/∂x[j] at index [i, j].
 *
 * @returns a function from x to a tensor of shape [...f(x).shape, ...x.shape]
 *
 * @example
 * ```ts
 * import { jacobian, matmul, type Tensor, tensor } from "@scoretape/autograd";
 *
 * const A = tensor([[1, 2], [3, 4], [5, 6]]);
 * const J = jacobian((x: Tensor) => matmul(A, x))(tensor([[1], [1]]));
 * console.log(J.shape); // [ 3, 1, 2, 1 ]
 * console.log([...J.data]); // [ 1, 2, 3, 4, 5, 6 ]
 * ```
 */
export function jacobian(f: (x: Tensor) => Tensor, options: JacobianOptions = {}): (x: Tensor) => Tensor {
  return jacobianAs("jacobian", f, options);
}

function jacobianAs(name: string, f: (x: Tensor) => Tensor, options: JacobianOptions): (x: Tensor) => Tensor {
  checkFunction(name, f);
  checkOptions(name, options, { mode: "string", vmap: "function" });
  const { mode = "auto", vmap } = options;
  if (mode !== "auto" && mode !== "forward" && mode !== "reverse") {
    throw new RangeError(`${name}: mode is ${kindOf(mode)}; it is "auto", "forward" or "reverse"`);
  }
  return (x) => {
    checkTensor(name, x);
    const { out, push, pull } = record<[Tensor], Tensor>(name, f, [x]);
    checkTensor(name, out, "what the function returned");
    const shape = [...out.shape, ...x.shape];
    if (x.size === 0 || out.size === 0) return zeros(shape, { dtype: out.dtype, backend: out.backend });
    const isForward = mode === "forward" || (mode === "auto" && x.size <= out.size);
    const parts = isForward
      ? ofBasis(x, (tangent) => reshape(push([tangent]), [out.size]), vmap)
      : ofBasis(out, (cotangent) => reshape(pull(cotangent)[0], [x.size]), vmap);
    return reshape(isForward ? transpose(parts) : parts, shape);
  };
}

/**
 * The matrix of second derivatives of a scalar function, forward over reverse.
 *
 * @returns a function from x to a tensor of shape [...x.shape, ...x.shape]
 *
 * @example
 * ```ts
 * import { hessian, mul, slice, sum, type Tensor, tensor } from "@scoretape/autograd";
 *
 * const product = (x: Tensor) => sum(mul(slice(x, [0], [1]), slice(x, [1], [2]))); // x₁x₂
 * console.log(hessian(product)(tensor([3, 7])).toArray()); // [ [ 0, 1 ], [ 1, 0 ] ]
 * ```
 */
export function hessian(
  f: (x: Tensor) => Tensor,
  options: Pick<JacobianOptions, "vmap"> = {},
): (x: Tensor) => Tensor {
  checkFunction("hessian", f);
  checkOptions("hessian", options, { vmap: "function" });
  return jacobianAs("hessian", gradAs("hessian", f), { ...options, mode: "forward" });
}

/** A linear function of each unit vector of the space that x lives in, one after another along axis 0. */
function ofBasis(x: Tensor, linear: (direction: Tensor) => Tensor, vmap: JacobianOptions["vmap"]): Tensor {
  const vectors = reshape(eye(x.size, { dtype: x.dtype, backend: x.backend }), [x.size, ...x.shape]);
  return vmap === undefined ? stack([...vectors].map(linear)) : vmap(linear)(vectors);
}
