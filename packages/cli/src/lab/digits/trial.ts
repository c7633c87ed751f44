import type { Tensor } from "@scoretape/autograd";
import type { ObjectiveName } from "@scoretape/score";
import type { Comparison } from "./measure.ts";

/** What came of one objective. */
export interface Trial {
  readonly objective: ObjectiveName;
  /** Sets of as many samples as there are digits in a half. */
  readonly sets: readonly Tensor[];
  readonly comparison: Comparison;
}
