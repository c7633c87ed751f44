import { broadcastTo, type Tensor, tensor } from "@scoretape/autograd";

/** All 2^d vectors of signs, in each of n rows: [2^d, n, d]. */
export function allSigns(n: number, d: number): Tensor {
  const signs = Array.from({ length: 2 ** d }, (_, bits) => [
    Array.from({ length: d }, (_, i) => ((bits >> i) & 1 ? 1 : -1)),
  ]);
  return broadcastTo(tensor(signs, { dtype: "float64" }), [2 ** d, n, d]);
}
