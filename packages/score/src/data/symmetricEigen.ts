import { portable } from "@scoretape/autograd";
/** A matrix by rows. */
export type Matrix = readonly (readonly number[])[];

/** S = Q Λ Qᵀ of a symmetric d×d matrix. */
export interface SymmetricEigen {
  /** The diagonal of Λ, d numbers. */
  readonly values: Float64Array;
  /** Q by rows, d·d numbers; column i belongs to value i. */
  readonly vectors: Float64Array;
}

/** The method converges quadratically: some six sweeps, so many only for a matrix that is not finite. */
const SWEEPS = 50;

/**
 * Eigenvalues and orthonormal eigenvectors by the cyclic Jacobi method (Golub & Van Loan, Matrix
 * Computations, section 8.5): rotations that each set one pair of entries off the diagonal to zero, until
 * all are negligible.
 *
 * @param matrix symmetric and finite; not checked here
 */
export function symmetricEigen(matrix: Matrix): SymmetricEigen {
  const d = matrix.length;
  const a = Float64Array.from(matrix.flat());
  const q = Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0));
  for (let sweep = 0, rotated = true; rotated && sweep < SWEEPS; sweep++) {
    rotated = false;
    for (let i = 0; i < d; i++) {
      for (let j = i + 1; j < d; j++) rotated = annihilate(a, q, d, i, j) || rotated;
    }
  }
  return { values: Float64Array.from({ length: d }, (_, i) => a[i * d + i] as number), vectors: q };
}

/** Rotates axes i and j so that a_ij becomes zero. False when it is negligible as it is. */
function annihilate(a: Float64Array, q: Float64Array, d: number, i: number, j: number): boolean {
  const aij = a[i * d + j] as number;
  const aii = a[i * d + i] as number;
  const ajj = a[j * d + j] as number;
  if (Math.abs(aij) <= Number.EPSILON * Math.sqrt(Math.abs(aii * ajj))) return false;
  const ratio = (ajj - aii) / (2 * aij);
  const tangent = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + portable.hypot(1, ratio));
  const cosine = 1 / portable.hypot(1, tangent);
  const sine = tangent * cosine;
  for (let k = 0; k < d; k++) rotate(a, k * d + i, k * d + j, cosine, sine);
  for (let k = 0; k < d; k++) rotate(a, i * d + k, j * d + k, cosine, sine);
  for (let k = 0; k < d; k++) rotate(q, k * d + i, k * d + j, cosine, sine);
  a[i * d + j] = 0;
  a[j * d + i] = 0;
  return true;
}

function rotate(m: Float64Array, at: number, beside: number, cosine: number, sine: number): void {
  const x = m[at] as number;
  const y = m[beside] as number;
  m[at] = cosine * x - sine * y;
  m[beside] = sine * x + cosine * y;
}
