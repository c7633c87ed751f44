import type { Tensor } from "@scoretape/autograd";
import type { Comparison } from "./measure.ts";

/** What came of one way to make images. */
export interface Trial {
  readonly name: string;
  /** Sets of as many samples as there are digits in a half. */
  readonly sets: readonly Tensor[];
  readonly comparison: Comparison;
}
