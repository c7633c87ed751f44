import type { NormalMoments } from "./diffusion.ts";

// What samplers along noise levels make of the moments, where the score is that of the normal distribution N(m, v) blurred:
// every step is linear, D(x, σ) − m = a·(x − m) with a = v/(v + σ²).

/** The steps of a schedule, from each level to the next. */
export function pairsOf(sigmas: readonly number[]): readonly (readonly [from: number, to: number])[] {
  return sigmas.slice(1).map((to, i) => [sigmas[i] ?? Number.NaN, to]);
}

/** The moments after x − m ← factor·(x − m) + √added·z. */
function stretched(moments: NormalMoments, m: number, factor: number, added = 0): NormalMoments {
  return { mean: m + factor * (moments.mean - m), variance: factor ** 2 * moments.variance + added };
}

function gain({ variance }: NormalMoments, sigma: number): number {
  return variance / (variance + sigma ** 2);
}

/** D + ρ·(x − D) − m over x − m. */
function shrinkage(data: NormalMoments, from: number, ratio: number): number {
  return gain(data, from) + ratio * (1 - gain(data, from));
}

export function afterDdim(
  start: NormalMoments,
  data: NormalMoments,
  sigmas: readonly number[],
): NormalMoments {
  return pairsOf(sigmas).reduce(
    (moments, [from, to]) => stretched(moments, data.mean, shrinkage(data, from, to / from)),
    start,
  );
}

export function afterAncestral(
  start: NormalMoments,
  data: NormalMoments,
  sigmas: readonly number[],
): NormalMoments {
  return pairsOf(sigmas).reduce((moments, [from, to]) => {
    const share = (to / from) ** 2;
    return stretched(moments, data.mean, shrinkage(data, from, share), to ** 2 * (1 - share));
  }, start);
}

export function afterDpmSolver(
  start: NormalMoments,
  data: NormalMoments,
  sigmas: readonly number[],
): NormalMoments {
  let [factor, before, length] = [1, 0, Number.POSITIVE_INFINITY];
  for (const [from, to] of pairsOf(sigmas)) {
    const own = Math.log(from / to);
    const clean = gain(data, from) * factor;
    const point = to === 0 ? clean : clean + (own / (2 * length)) * (clean - before);
    factor = point + (to / from) * (factor - point);
    [before, length] = [clean, own];
  }
  return stretched(start, data.mean, factor);
}

/** What there is to choose of Karras' stochastic sampler. */
export interface Churn {
  readonly churn: number;
  readonly sMin: number;
  readonly sMax: number;
  readonly sNoise: number;
}

export function afterStochasticHeun(
  start: NormalMoments,
  data: NormalMoments,
  sigmas: readonly number[],
  { churn, sMin, sMax, sNoise }: Churn,
): NormalMoments {
  const steps = sigmas.length - 1;
  return pairsOf(sigmas).reduce((moments, [from, to]) => {
    const gamma = from >= sMin && from <= sMax ? Math.min(churn / steps, Math.sqrt(2) - 1) : 0;
    const up = from * (1 + gamma);
    const slope = (sigma: number): number => sigma / (data.variance + sigma ** 2);
    const [h, first] = [to - up, slope(up)];
    const euler = 1 + h * first;
    const factor = to === 0 ? euler : 1 + (h / 2) * (first + slope(to) * euler);
    const added = sNoise ** 2 * (up ** 2 - from ** 2);
    return stretched(moments, data.mean, factor, factor ** 2 * added);
  }, start);
}
