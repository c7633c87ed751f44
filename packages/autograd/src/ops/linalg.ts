export { cholesky } from "./cholesky.ts";
export { logDeterminant } from "./determinant.ts";
export { eigh } from "./eigh.ts";
export { inverse, solve, type TriangularSolveOptions, triangularSolve } from "./solve.ts";
