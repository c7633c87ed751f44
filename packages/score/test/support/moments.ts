import { add, matmul, mul, reshape, type Tensor, tensor } from "@scoretape/autograd";
import { normal } from "./normal.ts";

/** 2d points ±√d·eᵢ: their mean is 0 and their covariance the identity, exactly. */
export function whitePoints(d: number): Tensor {
  const values = new Float64Array(2 * d * d);
  for (let i = 0; i < d; i++) {
    values[2 * i * d + i] = Math.sqrt(d);
    values[(2 * i + 1) * d + i] = -Math.sqrt(d);
  }
  return tensor(values, { shape: [2 * d, d] });
}

/** Points of which the mean μ and the covariance Σ are known. */
export interface KnownMoments {
  readonly x: Tensor;
  readonly mean: Tensor;
  readonly covariance: Tensor;
}

/** 2d points with a random mean and a random, well-conditioned covariance. */
export function pointsWithKnownMoments(seed: number, d: number): KnownMoments {
  const noise = normal(seed, [d, d], 0.4 / Math.sqrt(d));
  const root = add(noise, tensor(identity(d), { shape: [d, d] }));
  const mean = normal(seed + 1, [d]);
  return {
    x: add(matmul(whitePoints(d), root, { transposeY: true }), mean),
    mean,
    covariance: matmul(root, root, { transposeY: true }),
  };
}

/** Σ + σ²I. */
export function blurred(covariance: Tensor, sigma: number): Tensor {
  const d = covariance.shape[0] ?? 0;
  return add(covariance, mul(sigma ** 2, tensor(identity(d), { shape: [d, d] })));
}

/** The inverse of a matrix, by Gauss–Jordan elimination with pivoting. */
export function inverse(matrix: Tensor): Tensor {
  const d = matrix.shape[0] ?? 0;
  const rows = Array.from({ length: d }, (_, i) => [
    ...matrix.data.subarray(i * d, (i + 1) * d),
    ...identity(d).subarray(i * d, (i + 1) * d),
  ]);
  for (let k = 0; k < d; k++) {
    const rest = rows.splice(k).sort((a, b) => Math.abs(b[k] ?? 0) - Math.abs(a[k] ?? 0));
    rows.push(...rest);
    const pivot = rows[k] ?? [];
    const scaled = pivot.map((value) => value / (pivot[k] ?? 0));
    rows.forEach((row, i) => {
      const factor = row[k] ?? 0;
      rows[i] = i === k ? scaled : row.map((value, j) => value - factor * (scaled[j] ?? 0));
    });
  }
  return reshape(tensor(Float64Array.from(rows.flatMap((row) => row.slice(d)))), [d, d]);
}

/** The sum of the diagonal. */
export function trace(matrix: Tensor): number {
  const d = matrix.shape[0] ?? 0;
  let total = 0;
  for (let i = 0; i < d; i++) total += matrix.data[i * d + i] ?? 0;
  return total;
}

function identity(d: number): Float64Array {
  return Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0));
}
