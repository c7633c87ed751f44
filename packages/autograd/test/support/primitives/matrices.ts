import type { TriangularSolveParameters } from "../../../src/backend.ts";
import type { Element } from "./arithmetic.ts";

/** The n×k matrices of which a list of elements consists, each by its rows. */
export function matricesOf(elements: readonly Element[], n: number, k = n): number[][] {
  const size = n * k;
  return Array.from({ length: elements.length / size }, (_, i) =>
    elements.slice(i * size, (i + 1) * size).map(Number),
  );
}

/** By the definition, row by row: lᵢⱼ = (aᵢⱼ − Σₖ lᵢₖlⱼₖ)/lⱼⱼ. Above the diagonal NaN, which nobody may read. */
export function choleskyFactor(a: readonly number[], n: number): number[] {
  const l = Array<number>(n * n).fill(Number.NaN);
  const at = (i: number, j: number): number => l[i * n + j] ?? Number.NaN;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j] ?? Number.NaN;
      for (let k = 0; k < j; k++) rest -= at(i, k) * at(j, k);
      l[i * n + j] = i === j ? Math.sqrt(rest) : rest / at(j, j);
    }
  }
  return l;
}

/** By the definition: of the equations in one more unknown each, one after another. */
export function triangularSolution(
  a: readonly number[],
  sides: readonly number[],
  n: number,
  k: number,
  { lower, transpose }: TriangularSolveParameters,
): number[] {
  const x = [...sides];
  const at = (i: number, j: number): number => (transpose ? a[j * n + i] : a[i * n + j]) ?? Number.NaN;
  const order = Array.from({ length: n }, (_, i) => (lower === transpose ? n - 1 - i : i));
  for (const [step, i] of order.entries()) {
    for (let c = 0; c < k; c++) {
      let rest = x[i * k + c] ?? Number.NaN;
      for (const j of order.slice(0, step)) rest -= at(i, j) * (x[j * k + c] ?? Number.NaN);
      x[i * k + c] = rest / at(i, i);
    }
  }
  return x;
}
