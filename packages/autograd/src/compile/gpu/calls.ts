import { type DeviceDraw, drawKernel } from "../../backends/gpu/kernels/draws.ts";
import { cumulativeSumKernel, lineSteps } from "../../backends/gpu/kernels/lines.ts";
import { matmulKernels } from "../../backends/gpu/kernels/matmul.ts";
import {
  concatKernel,
  scatterAddKernel,
  sumToKernel,
  takeKernel,
} from "../../backends/gpu/kernels/movement.ts";
import { MOST_INPUTS } from "../../backends/gpu/kernels/source.ts";
import { linesAlong } from "../../backends/lines.ts";
import { productSizes } from "../../backends/productSizes.ts";
import type { Equation, Variable } from "../../interpret/program.ts";
import { applies } from "../../program/rewriter.ts";
import { sizeOf } from "../../shape.ts";
import { lineOpOf } from "../lines.ts";
import type { ArrayId, Code, Conversion } from "./code.ts";
import { gatherOf } from "./gathers.ts";

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

/** Runs an equation outside of loops on the device; `null` where it has no kernel for that. */
export function callOf(equation: Equation, on: Surroundings): ArrayId | null {
  const { output, inputs } = equation;
  if (output.dtype !== "float32" || isEmpty(output) || inputs.some(isEmpty)) return null;
  return drawOf(equation, on) ?? rowsOf(equation, on) ?? arrayCall(equation, on);
}

const isEmpty = ({ shape }: Variable): boolean => sizeOf(shape) === 0;

const draws: Readonly<Record<string, DeviceDraw>> = {
  randomUniform: "uniform",
  randomNormal: "normal",
  randomRademacher: "rademacher",
};

function drawOf({ op, output, inputs: [key] }: Equation, on: Surroundings): ArrayId | null {
  const draw = draws[op];
  if (draw === undefined || key === undefined || !on.draws) return null;
  return on.code.kernel(drawKernel(draw, sizeOf(output.shape)), [on.converted(key, { kind: "key" })]);
}

/** Ops on rows by their numbers, which are checked on the host. */
function rowsOf(equation: Equation, on: Surroundings): ArrayId | null {
  const { op, inputs, output } = equation;
  const [x, indices] = inputs;
  if (x === undefined || indices === undefined || x.dtype !== "float32") return null;
  const isTake = applies(equation, "take");
  if (!isTake && !applies(equation, "scatterAdd")) return null;
  const { axis } = equation.parameters;
  const lines = linesAlong(isTake ? x.shape : output.shape, axis, axis + 1);
  const array = on.converted(indices, { kind: "indices", op, axis, size: lines.middle });
  const count = sizeOf(indices.shape);
  const source = isTake ? takeKernel(lines, count) : scatterAddKernel(lines, count);
  return on.code.kernel(source, [on.arrayOf(x), array]);
}

function arrayCall(equation: Equation, on: Surroundings): ArrayId | null {
  const { inputs, output } = equation;
  const [x, y] = inputs;
  if (x === undefined || inputs.some(({ dtype }) => dtype !== "float32")) return null;
  if (applies(equation, "matmul") && y !== undefined) {
    return on.code.sequence(
      matmulKernels(
        { ...productSizes(equation.parameters, x.shape, output.shape), ...equation.parameters },
        on.mostPerThread,
      ),
      [on.arrayOf(x), on.arrayOf(y)],
    );
  }
  if (applies(equation, "concat")) return joined(inputs, equation.parameters.axis, on);
  if (applies(equation, "cumsum")) {
    const { axis, reverse } = equation.parameters;
    return on.code.kernel(cumulativeSumKernel(linesAlong(x.shape, axis, axis + 1), reverse), [on.arrayOf(x)]);
  }
  if (applies(equation, "sumTo")) return on.code.kernel(sumToKernel(output.shape, x.shape), [on.arrayOf(x)]);
  const gathered = gatherOf(equation, x);
  if (gathered !== null) return on.code.kernel(gathered, [on.arrayOf(x)]);
  const line = lineOpOf(equation);
  return line === null ? null : lineCall(line, x, on);
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
function lineCall(
  { op, lines }: NonNullable<ReturnType<typeof lineOpOf>>,
  x: Variable,
  { code, arrayOf }: Surroundings,
): ArrayId | null {
  const array = arrayOf(x);
  const written: ArrayId[] = [];
  for (const { source, reads } of lineSteps(op, lines)) {
    written.push(
      code.kernel(
        source,
        reads.map((at) => written[at] ?? array),
      ),
    );
  }
  return written.at(-1) ?? null;
}
