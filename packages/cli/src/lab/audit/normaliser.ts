import { min, portable, type Tensor, tensor } from "@scoretape/autograd";
import type { Energy } from "@scoretape/score";
import { type Frame, gridPoints } from "../../plots/frame.ts";
import type { GridDensity } from "./likelihood.ts";

/** The constant of an energy of the plane, of which exp(−E)/Z is a density. */
export interface Normaliser {
  /** log Z, Z = ∫exp(−E). */
  readonly logZ: number;
  /** How much log Z changes where every other point of the grid is left out, and how much where its frame is a quarter narrower. */
  readonly error: number;
}

/**
 * log ∫exp(−E) over the plane, by the midpoint rule on `cells`² cells of a square that reaches so far to each side. Of
 * what is smooth and fades at the border the rule's error falls faster than any power of the cells' width.
 */
export function normaliserOf(energy: Energy, reach: number, cells: number): Normaliser {
  const whole = logIntegral(energy, reach, cells);
  const coarse = logIntegral(energy, reach, Math.floor(cells / 2));
  const narrow = logIntegral(energy, 0.75 * reach, Math.floor(0.75 * cells));
  return { logZ: whole, error: Math.abs(whole - coarse) + Math.abs(whole - narrow) };
}

/** exp(−E)/Z at the cells of a square frame. */
export function densityOfEnergy(energy: Energy, logZ: number, reach: number, cells: number): GridDensity {
  const { frame, energies } = energiesOn(energy, reach, cells);
  return { frame, cells, values: Float64Array.from(energies.data, (value) => portable.exp(-value - logZ)) };
}

/** −log p = E + log Z at points [n, 2]. */
export function negativeLogDensityOfEnergy(energy: Energy, logZ: number, x: Tensor): Float64Array {
  return Float64Array.from(energy(x).data, (value) => value + logZ);
}

function logIntegral(energy: Energy, reach: number, cells: number): number {
  const { energies } = energiesOn(energy, reach, cells);
  const least = min(energies).item();
  let total = 0;
  for (const value of energies.data) total += portable.exp(least - value);
  return portable.log(total) - least + 2 * portable.log((2 * reach) / cells);
}

function energiesOn(energy: Energy, reach: number, cells: number): { frame: Frame; energies: Tensor } {
  const frame: Frame = { x: [-reach, reach], y: [-reach, reach] };
  const points = tensor(gridPoints(frame, cells, cells), { shape: [cells * cells, 2], dtype: "float32" });
  return { frame, energies: energy(points) };
}
