import { isConcrete, ShapeError, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkData, checkPerRow } from "../check.ts";

/** What a set says about where its density exists. */
export interface Extent {
  readonly dimension: number;
  /** Whether the set has no density of its own, at σ = 0. */
  readonly isDegenerate: boolean;
}

/** Throws unless x are points of the set's dimension, and sigma a blur with which it has a density. */
export function checkBlurred(
  what: string,
  { dimension, isDegenerate }: Extent,
  x: Tensor,
  sigma: TensorLike,
): void {
  checkData(what, x);
  if (x.shape[1] !== dimension) {
    throw new ShapeError(
      `${what}: x has shape [${x.shape.join(", ")}], the set has dimension ${dimension}; give [n, ${dimension}]`,
    );
  }
  checkPerRow(what, sigma, x, "sigma");
  if (typeof sigma !== "number" && !isConcrete(sigma)) return;
  const values = typeof sigma === "number" ? [sigma] : sigma.data;
  for (const value of values) {
    if (value < 0) throw new RangeError(`${what}: sigma is ${value}; a standard deviation is at least 0`);
    if (value === 0 && isDegenerate) {
      throw new RangeError(
        `${what}: sigma is 0, and the set has no density of its own; give the sigma > 0 of a blur`,
      );
    }
  }
}
