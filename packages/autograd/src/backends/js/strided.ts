import type { Operand } from "../../backend.ts";
import type { Values } from "../../dtype.ts";

/** A walk over an array: where it starts, and how far one step along each axis goes. */
export interface Walk {
  readonly data: Values;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Copies element by element along two walks of the same sizes. */
export function copyStrided(to: Walk, from: Walk, sizes: readonly number[]): void {
  if (sizes.length === 0) {
    to.data[to.offset] = from.data[from.offset] as number;
    return;
  }
  copyAxis(to, to.offset, from, from.offset, sizes, 0);
}

function copyAxis(
  to: Walk,
  toOffset: number,
  from: Walk,
  fromOffset: number,
  sizes: readonly number[],
  axis: number,
): void {
  const size = sizes[axis] as number;
  const toStride = to.strides[axis] as number;
  const fromStride = from.strides[axis] as number;
  if (axis < sizes.length - 1) {
    for (let i = 0; i < size; i++) {
      copyAxis(to, toOffset + i * toStride, from, fromOffset + i * fromStride, sizes, axis + 1);
    }
    return;
  }
  const y = to.data;
  const x = from.data;
  for (let i = 0; i < size; i++) y[toOffset + i * toStride] = x[fromOffset + i * fromStride] as number;
}

/** A run of neighbouring axes that broadcasting treats alike. */
interface Run {
  readonly size: number;
  readonly repeated: boolean;
}

/** The axes of `large` as alternating runs that `small` holds or repeats; axes of size 1 drop out. */
export function broadcastRuns(small: readonly number[], large: readonly number[]): Run[] {
  const runs: Run[] = [];
  const missing = large.length - small.length;
  large.forEach((size, axis) => {
    if (size === 1) return;
    const repeated = axis < missing || small[axis - missing] === 1;
    const last = runs.at(-1);
    if (last !== undefined && last.repeated === repeated) {
      runs[runs.length - 1] = { size: last.size * size, repeated };
    } else {
      runs.push({ size, repeated });
    }
  });
  return runs;
}

/** The array around some neighbouring axes: `outer × middle × inner` elements. */
export interface Split {
  readonly outer: number;
  readonly middle: number;
  readonly inner: number;
}

/** Splits at axes that are neighbours of each other. */
export function splitAt(x: Operand, axes: readonly number[]): Split {
  const first = axes[0] ?? x.shape.length;
  const end = first + axes.length;
  const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);
  return {
    outer: product(x.shape.slice(0, first)),
    middle: product(x.shape.slice(first, end)),
    inner: product(x.shape.slice(end)),
  };
}
