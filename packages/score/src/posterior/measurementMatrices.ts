import { matmul, ones, stack, type Tensor, zeros } from "@scoretape/autograd";
import { unitTangent } from "../rows.ts";
import type { LinearMeasurement } from "./linearMeasurement.ts";

/** A measurement as matrices, for each of n points. */
export interface MeasurementMatrices {
  /** A, [n, m, d]. */
  readonly A: Tensor;
  /** AA⁺, the projection onto the range of A, [n, m, m]. */
  readonly range: Tensor;
}

/** The matrices of a measurement of points like x, [n, d]. */
export function matricesOf({ observe, transpose, solve }: LinearMeasurement, x: Tensor): MeasurementMatrices {
  const [n = 1, d = 0] = x.shape;
  const A = stack(
    Array.from({ length: d }, (_, j) => observe(unitTangent(x, j))),
    -1,
  );
  const m = A.shape[1] ?? 0;
  const [y, one] = [zeros([n, m], { dtype: x.dtype }), ones([], { dtype: x.dtype })];
  const inverse = stack(
    Array.from({ length: m }, (_, i) => transpose(solve(unitTangent(y, i), one, 0))),
    -1,
  );
  return { A, range: matmul(A, inverse) };
}

/** AA⁺y: what of y is in the range of A, and 0 where nothing was measured, whatever stands there; [n, m]. */
export function inRange({ observe, transpose, solve }: LinearMeasurement, y: Tensor): Tensor {
  return observe(transpose(solve(y, ones([], { dtype: y.dtype }), 0)));
}
