import type { Tensor } from "@scoretape/autograd";

/** What stands for the gaps of rows, while a model learns from them. */
export interface Filling {
  /** How often it was drawn anew: the first is drawn from a normal distribution, later ones from the model. */
  readonly round: number;
  /** The cells that are gaps, row after row, in the model's units: float32 [gaps]. */
  readonly cells: Tensor;
}

/** Whether any of some rows has a gap, which is NaN. */
export function hasGaps(values: Tensor): boolean {
  return values.data.some(Number.isNaN);
}

/**
 * The share of each column's cells that are gaps.
 *
 * @param values [n, d], NaN for gaps
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { sharesOfGaps } from "@scoretape/score/model";
 *
 * console.log(sharesOfGaps(tensor([[1, Number.NaN], [2, 3]]))); // [ 0, 0.5 ]
 * ```
 */
export function sharesOfGaps(values: Tensor): number[] {
  const [n = 1, d = 0] = values.shape;
  const counts = new Array<number>(d).fill(0);
  values.data.forEach((value, at) => {
    if (Number.isNaN(value)) counts[at % d] = (counts[at % d] ?? 0) + 1;
  });
  return counts.map((count) => count / n);
}
