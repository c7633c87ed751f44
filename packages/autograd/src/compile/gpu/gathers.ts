import { gatherKernel } from "../../backends/gpu/kernels/movement.ts";
import type { KernelSource } from "../../backends/gpu/kernels/source.ts";
import type { Variable } from "../../interpret/program.ts";
import type { Application } from "../../program/passes/rewriter.ts";
import { sizeAt } from "../../shape.ts";

// Ops whose elements are each one of x's, or 0.

export function transposed(
  { output, parameters: { axes } }: Application<"transpose">,
  x: Variable,
): KernelSource {
  return gatherKernel(output.shape, x.shape, (index) => ({
    index: x.shape.map((_, axis) => index[axes.indexOf(axis)] ?? "0"),
  }));
}

export function sliced({ output, parameters: { start } }: Application<"slice">, x: Variable): KernelSource {
  return gatherKernel(output.shape, x.shape, (index) => ({
    index: index.map((i, axis) => shifted(i, start[axis] ?? 0)),
  }));
}

export function flipped({ output, parameters: { axes } }: Application<"flip">, x: Variable): KernelSource {
  return gatherKernel(output.shape, x.shape, (index) => ({
    index: index.map((i, axis) => (axes.includes(axis) ? `(${sizeAt(x.shape, axis) - 1} - ${i})` : i)),
  }));
}

export function repeated({ output }: Application<"broadcastTo">, x: Variable): KernelSource {
  const missing = output.shape.length - x.shape.length;
  return gatherKernel(output.shape, x.shape, (index) => ({
    index: x.shape.map((size, axis) => (size === 1 ? "0" : (index[axis + missing] ?? "0"))),
  }));
}

export function padded({ output, parameters }: Application<"pad">, x: Variable): KernelSource {
  const to = output.shape;
  const { before, after } = parameters;
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

function shifted(index: string, by: number): string {
  if (by === 0) return index;
  return by > 0 ? `(${index} + ${by})` : `(${index} - ${-by})`;
}
