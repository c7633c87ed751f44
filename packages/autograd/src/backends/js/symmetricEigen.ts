import { hypot } from "../../portable/index.ts";
import { at } from "./matrices.ts";

/** S = Q T Qᵀ with a tridiagonal T. */
interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element i stands between rows i and i + 1; the last is 0. */
  readonly offDiagonal: Float64Array;
  /** Qᵀ by rows. */
  readonly vectors: Float64Array;
}

/** The method converges cubically: some two steps for each value, so many only for a matrix that is not finite. */
const STEPS = 60;
/** Beside a largest element of 1, nothing: so small numbers would lose digits in a rotation. */
const TINY = 2 ** -500;

/**
 * Eigenvalues, and orthonormal eigenvectors by rows: Householder reflections make the matrix tridiagonal, and QL steps with
 * implicit shifts make that diagonal (Golub & Van Loan, Matrix Computations, sections 8.3.1 and 8.3.5).
 *
 * @param entries those of a symmetric and finite d×d matrix
 */
export function symmetricEigen(
  entries: Float64Array,
  d: number,
): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const largest = entries.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const { diagonal, offDiagonal, vectors } = tridiagonal(
    entries.map((value) => value / largest),
    d,
  );
  for (let i = 0; i < d; i++) isolate(diagonal, offDiagonal, vectors, d, i);
  return { values: diagonal.map((value) => value * largest), vectors };
}

/** Reflects rows and columns d − 1, d − 2, …, until only neighbours of the diagonal are left. */
function tridiagonal(a: Float64Array, d: number): Tridiagonal {
  const vectors = Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0));
  const reflection = new Float64Array(d);
  const image = new Float64Array(d);
  for (let i = d - 1; i > 1; i--) {
    const row = a.subarray(i * d, i * d + i);
    if (!reflector(row, reflection)) continue;
    // A ← HAH = A − vwᵀ − wvᵀ with H = I − vvᵀ and w = Av − ½(vᵀAv)v, on the rows and columns before i.
    for (let j = 0; j < i; j++) image[j] = dot(a.subarray(j * d, j * d + i), reflection, i);
    const half = 0.5 * dot(image, reflection, i);
    for (let j = 0; j < i; j++) image[j] = at(image, j) - half * at(reflection, j);
    for (let j = 0; j < i; j++) {
      const [v, w] = [at(reflection, j), at(image, j)];
      for (let k = 0; k < i; k++) {
        a[j * d + k] = at(a, j * d + k) - v * at(image, k) - w * at(reflection, k);
      }
    }
    const corner = at(row, i - 1) - at(reflection, i - 1) * dot(row, reflection, i);
    row.fill(0);
    row[i - 1] = corner;
    // Qᵀ ← HQᵀ
    image.fill(0);
    for (let j = 0; j < i; j++) addTo(image, at(reflection, j), vectors.subarray(j * d, (j + 1) * d), d);
    for (let j = 0; j < i; j++) addTo(vectors.subarray(j * d, (j + 1) * d), -at(reflection, j), image, d);
  }
  return {
    diagonal: Float64Array.from({ length: d }, (_, i) => at(a, i * d + i)),
    offDiagonal: Float64Array.from({ length: d }, (_, i) => (i < d - 1 ? at(a, (i + 1) * d + i) : 0)),
    vectors,
  };
}

/**
 * The v for which I − vvᵀ turns a row into a multiple of its last unit vector, of the sign that loses no digits. False
 * for a row that is one already.
 */
function reflector(row: Float64Array, v: Float64Array): boolean {
  const last = row.length - 1;
  const scale = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (row.subarray(0, last).every((value) => Math.abs(value) <= TINY)) return false;
  for (let j = 0; j <= last; j++) v[j] = at(row, j) / scale;
  const norm = Math.sqrt(dot(v, v, last + 1));
  const end = at(v, last) + (at(v, last) < 0 ? -norm : norm);
  // ‖v‖² = 2 makes I − vvᵀ a reflection; before that it is 2·norm·|end|.
  const length = Math.sqrt(norm * Math.abs(end));
  v[last] = end;
  for (let j = 0; j <= last; j++) v[j] = at(v, j) / length;
  return true;
}

/** QL steps with Wilkinson's shift, until nothing stands beside diagonal element i. */
function isolate(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  vectors: Float64Array,
  d: number,
  i: number,
): void {
  for (let step = 0; step < STEPS; step++) {
    let end = i;
    while (end < d - 1 && !isNegligible(diagonal, offDiagonal, end)) end += 1;
    if (end === i) return;
    const ratio = (at(diagonal, i + 1) - at(diagonal, i)) / (2 * at(offDiagonal, i));
    const root = hypot(ratio, 1);
    let bulge =
      at(diagonal, end) - at(diagonal, i) + at(offDiagonal, i) / (ratio + (ratio < 0 ? -root : root));
    let [sine, cosine, shift] = [1, 1, 0];
    for (let k = end - 1; k >= i; k--) {
      const beside = sine * at(offDiagonal, k);
      const own = cosine * at(offDiagonal, k);
      const length = hypot(beside, bulge);
      offDiagonal[k + 1] = length;
      if (length === 0) {
        // The bulge vanished: the matrix falls apart here, and the rest is another step's.
        diagonal[k + 1] = at(diagonal, k + 1) - shift;
        offDiagonal[end] = 0;
        break;
      }
      [sine, cosine] = [beside / length, bulge / length];
      bulge = at(diagonal, k + 1) - shift;
      const turn = (at(diagonal, k) - bulge) * sine + 2 * cosine * own;
      shift = sine * turn;
      diagonal[k + 1] = bulge + shift;
      bulge = cosine * turn - own;
      rotate(vectors.subarray(k * d, (k + 2) * d), d, cosine, sine);
      if (k === i) {
        diagonal[i] = at(diagonal, i) - shift;
        offDiagonal[i] = bulge;
        offDiagonal[end] = 0;
      }
    }
  }
}

function isNegligible(diagonal: Float64Array, offDiagonal: Float64Array, i: number): boolean {
  const around = Math.abs(at(diagonal, i)) + Math.abs(at(diagonal, i + 1));
  return Math.abs(at(offDiagonal, i)) <= Number.EPSILON * around + TINY;
}

/** Turns two rows of d numbers. */
function rotate(rows: Float64Array, d: number, cosine: number, sine: number): void {
  for (let j = 0; j < d; j++) {
    const [x, y] = [at(rows, j), at(rows, d + j)];
    rows[j] = cosine * x - sine * y;
    rows[d + j] = sine * x + cosine * y;
  }
}

function dot(x: Float64Array, y: Float64Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += at(x, i) * at(y, i);
  return total;
}

/** x ← x + factor·y. */
function addTo(x: Float64Array, factor: number, y: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) x[i] = at(x, i) + factor * at(y, i);
}
