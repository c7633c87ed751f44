import { isLineOp, type LineOp, type Lines, linesAlong } from "../backends/lines.ts";
import type { Equation } from "../interpret/program.ts";

/** An equation that works on each line of its argument; `null` for any other. */
export function lineOpOf({ op, inputs: [x], parameters }: Equation): {
  readonly op: LineOp;
  readonly lines: Lines;
} | null {
  if (x === undefined || !isLineOp(op)) return null;
  if (!("axes" in parameters) || !Array.isArray(parameters.axes)) return null;
  const axes: readonly number[] = parameters.axes;
  const first = axes[0] ?? x.shape.length;
  return { op, lines: linesAlong(x.shape, first, first + axes.length) };
}
