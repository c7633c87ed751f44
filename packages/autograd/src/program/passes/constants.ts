import type { Variable } from "../../interpret/program.ts";
import { broadcastTo, broadcastToOp } from "../../ops/broadcast.ts";
import { broadcastShapes, type Shape, sameShape, sizeOf } from "../../shape.ts";
import { full, type Tensor, tensor } from "../../tensor.ts";
import { applies, eachEquation, type Pass, Rewriter } from "./rewriter.ts";

/** Larger results are computed at run time rather than kept in the program. */
const LARGEST_FOLDED = 1 << 16;

/** The one value of all elements, if they are all the same. */
export function uniformValue(x: Tensor): number | null {
  const { data } = x;
  const [first] = data;
  if (first === undefined || Object.is(first, -0)) return null;
  for (let i = 1; i < data.length; i++) if (data[i] !== first) return null;
  return first;
}

/** x with one of its rows, if they are all the same. */
function withoutRepetition(x: Tensor): Tensor {
  const [rows = 1, ...row] = x.shape;
  const length = x.size / rows;
  const isRepeated = x.data.every((value, i) => Object.is(value, x.data[i % length]));
  return isRepeated ? tensor(x.data.slice(0, length), { shape: [1, ...row] }) : x;
}

/** Writes constants whose elements are all equal as one scalar, and those whose rows are equal as one row. */
export const splats: Pass = {
  name: "splat constants",
  run(program) {
    const rewriter = new Rewriter(program);
    for (const { variable, value } of program.constants) {
      if (variable.shape.length === 0 || value.size === 0 || value.dtype === "uint32") continue;
      const uniform = uniformValue(value);
      const part = uniform === null ? withoutRepetition(value) : full([], uniform, { dtype: value.dtype });
      // A lone −0 is no scalar: x + (−0) is x, but the rules for +0 do not hold for it.
      if (part.size === value.size || (uniform === null && part.size === 1)) continue;
      const source = rewriter.emitConstant(part);
      rewriter.replace(variable, rewriter.emit(broadcastToOp, { shape: variable.shape }, [source]));
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

/** A constant, or the constant that is broadcast to what the variable is. */
function knownSource(variable: Variable, rewriter: Rewriter): Tensor | null {
  const value = rewriter.constant(variable);
  if (value !== undefined) return value;
  const definition = rewriter.definition(variable);
  const [source] = definition?.inputs ?? [];
  return applies(definition, "broadcastTo") && source !== undefined ? knownSource(source, rewriter) : null;
}

/** Computes equations whose inputs are all known in advance. */
export const foldConstants: Pass = eachEquation("fold constants", (equation, rewriter) => {
  const { output, inputs, op, traits } = equation;
  if (op === "broadcastTo" || inputs.length === 0) return null;
  const values = inputs.map((x) => rewriter.constant(x));
  if (sizeOf(output.shape) <= LARGEST_FOLDED && values.every((value) => value !== undefined)) {
    return rewriter.emitConstant(equation.apply(values));
  }
  const isPlain = inputs.every((x) => sameShape(x.shape, output.shape) && x.dtype === output.dtype);
  if (!isPlain || traits.kind !== "elementwise") return null;
  const sources = inputs.map((x) => knownSource(x, rewriter));
  if (!sources.every((source) => source !== null)) return null;
  const joint = sources.reduce<Shape>((shape, source) => broadcastShapes(op, shape, source.shape), []);
  if (sizeOf(joint) === sizeOf(output.shape) || sizeOf(joint) > LARGEST_FOLDED) return null;
  const result = equation.apply(sources.map((source) => broadcastTo(source, joint)));
  return rewriter.emit(broadcastToOp, { shape: output.shape }, [rewriter.emitConstant(result)]);
});
