import { type Tensor, tensor } from "@scoretape/autograd";
import type { DiffusionProcess } from "@scoretape/score";

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
