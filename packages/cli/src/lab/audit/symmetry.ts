import { div, eye, type Key, square, sub, sum, type Tensor, transpose } from "@scoretape/autograd";
import { type Score, tweedieCovariance } from "@scoretape/score";
import { bootstrap, type Estimate } from "../statistics.ts";

/** How far Jacobians are from symmetric. */
export interface Asymmetry {
  /** √(E‖J − Jᵀ‖² / E‖J‖²): 0 for the gradients of a function. */
  readonly own: Estimate;
  /** The same with the entries above the diagonal from the Jacobian of another point: none fits its counterpart. */
  readonly shuffled: Estimate;
}

/** Of the Jacobians of a score at points x [n, d]. By σ²(I + σ²J), Tweedie's covariance. */
export function asymmetry(score: Score, x: Tensor, sigma: number, key: Key): Asymmetry {
  const [n = 0, d = 0] = x.shape;
  const covariance = tweedieCovariance(score, x, sigma);
  const jacobian = div(sub(div(covariance, sigma * sigma), eye(d, { dtype: x.dtype })), sigma * sigma);
  const perRow = (matrices: Tensor): Tensor["data"] => sum(square(matrices), { axis: [1, 2] }).data;
  const skew = perRow(sub(jacobian, transpose(jacobian, [0, 2, 1])));
  const whole = perRow(jacobian);
  return {
    own: rootOfQuotient(skew, whole, key),
    shuffled: rootOfQuotient(skewOfShuffled(jacobian.data, n, d), whole, key),
  };
}

/** Σ(Jᵢⱼ − J'ⱼᵢ)² for each row, J' the Jacobian of the next row. */
function skewOfShuffled(entries: Tensor["data"], n: number, d: number): Float64Array {
  return Float64Array.from({ length: n }, (_, row) => {
    const next = (row + 1) % n;
    let total = 0;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < i; j++) {
        const below = entries[(row * d + i) * d + j] as number;
        const above = entries[(next * d + j) * d + i] as number;
        total += 2 * ((below - above) * (below - above));
      }
    }
    return total;
  });
}

/** √(E a/E b) over the rows. */
function rootOfQuotient(a: ArrayLike<number>, b: ArrayLike<number>, key: Key): Estimate {
  return bootstrap(
    a.length,
    (rows) => {
      let [above, below] = [0, 0];
      for (let i = 0; i < rows.length; i++) {
        above += a[rows[i] as number] as number;
        below += b[rows[i] as number] as number;
      }
      return Math.sqrt(above / below);
    },
    key,
  );
}
