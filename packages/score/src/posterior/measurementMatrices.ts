import { expandDims, eye, matmul, ones, stack, sub, type Tensor, zeros } from "@scoretape/autograd";
import { unitTangent } from "../rows.ts";
import type { LinearMeasurement } from "./linearMeasurement.ts";

/** A measurement as matrices, for each of n rows, or one for all of them where it is the same: n or 1 lead. */
export interface MeasurementMatrices {
  /** A, [n, m, d]. */
  readonly A: Tensor;
  /** AA⁺, the projection onto the range of A, [n, m, m]. */
  readonly range: Tensor;
  /** What is left: I − AA⁺. */
  readonly rest: Tensor;
}

/** The matrices of a measurement of points like x, [n, d]. */
export function matricesOf(measurement: LinearMeasurement, x: Tensor): MeasurementMatrices {
  const { observe, transpose, solve } = measurement;
  const [n = 1, d = 0] = x.shape;
  const like = { dtype: x.dtype };
  const A = stack(
    Array.from({ length: d }, (_, j) => observe(unitTangent(x, j))),
    -1,
  );
  const [, m = 0] = A.shape;
  const one = ones([], like);
  const y = zeros([n, m], like);
  const inverse = stack(
    Array.from({ length: m }, (_, i) => transpose(solve(unitTangent(y, i), one, 0))),
    -1,
  );
  const range = matmul(A, inverse);
  return { A, range, rest: sub(expandDims(eye(m, like), 0), range) };
}

/** AA⁺y: what of y is in the range of A, and 0 where nothing was measured, whatever stands there; [n, m]. */
export function inRange({ observe, transpose, solve }: LinearMeasurement, y: Tensor): Tensor {
  return observe(transpose(solve(y, ones([], { dtype: y.dtype }), 0)));
}
