import type { Equation, Variable } from "../../interpret/program.ts";
import { negOp } from "../../ops/arithmetic.ts";
import { broadcastToOp, sumToOp } from "../../ops/broadcast.ts";
import { reshapeOp, transposeOp } from "../../ops/layout.ts";
import { matmulOp } from "../../ops/products.ts";
import { sameShape } from "../../shape.ts";
import { knownScalar } from "./constants.ts";
import { applies, eachEquation, type Pass, type Rewriter } from "./rewriter.ts";

/** One rewrite: what stands for the equation's output, or `null` where it does not apply. */
type Rule = (equation: Equation, rewriter: Rewriter) => Variable | null;

/** x + 0, x − 0, x·1, x/1 are x; 0 − x and x·(−1) are −x; −(−x) is x. */
const units: Rule = (equation, rewriter) => {
  const [x, y] = equation.inputs;
  if (x === undefined) return null;
  if (equation.op === "neg") {
    const inner = rewriter.definition(x);
    return inner?.op === "neg" ? (inner.inputs[0] ?? null) : null;
  }
  if (y === undefined) return null;
  const [a, b] = [knownScalar(x, rewriter), knownScalar(y, rewriter)];
  switch (equation.op) {
    case "add":
      return b === 0 ? x : a === 0 ? y : null;
    case "sub":
      return b === 0 ? x : a === 0 ? rewriter.emit(negOp, {}, [y]) : null;
    case "mul":
      if (b === 1) return x;
      if (a === 1) return y;
      if (b === -1) return rewriter.emit(negOp, {}, [x]);
      return a === -1 ? rewriter.emit(negOp, {}, [y]) : null;
    case "div":
      return b === 1 ? x : null;
    default:
      return null;
  }
};

/** x·0 is 0 where x is certain to be finite; anywhere else the product must stay. */
const zeros: Rule = (equation, rewriter) => {
  const [x, y] = equation.inputs;
  if (equation.op !== "mul" || x === undefined || y === undefined) return null;
  const isBounded = (v: Variable): boolean => {
    const traits = rewriter.definition(v)?.traits;
    return traits?.kind === "elementwise" && traits.finite === true;
  };
  if (knownScalar(y, rewriter) === 0 && isBounded(x)) return y;
  return knownScalar(x, rewriter) === 0 && isBounded(y) ? x : null;
};

/** Two steps of one kind are one: reshape, broadcastTo, sumTo, transpose; a step that changes nothing is none. */
const movements: Rule = (equation, rewriter) => {
  const [x] = equation.inputs;
  if (x === undefined) return null;
  const inner = rewriter.definition(x);
  const [source] = inner?.inputs ?? [];
  if (equation.op === "stopGradient") return x;
  if (applies(equation, "reshape") || applies(equation, "broadcastTo") || applies(equation, "sumTo")) {
    const { shape } = equation.parameters;
    if (sameShape(shape, x.shape)) return x;
    if (source === undefined || inner?.op !== equation.op) return null;
    if (sameShape(shape, source.shape)) return equation.op === "reshape" ? source : null;
    const op =
      equation.op === "reshape" ? reshapeOp : equation.op === "broadcastTo" ? broadcastToOp : sumToOp;
    return rewriter.emit(op, { shape }, [source]);
  }
  if (applies(equation, "transpose") && applies(inner, "transpose") && source !== undefined) {
    const before = inner.parameters.axes;
    const axes = equation.parameters.axes.map((axis) => before[axis] ?? axis);
    return axes.every((axis, i) => axis === i) ? source : rewriter.emit(transposeOp, { axes }, [source]);
  }
  return null;
};

/** A matmul reads a transposed operand by its flag instead of by a copy. */
const transposedOperands: Rule = (equation, rewriter) => {
  if (!applies(equation, "matmul")) return null;
  const [x, y] = equation.inputs;
  if (x === undefined || y === undefined) return null;
  const { transposeX, transposeY } = equation.parameters;
  const [a, b] = [matrixTransposed(x, rewriter), matrixTransposed(y, rewriter)];
  if (a === null && b === null) return null;
  const parameters = {
    transposeX: a === null ? transposeX : !transposeX,
    transposeY: b === null ? transposeY : !transposeY,
  };
  return rewriter.emit(matmulOp, parameters, [a ?? x, b ?? y]);
};

/** What x is the transpose of, if it is one that swaps the last two axes and nothing else. */
function matrixTransposed(x: Variable, rewriter: Rewriter): Variable | null {
  const definition = rewriter.definition(x);
  if (!applies(definition, "transpose")) return null;
  const rank = x.shape.length;
  const swapsLast = definition.parameters.axes.every(
    (axis, i) => axis === (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2),
  );
  return swapsLast ? (definition.inputs[0] ?? null) : null;
}

const rules: readonly Rule[] = [units, zeros, movements, transposedOperands];

/** Rewrites by identities that hold for every input, infinities and NaN included. */
export const algebra: Pass = eachEquation("algebra", (equation, rewriter) => {
  for (const rule of rules) {
    const replacement = rule(equation, rewriter);
    if (replacement !== null) return replacement;
  }
  return null;
});
