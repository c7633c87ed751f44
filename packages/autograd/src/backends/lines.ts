import { type Shape, sizeOf } from "../shape.ts";

/** An array around the axis, or the neighbouring axes, along which its lines run. */
export interface Lines {
  readonly outer: number;
  readonly middle: number;
  readonly inner: number;
}

/** The lines along the axes from `first` to before `end`. */
export function linesAlong(shape: Shape, first: number, end: number): Lines {
  return {
    outer: sizeOf(shape.slice(0, first)),
    middle: sizeOf(shape.slice(first, end)),
    inner: sizeOf(shape.slice(end)),
  };
}
