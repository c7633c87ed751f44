import { portable } from "@scoretape/autograd";
import { START, widths } from "./modes.ts";

/** A density along the line through the modes, at the middles of cells of one width, the middle one at 0. */
interface Density {
  readonly cell: number;
  readonly values: Float64Array;
}

/** One step u ← u + drift(u, τ) + noise(τ)·z along that line, while the modes have standard deviation τ. */
export interface Step {
  drift(u: number, width: number): number;
  noise(width: number): number;
}

/** What a sampler's own law says of its chains. */
export interface Prediction {
  /** The probability of the larger mode at the end. */
  readonly weight: number;
  /** The probability that a chain changes the mode in the second half of the steps. */
  readonly crossing: number;
}

/** The modes' distance from the middle between them. */
const DISTANCE = 5 * Math.SQRT2;

/**
 * The score of 0.8·N(a, τ²) + 0.2·N(−a, τ²): that of the two modes along the line through them, which does not depend
 * on the place across it, so that the chain's place on the line is a chain of its own.
 */
export function scoreAlong(u: number, width: number): number {
  const variance = width * width;
  const larger = 1 / (1 + portable.exp((-2 * DISTANCE * u) / variance) / 4);
  return (DISTANCE * (2 * larger - 1) - u) / variance;
}

/**
 * The chain's law, by quadrature: p(u') = ∫ p(u) N(u'; u + drift(u), noise²) du, step by step from the start. The rule
 * of equal steps errs by e^(−2π²w²/h²) on what is as wide as w, and the narrowest, the step's noise where the drift
 * spreads it most, is 0.29 of the noise.
 *
 * @param fineness - Cells to a standard deviation of the noise.
 */
export function lawOf(step: Step, stepsPerLevel: number, fineness = 4): Prediction {
  let whole: Density = start(step.noise(widths[0] ?? 1) / fineness);
  let halves: readonly Density[] = [];
  for (const [level, width] of widths.entries()) {
    if (level === widths.length / 2) halves = [1, -1].map((sign) => restricted(whole, sign));
    const move = mover(step, width, fineness);
    whole = move(whole, stepsPerLevel);
    halves = halves.map((half) => move(half, stepsPerLevel));
  }
  const [larger, smaller] = halves;
  return {
    weight: massOn(whole, 1) / (massOn(whole, 1) + massOn(whole, -1)),
    crossing:
      larger === undefined || smaller === undefined ? Number.NaN : massOn(larger, -1) + massOn(smaller, 1),
  };
}

/** The law of (x₁ + x₂)/√2 for x uniform on a square: a triangle. */
function start(wanted: number): Density {
  const end = START * Math.SQRT2;
  // The corners of the triangle are middles of cells, where the rule of equal steps does no harm to them.
  const half = Math.ceil(end / wanted);
  const cell = end / half;
  const values = Float64Array.from(
    { length: 2 * half + 1 },
    (_, i) => (end - Math.abs(i - half) * cell) / (end * end),
  );
  return { cell, values };
}

/** Steps at one width, onto a grid that reaches eight standard deviations beyond the modes and beyond the start. */
function mover(step: Step, width: number, fineness: number): (density: Density, steps: number) => Density {
  const cell = step.noise(width) / fineness;
  const half = Math.ceil(Math.max(START * Math.SQRT2 + 4, DISTANCE + 8 * Math.max(width, 1)) / cell);
  const moved = (from: Density, spreads: readonly Spread[]): Density => {
    const values = new Float64Array(2 * half + 1);
    for (const [j, { first, weights }] of spreads.entries()) {
      const mass = from.cell * (from.values[j] as number);
      for (let k = Math.max(0, -first); k < weights.length && first + k < values.length; k++) {
        values[first + k] = (values[first + k] as number) + mass * (weights[k] as number);
      }
    }
    return { cell, values };
  };
  const spreadsOf = (from: Density): readonly Spread[] =>
    Array.from(from.values, (_, j) => {
      const u = placeOf(from, j);
      return spreadOf(u + step.drift(u, width), step.noise(width), { cell, half });
    });
  return (density, steps) => {
    let result = moved(density, spreadsOf(density));
    const within = spreadsOf(result);
    for (let i = 1; i < steps; i++) result = moved(result, within);
    return result;
  };
}

/** Where a step from one place leads to: densities at the cells from the first on. */
interface Spread {
  readonly first: number;
  readonly weights: Float64Array;
}

/** N(·; mean, noise²) at the cells within nine standard deviations, beyond which it is rounding. */
function spreadOf(mean: number, noise: number, { cell, half }: { cell: number; half: number }): Spread {
  const reach = Math.ceil((9 * noise) / cell);
  const first = Math.round(mean / cell) + half - reach;
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, k) => {
    const z = ((first + k - half) * cell - mean) / noise;
    return portable.exp(-(z * z) / 2) / (noise * Math.sqrt(2 * Math.PI));
  });
  return { first, weights };
}

function placeOf({ cell, values }: Density, i: number): number {
  return (i - (values.length - 1) / 2) * cell;
}

/** Between the modes, where it is cut, there is almost nothing once the levels are narrow. */
function restricted(density: Density, sign: number): Density {
  return { ...density, values: density.values.map((value, i) => value * partOf(density, i, sign)) };
}

function massOn(density: Density, sign: number): number {
  return density.values.reduce((sum, value, i) => sum + value * partOf(density, i, sign), 0) * density.cell;
}

/** Which part of a cell is on a side of 0. */
function partOf(density: Density, i: number, sign: number): number {
  return (1 + Math.sign(sign * placeOf(density, i))) / 2;
}
