import { div, eye, type Key, square, sub, sum, type Tensor, transpose } from "@scoretape/autograd";
import { type Score, tweedieCovariance } from "@scoretape/score";
import { bootstrap, type Estimate } from "../statistics.ts";

/**
 * √(E‖J − Jᵀ‖² / E‖J‖²) at points x [n, d], J the Jacobian of a score: 0 for the gradient of a function, √2 for a
 * Jacobian without symmetry. By σ²(I + σ²J), Tweedie's covariance.
 */
export function asymmetry(score: Score, x: Tensor, sigma: number, key: Key): Estimate {
  const d = x.shape[1] ?? 0;
  const covariance = tweedieCovariance(score, x, sigma);
  const jacobian = div(sub(div(covariance, sigma * sigma), eye(d, { dtype: x.dtype })), sigma * sigma);
  const perRow = (matrices: Tensor): Tensor["data"] => sum(square(matrices), { axis: [1, 2] }).data;
  const skew = perRow(sub(jacobian, transpose(jacobian, [0, 2, 1])));
  const whole = perRow(jacobian);
  return bootstrap(
    skew.length,
    (rows) => {
      let [above, below] = [0, 0];
      for (let i = 0; i < rows.length; i++) {
        above += skew[rows[i] as number] as number;
        below += whole[rows[i] as number] as number;
      }
      return Math.sqrt(above / below);
    },
    key,
    300,
  );
}
