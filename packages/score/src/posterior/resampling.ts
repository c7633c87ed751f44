import {
  add,
  cast,
  cumsum,
  div,
  exp,
  expandDims,
  type Key,
  less,
  lessEqual,
  log,
  max,
  mean,
  minimum,
  mul,
  random,
  reshape,
  softmax,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
} from "@scoretape/autograd";
import { floatOf } from "../samplers/walk.ts";

/** What becomes of the particles of n rows, K of each, by their weights. */
export interface Resampled {
  /** The number of the particle that each comes from, one row after another: uint32 [n·K]. */
  readonly ancestors: Tensor;
  /** log of the weights that are left, [n, K]. */
  readonly logWeights: Tensor;
  /** log of the mean weight, where it was taken away: else 0, [n]. */
  readonly logMean: Tensor;
  /** 1/Σw² of the weights that there were, [n]: from 1 to K. */
  readonly effectiveSampleSize: Tensor;
}

/**
 * Systematic resampling (Kitagawa 1996) of each row whose effective sample size is below a share of its particles: with one
 * uniform u per row, particle k is a copy of that in whose interval of the cumulated weights (u + k)/K lies.
 *
 * @param logWeights [n, K]
 * @param below rows are resampled below so many effective particles; from K on all are
 */
export function resampled(key: Key, logWeights: Tensor, below: number): Resampled {
  const [n = 0, K = 0] = logWeights.shape;
  const like = { dtype: floatOf(logWeights) };
  const whole = (size: number): Tensor =>
    tensor(
      Array.from({ length: size }, (_, i) => i),
      like,
    );
  const weights = softmax(logWeights, { axis: 1 });
  const effectiveSampleSize = div(1, sum(square(weights), { axis: 1 }));
  const places = whole(K);
  const u = expandDims(random.uniform(key, [n], like), 1);
  const positions = div(add(u, places), K);
  const cumulated = cumsum(weights, { axis: 1 });
  const before = lessEqual(expandDims(cumulated, 1), expandDims(positions, 2));
  const drawn = minimum(sum(where(before, 1, 0), { axis: 2 }), K - 1);
  const isPoor = less(effectiveSampleSize, below);
  const poor = expandDims(isPoor, 1);
  const own = where(poor, cast(drawn, like.dtype), places);
  const ancestors = cast(reshape(add(own, mul(K, expandDims(whole(n), 1))), [n * K]), "uint32");
  return {
    ancestors,
    logWeights: where(poor, 0, logWeights),
    logMean: where(isPoor, logMeanExp(logWeights), 0),
    effectiveSampleSize,
  };
}

/** log of the mean of exponentials, [n, K] → [n]. */
function logMeanExp(values: Tensor): Tensor {
  const top = max(values, { axis: 1, keepDims: true });
  return add(squeeze(top, 1), log(mean(exp(sub(values, top)), { axis: 1 })));
}
