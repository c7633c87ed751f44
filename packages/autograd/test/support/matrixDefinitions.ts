// Functions of matrices by determinants alone.

type Matrix = readonly (readonly number[])[];

/** By the first row and its minors. */
export function determinant(a: Matrix): number {
  const [first, ...rest] = a;
  if (first === undefined) return 1;
  return first.reduce((total, value, j) => {
    const minor = rest.map((row) => row.filter((_, column) => column !== j));
    return total + (j % 2 === 0 ? 1 : -1) * value * determinant(minor);
  }, 0);
}

export const transposeOf = (a: Matrix): number[][] => a.map((_, i) => a.map((row) => row[i] ?? Number.NaN));
export const symmetricPart = (a: Matrix): number[][] =>
  a.map((row, i) => row.map((value, j) => 0.5 * (value + (a[j]?.[i] ?? Number.NaN))));

/** The block of some rows and columns. */
const block = (a: Matrix, rows: readonly number[], columns: readonly number[]): number[][] =>
  rows.map((i) => columns.map((j) => a[i]?.[j] ?? Number.NaN));

/** lᵢⱼ by minors: det of rows 0 … j − 1, i and columns 0 … j, over the roots of two leading minors. */
export function choleskyEntry(a: Matrix, i: number, j: number): number {
  if (i < j) return 0;
  const before = Array.from({ length: j }, (_, k) => k);
  const leading = [before, [...before, j]].map((part) => determinant(block(a, part, part)));
  return (
    determinant(block(a, [...before, i], [...before, j])) / Math.sqrt((leading[0] ?? 1) * (leading[1] ?? 1))
  );
}

/** xᵢ of Ax = b by Cramer's rule. */
export function cramer(a: Matrix, b: readonly number[], i: number): number {
  const replaced = a.map((row, k) => row.map((value, j) => (j === i ? (b[k] ?? Number.NaN) : value)));
  return determinant(replaced) / determinant(a);
}

/** A − xI. */
const shifted = (a: Matrix, x: number): number[][] =>
  a.map((row, i) => row.map((value, j) => (i === j ? value - x : value)));

/** Eigenvalue number k of a symmetric matrix, by bisection: as many are below x as the leading minors of A − xI change sign. */
export function eigenvalue(a: Matrix, k: number): number {
  const below = (x: number): number => {
    const minors = Array.from({ length: a.length + 1 }, (_, n) => {
      const part = Array.from({ length: n }, (_, i) => i);
      return determinant(block(shifted(a, x), part, part));
    });
    return minors.filter((minor, n) => n > 0 && minor * (minors[n - 1] ?? 1) < 0).length;
  };
  // No element is met, where a minor would be 0.
  let [low, high] = [-Math.PI * 5, Math.E * 6];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (below(middle) > k) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** The eigenvector of a single eigenvalue: the longest column of the cofactors of A − λI, of length 1, its largest positive. */
export function eigenvector(a: Matrix, k: number): number[] {
  const matrix = shifted(a, eigenvalue(a, k));
  const places = a.map((_, i) => i);
  const cofactors = places.map((j) =>
    places.map((i) => {
      const minor = block(
        matrix,
        places.filter((row) => row !== i),
        places.filter((column) => column !== j),
      );
      return ((i + j) % 2 === 0 ? 1 : -1) * determinant(minor);
    }),
  );
  const lengthOf = (v: readonly number[]): number => Math.hypot(...v);
  const longest = cofactors.reduce((best, v) => (lengthOf(v) > lengthOf(best) ? v : best), []);
  const largest = longest.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return longest.map((value) => (Math.sign(largest) * value) / lengthOf(longest));
}
