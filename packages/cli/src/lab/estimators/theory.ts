import { broadcastTo, eye, linearize, portable, slice, type Tensor } from "@scoretape/autograd";
import type { ProbeLawName, Score } from "@scoretape/score";

/** Sums over the entries of symmetric matrices M, averaged over the rows: all that the variance of vᵀMv depends on. */
export interface Moments {
  /** ‖M‖²_F. */
  readonly squares: number;
  /** Σ Mᵢᵢ². */
  readonly diagonalSquares: number;
  /** tr² M. */
  readonly squaredTrace: number;
}

/**
 * The moments of the matrices whose quadratic forms the sliced losses are: S = (J + Jᵀ)/2 of vᵀJv + ½‖s‖², and
 * S + ½ssᵀ of vᵀJv + ½(vᵀs)².
 */
export function momentsOf(score: Score, x: Tensor): { readonly reduced: Moments; readonly plain: Moments } {
  const [n = 0, d = 0] = x.shape;
  const [s, push] = linearize(score, [x]);
  const columns = Array.from({ length: d }, (_, j) => push(unit(x, j)).data);
  const entry = (row: number, i: number, j: number): number =>
    ((columns[j]?.[row * d + i] ?? Number.NaN) + (columns[i]?.[row * d + j] ?? Number.NaN)) / 2;
  const outer = (row: number, i: number, j: number): number =>
    ((s.data[row * d + i] as number) * (s.data[row * d + j] as number)) / 2;
  return {
    reduced: moments(n, d, entry),
    plain: moments(n, d, (row, i, j) => entry(row, i, j) + outer(row, i, j)),
  };
}

/**
 * Var(vᵀMv): 2(‖M‖² − ΣMᵢᵢ²) for Rademacher, 2‖M‖² for Gaussian probes, 2d/(d + 2)·(‖M‖² − tr²M/d) on the sphere of
 * radius √d. Hutchinson 1990; Avron & Toledo 2011.
 */
export function varianceOfForm(law: ProbeLawName, d: number, moments: Moments): number {
  const { squares, diagonalSquares, squaredTrace } = moments;
  const variances = {
    rademacher: 2 * (squares - diagonalSquares),
    gaussian: 2 * squares,
    sphere: ((2 * d) / (d + 2)) * (squares - squaredTrace / d),
  };
  return variances[law];
}

function moments(n: number, d: number, entry: (row: number, i: number, j: number) => number): Moments {
  let [squares, diagonalSquares, squaredTrace] = [0, 0, 0];
  for (let row = 0; row < n; row++) {
    let trace = 0;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) squares += portable.pow(entry(row, i, j), 2);
      trace += entry(row, i, i);
      diagonalSquares += portable.pow(entry(row, i, i), 2);
    }
    squaredTrace += trace * trace;
  }
  return { squares: squares / n, diagonalSquares: diagonalSquares / n, squaredTrace: squaredTrace / n };
}

/** The direction eⱼ in every row. */
function unit(x: Tensor, j: number): Tensor {
  const [n = 0, d = 0] = x.shape;
  return broadcastTo(slice(eye(d, { dtype: x.dtype }), [j, 0], [j + 1, d]), [n, d]);
}
