import { add, mul, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkData, checkLikeData, checkSigma } from "../check.ts";
import { column, perRow } from "../rows.ts";

/** σ of each row of x [n, d] as [n], for noise z [n, d]; checks all three. */
export function checkedLevels(name: string, x: Tensor, z: Tensor, sigma: TensorLike): Tensor {
  checkData(name, x);
  checkLikeData(name, z, x, "noise");
  checkSigma(name, sigma, x);
  return perRow(sigma, x);
}

/** x + σz, σ [n] for each row. */
export function noisyData(x: Tensor, z: Tensor, sigma: Tensor): Tensor {
  return add(x, mul(column(sigma), z));
}
