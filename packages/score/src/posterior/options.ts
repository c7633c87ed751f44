import { add, type Key, ones, ShapeError, sub, type Tensor } from "@scoretape/autograd";
import { checkData, checkFinite, checkKey, checkMethods, checkSameDType, checkTensor } from "../check.ts";
import { type NoiseLevelOptions, noiseLevelKinds } from "../samplers/noiseLevels.ts";
import type { LinearMeasurement } from "./linearMeasurement.ts";

/** What was measured, and how to sample what it leaves open. */
export interface PosteriorOptions extends NoiseLevelOptions {
  /** How y came from the points that are sought: see `linearMeasurement`. */
  readonly measurement: LinearMeasurement;
  /** y, of the shape that the measurement of the start has. */
  readonly observed: Tensor;
  /** Makes the noise: the same key, the same samples. */
  readonly key: Key;
}

/** The options of a posterior sampler, by their kinds. */
export const posteriorKinds = {
  ...noiseLevelKinds,
  measurement: "any",
  observed: "any",
  key: "any",
} as const;

/** Throws unless what was measured fits the start. */
export function checkObserved(
  name: string,
  start: Tensor,
  { measurement, observed, key }: PosteriorOptions,
): void {
  checkKey(name, key);
  checkMethods(name, measurement, "measurement", ["observe", "transpose", "solve"]);
  checkData(name, start, "start");
  checkTensor(name, observed, "observed");
  const { shape } = measurement.observe(start);
  if (observed.shape.join() !== shape.join()) {
    throw new ShapeError(
      `${name}: observed has shape [${observed.shape.join(", ")}], the measurement of the start [${shape.join(", ")}]`,
    );
  }
  checkSameDType(name, observed, start, "observed", "the start");
  checkFinite(name, measurement.transpose(observed), "observed");
}

/** x + A⁺(y − Ax): of the points whose measurement is y the nearest. */
export function projected({ observe, transpose, solve }: LinearMeasurement, x: Tensor, y: Tensor): Tensor {
  return add(x, transpose(solve(sub(y, observe(x)), ones([], { dtype: x.dtype }), 0)));
}
