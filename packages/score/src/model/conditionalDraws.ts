import {
  broadcastTo,
  cast,
  expandDims,
  eye,
  isNaN as isGap,
  type Key,
  matmul,
  mul,
  random,
  reshape,
  square,
  type Tensor,
  take,
  where,
  zeros,
} from "@scoretape/autograd";
import type { NormalMoments } from "../data/normalMoments.ts";
import { firstNonFinite } from "../nonFinite.ts";
import { conditioned, type Measured } from "../posterior/conditioning.ts";
import { particleSteps } from "../posterior/particles.ts";
import { normalStep } from "../posterior/tweedieTwist.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import { keptSteps } from "../samplers/keptSteps.ts";
import { scalarLike } from "../samplers/noiseLevels.ts";
import type { NoiseConditionalScore } from "../score.ts";

/** The least variance that is left of a clean point, in units of σ²: what a learned score knows no better. */
const FLOOR = 1e-4;

/**
 * Levels fall by these ratios: in finer steps where modes come apart and particles choose between them, which is where σ is
 * near the widths of modes in standardised units, and else in coarse ones, which are exact where the data look normal.
 */
const [COARSE, FINE, WIDEST, NARROWEST] = [2.1, 1.25, 2, 0.2];

/** The levels of conditional draws, from a model's largest to its smallest, and 0. */
export function drawingLevels(sigmas: readonly number[]): number[] {
  const [largest = 1, smallest = largest] = [sigmas[0], sigmas.at(-1)];
  const levels = [largest];
  for (let sigma = largest; sigma > smallest; levels.push(sigma)) {
    const next =
      sigma > WIDEST ? Math.max(WIDEST, sigma / COARSE) : sigma / (sigma > NARROWEST ? FINE : COARSE);
    sigma = next < smallest * 1.1 ? smallest : next;
  }
  return [...levels, 0];
}

/** How to draw what rows leave open. */
export interface Drawing {
  readonly particles: number;
  readonly draws: number;
  readonly sigmas: readonly number[];
  readonly moments: NormalMoments | undefined;
  readonly backend: SamplerBackend;
  onStep(): void;
}

/** Draws of some rows, [n, d] → [n, draws, d], in the model's units. */
export function drawn(
  score: NoiseConditionalScore,
  rows: Tensor,
  key: Key,
  { particles: K, draws, moments, sigmas, backend, onStep }: Drawing,
): Tensor {
  const [n = 0, d = 0] = rows.shape;
  const levels = drawingLevels(sigmas);
  const gaps = isGap(rows);
  const y = where(gaps, 0, rows);
  const mask = cast(where(gaps, 0, 1), rows.dtype);
  const identity = expandDims(eye(d, { dtype: rows.dtype }), 0);
  const range = mul(identity, expandDims(mask, 1));
  const measured: Measured = {
    A: range,
    range,
    y,
    variance: scalarLike(rows, 0),
  };
  const step = particleSteps(backend, score, {
    name: "impute",
    particles: K,
    dataDeviation: null,
    floor: FLOOR,
  });
  const first = beginning(backend, score, K)(
    y,
    range,
    momentsOf(moments, d),
    random.foldIn(key, 0),
    scalarLike(rows, levels[0] ?? 1),
  );
  let now = { x: first[0], logWeights: first[1], logEvidence: zeros([n], { dtype: rows.dtype }) };
  onStep();
  for (const [i, from] of levels.slice(0, -1).entries()) {
    now = step(
      now,
      measured,
      random.foldIn(key, i + 1),
      scalarLike(rows, from),
      scalarLike(rows, levels[i + 1] ?? 0),
    );
    onStep();
  }
  const at = firstNonFinite(now.x);
  if (at >= 0) {
    throw new RangeError(
      `impute: a draw became ${now.x.data[at]} in coordinate ${at % d}; what is known of the row is too far from the data`,
    );
  }
  // Copies of one particle lie side by side: the draws are taken from all over.
  const places = Array.from({ length: draws }, (_, k) => Math.floor(((k + 0.5) * K) / draws));
  return take(reshape(now.x, [n, K, d]), places, 1);
}

/** μ and Σ of the moments, [d] and [d, d]; those of N(0, I) where they are not known. */
function momentsOf(
  moments: NormalMoments | undefined,
  d: number,
): { readonly mean: Tensor; readonly covariance: Tensor } {
  if (moments === undefined) return { mean: zeros([d]), covariance: eye(d) };
  const { mean, axes, deviation } = moments;
  const covariance = matmul(mul(axes, square(deviation)), axes, { transposeY: true });
  return { mean: cast(mean, "float32"), covariance: cast(covariance, "float32") };
}

/**
 * States at the largest level, which hides all of the data but their moments: draws of N(μ, Σ + σ²I) given what is known, and
 * their weights beside draws that know nothing.
 */
const beginning = /* @__PURE__ */ keptSteps(
  (_score: NoiseConditionalScore, K: number) =>
    (
      y: Tensor,
      range: Tensor,
      { mean, covariance }: { readonly mean: Tensor; readonly covariance: Tensor },
      key: Key,
      sigma: Tensor,
    ): readonly [Tensor, Tensor] => {
      const [n = 0, d = 0] = y.shape;
      const each = (rows: Tensor): Tensor => {
        const [, ...rest] = rows.shape;
        return reshape(broadcastTo(expandDims(rows, 1), [n, K, ...rest]), [n * K, ...rest]);
      };
      const A = each(range);
      const measured = { A, range: A, y: each(y), variance: scalarLike(y, 0) };
      const D = broadcastTo(mean, [n * K, d]);
      const C = broadcastTo(expandDims(covariance, 0), [n * K, d, d]);
      const without = { mean: D, covariance: C };
      const hidden = scalarLike(y, Number.POSITIVE_INFINITY);
      const { x, logRatio } = normalStep(D, without, conditioned(D, C, measured), key, hidden, sigma);
      return [x, reshape(logRatio, [n, K])];
    },
);
