import {
  add,
  concat,
  expandDims,
  eye,
  linalg,
  matmul,
  mul,
  slice,
  squeeze,
  sub,
  type Tensor,
  take,
} from "@scoretape/autograd";

// The normal distribution N(μ, Σ) of coordinates of which a row knows some: with M the diagonal matrix of its mask and
// A = M(MΣM + I − M)⁻¹M, the inverse of the block of what is known within zeros, the rest has the mean μ + ΣA(x − μ) and the
// covariance Σ − ΣAΣ.

/** So much of each variance is error, so that columns may determine each other. */
const ERROR = 1e-10;
/** So many numbers are in a batch of matrices. */
const BATCH = 2 ** 20;

/** A of each mask: [p, d] → [p, d, d]. */
export function knownPrecision(covariance: Tensor, masks: Tensor): Tensor {
  const [p = 0, d = 0] = masks.shape;
  const identity = eye(d, { dtype: "float64" });
  const noisy = mul(covariance, add(1, mul(ERROR, identity)));
  return concat(
    batches(p, d).map(([from, to]) => {
      const mask = slice(masks, [from, 0], [to, d]);
      const both = mul(expandDims(mask, 2), expandDims(mask, 1));
      const missing = mul(expandDims(sub(1, mask), 2), identity);
      return mul(both, linalg.inverse(add(mul(both, noisy), missing)));
    }),
    0,
  );
}

/** ΣAr of each row of r [n, d], which is 0 where a gap is, by its own A: [n, d]. */
export function predicted(covariance: Tensor, precision: Tensor, of: Tensor, r: Tensor): Tensor {
  const [n = 0, d = 0] = r.shape;
  return concat(
    batches(n, d).map(([from, to]) => {
      const own = take(precision, slice(of, [from], [to]));
      const rows = expandDims(slice(r, [from, 0], [to, d]), 1);
      return matmul(squeeze(matmul(rows, own), 1), covariance);
    }),
    0,
  );
}

/** Where batches of so many d×d matrices begin and end. */
function batches(count: number, d: number): (readonly [from: number, to: number])[] {
  const size = Math.max(1, Math.floor(BATCH / (d * d)));
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => [
    i * size,
    Math.min(count, (i + 1) * size),
  ]);
}
