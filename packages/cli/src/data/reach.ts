import type { Tensor } from "@scoretape/autograd";
import type { Description } from "@scoretape/score/model";
import { UserError } from "../terminal/user-error.ts";

/** Cells that are more standard deviations than this from their column's mean overflow what a model computes in float32. */
export const FARTHEST = 1e9;

/** A cell of a table, and by how many standard deviations of a model's data it is away from their mean. */
export interface FarCell {
  readonly row: number;
  readonly column: string;
  readonly deviations: number;
}

/** The first cell of points [n, d], in the model's coordinates, that is farther from the mean than so many standard deviations. */
export function cellBeyond(
  limit: number,
  { columns, standardization: { mean, deviation } }: Pick<Description, "columns" | "standardization">,
  points: Tensor,
): FarCell | null {
  const d = columns.length;
  const deviationsAt = (value: number, j: number): number =>
    Math.abs(value - (mean[j] ?? 0)) / (deviation[j] ?? 1);
  const at = points.data.findIndex((value, i) => deviationsAt(value, i % d) > limit);
  if (at < 0) return null;
  const [row, j] = [Math.floor(at / d), at % d];
  return { row, column: columns[j] ?? "", deviations: deviationsAt(points.data[at] ?? 0, j) };
}

/** @throws UserError if a cell of points [n, d] is so far from a model's data that nothing can be computed of it */
export function checkReach(name: string, description: Description, points: Tensor): void {
  const far = cellBeyond(FARTHEST, description, points);
  if (far === null) return;
  throw new UserError(
    `${name}: row ${far.row + 1}, column ${far.column}, is ${shownDeviations(far)} standard deviations from the mean of the model's data, ` +
      "of which nothing can be computed; correct it, or leave the row out",
  );
}

/** `1e+300` */
export function shownDeviations({ deviations }: FarCell): string {
  return String(Number(deviations.toPrecision(2)));
}
