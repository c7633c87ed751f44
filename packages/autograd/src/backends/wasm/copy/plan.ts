import type { ModuleBuilder, Target } from "../emitter/module.ts";
import { stridedCopyModule } from "./strided.ts";
import { transposeModule } from "./transpose.ts";

const ELEMENT = 4;

/** A box of elements and how to step through it in two arrays, in elements. */
export interface CopyProblem {
  readonly sizes: readonly number[];
  readonly from: { readonly offset: number; readonly strides: readonly number[] };
  readonly to: { readonly offset: number; readonly strides: readonly number[] };
}

/** The kernel for a copy. */
export interface CopyPlan {
  /** Equal for copies that run on the same module. */
  readonly signature: string;
  /** Writes the module; its function is `run`. */
  build(target: Target): ModuleBuilder;
  /** What to call `run` with, given the addresses of the arrays in bytes. */
  parameters(x: number, y: number): number[];
}

interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Plans a copy: axes of size 1 are left out, neighbours that both arrays step through as one are merged, and
 * what is then a batch of dense matrices to be transposed gets a kernel of its own.
 */
export function planCopy({ sizes, from, to }: CopyProblem): CopyPlan {
  const axes = mergeAxes(
    sizes.map((size, axis) => ({ size, from: from.strides[axis] ?? 0, to: to.strides[axis] ?? 0 })),
  );
  const places = (x: number, y: number): number[] => [x + ELEMENT * from.offset, y + ELEMENT * to.offset];
  const matrices = asTransposition(axes);
  if (matrices !== undefined) {
    return {
      signature: "transpose",
      build: transposeModule,
      parameters: (x, y) => [...matrices, ...places(x, y)],
    };
  }
  return {
    signature: `copy ${axes.length}`,
    build: (target) => stridedCopyModule(target, axes.length),
    parameters: (x, y) => [
      ...axes.map(({ size }) => size),
      ...axes.map((axis) => ELEMENT * axis.from),
      ...axes.map((axis) => ELEMENT * axis.to),
      ...places(x, y),
    ],
  };
}

function mergeAxes(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [];
  for (const axis of axes) {
    if (axis.size === 1) continue;
    const outer = merged.at(-1);
    if (outer !== undefined && outer.from === axis.from * axis.size && outer.to === axis.to * axis.size) {
      merged[merged.length - 1] = { ...axis, size: outer.size * axis.size };
    } else {
      merged.push(axis);
    }
  }
  return merged;
}

/** [batches, rows, columns] of the source, if the axes, in the order of the result, transpose dense matrices. */
function asTransposition(axes: readonly Axis[]): number[] | undefined {
  const [columns, rows] = axes.slice(-2);
  if (columns === undefined || rows === undefined || axes.length > 3) return undefined;
  const batch = axes.length === 3 ? axes[0] : undefined;
  const size = rows.size * columns.size;
  const isTransposed =
    columns.from === 1 && rows.from === columns.size && rows.to === 1 && columns.to === rows.size;
  const isDense = batch === undefined || (batch.from === size && batch.to === size);
  return isTransposed && isDense ? [batch?.size ?? 1, rows.size, columns.size] : undefined;
}
