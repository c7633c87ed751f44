import type { Equation, Variable } from "../../interpret/program.ts";
import { mulOp } from "../../ops/arithmetic.ts";
import { sumToOp } from "../../ops/broadcast.ts";
import { matmulOp } from "../../ops/products.ts";
import { sameShape } from "../../shape.ts";
import { along, factorsOf, once, repeat, sumAlong, withSize } from "./products.ts";
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
  const [x, y] = factorsOf(equation);
  if (x === undefined || y === undefined || !applies(equation, "matmul")) return null;
  const { shape } = equation.output;

  // Σₖ xᵢₖyₖⱼ = xᵢ Σₖ yₖⱼ where xᵢₖ = xᵢ, and likewise for y.
  const flatX = once(x.variable, x.summed, rewriter);
  const flatY = flatX === null ? once(y.variable, y.summed, rewriter) : null;
  if (flatX !== null || flatY !== null) {
    const rows = flatX ?? sumAlong(x.variable, x.summed, rewriter);
    const columns = flatY ?? sumAlong(y.variable, y.summed, rewriter);
    return rewriter.emit(mulOp, {}, [
      along("rows", rows, shape, rewriter),
      along("columns", columns, shape, rewriter),
    ]);
  }

  // Equal rows of X give equal rows of X·Y; equal columns of Y, equal columns.
  const row = once(x.variable, x.kept, rewriter);
  const column = row === null ? once(y.variable, y.kept, rewriter) : null;
  if (row === null && column === null) return null;
  const operands = [row ?? x.variable, column ?? y.variable];
  return repeat(rewriter.emit(matmulOp, equation.parameters, operands), shape, rewriter);
}

/** Σⱼ aⱼ(X·Y)ᵢⱼ = Σₖ xᵢₖ(Y·a)ₖ, with a the same for every row i. */
function rowwiseDot(equation: Equation, rewriter: Rewriter): Variable | null {
  const [terms] = equation.inputs;
  const { shape } = equation.output;
  const last = shape.length - 1;
  if (!applies(equation, "sumTo") || terms === undefined || last < 1) return null;
  if (!sameShape(shape, withSize(terms.shape, last, 1))) return null;
  const product = rewriter.definition(terms);
  if (!applies(product, "mul")) return null;
  for (const repeated of product.inputs) {
    const xy = product.inputs.find((input) => input !== repeated);
    const definition = xy && rewriter.definition(xy);
    const [x, y] = definition?.inputs ?? [];
    if (!applies(definition, "matmul") || definition.parameters.transposeX) continue;
    const a = once(repeated, last - 1, rewriter);
    if (a === null || x === undefined || y === undefined) continue;
    const { transposeX, transposeY } = definition.parameters;
    const weights = rewriter.emit(matmulOp, { transposeX, transposeY: !transposeY }, [a, y]);
    const weighted = rewriter.emit(mulOp, {}, [x, repeat(weights, x.shape, rewriter)]);
    return rewriter.emit(sumToOp, { shape }, [weighted]);
  }
  return null;
}
