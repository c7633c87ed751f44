import { broadcastTo, expandDims, reshape, type Tensor } from "@scoretape/autograd";

/** Every row of x [a, d] with every row of z [b, d]: two tensors [a·b, d], b consecutive rows for each row of x. */
export function allPairs(x: Tensor, z: Tensor): { readonly x: Tensor; readonly z: Tensor } {
  const [a = 0, d = 0] = x.shape;
  const [b = 0] = z.shape;
  const pair = (y: Tensor): Tensor => reshape(broadcastTo(y, [a, b, d]), [a * b, d]);
  return { x: pair(expandDims(x, 1)), z: pair(expandDims(z, 0)) };
}
