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

/** x − m ← F(x − m) + b + z, z with the covariance `added`. */
function mapped({ mean, covariance }: Normal, m: Tensor, F: Tensor, b: Tensor, added: Tensor): Normal {
  return {
    mean: add(add(m, matmul(F, sub(mean, m))), b),
    covariance: add(congruent(F, covariance), added),
  };
}

/** K at a level. */
function denoising({ covariance }: Normal, sigma: number): Tensor {
  return matmul(covariance, inverse(add(covariance, mul(sigma ** 2, identityLike(covariance)))));
}

/** Σ − KΣ = σ²K, the covariance of the clean point, and its gain CMᵀ(MCMᵀ + τ²I)⁻¹ on what was measured. */
function tweedieGain(
  prior: Normal,
  { mask, noise }: Measured,
  sigma: number,
): { readonly C: Tensor; readonly G: Tensor } {
  const [M, I] = [diagonal(mask), identityLike(prior.covariance)];
  const C = mul(sigma ** 2, denoising(prior, sigma));
  const S = add(congruent(M, C), add(mul(noise ** 2, M), sub(I, M)));
  return { C, G: matmul(matmul(C, M), inverse(S)) };
}

/** The moments after steps of one particle of the twisted sampler. */
export function afterTwisted(
  start: Normal,
  prior: Normal,
  measured: Measured,
  sigmas: readonly number[],
): Normal {
  const [M, I] = [diagonal(measured.mask), identityLike(prior.covariance)];
  const residual = sub(columnVector(measured.values), prior.mean);
  return pairsOf(sigmas).reduce((moments, [from, to]) => {
    const [share, K] = [(to / from) ** 2, denoising(prior, from)];
    const { C, G } = tweedieGain(prior, measured, from);
    const left = sub(I, matmul(G, M));
    const F = add(mul(share, I), mul(1 - share, matmul(left, K)));
    const shift = mul(1 - share, matmul(G, residual));
    const added = add(mul(to ** 2 * (1 - share), I), mul((1 - share) ** 2, matmul(left, C)));
    return mapped(moments, prior.mean, F, shift, added);
  }, start);
}

/** The moments after steps with pseudoinverse guidance, with Tweedie's covariance or an isotropic one. */
export function afterGuidance(
  start: Normal,
  prior: Normal,
  measured: Measured,
  sigmas: readonly number[],
  dataDeviation: number | "tweedie",
): Normal {
  const { mask, values, noise } = measured;
  const [M, I, residual] = [
    diagonal(mask),
    identityLike(prior.covariance),
    sub(columnVector(values), prior.mean),
  ];
  return pairsOf(sigmas).reduce((moments, [from, to]) => {
    const [share, K] = [(to / from) ** 2, denoising(prior, from)];
    const isotropic = (deviation: number): Tensor => {
      const v = 1 / (1 / from ** 2 + 1 / deviation ** 2);
      return mul(from ** 2 / (v + noise ** 2), matmul(K, M, { transposeX: true }));
    };
    const G = dataDeviation === "tweedie" ? tweedieGain(prior, measured, from).G : isotropic(dataDeviation);
    const F = add(mul(share, I), mul(1 - share, matmul(sub(I, matmul(G, M)), K)));
    const shift = mul(1 - share, matmul(G, residual));
    return mapped(moments, prior.mean, F, shift, mul(to ** 2 * (1 - share), I));
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
      const drawn = mapped(moments, prior.mean, F, mul(0, prior.mean), mul(to ** 2 * (1 - share), I));
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
