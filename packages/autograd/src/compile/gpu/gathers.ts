import { gatherKernel } from "../../backends/gpu/kernels/movement.ts";
import type { KernelSource } from "../../backends/gpu/kernels/source.ts";
import type { Equation, Variable } from "../../interpret/program.ts";
import { applies } from "../../program/rewriter.ts";
import { sizeAt } from "../../shape.ts";

/** Ops whose elements are each one of x's, or 0. */
export function gatherOf(equation: Equation, x: Variable): KernelSource | null {
  const to = equation.output.shape;
  if (applies(equation, "transpose")) {
    const { axes } = equation.parameters;
    return gatherKernel(to, x.shape, (index) => ({
      index: x.shape.map((_, axis) => index[axes.indexOf(axis)] ?? "0"),
    }));
  }
  if (applies(equation, "slice")) {
    const { start } = equation.parameters;
    return gatherKernel(to, x.shape, (index) => ({
      index: index.map((i, axis) => shifted(i, start[axis] ?? 0)),
    }));
  }
  if (applies(equation, "flip")) {
    const { axes } = equation.parameters;
    return gatherKernel(to, x.shape, (index) => ({
      index: index.map((i, axis) => (axes.includes(axis) ? `(${sizeAt(x.shape, axis) - 1} - ${i})` : i)),
    }));
  }
  if (applies(equation, "broadcastTo")) {
    const missing = to.length - x.shape.length;
    return gatherKernel(to, x.shape, (index) => ({
      index: x.shape.map((size, axis) => (size === 1 ? "0" : (index[axis + missing] ?? "0"))),
    }));
  }
  if (applies(equation, "pad")) {
    const { before, after } = equation.parameters;
    return gatherKernel(to, x.shape, (index) => ({
      index: index.map((i, axis) => shifted(i, -(before[axis] ?? 0))),
      conditions: index.flatMap((i, axis) => {
        const [first, end] = [before[axis] ?? 0, sizeAt(to, axis) - (after[axis] ?? 0)];
        return [
          ...(first > 0 ? [`${i} >= ${first}`] : []),
          ...(end < sizeAt(to, axis) ? [`${i} < ${end}`] : []),
        ];
      }),
    }));
  }
  return null;
}

function shifted(index: string, by: number): string {
  if (by === 0) return index;
  return by > 0 ? `(${index} + ${by})` : `(${index} - ${-by})`;
}
