import type { MatmulParameters } from "../backend.ts";
import type { Equation, Variable } from "../interpret/program.ts";
import { mulOp } from "../ops/arithmetic.ts";
import { broadcastToOp, sumToOp } from "../ops/broadcast.ts";
import { reshapeOp } from "../ops/layout.ts";
import { type Shape, sameShape, sizeAt } from "../shape.ts";
import { applies, type Rewriter } from "./rewriter.ts";

// What rewrites of matrix products share: operands by the axis that is summed over and the axis that is kept, and
// values that are repeated along an axis.

/** An operand of a matrix product. */
export interface Factor {
  readonly variable: Variable;
  /** Its axis that is an axis of the product too: the rows of X, the columns of Y. */
  readonly kept: number;
  /** Its axis that is summed over. */
  readonly summed: number;
}

/** The product X·Y that an equation computes; `null` for other ops. */
export function productOf(
  equation: Equation | undefined,
): { readonly x: Factor; readonly y: Factor; readonly parameters: MatmulParameters } | null {
  if (!applies(equation, "matmul")) return null;
  const [x, y] = equation.inputs;
  if (x === undefined || y === undefined) return null;
  const { parameters } = equation;
  const last = x.shape.length - 1;
  const [xRows, xColumns] = parameters.transposeX ? [last, last - 1] : [last - 1, last];
  const [yRows, yColumns] = parameters.transposeY ? [last, last - 1] : [last - 1, last];
  return {
    x: { variable: x, kept: xRows, summed: xColumns },
    y: { variable: y, kept: yColumns, summed: yRows },
    parameters,
  };
}

/** rᵢcⱼ, or zᵢⱼrᵢcⱼ, of a shape [..., i, j]: r and c have size 1 along the axis that a product would sum over. */
export function outer(
  rows: readonly Variable[],
  columns: readonly Variable[],
  shape: Shape,
  rewriter: Rewriter,
  z?: Variable,
): Variable {
  const last = shape.length - 1;
  const along = (variable: Variable, axis: number): Variable =>
    repeat(reshaped(variable, withSize(shape, axis, 1), rewriter), shape, rewriter);
  const factors = [...rows.map((r) => along(r, last)), ...columns.map((c) => along(c, last - 1))];
  const [first, ...others] = z === undefined ? factors : [z, ...factors];
  if (first === undefined) throw new Error("outer: no factors");
  return others.reduce((total, factor) => rewriter.emit(mulOp, {}, [total, factor]), first);
}

/** Whether the equation that computes a variable repeats one part of it along an axis. */
export function isRepeated(variable: Variable, axis: number, definition: Equation | undefined): boolean {
  const [source] = definition?.inputs ?? [];
  if (!applies(definition, "broadcastTo") || source === undefined) return false;
  const missing = variable.shape.length - source.shape.length;
  return sizeAt(variable.shape, axis) > 1 && (axis < missing || sizeAt(source.shape, axis - missing) === 1);
}

/** The variable with size 1 along an axis along which it is repeated; `null` where it is not. */
export function once(variable: Variable, axis: number, rewriter: Rewriter): Variable | null {
  const definition = rewriter.definition(variable);
  const [source] = definition?.inputs ?? [];
  return source !== undefined && isRepeated(variable, axis, definition)
    ? repeat(source, withSize(variable.shape, axis, 1), rewriter)
    : null;
}

export function repeat(variable: Variable, shape: Shape, rewriter: Rewriter): Variable {
  return sameShape(variable.shape, shape) ? variable : rewriter.emit(broadcastToOp, { shape }, [variable]);
}

export function sumAlong(variable: Variable, axis: number, rewriter: Rewriter): Variable {
  const shape = withSize(variable.shape, axis, 1);
  return sameShape(variable.shape, shape) ? variable : rewriter.emit(sumToOp, { shape }, [variable]);
}

export function withSize(shape: Shape, axis: number, size: number): Shape {
  return shape.map((each, i) => (i === axis ? size : each));
}

function reshaped(variable: Variable, shape: Shape, rewriter: Rewriter): Variable {
  return sameShape(variable.shape, shape) ? variable : rewriter.emit(reshapeOp, { shape }, [variable]);
}
