import type { AxesParameters, CalledName, MatrixParameters } from "../../backend.ts";
import { convolutionSizes } from "../../backends/convolutionSizes.ts";
import { convInputSource, convKernelSources, convSource } from "../../backends/gpu/kernels/convolution.ts";
import {
  cumulativeMaximumKernel,
  cumulativeSumKernel,
  linearRecurrenceKernel,
  logCumSumExpKernel,
} from "../../backends/gpu/kernels/cumulative.ts";
import { type DeviceDraw, drawKernel } from "../../backends/gpu/kernels/draws.ts";
import { type LineName, lineSteps } from "../../backends/gpu/kernels/lines.ts";
import { matmulKernels } from "../../backends/gpu/kernels/matmul.ts";
import {
  concatKernel,
  scatterAddKernel,
  sumToKernel,
  takeKernel,
} from "../../backends/gpu/kernels/movement.ts";
import { type KernelSource, MOST_INPUTS } from "../../backends/gpu/kernels/source.ts";
import { type Lines, linesAlong } from "../../backends/lines.ts";
import { productSizes } from "../../backends/productSizes.ts";
import type { Equation, Variable } from "../../interpret/program.ts";
import { type Application, applies } from "../../program/passes/rewriter.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import type { ArrayId, Code, Conversion } from "./code.ts";
import { flipped, padded, repeated, sliced, transposed } from "./gathers.ts";

/** What the kernels of an equation are made with. */
export interface Surroundings {
  readonly code: Code;
  /** How many neighbouring elements a kernel can return. */
  readonly mostPerThread: 1 | 4;
  /** Whether the device draws the reference's bits. */
  readonly draws: boolean;
  /** The array of a value of floats. */
  arrayOf(variable: Variable): ArrayId;
  /** The array of a value as the host converts it. */
  converted(variable: Variable, conversion: Conversion): ArrayId;
}

/** The array that an equation's result is in, from its first argument x; `null`: it is computed on the host. */
type Call<E extends Equation> = (equation: E, x: Variable, on: Surroundings) => ArrayId | null;

/** The ops that the host computes. */
type OnHost =
  | "argMax"
  | "argMin"
  | "argSort"
  | "cast"
  | "foldIn"
  | keyof MatrixParameters
  | "randomBits"
  | "randomCategorical"
  | "randomPermutation"
  | "scatterAddAlong"
  | "sort"
  | "splitKey"
  | "takeAlong";

type DeviceCalled = Exclude<CalledName, OnHost>;

/** What computes each other op outside of loops, where its result is of floats. */
const calls: { readonly [K in DeviceCalled]: Call<Application<K>> } = {
  broadcastTo: gathers(repeated),
  transpose: gathers(transposed),
  slice: gathers(sliced),
  flip: gathers(flipped),
  pad: gathers(padded),
  concat: ({ inputs, parameters: { axis } }, _x, on) => joined(inputs, axis, on),
  take: (equation, x, on) => byRows(equation, x, x.shape, takeKernel, on),
  matmul: ({ inputs, output, parameters }, x, on) => {
    const [, y] = inputs;
    if (y === undefined) return null;
    const sizes = { ...productSizes(parameters, x.shape, output.shape), ...parameters };
    return on.code.sequence(matmulKernels(sizes, on.mostPerThread), [on.arrayOf(x), on.arrayOf(y)]);
  },
  sumTo: ({ output }, x, on) => on.code.kernel(sumToKernel(output.shape, x.shape), [on.arrayOf(x)]),
  scatterAdd: (equation, x, on) => byRows(equation, x, equation.output.shape, scatterAddKernel, on),
  conv: convolution(({ parameters }, x, kernel) => [
    convSource(convolutionSizes(parameters, x[0] ?? 0, kernel)),
  ]),
  convInput: convolution(({ parameters }, y, kernel) => [
    convInputSource(convolutionSizes(parameters, y[0] ?? 0, kernel)),
  ]),
  convKernel: convolution(({ parameters, output }, x) =>
    convKernelSources(convolutionSizes(parameters, x[0] ?? 0, output.shape)),
  ),
  max: lines("max"),
  min: lines("min"),
  prod: lines("prod"),
  logSumExp: lines("logSumExp"),
  softmax: lines("softmax"),
  logSoftmax: lines("logSoftmax"),
  norm: lines("norm"),
  unit: lines("unit"),
  cumsum: ({ parameters: { axis, reverse } }, x, on) =>
    on.code.kernel(cumulativeSumKernel(linesAlong(x.shape, axis, axis + 1), reverse), [on.arrayOf(x)]),
  linearRecurrence: ({ inputs, parameters: { axis, reverse } }, x, on) =>
    on.code.kernel(
      linearRecurrenceKernel(linesAlong(x.shape, axis, axis + 1), reverse),
      inputs.map((input) => on.arrayOf(input)),
    ),
  logCumSumExp: ({ parameters: { axis } }, x, on) =>
    on.code.kernel(logCumSumExpKernel(linesAlong(x.shape, axis, axis + 1)), [on.arrayOf(x)]),
  cummax: ({ parameters: { axis } }, x, on) =>
    on.code.kernel(cumulativeMaximumKernel(linesAlong(x.shape, axis, axis + 1)), [on.arrayOf(x)]),
  randomUniform: draws("uniform"),
  randomNormal: draws("normal"),
  randomRademacher: draws("rademacher"),
};

/** Runs an equation outside of loops on the device; `null` where it has no kernel for that. */
export function callOf(equation: Equation, on: Surroundings): ArrayId | null {
  const { op, output, inputs } = equation;
  if (output.dtype !== "float32" || isEmpty(output) || inputs.some(isEmpty)) return null;
  return isCalled(op) ? call(op, equation, on) : null;
}

const isEmpty = ({ shape }: Variable): boolean => sizeOf(shape) === 0;

function isCalled(op: string): op is DeviceCalled {
  return Object.hasOwn(calls, op);
}

function call<K extends DeviceCalled>(op: K, equation: Equation, on: Surroundings): ArrayId | null {
  const [x] = equation.inputs;
  return applies(equation, op) && x !== undefined ? calls[op](equation, x, on) : null;
}

/** The kernels of a contraction of two of a convolution's arrays. */
function convolution<E extends Equation>(
  kernelsOf: (equation: E, x: Shape, y: Shape) => KernelSource[],
): Call<E> {
  return (equation, x, on) => {
    const [, y] = equation.inputs;
    if (y === undefined) return null;
    return on.code.sequence(kernelsOf(equation, x.shape, y.shape), [on.arrayOf(x), on.arrayOf(y)]);
  };
}

function gathers<E extends Equation>(kernelOf: (equation: E, x: Variable) => KernelSource): Call<E> {
  return (equation, x, on) => on.code.kernel(kernelOf(equation, x), [on.arrayOf(x)]);
}

/** Runs an op on rows by their numbers, which are checked on the host. `shape` is that of the array of all rows. */
function byRows(
  { op, inputs, parameters: { axis } }: Application<"take" | "scatterAdd">,
  x: Variable,
  shape: Shape,
  kernelOf: (lines: Lines, count: number) => KernelSource,
  on: Surroundings,
): ArrayId | null {
  const [, indices] = inputs;
  if (indices === undefined) return null;
  const lines = linesAlong(shape, axis, axis + 1);
  const rows = on.converted(indices, { kind: "indices", op, axis, size: lines.middle });
  return on.code.kernel(kernelOf(lines, sizeOf(indices.shape)), [on.arrayOf(x), rows]);
}

function draws(draw: DeviceDraw): Call<Equation> {
  return ({ output }, key, on) =>
    on.draws
      ? on.code.kernel(drawKernel(draw, sizeOf(output.shape)), [on.converted(key, { kind: "key" })])
      : null;
}

/** Joins so many arrays at once as a kernel can read, and then the results. */
function joined(inputs: readonly Variable[], axis: number, on: Surroundings): ArrayId {
  const outer = sizeOf((inputs[0]?.shape ?? []).slice(0, axis));
  let parts = inputs.map((x) => ({ width: sizeOf(x.shape.slice(axis)), array: on.arrayOf(x) }));
  do {
    const next: typeof parts = [];
    for (let i = 0; i < parts.length; i += MOST_INPUTS) {
      const group = parts.slice(i, i + MOST_INPUTS);
      const widths = group.map(({ width }) => width);
      const array = on.code.kernel(
        concatKernel(outer, widths),
        group.map((part) => part.array),
      );
      next.push({ width: widths.reduce((sum, width) => sum + width, 0), array });
    }
    parts = next;
  } while (parts.length > 1);
  const [whole] = parts;
  if (whole === undefined) throw new Error("gpu: there is nothing to join");
  return whole.array;
}

/** The kernels of an op on lines, the last of which writes the result. */
function lines(name: LineName): Call<Equation & { readonly parameters: AxesParameters }> {
  return ({ parameters: { axes } }, x, { code, arrayOf }) => {
    const first = axes[0] ?? x.shape.length;
    const array = arrayOf(x);
    const written: ArrayId[] = [];
    for (const { source, reads } of lineSteps(name, linesAlong(x.shape, first, first + axes.length))) {
      written.push(
        code.kernel(
          source,
          reads.map((at) => written[at] ?? array),
        ),
      );
    }
    return written.at(-1) ?? null;
  };
}
