// Functions of numbers with the same bits on every engine, to be used where those of `Math` and `**` would do but for
// their last bits.

export { exp, expm1, tanh } from "./exponential.ts";
export { atan, atan2 } from "./inverse.ts";
export { log, log1p, log10 } from "./logarithm.ts";
export { hypot } from "./norm.ts";
export { pow } from "./power.ts";
export { cos, sin } from "./trigonometric.ts";
