import type { Equation, Variable } from "../interpret/program.ts";
import { mulOp } from "../ops/arithmetic.ts";
import { sumToOp } from "../ops/broadcast.ts";
import { matmulOp } from "../ops/products.ts";
import { sameShape, sizeAt } from "../shape.ts";
import { once, outer, productOf, repeat, sumAlong, withSize } from "./products.ts";
import { applies, eachEquation, type Pass, type Rewriter } from "./rewriter.ts";

/**
 * What is repeated along an axis takes part in a matrix product once. The tangents of a Jacobian-vector product
 * along a basis vector are such: one row, repeated for every point of the batch.
 *
 * In exact arithmetic nothing changes. In floating point sums are taken in another order, and where a value is
 * infinite, another value that is not finite may come out.
 */
export const repetition: Pass = eachEquation(
  "repetition",
  (equation, rewriter) => productOfRepeated(equation, rewriter) ?? rowwiseDot(equation, rewriter),
);

/** X·Y where an operand is repeated along the axis that is summed over, the rows of X, or the columns of Y. */
function productOfRepeated(equation: Equation, rewriter: Rewriter): Variable | null {
  const product = productOf(equation);
  if (product === null) return null;
  const { x, y, parameters } = product;
  const { shape } = equation.output;

  // Σₖ xᵢₖyₖⱼ = xᵢ Σₖ yₖⱼ where xᵢₖ = xᵢ, and likewise for y.
  const [flatX, flatY] = [x, y].map(({ variable, summed }) => once(variable, summed, rewriter));
  if (flatX) return outer([flatX], [sumAlong(y.variable, y.summed, rewriter)], shape, rewriter);
  if (flatY) return outer([sumAlong(x.variable, x.summed, rewriter)], [flatY], shape, rewriter);

  // Equal rows of X give equal rows of X·Y; equal columns of Y, equal columns.
  const row = once(x.variable, x.kept, rewriter);
  const column = row === null ? once(y.variable, y.kept, rewriter) : null;
  if (row === null && column === null) return null;
  const part = rewriter.emit(matmulOp, parameters, [row ?? x.variable, column ?? y.variable]);
  return repeat(part, shape, rewriter);
}

/** Σⱼ aⱼ(X·Y)ᵢⱼ = Σₖ xᵢₖ(Y·a)ₖ, with a the same for every row i. */
function rowwiseDot(equation: Equation, rewriter: Rewriter): Variable | null {
  const [terms] = equation.inputs;
  const { shape } = equation.output;
  const rank = shape.length;
  if (!applies(equation, "sumTo") || terms === undefined || rank < 2) return null;
  if (sizeAt(terms.shape, rank - 1) === 1 || !sameShape(shape, withSize(terms.shape, rank - 1, 1)))
    return null;
  const factors = rewriter.definition(terms);
  const [p, q] = factors?.inputs ?? [];
  if (!applies(factors, "mul") || p === undefined || q === undefined) return null;
  for (const [repeated, other] of [
    [p, q],
    [q, p],
  ] as const) {
    const product = productOf(rewriter.definition(other));
    const a = product === null || product.parameters.transposeX ? null : once(repeated, rank - 2, rewriter);
    if (a === null || product === null) continue;
    const { x, y, parameters } = product;
    const weights = rewriter.emit(matmulOp, { transposeX: false, transposeY: !parameters.transposeY }, [
      a,
      y.variable,
    ]);
    const weighted = rewriter.emit(mulOp, {}, [x.variable, repeat(weights, x.variable.shape, rewriter)]);
    return rewriter.emit(sumToOp, { shape }, [weighted]);
  }
  return null;
}
