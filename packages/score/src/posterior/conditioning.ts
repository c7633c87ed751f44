import {
  add,
  div,
  expandDims,
  greater,
  log,
  matmul,
  mul,
  slice,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  where,
  zeros,
} from "@scoretape/autograd";
import type { MeasurementMatrices } from "./measurementMatrices.ts";

/** What was measured of each of n points: y = Ax + τ·n. Where the matrices are the same for all, they may stand once. */
export interface Measured extends MeasurementMatrices {
  /** y, [n, m] or [1, m], finite: 0 where nothing was measured. */
  readonly y: Tensor;
  /** τ², a scalar. */
  readonly variance: Tensor;
}

/** What y says of points that are N(D, C) without it: Kalman's update, and the evidence of y. */
export interface Conditioned {
  /** E[x | y], [n, d]. */
  readonly mean: Tensor;
  /** Cov[x | y] = C − CAᵀS⁻¹AC with S = ACAᵀ + τ²I, [n, d, d]. */
  readonly covariance: Tensor;
  /** log N(y; AD, S), [n]: of what was measured, and does not follow from the rest of it. */
  readonly logEvidence: Tensor;
}

/** A measurement of which so little of the variance is news follows from those before it. */
const NEWS = { float32: 1e-6, float64: 1e-12, uint32: 0 };

/**
 * Normal distributions N(D, C), [n, d] and [n, d, d], given what was measured, one number after another: each moves the mean
 * by Caᵀ/s of what it is off, and takes (Caᵀ)(Caᵀ)ᵀ/s from the covariance, with s = aCaᵀ + τ².
 */
export function conditioned(D: Tensor, C: Tensor, { A, y, variance }: Measured): Conditioned {
  const m = y.shape[1] ?? 0;
  const [rows, d] = [A.shape[0] ?? 1, A.shape[2] ?? 0];
  let [mean, covariance] = [D, C];
  let logEvidence = zeros([D.shape[0] ?? 1], { dtype: D.dtype });
  for (let i = 0; i < m; i++) {
    const a = squeeze(slice(A, [0, i, 0], [rows, i + 1, d]), 1);
    const along = (matrix: Tensor): Tensor => sum(mul(matrix, expandDims(a, 1)), { axis: -1 });
    const inner = (x: Tensor): Tensor => sum(mul(x, a), { axis: -1, keepDims: true });
    const Ca = along(covariance);
    const s = add(inner(Ca), variance);
    const isNews = greater(s, add(variance, mul(NEWS[D.dtype], inner(along(C)))));
    const scale = where(isNews, s, 1);
    const off = where(isNews, sub(slice(y, [0, i], [y.shape[0] ?? 1, i + 1]), inner(mean)), 0);
    const gain = where(isNews, div(Ca, scale), 0);
    mean = add(mean, mul(gain, off));
    covariance = sub(covariance, mul(expandDims(gain, 2), expandDims(Ca, 1)));
    const ofOne = where(isNews, add(div(square(off), scale), log(mul(2 * Math.PI, scale))), 0);
    logEvidence = sub(logEvidence, mul(0.5, squeeze(ofOne, 1)));
  }
  return { mean, covariance, logEvidence };
}

/** Lz for each row: [n, d, d] and [n, d] → [n, d]. */
export function applied(L: Tensor, z: Tensor): Tensor {
  return squeeze(matmul(L, expandDims(z, -1)), -1);
}
