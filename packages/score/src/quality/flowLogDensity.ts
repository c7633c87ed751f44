import {
  add,
  cast,
  type Key,
  log,
  matmul,
  mean,
  mul,
  square,
  sub,
  sum,
  type Tensor,
} from "@scoretape/autograd";
import type { NormalMoments } from "../data/normalMoments.ts";
import { logLikelihood } from "../diffusion/logLikelihood.ts";
import { timeConditional } from "../diffusion/timeConditional.ts";
import { varianceExploding } from "../diffusion/varianceExploding.ts";
import { dormandPrince } from "../ode/dormandPrince.ts";
import { rademacher } from "../probes.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import type { NoiseConditionalScore } from "../score.ts";

interface Flow {
  /** The mean and covariance that the flow begins with. */
  readonly moments: NormalMoments;
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  readonly key: Key;
  readonly backend: SamplerBackend;
}

/** Up to so many columns the divergence is exact; each costs a Jacobian-vector product, and each probe. */
const EXACT = 8;
/** Of many columns a probe tells enough. */
const probesFor = (columns: number): number => Math.max(1, Math.min(4, Math.round(400 / columns)));
/** Error of a step; that of the log-densities stays below a thousandth of a nat where the score is smooth. */
const TOLERANCE = 1e-4;
/** A score that asks for more attempts at a step is no score of blurred data. */
const MOST_STEPS = 400;

/** log p(x) along the probability flow from σ_max to σ_min, of each row; null where the flow cannot be followed. */
export function flowLogDensity(score: NoiseConditionalScore, x: Tensor, flow: Flow): Float64Array | null {
  const { moments, sigmaMin, sigmaMax, backend } = flow;
  const process = varianceExploding({ sigmaMin, sigmaMax, moments });
  const [n = 0, d = 0] = x.shape;
  const solver = dormandPrince({
    relativeTolerance: TOLERANCE,
    absoluteTolerance: TOLERANCE,
    maxSteps: MOST_STEPS,
  });
  const probes = d > EXACT ? cast(rademacher(flow.key, [probesFor(d), n, d]), x.dtype) : undefined;
  try {
    const how = { solver, backend, ...(probes === undefined ? {} : { probes }) };
    const { nats } = logLikelihood(timeConditional(score, process), x, process, how);
    const excess = probes === undefined ? 0 : gaussianExcess(probes, flow);
    return Float64Array.from(sub(cast(nats, "float64"), excess).data);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * What the probes of a row add to the log-density of a Gaussian, [n]. Along its flow the divergence is that of a linear
 * field, so with c = ½ log((λ + σ_max²)/(λ + σ_min²)) for the variance λ of each axis, columns of Q, the integral of
 * vᵀJv is Σ c·(Qᵀv)², and that of tr J is Σ c. A model of nearly Gaussian rows has nearly this error: it is taken out.
 */
function gaussianExcess(probes: Tensor, { moments, sigmaMin, sigmaMax }: Flow): Tensor {
  const variance = square(moments.deviation);
  const ends = [sigmaMax, sigmaMin].map((sigma) => log(add(variance, sigma * sigma)));
  const weight = mul(0.5, sub(ends[0] ?? variance, ends[1] ?? variance));
  const along = matmul(cast(probes, "float64"), moments.axes);
  return mean(sum(mul(weight, sub(square(along), 1)), { axis: -1 }), { axis: 0 });
}
