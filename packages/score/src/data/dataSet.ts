import type { Key, Tensor, TensorLike } from "@scoretape/autograd";

/** A distribution of points in ℝᵈ to learn from. */
export interface DataSet {
  /** What `byName` knows it by, where it does. */
  readonly name: string;
  /** The number d of coordinates. */
  readonly dimension: number;
  /** The name of each coordinate. */
  readonly columns: readonly string[];
  /** The unit of each coordinate, where they have units. */
  readonly units?: readonly string[];
  /** Where the set comes from, when it was measured. */
  readonly citation?: string;
  /**
   * n points, [n, d] in float32, in random order: the same points for the same key.
   *
   * @throws RangeError unless n is a whole number from 1
   */
  sample(key: Key, n: number): Tensor;
  /**
   * log p_σ(x) of the set blurred by N(0, σ²I): [n, d] → [n], in x's dtype. Of a mixture it is differentiable in x
   * and σ; of the other sets it is computed in plain double precision, from numbers to numbers.
   *
   * @param sigma the standard deviation σ ≥ 0 of the blur, a number or [n]; 0 unless said
   * @throws RangeError when sigma is negative or not finite, or is 0 where the set alone has no density
   * @throws TypeError when x or sigma is being differentiated or compiled, and the set works on numbers
   */
  logDensity?(x: Tensor, sigma?: TensorLike): Tensor;
  /**
   * The score ∇ₓ log p_σ(x) of the set blurred by N(0, σ²I): [n, d] → [n, d], in x's dtype. Of a mixture it is
   * differentiable in x and σ; of the other sets it is computed in plain double precision, from numbers to numbers.
   *
   * @param sigma the standard deviation σ ≥ 0 of the blur, a number or [n]; 0 unless said
   * @throws RangeError when sigma is negative or not finite, or is 0 where the set alone has no density
   * @throws TypeError when x or sigma is being differentiated or compiled, and the set works on numbers
   */
  score?(x: Tensor, sigma?: TensorLike): Tensor;
}

/** A data set whose density and score are known exactly at every blur. */
export type ExactDataSet = DataSet & Required<Pick<DataSet, "logDensity" | "score">>;

/** `x1`, `x2`, ...: names for coordinates that have none of their own. */
export function coordinates(dimension: number): string[] {
  return Array.from({ length: dimension }, (_, i) => `x${i + 1}`);
}
