export type { CovarianceOptions } from "./covariance.ts";
export { type DpsOptions, dps } from "./dps.ts";
export { type ExactOptions, type ExactPosterior, exact } from "./exact.ts";
export type { PosteriorOptions } from "./options.ts";
export { type PseudoinverseGuidanceOptions, pseudoinverseGuidance } from "./pseudoinverseGuidance.ts";
export { type RepaintOptions, repaint } from "./repaint.ts";
export { replacement } from "./replacement.ts";
export { type TwistedOptions, type TwistedSamples, twisted } from "./twisted.ts";
