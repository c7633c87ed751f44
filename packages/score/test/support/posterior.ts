import { add, eye, matmul, mul, sub, type Tensor, tensor } from "@scoretape/autograd";
import { pairsOf } from "./levelRecursions.ts";
import { inverse } from "./moments.ts";

// What posterior samplers make of a mean and a covariance where the score is that of the normal distribution N(m, Σ) blurred:
// every step is linear, D(x, σ) − m = K(x − m) with K = Σ(Σ + σ²I)⁻¹. And exact posteriors. All in float64.

const float64 = { dtype: "float64" } as const;

/** A normal distribution in ℝᵈ: its mean is [d, 1]. */
export interface Normal {
  readonly mean: Tensor;
  readonly covariance: Tensor;
}

/** What was measured: mask·x + τ·n. */
export interface Measured {
  readonly mask: readonly number[];
  readonly values: readonly number[];
  readonly noise: number;
}

export const columnVector = (values: readonly number[]): Tensor =>
  tensor(
    values.map((value) => [value]),
    float64,
  );

const diagonal = (values: readonly number[]): Tensor =>
  mul(eye(values.length, float64), columnVector(values));
const identityLike = (covariance: Tensor): Tensor => eye(covariance.shape[0] ?? 0, float64);
const congruent = (F: Tensor, covariance: Tensor): Tensor =>
  matmul(matmul(F, covariance), F, { transposeY: true });

/** x − m ← F(x − m) + b + √added·z */
function mapped({ mean, covariance }: Normal, m: Tensor, F: Tensor, b: Tensor, added: number): Normal {
  return {
    mean: add(add(m, matmul(F, sub(mean, m))), b),
    covariance: add(congruent(F, covariance), mul(added, identityLike(covariance))),
  };
}

/** K at a level. */
function denoising({ covariance }: Normal, sigma: number): Tensor {
  return matmul(covariance, inverse(add(covariance, mul(sigma ** 2, identityLike(covariance)))));
}

/** The moments after steps with pseudoinverse guidance. */
export function afterGuidance(
  start: Normal,
  prior: Normal,
  { mask, values, noise }: Measured,
  sigmas: readonly number[],
  dataDeviation: number,
): Normal {
  const [M, I, residual] = [
    diagonal(mask),
    identityLike(prior.covariance),
    sub(columnVector(values), prior.mean),
  ];
  return pairsOf(sigmas).reduce((moments, [from, to]) => {
    const [share, K] = [(to / from) ** 2, denoising(prior, from)];
    const v = 1 / (1 / from ** 2 + 1 / dataDeviation ** 2);
    const G = mul(from ** 2 / (v + noise ** 2), matmul(K, M, { transposeX: true }));
    const F = add(mul(share, I), mul(1 - share, matmul(sub(I, matmul(G, M)), K)));
    const shift = mul(1 - share, matmul(G, residual));
    return mapped(moments, prior.mean, F, shift, to ** 2 * (1 - share));
  }, start);
}

/** The moments after steps of RePaint. */
export function afterRepaint(
  start: Normal,
  prior: Normal,
  { mask, values }: Pick<Measured, "mask" | "values">,
  sigmas: readonly number[],
  repeats: number,
): Normal {
  const [M, I] = [diagonal(mask), identityLike(prior.covariance)];
  const open = sub(I, M);
  const known = matmul(M, columnVector(values));
  return pairsOf(sigmas).reduce((before, [from, to]) => {
    const share = (to / from) ** 2;
    const F = add(mul(share, I), mul(1 - share, denoising(prior, from)));
    const stepped = (moments: Normal): Normal => {
      const drawn = mapped(moments, prior.mean, F, mul(0, prior.mean), to ** 2 * (1 - share));
      return {
        mean: add(matmul(open, drawn.mean), known),
        covariance: add(congruent(open, drawn.covariance), mul(to ** 2, M)),
      };
    };
    let moments = stepped(before);
    for (let repeat = 1; repeat < repeats && to > 0; repeat++) {
      const { mean, covariance } = moments;
      moments = stepped({ mean, covariance: add(covariance, mul(from ** 2 - to ** 2, I)) });
    }
    return moments;
  }, start);
}

/** The posterior of a normal distribution; τ > 0. */
export function normalPosterior(prior: Normal, { mask, values, noise }: Measured): Normal {
  const M = mul(1 / noise ** 2, diagonal(mask));
  const covariance = inverse(add(inverse(prior.covariance), M));
  const gain = matmul(covariance, M);
  return { mean: add(prior.mean, matmul(gain, sub(columnVector(values), prior.mean))), covariance };
}

/** A mixture of normal distributions N(μₖ, s²I). */
export interface RoundMixture {
  readonly weights: readonly number[];
  readonly means: readonly (readonly number[])[];
  readonly deviation: number;
}

/** The posterior of such a mixture: each component stays normal, and its weight is multiplied by its evidence. */
export function mixturePosterior(
  { weights, means, deviation }: RoundMixture,
  { mask, values, noise }: Measured,
): { readonly weights: readonly number[]; readonly means: readonly (readonly number[])[] } {
  const spread = deviation ** 2 + noise ** 2;
  const evidence = means.map((mean, k) =>
    mean.reduce(
      (total, m, j) => total * Math.exp((-0.5 * (mask[j] ?? 0) * ((values[j] ?? 0) - m) ** 2) / spread),
      weights[k] ?? 0,
    ),
  );
  const total = evidence.reduce((sum, value) => sum + value, 0);
  return {
    weights: evidence.map((value) => value / total),
    means: means.map((mean) =>
      mean.map((m, j) => m + (((mask[j] ?? 0) * deviation ** 2) / spread) * ((values[j] ?? 0) - m)),
    ),
  };
}
