import { type Shape, sameShape, sizeOf } from "../shape.ts";

/** A loop over a matrix of elements: all axes but the last one, times the last. */
export interface Extent {
  readonly rows: number;
  readonly columns: number;
}

/**
 * How an array is read in a loop: element by element, one element for all, one row repeated for every row, or
 * one element per row.
 */
export type Access = "full" | "scalar" | "row" | "column";

/** The loop over all elements of a shape; a last axis of size 1 counts as none. */
export function extentOf(shape: Shape): Extent {
  const columns = shape.at(-1) ?? 1;
  return columns === 1 ? { rows: 1, columns: sizeOf(shape) } : { rows: sizeOf(shape.slice(0, -1)), columns };
}

/** How an array of shape `from` is read in a loop over `to`; `null` for a pattern that loops do not know. */
export function accessOf(from: Shape, to: Shape): Access | null {
  if (sizeOf(from) === 1) return sizeOf(to) === 1 ? "full" : "scalar";
  const padded = [...new Array<number>(to.length - from.length).fill(1), ...from];
  if (sameShape(padded, to)) return "full";
  const leading = padded.slice(0, -1);
  if (padded.at(-1) === to.at(-1) && leading.every((size) => size === 1)) return "row";
  if (padded.at(-1) === 1 && to.at(-1) !== 1 && sameShape(leading, to.slice(0, -1))) return "column";
  return null;
}
