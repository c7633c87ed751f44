import {
  add,
  div,
  expandDims,
  eye,
  type Key,
  linearize,
  matmul,
  mul,
  random,
  sqrt,
  square,
  stack,
  sub,
  type Tensor,
  transpose,
} from "@scoretape/autograd";
import { dimensionOf, squaredNorm, unitTangent } from "../rows.ts";
import { denoiserOf, shrunkToward } from "../samplers/noiseLevels.ts";
import { noiseLike } from "../samplers/walk.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { applied, conditioned, logDiagonal, type Measured, whitened } from "./conditioning.ts";
import { flooredCholesky } from "./flooredCholesky.ts";
import type { Twist } from "./twist.ts";

/** The variance that is left in every direction at least, in units of σ². */
const FLOOR = 1e-6;

/**
 * E[x₀ | x] = D and a root L of Cov[x₀ | x] = LLᵀ = σ²·J_D, by d products with the Jacobian that share one pass: [n, d] and
 * [n, d, d]. Of a Jacobian that is not symmetric the symmetric part counts.
 */
export function tweedieMoments(
  name: string,
  score: NoiseConditionalScore,
  floor = FLOOR,
): (x: Tensor, sigma: Tensor) => readonly [D: Tensor, L: Tensor] {
  const denoiser = denoiserOf(name, score);
  return (x, sigma) => {
    const [D, push] = linearize((z: Tensor) => denoiser(z, sigma), [x]);
    const J = stack(
      Array.from({ length: dimensionOf(x) }, (_, j) => push(unitTangent(x, j))),
      -1,
    );
    const variance = square(sigma);
    const symmetric = mul(mul(0.5, variance), add(J, transpose(J, [0, 2, 1])));
    return [D, flooredCholesky(symmetric, mul(floor, variance))];
  };
}

const product = (L: Tensor): Tensor => matmul(L, L, { transposeY: true });

/**
 * The clean point is taken to be N(D, σ²·J_D) given x: exact where the data are normal, whatever their covariance, and then
 * all weights are equal and steps may have any length.
 */
export function tweedieTwist(name: string, score: NoiseConditionalScore, floor?: number): Twist {
  const moments = tweedieMoments(name, score, floor);
  return {
    at(x, sigma, measured) {
      const [D, L] = moments(x, sigma);
      const { logEvidence } = conditioned(D, product(L), measured);
      return { x, D, logTwist: logEvidence, beside: [L] };
    },
    propose: ({ x, D, beside: [L = D] }, measured, key, from, to) =>
      normalStep(x, D, product(L), measured, key, from, to),
    finish: ({ D, beside: [L = D] }, measured, key) => normalDraw(D, L, measured, key),
  };
}

/**
 * x' of level σ' with p(x' | x₀, x) = N(x₀ + (σ'/σ)²(x − x₀), σ'²(1 − (σ'/σ)²)I), where x₀ is N(D, C) but for y; drawn given y.
 */
export function normalStep(
  x: Tensor,
  D: Tensor,
  C: Tensor,
  measured: Measured,
  key: Key,
  from: Tensor,
  to: Tensor,
) {
  const share = square(div(to, from));
  const clean = sub(1, share);
  const given = conditioned(D, C, measured);
  const own = mul(mul(square(to), clean), expandDims(eye(dimensionOf(x), { dtype: x.dtype }), 0));
  const rootOf = (covariance: Tensor): Tensor =>
    flooredCholesky(add(own, mul(square(clean), covariance)), mul(0.01, mul(square(to), clean)));
  const [p, q] = [rootOf(C), rootOf(given.covariance)];
  const z = noiseLike(key, x);
  const next = add(shrunkToward(given.mean, x, share), applied(q, z));
  const white = whitened(p, sub(next, shrunkToward(D, x, share)));
  const logP = add(mul(0.5, squaredNorm(white)), logDiagonal(p));
  const logQ = add(mul(0.5, squaredNorm(z)), logDiagonal(q));
  return { x: next, logRatio: sub(logQ, logP) };
}

/** A draw of N(D, LLᵀ) given y, by Matheron's rule: a draw without y, changed by what it would be measured off. */
export function normalDraw(D: Tensor, L: Tensor, measured: Measured, key: Key): Tensor {
  const { A, range, y, variance } = measured;
  const drawn = add(D, applied(L, noiseLike(random.foldIn(key, 0), D)));
  const error = mul(sqrt(variance), noiseLike(random.foldIn(key, 1), y));
  const off = sub(y, add(applied(A, drawn), applied(range, error)));
  return add(drawn, conditioned(D, product(L), measured).gain(off));
}
