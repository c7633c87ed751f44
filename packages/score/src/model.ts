export type { BesideReal, ImageQuality } from "./images/imageQuality.ts";
export type { LevelError } from "./model/byLevel.ts";
export { type CellGains, type CellGainsOptions, cellGains } from "./model/cellGains.ts";
export { fingerprint } from "./model/checksum.ts";
export { completed } from "./model/completed.ts";
export type { GivenOptions, OfGiven } from "./model/conditional.ts";

export { describe, hiddenFor, type Origin, trainingDefaults, type Wishes } from "./model/describe.ts";
export type { Description, Network, NetworkKind, Settings, TrainingData } from "./model/description.ts";
export { exactIn } from "./model/exact.ts";
export { type Filling, sharesOfGaps } from "./model/filling.ts";
export { type FilledState, type FillingOptions, trainWithGaps } from "./model/gaps.ts";
export type { ImageShape } from "./model/images.ts";
export { type ImputeOptions, type Imputing, impute } from "./model/impute.ts";
export { type Keys, keysOf } from "./model/keys.ts";
export { noiseLevels } from "./model/levels.ts";
export {
  type LoadedModel,
  type LoadOptions,
  loadModel,
  loadTraining,
  type TrainedModel,
} from "./model/load.ts";
export { type LogDensityOptions, logDensity } from "./model/logDensity.ts";
export {
  type MarginalLogDensity,
  type MarginalLogDensityOptions,
  marginalLogDensity,
} from "./model/marginalLogDensity.ts";
export { type MeasuredRows, type Measurements, type ModeShare, measure } from "./model/measure.ts";
export {
  type GivenMeasurements,
  type IntervalCoverage,
  measureGiven,
} from "./model/measureGiven.ts";
export { type Model, modelOf } from "./model/model.ts";
export { ModelError } from "./model/modelError.ts";
export { type Networked, networkOf, type Parameters } from "./model/network.ts";
export { type Sampled, type SamplingOptions, samplingDefaults, samplingSteps } from "./model/sampling.ts";
export { checkDescription, exportModel, saveModel } from "./model/save.ts";
export { decodedSamples, encodedRows } from "./model/tables.ts";
export { type SplitRows, splitRows } from "./model/testRows.ts";
export { trainingOf } from "./model/training.ts";
export { type Rows, restored, rounded, standardized, type Units, unitsOf } from "./model/units.ts";
export type { Reading } from "./tables/reading.ts";
