import type { Drawn } from "./learn.ts";
import type { Comparison } from "./measure.ts";

/** What came of one way to make images. */
export interface Trial {
  readonly name: string;
  /** Sets of as many samples as there are digits in a half. */
  readonly sets: readonly Drawn[];
  readonly comparison: Comparison;
}
