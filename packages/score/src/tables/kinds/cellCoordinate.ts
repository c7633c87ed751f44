import type { Cells } from "../mixedTable.ts";

/** Cells of a column ↔ one real coordinate z. */
export interface Coordinate {
  /**
   * The points of cells, NaN for gaps.
   *
   * @param uniform - A uniform number in [0, 1) for a row.
   * @param refuse - Called with the row of a cell that the column cannot hold, the cell, why, and what to do.
   */
  encode(cells: Cells, uniform: (row: number) => number, refuse: Refuse): Float64Array;
  /** The cells of points: of this kind, wherever the points are; gaps where they are NaN. */
  decode(z: Float64Array): Cells;
  /** log |dz/dx| of what varies continuously; log |dz/du| of all else, whose u is uniform. */
  logJacobian(z: number): number;
}

/** What is done about a cell that a column cannot hold. */
export type Refuse = (row: number, cell: string, why: string) => never;
