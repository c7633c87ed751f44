import type { MatrixParameters } from "../../backend.ts";
import { sizeAt } from "../../shape.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";
import { eliminatedByColumns, placesIn, transposed } from "./columns.ts";
import type { Rules } from "./rule.ts";

/** Every op on matrices but eigenvalues, in double precision as the reference's kernels; where those throw, results are not finite. */
export const matrices: Rules<Exclude<keyof MatrixParameters, "eigh">> = {
  cholesky: (b, { output }, a) => {
    const x = b.convert(a, "float64");
    const l = b.cholesky(b.mul(b.add(x, transposed(b, x)), 0.5));
    const [row, column] = placesIn(b, l);
    return b.convert(b.select(b.compare("less", row, column), 0, l), output.dtype);
  },
  triangularSolve: (b, { parameters, output }, a, y) => {
    const solution = b.triangularSolve(b.convert(a, "float64"), b.convert(y, "float64"), parameters);
    return b.convert(solution, output.dtype);
  },
  solve: (b, { parameters: { transpose }, output }, a, y) => {
    const n = sizeAt(a.shape, a.shape.length - 1);
    const x = b.convert(a, "float64");
    const both = [transpose ? transposed(b, x) : x, b.convert(y, "float64")];
    const axis = a.shape.length - 1;
    const eliminated = eliminatedByColumns(b, b.concatenate(both, axis));
    const [upper, right] = [
      b.part(eliminated, axis, 0, n),
      b.part(eliminated, axis, n, sizeAt(eliminated.shape, axis)),
    ];
    const solution = b.triangularSolve(upper, right, { lower: false, transpose: false });
    return b.convert(solution, output.dtype);
  },
  logDeterminant: (b, { output }, a) => {
    const upper = eliminatedByColumns(b, b.convert(a, "float64"));
    return b.convert(b.reshape(logDiagonal(b, upper), output.shape), output.dtype);
  },
};

/** Σ log |xᵢᵢ|, axes stay. */
function logDiagonal(b: Builder, x: Value): Value {
  const [row, column] = placesIn(b, x);
  const diagonal = b.select(b.compare("equal", row, column), b.unary("abs", x), 1);
  const rank = x.shape.length;
  return b.reduce("sum", b.unary("log", diagonal), [rank - 2, rank - 1]);
}
