import { type Shape, ShapeError, showShape, sizeAt } from "../shape.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { matmul } from "./products.ts";
import { softmax } from "./reduce.ts";

/**
 * Scaled dot-product attention, softmax(q·kᵀ/√d)·v over the last two axes (Vaswani et al. 2017, equation 1); the axes
 * before them are broadcast.
 *
 * @param q [..., queries, d]
 * @param k [..., keys, d]
 * @param v [..., keys, values]
 * @returns [..., queries, values]
 * @throws ShapeError when one has fewer than two axes, or the sizes differ
 *
 * @example
 * ```ts
 * import { attention, tensor } from "@scoretape/autograd";
 *
 * const keys = tensor([[9, 0], [0, 9]]);
 * const values = tensor([[1], [2]]);
 * console.log(attention(tensor([[9, 0]]), keys, values).item()); // 1
 * ```
 */
export function attention(q: Tensor, k: Tensor, v: Tensor): Tensor {
  checkTensor("attention", q, "q");
  checkTensor("attention", k, "k");
  checkTensor("attention", v, "v");
  const shapes = `attention: q ${showShape(q.shape)}, k ${showShape(k.shape)}, v ${showShape(v.shape)}`;
  if (q.rank < 2 || k.rank < 2 || v.rank < 2) {
    throw new ShapeError(`${shapes}: give [..., queries, d], [..., keys, d] and [..., keys, values]`);
  }
  const last = (shape: Shape, back: number): number => sizeAt(shape, shape.length - back);
  const width = last(q.shape, 1);
  if (last(k.shape, 1) !== width) {
    throw new ShapeError(
      `${shapes}: the last axes of q and k are ${width} and ${last(k.shape, 1)}, and have to be equal`,
    );
  }
  if (last(k.shape, 2) !== last(v.shape, 2)) {
    throw new ShapeError(`${shapes}: ${last(k.shape, 2)} keys for ${last(v.shape, 2)} values`);
  }
  const scores = mul(matmul(q, k, { transposeY: true }), 1 / Math.sqrt(width));
  return matmul(softmax(scores, { axis: -1 }), v);
}
