import type { Equation, Variable } from "../../interpret/program.ts";
import { broadcastToOp, sumToOp } from "../../ops/broadcast.ts";
import { reshapeOp } from "../../ops/layout.ts";
import { type Shape, sameShape } from "../../shape.ts";
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

/** X and Y of the product X·Y that an equation computes; none for other ops. */
export function factorsOf(equation: Equation): readonly [] | readonly [Factor, Factor] {
  const [x, y] = equation.inputs;
  if (!applies(equation, "matmul") || x === undefined || y === undefined) return [];
  const { transposeX, transposeY } = equation.parameters;
  const last = x.shape.length - 1;
  const factor = (variable: Variable, byRows: boolean): Factor => ({
    variable,
    kept: byRows ? last - 1 : last,
    summed: byRows ? last : last - 1,
  });
  return [factor(x, !transposeX), factor(y, transposeY)];
}

/** What a variable repeats along an axis, by the equation that computes it; `null` if it does not. */
export function partOf({ shape }: Variable, axis: number, definition: Equation | undefined): Variable | null {
  const [source] = definition?.inputs ?? [];
  if (!applies(definition, "broadcastTo") || source === undefined || shape[axis] === 1) return null;
  return (source.shape.at(axis - shape.length) ?? 1) === 1 ? source : null;
}

/** The variable with size 1 along an axis along which it is repeated; `null` where it is not. */
export function once(variable: Variable, axis: number, rewriter: Rewriter): Variable | null {
  const part = partOf(variable, axis, rewriter.definition(variable));
  return part && repeat(part, withSize(variable.shape, axis, 1), rewriter);
}

export function repeat(variable: Variable, shape: Shape, rewriter: Rewriter): Variable {
  return sameShape(variable.shape, shape) ? variable : rewriter.emit(broadcastToOp, { shape }, [variable]);
}

/** Elements for the axis of a product that is kept, as factors of a result [..., rows, columns]. */
export function along(
  axis: "rows" | "columns",
  variable: Variable,
  shape: Shape,
  rewriter: Rewriter,
): Variable {
  const thin = withSize(shape, shape.length - (axis === "rows" ? 1 : 2), 1);
  return repeat(rewriter.emit(reshapeOp, { shape: thin }, [variable]), shape, rewriter);
}

export function sumAlong(variable: Variable, axis: number, rewriter: Rewriter): Variable {
  return rewriter.emit(sumToOp, { shape: withSize(variable.shape, axis, 1) }, [variable]);
}

export function withSize(shape: Shape, axis: number, size: number): Shape {
  return shape.map((each, i) => (i === axis ? size : each));
}
