import {
  add,
  cast,
  div,
  type Key,
  kindOf,
  log,
  matmul,
  mul,
  portable,
  random,
  type Shape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from "@scoretape/autograd";
import { checkData, checkPositive } from "../check.ts";
import type { NormalMoments } from "../data/normalMoments.ts";
import { dimensionOf, squaredNorm } from "../rows.ts";

/** What numbers are drawn as. */
export interface PriorSampleOptions {
  /** `float32` unless said. */
  readonly dtype?: "float32" | "float64";
}

/** The distribution that a noise process ends in, whatever the data. */
export interface Prior {
  /** Points x(1), [n, d]: the same for the same key. */
  sample(key: Key, shape: Shape, options?: PriorSampleOptions): Tensor;
  /** log p of each row, in nats: [n, d] → [n]. */
  logDensity(x: Tensor): Tensor;
}

/**
 * A linear noise process dx = f(t)·x dt + g(t) dw on the time interval [ε, 1], which turns data into noise. Given a
 * clean point x₀, its state is normal at every time: x(t) = α(t)·x₀ + σ(t)·z with z standard normal. Song et al. 2021
 * (Score-Based Generative Modeling through Stochastic Differential Equations), sections 3.1 and 3.4.
 *
 * The four coefficients are functions of the time in ops, element by element: t of any shape ↦ the same shape. They
 * satisfy dα/dt = f·α and dσ²/dt = 2f·σ² + g². Time has no unit: f is per unit of time, g² too.
 */
export interface DiffusionProcess {
  /** What it is called in messages. */
  readonly name: string;
  /** ε, at least 0 and below 1: the time closest to the data that samplers and training use. */
  readonly minTime: number;
  /** f(t): the drift is f(t)·x. */
  drift(t: Tensor): Tensor;
  /** g(t) ≥ 0. */
  diffusion(t: Tensor): Tensor;
  /** α(t) > 0, the scale of the clean point in x(t). */
  scale(t: Tensor): Tensor;
  /** σ(t), the standard deviation of x(t) given the clean point; above 0 from ε on. */
  deviation(t: Tensor): Tensor;
  /** What x(1) is taken to be distributed as. */
  readonly prior: Prior;
}

/** The normal distribution N(0, s²I) with the standard deviation s > 0. */
export function normalPrior(deviation: number): Prior {
  const variance = deviation * deviation;
  return {
    sample: (key, shape, options = {}) => mul(deviation, random.normal(key, shape, options)),
    logDensity(x) {
      checkData("prior.logDensity", x);
      const logScale = -0.5 * dimensionOf(x) * portable.log(2 * Math.PI * variance);
      return add(logScale, mul(-0.5 / variance, squaredNorm(x)));
    },
  };
}

/** The normal distribution of data blurred by N(0, s²I): N(μ, Q diag(σ_d² + s²) Qᵀ). */
export function blurredPrior({ mean, axes, deviation }: NormalMoments, s: number): Prior {
  const variance = add(square(deviation), s * s);
  return {
    sample(key, shape, options = {}) {
      const z = random.normal(key, shape, options);
      return add(
        matmul(mul(cast(sqrt(variance), z.dtype), z), cast(axes, z.dtype), { transposeY: true }),
        cast(mean, z.dtype),
      );
    },
    logDensity(x) {
      checkData("prior.logDensity", x);
      const along = matmul(sub(x, cast(mean, x.dtype)), cast(axes, x.dtype));
      const logDeterminant = sum(log(mul(2 * Math.PI, variance))).item();
      return mul(-0.5, add(logDeterminant, sum(div(square(along), cast(variance, x.dtype)), { axis: 1 })));
    },
  };
}

/** Throws unless ends are finite and 0 < low ≤ high. */
export function checkEnds(
  name: string,
  [lowName, low]: readonly [string, number],
  [highName, high]: readonly [string, number],
): void {
  checkPositive(name, low, lowName);
  checkPositive(name, high, highName);
  if (low > high) {
    throw new RangeError(`${name}: ${lowName} ${low} is above ${highName} ${high}; exchange them`);
  }
}

/** Throws unless 0 < ε < 1. */
export function checkMinTime(name: string, minTime: number): void {
  if (!(minTime > 0 && minTime < 1)) {
    throw new RangeError(
      `${name}: minTime is ${minTime}; it lies between 0, where there is no noise, and 1; 0.001 is usual`,
    );
  }
}

/** Throws unless ε < t ≤ 1. */
export function checkStartTime(name: string, time: number, { minTime }: DiffusionProcess): void {
  if (!(time > minTime && time <= 1)) {
    throw new RangeError(
      `${name}: startTime is ${kindOf(time)}; it lies above ${minTime}, where the process is at the data, and is at most 1`,
    );
  }
}
