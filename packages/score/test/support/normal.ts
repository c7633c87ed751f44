import { mul, random, type Tensor } from "@scoretape/autograd";

/** Numbers from N(0, scale²) in float64, the same for the same seed. */
export function normal(seed: number, shape: readonly number[], scale = 1): Tensor {
  return mul(scale, random.normal(random.key(seed), shape, { dtype: "float64" }));
}
