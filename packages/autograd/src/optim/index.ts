export { type AdamOptions, type AdamState, type AdamwOptions, adam, adamw } from "./adam.ts";
export { clipByGlobalNorm, globalNorm } from "./clip.ts";
export { type Ema, type EmaOptions, type EmaState, ema } from "./ema.ts";
export {
  type CosineOptions,
  constantSchedule,
  cosineSchedule,
  type LearningRate,
  type Schedule,
  warmUp,
} from "./schedule.ts";
export { type SgdOptions, type SgdState, sgd } from "./sgd.ts";
export { applyUpdates, chain, type Transformation } from "./transformation.ts";
