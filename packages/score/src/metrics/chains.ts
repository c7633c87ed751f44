import { portable, reshape, ShapeError, slice, Tensor } from "@scoretape/autograd";
import { checkData, checkList } from "../check.ts";

/** One coordinate along chains: a series of numbers for each. */
export type Series = readonly Float64Array[];

/** The states of chains in order, [chains, d] each, from a list of them or from [steps, chains, d]. */
export function statesOf(
  name: string,
  trajectory: Tensor | readonly Tensor[],
  least: number,
): readonly Tensor[] {
  const states = trajectory instanceof Tensor ? layersOf(name, trajectory) : trajectory;
  checkList(name, states, "the trajectory");
  const [first] = states;
  if (first === undefined || states.length < least) {
    throw new ShapeError(
      `${name}: the trajectory has ${states.length} states; give at least ${least}, with the trajectory ` +
        "option of a sampler",
    );
  }
  Array.from(states).forEach((state, step) => {
    checkData(name, state, `state ${step} of the trajectory`);
    if (state.shape.join() === first.shape.join()) return;
    throw new ShapeError(
      `${name}: state ${step} of the trajectory has shape [${state.shape.join(", ")}], state 0 has ` +
        `[${first.shape.join(", ")}]; they must be equal`,
    );
  });
  return states;
}

function layersOf(name: string, trajectory: Tensor): Tensor[] {
  const [steps = 0, chains = 0, d = 0] = trajectory.shape;
  if (trajectory.rank !== 3) {
    throw new ShapeError(
      `${name}: the trajectory has shape [${trajectory.shape.join(", ")}], not [steps, chains, d]; for one ` +
        "coordinate use expandDims(trajectory, -1)",
    );
  }
  return Array.from({ length: steps }, (_, step) =>
    reshape(slice(trajectory, [step, 0, 0], [step + 1, chains, d]), [chains, d]),
  );
}

/** The series of each coordinate. @throws RangeError when a coordinate has one value throughout */
export function seriesOf(name: string, trajectory: Tensor | readonly Tensor[]): Series[] {
  const all = coordinatesOf(name, trajectory);
  const still = all.findIndex(isConstant);
  if (still < 0) return all;
  throw new RangeError(
    `${name}: coordinate ${still} is ${all[still]?.[0]?.[0]} in every state of every chain; chains that do not ` +
      "move say nothing",
  );
}

/** The series of each coordinate, of those too that never change. */
export function coordinatesOf(name: string, trajectory: Tensor | readonly Tensor[]): Series[] {
  // Four states, so that half a chain has a variance.
  const states = statesOf(name, trajectory, 4);
  const [chains = 0, d = 0] = states[0]?.shape ?? [];
  return Array.from({ length: d }, (_, j) =>
    Array.from({ length: chains }, (_, chain) =>
      Float64Array.from(states, ({ data }) => data[chain * d + j] as number),
    ),
  );
}

/** Whether all chains have one value throughout. */
export function isConstant(series: Series): boolean {
  const start = series[0]?.[0];
  return series.every((values) => values.every((value) => value === start));
}

/** The values of all chains, one chain after the other. */
export function pooledValues(series: Series): Float64Array {
  return Float64Array.from(series.flatMap((values) => [...values]));
}

/** The p-quantile of sorted values, linear between their places (n − 1)p. Hyndman & Fan 1996, definition 7. */
export function quantileOf(sorted: Float64Array, p: number): number {
  const place = (sorted.length - 1) * p;
  const [below, above] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
  return below + (place - Math.floor(place)) * (above - below);
}

/** The first and the last half of each chain, without the state between when there is one. */
export function halves(series: Series): Series {
  return series.flatMap((values) => {
    const half = Math.floor(values.length / 2);
    return [values.subarray(0, half), values.subarray(values.length - half)];
  });
}

/** Two estimates of the variance of one coordinate. Gelman & Rubin 1992. */
export interface ChainVariances {
  /** W, the mean over the chains of their variances (n − 1): too low until each has seen everything. */
  readonly within: number;
  /** var⁺ = (n − 1)/n·W + the variance of the chains' means: too high until they forget their starts. */
  readonly pooled: number;
}

export function chainVariances(series: Series): ChainVariances {
  const n = series[0]?.length ?? 0;
  const within = meanOf(series.map(varianceOf));
  const between = series.length > 1 ? varianceOf(series.map(meanOf)) : 0;
  return { within, pooled: ((n - 1) / n) * within + between };
}

/** The mean. */
export function meanOf(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total / values.length;
}

/** Σ(x − x̄)²/(n − 1). */
export function varianceOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  let total = 0;
  for (let i = 0; i < values.length; i++) total += portable.pow((values[i] as number) - mean, 2);
  return total / (values.length - 1);
}
