import {
  add,
  concat,
  expandDims,
  eye,
  linalg,
  log,
  matmul,
  mul,
  neg,
  slice,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  where,
} from "@scoretape/autograd";
import type { MeasurementMatrices } from "./measurementMatrices.ts";

/** What was measured of each of n points: y = Ax + τ·n. */
export interface Measured extends MeasurementMatrices {
  /** y within the range of A, [n, m]. */
  readonly y: Tensor;
  /** τ², a scalar. */
  readonly variance: Tensor;
}

/** What y says of points that are N(D, C) without it, [n, d]: Kalman's update, and the evidence of y. */
export interface Conditioned {
  /** E[x | y], [n, d]. */
  readonly mean: Tensor;
  /** Cov[x | y] = C − CAᵀS⁻¹AC with S = ACAᵀ + τ²I, [n, d, d]. */
  readonly covariance: Tensor;
  /** log N(y; AD, S) in the range of A, but for the −½ log 2π of each dimension of that: [n]. */
  readonly logEvidence: Tensor;
  /** The change of x by a measurement that is r off: CAᵀS⁻¹r, [n, m] → [n, d]. */
  gain(r: Tensor): Tensor;
}

/** Normal distributions N(D, C), [n, d] and [n, d, d], given what was measured. */
export function conditioned(D: Tensor, C: Tensor, { A, range, rest, y, variance }: Measured): Conditioned {
  const [n = 0, d = 0] = D.shape;
  const m = y.shape[1] ?? 0;
  const AC = matmul(A, C);
  // Beside the range of A the identity stands for what nobody measured: it has part in nothing.
  const S = add(matmul(AC, A, { transposeY: true }), add(mul(variance, range), rest));
  const L = linalg.cholesky(S);
  const off = sub(expandDims(y, -1), matmul(A, expandDims(D, -1)));
  const solved = linalg.triangularSolve(L, concat([AC, off], 2));
  const W = slice(solved, [0, 0, 0], [n, m, d]);
  const r = slice(solved, [0, 0, d], [n, m, d + 1]);
  const explained = (white: Tensor): Tensor => squeeze(matmul(W, white, { transposeX: true }), -1);
  return {
    mean: add(D, explained(r)),
    covariance: sub(C, matmul(W, W, { transposeX: true })),
    logEvidence: neg(add(mul(0.5, sum(square(squeeze(r, -1)), { axis: 1 })), logDiagonal(L))),
    gain: (other) => explained(linalg.triangularSolve(L, expandDims(other, -1))),
  };
}

/** Σⱼ log Lⱼⱼ of triangular matrices [n, d, d]: half the log-determinant of LLᵀ. */
export function logDiagonal(L: Tensor): Tensor {
  return sum(log(where(eye(L.shape[1] ?? 0, { dtype: L.dtype }), L, 1)), { axis: [1, 2] });
}

/** Lz for each row: [n, d, d] and [n, d] → [n, d]. */
export function applied(L: Tensor, z: Tensor): Tensor {
  return squeeze(matmul(L, expandDims(z, -1)), -1);
}

/** L⁻¹x for each row. */
export function whitened(L: Tensor, x: Tensor): Tensor {
  return squeeze(linalg.triangularSolve(L, expandDims(x, -1)), -1);
}
