import {
  add,
  broadcastTo,
  div,
  expandDims,
  eye,
  linalg,
  log,
  matmul,
  mul,
  random,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  transpose,
  vjp,
} from "@scoretape/autograd";
import { squaredNorm } from "../rows.ts";
import { denoiserOf, shrunkToward } from "../samplers/noiseLevels.ts";
import { noiseLike } from "../samplers/walk.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { applied, type Measured } from "./conditioning.ts";
import type { Twist } from "./twist.ts";

/**
 * The clean point is taken to be N(D, v·I) given x, with v = σ²σ_d²/(σ² + σ_d²), as pseudoinverse guidance takes it; steps are
 * ancestral. One product with the transposed Jacobian of D at each level.
 */
export function isotropicTwist(name: string, score: NoiseConditionalScore, dataDeviation: number): Twist {
  const denoiser = denoiserOf(name, score);
  const dataVariance = dataDeviation * dataDeviation;
  const varianceAt = (sigma: Tensor): Tensor =>
    div(mul(square(sigma), dataVariance), add(square(sigma), dataVariance));
  return {
    at(x, sigma, measured) {
      const [D, pullback] = vjp((z: Tensor) => denoiser(z, sigma), [x]);
      const { A, y } = measured;
      const off = sub(y, applied(A, D));
      const [L, solved] = solvedBy(measured, varianceAt(sigma), off);
      const [gradient] = pullback(applied(transposed(A), solved));
      const logDeterminant = mul(2, sum(log(diagonalOf(L)), { axis: 1 }));
      const rank = sum(diagonalOf(measured.range), { axis: 1 });
      const squared = sum(mul(off, solved), { axis: 1 });
      const logTwist = mul(-0.5, add(squared, add(logDeterminant, mul(LOG_2_PI, rank))));
      return {
        x,
        D,
        logTwist: broadcastTo(logTwist, [x.shape[0] ?? 1]),
        beside: [add(D, mul(square(sigma), gradient))],
      };
    },
    propose({ x, D, beside: [guided = D] }, key, from, to) {
      const share = square(div(to, from));
      const deviation = mul(to, sqrt(sub(1, share)));
      const z = noiseLike(key, x);
      const next = add(shrunkToward(guided, x, share), mul(deviation, z));
      const off = div(sub(next, shrunkToward(D, x, share)), deviation);
      return { x: next, logRatio: mul(0.5, sub(squaredNorm(z), squaredNorm(off))) };
    },
    finish({ D }, measured, key, from) {
      const { A, range, y, variance } = measured;
      const v = varianceAt(from);
      const drawn = add(D, mul(sqrt(v), noiseLike(random.foldIn(key, 0), D)));
      const error = mul(sqrt(variance), noiseLike(random.foldIn(key, 1), y));
      const off = sub(y, add(applied(A, drawn), applied(range, error)));
      const [, solved] = solvedBy(measured, v, off);
      return add(drawn, mul(v, applied(transposed(A), solved)));
    },
  };
}

/** log 2π */
const LOG_2_PI = 1.8378770664093453;

const diagonalOf = (M: Tensor): Tensor => sum(mul(M, eye(M.shape[2] ?? 0, { dtype: M.dtype })), { axis: 2 });

const transposed = (A: Tensor): Tensor => transpose(A, [0, 2, 1]);

/** The root L of v·AAᵀ + τ²I in the range of A, the identity beside it, and (LLᵀ)⁻¹r. */
function solvedBy(
  { A, range, variance }: Measured,
  v: Tensor,
  r: Tensor,
): readonly [L: Tensor, solved: Tensor] {
  // Beside the range of A the identity stands for what nobody measured: it has part in nothing.
  const identity = eye(range.shape[2] ?? 0, { dtype: r.dtype });
  const S = add(mul(v, matmul(A, A, { transposeY: true })), add(mul(variance, range), sub(identity, range)));
  const L = linalg.cholesky(S);
  const half = linalg.triangularSolve(L, expandDims(r, -1));
  return [L, squeeze(linalg.triangularSolve(L, half, { transpose: true }), -1)];
}
