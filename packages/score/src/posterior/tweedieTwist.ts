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
import { applied, type Conditioned, conditioned, type Measured } from "./conditioning.ts";
import { type Eliminated, eliminated } from "./elimination.ts";
import type { Proposed, Twist } from "./twist.ts";

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
    return [D, eliminated(symmetric, mul(floor, variance), D).L];
  };
}

/**
 * The clean point is taken to be N(D, σ²·J_D) given x: exact where the data are normal, whatever their covariance, and then
 * all weights are equal and steps may have any length.
 */
export function tweedieTwist(name: string, score: NoiseConditionalScore, floor?: number): Twist {
  const moments = tweedieMoments(name, score, floor);
  return {
    at(x, sigma, measured) {
      const [D, L] = moments(x, sigma);
      const { mean, covariance, logEvidence } = conditioned(D, squared(L), measured);
      return { x, D, logTwist: logEvidence, beside: [L, mean, covariance] };
    },
    propose({ x, D, beside: [L = D, mean = D, covariance = L] }, key, from, to) {
      return normalStep(x, { mean: D, covariance: squared(L) }, { mean, covariance }, key, from, to);
    },
    finish: ({ D, beside: [L = D] }, measured, key) => normalDraw(D, L, measured, key),
  };
}

/** A normal distribution for each row, [n, d] and [n, d, d]. */
type Normals = Pick<Conditioned, "mean" | "covariance">;

/**
 * x' of level σ' with p(x' | x₀, x) = N(x₀ + (σ'/σ)²(x − x₀), σ'²(1 − (σ'/σ)²)I), drawn with x₀ as it is given y, and how much
 * more likely it is with x₀ as it is without.
 */
export function normalStep(
  x: Tensor,
  without: Normals,
  given: Normals,
  key: Key,
  from: Tensor,
  to: Tensor,
): Proposed {
  const share = square(div(to, from));
  const clean = sub(1, share);
  const own = mul(square(to), clean);
  const identity = expandDims(eye(dimensionOf(x), { dtype: x.dtype }), 0);
  // All variances are above the state's own: the floor is there for rounding alone.
  const rooted = ({ covariance }: Normals, b: Tensor): Eliminated =>
    eliminated(add(mul(own, identity), mul(square(clean), covariance)), mul(0.01, own), b);
  const z = noiseLike(key, x);
  const q = rooted(given, z);
  const next = add(shrunkToward(given.mean, x, share), applied(q.L, z));
  const p = rooted(without, sub(next, shrunkToward(without.mean, x, share)));
  const logP = add(mul(0.5, p.squaredLength), p.logDeterminant);
  const logQ = add(mul(0.5, squaredNorm(z)), q.logDeterminant);
  return { x: next, logRatio: sub(logQ, logP) };
}

/** A draw of N(D, LLᵀ) given y, by Matheron's rule: a draw without y, moved by what it would be measured off. */
function normalDraw(D: Tensor, L: Tensor, measured: Measured, key: Key): Tensor {
  const drawn = add(D, applied(L, noiseLike(random.foldIn(key, 0), D)));
  const error = mul(sqrt(measured.variance), noiseLike(random.foldIn(key, 1), measured.y));
  return conditioned(drawn, squared(L), { ...measured, y: sub(measured.y, error) }).mean;
}

/** LLᵀ */
export function squared(L: Tensor): Tensor {
  return matmul(L, L, { transposeY: true });
}
