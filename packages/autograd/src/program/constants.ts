import type { Variable } from "../interpret/program.ts";
import { broadcastToOp } from "../ops/broadcast.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { full, type Tensor } from "../tensor.ts";
import { applies, eachEquation, type Pass, Rewriter } from "./rewriter.ts";

/** Larger results are computed at run time rather than kept in the program. */
const LARGEST_FOLDED = 1 << 16;

/** The one value of all elements, if they are all the same. */
export function uniformValue(x: Tensor): number | null {
  const [first] = x.data;
  if (first === undefined || Object.is(first, -0)) return null;
  return x.data.every((value) => value === first) ? first : null;
}

/** Writes constants whose elements are all equal as one scalar that is broadcast. */
export const splats: Pass = {
  name: "splat constants",
  run(program) {
    const rewriter = new Rewriter(program);
    for (const { variable, value } of program.constants) {
      const uniform = variable.shape.length === 0 || value.dtype === "uint32" ? null : uniformValue(value);
      if (uniform === null) continue;
      const scalar = rewriter.emitScalar(uniform, variable.dtype);
      rewriter.replace(variable, rewriter.emit(broadcastToOp, { shape: variable.shape }, [scalar]));
    }
    for (const equation of program.equations) rewriter.keep(equation);
    return rewriter.finish();
  },
};

/** The value of a variable that is a constant, or a constant scalar broadcast, and so is known in advance. */
export function knownScalar(variable: Variable, rewriter: Rewriter): number | null {
  const value = rewriter.constant(variable);
  if (value !== undefined) return value.size === 1 && value.dtype !== "uint32" ? value.item() : null;
  const definition = rewriter.definition(variable);
  const [source] = definition?.inputs ?? [];
  return applies(definition, "broadcastTo") && source !== undefined ? knownScalar(source, rewriter) : null;
}

/** Computes equations whose inputs are all known in advance. */
export const foldConstants: Pass = eachEquation("fold constants", (equation, rewriter) => {
  const { output, inputs, op } = equation;
  if (op === "broadcastTo" || inputs.length === 0) return null;
  const values = inputs.map((x) => rewriter.constant(x));
  if (sizeOf(output.shape) <= LARGEST_FOLDED && values.every((value) => value !== undefined)) {
    return rewriter.emitConstant(equation.apply(values));
  }
  const scalars = inputs.map((x) => knownScalar(x, rewriter));
  const isElementwise = inputs.every((x) => sameShape(x.shape, output.shape) && x.dtype === output.dtype);
  if (!isElementwise || !elementwiseOps.has(op) || scalars.some((x) => x === null)) return null;
  const result = equation.apply(scalars.map((x) => full([], x ?? 0, { dtype: output.dtype })));
  const scalar = rewriter.emitConstant(result);
  return rewriter.emit(broadcastToOp, { shape: output.shape }, [scalar]);
});

/** Ops that work element by element, whatever the shape. */
export const elementwiseOps: ReadonlySet<string> = new Set([
  "neg",
  "square",
  "sqrt",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "tanh",
  "sechSquared",
  "sigmoid",
  "logisticDensity",
  "softplus",
  "relu",
  "erf",
  "normalCdf",
  "abs",
  "sign",
  "power",
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "maximum",
  "minimum",
  "where",
  "greater",
  "greaterEqual",
  "less",
  "lessEqual",
  "equal",
]);
