export type { PosteriorOptions } from "./options.ts";
export { type PseudoinverseGuidanceOptions, pseudoinverseGuidance } from "./pseudoinverseGuidance.ts";
export { type RepaintOptions, repaint } from "./repaint.ts";
