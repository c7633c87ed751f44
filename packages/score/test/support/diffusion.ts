import { div, log, mul, sub, type Tensor, tensor } from "@scoretape/autograd";
import {
  type DiffusionProcess,
  data,
  subVariancePreserving,
  varianceExploding,
  variancePreserving,
} from "@scoretape/score";

/** The three noise processes with settings of their own, by name. */
export const namedProcesses = [
  variancePreserving({ betaMin: 0.2, betaMax: 15, minTime: 1e-4 }),
  subVariancePreserving({ betaMin: 0.3, betaMax: 12, minTime: 1e-3 }),
  varianceExploding({ sigmaMin: 0.02, sigmaMax: 30 }),
].map((process) => [process.name, process] as const);

/** The coefficients of a process at a time, as numbers. */
export interface Coefficients {
  readonly drift: number;
  readonly diffusion: number;
  readonly scale: number;
  readonly deviation: number;
}

export function coefficientsAt(process: DiffusionProcess, time: number): Coefficients {
  const at = (f: (t: Tensor) => Tensor): number => f(tensor(time, { dtype: "float64" })).item();
  return {
    drift: at(process.drift),
    diffusion: at(process.diffusion),
    scale: at(process.scale),
    deviation: at(process.deviation),
  };
}

/** A mean and a variance. */
export interface NormalMoments {
  readonly mean: number;
  readonly variance: number;
}

/** The moments of the state at a time, when the clean points are from a normal distribution. */
export function stateMoments(process: DiffusionProcess, clean: NormalMoments, time: number): NormalMoments {
  const { scale, deviation } = coefficientsAt(process, time);
  return { mean: scale * clean.mean, variance: scale ** 2 * clean.variance + deviation ** 2 };
}

/** Two normals of different weights and widths in the plane. */
export const mixture = data.gaussianMixture({
  weights: [0.3, 0.7],
  means: [
    [1, -1],
    [-2, 0.5],
  ],
  standardDeviations: [0.4, 0.7],
});

/** log p_t of {@link mixture} under a process: p_t(x) = q(x/α)/α^d with q the mixture blurred by σ/α. */
export function mixtureLogDensity(process: DiffusionProcess, x: Tensor, t: Tensor): Tensor {
  const [alpha, sigma] = [process.scale(t), process.deviation(t)];
  const blurred = mixture.logDensity(div(x, alpha), div(sigma, alpha));
  return sub(blurred, mul(mixture.dimension, log(alpha)));
}
