import { sizeAt } from "../../shape.ts";
import { Builder } from "../builder.ts";
import {
  type BinaryFunction,
  type Comparison,
  dispatch,
  type ForEachPrimitive,
  type PrimitiveEquation,
  type Region,
  type UnaryFunction,
  type Value,
} from "../primitives.ts";
import { choleskyByColumns, triangularSolveByColumns } from "../rules/columns.ts";
import { argSort, convolution, dot, reduce, scatterAdd } from "./arrays.ts";
import { expm1, log1p } from "./functions.ts";
import { BEFORE_START, type Graph, type Wire } from "./graph.ts";
import { writeScan, writeWhile } from "./loops.ts";
import { types } from "./types.ts";

const unary: Readonly<Record<Exclude<UnaryFunction, "expm1" | "log1p">, string>> = {
  neg: "Neg",
  abs: "Abs",
  sign: "Sign",
  sqrt: "Sqrt",
  exp: "Exp",
  log: "Log",
  sin: "Sin",
  cos: "Cos",
  tanh: "Tanh",
  floor: "Floor",
  round: "Round",
};

/** By what is done to numbers, and to truths or bits. */
const binary: Readonly<Record<BinaryFunction, readonly [numbers: string, truths: string]>> = {
  add: ["Add", ""],
  sub: ["Sub", ""],
  mul: ["Mul", ""],
  div: ["Div", ""],
  pow: ["Pow", ""],
  rem: ["Mod", ""],
  maximum: ["Max", ""],
  minimum: ["Min", ""],
  and: ["BitwiseAnd", "And"],
  or: ["BitwiseOr", "Or"],
  xor: ["BitwiseXor", "Xor"],
  shiftRight: ["BitShift", ""],
};

const comparisons: Readonly<Record<Exclude<Comparison, "notEqual">, string>> = {
  less: "Less",
  lessEqual: "LessOrEqual",
  greater: "Greater",
  greaterEqual: "GreaterOrEqual",
  equal: "Equal",
};

/** What a primitive with one result writes, from the wires of its inputs: the wire of the result. */
type Writes<K extends PrimitiveEquation["primitive"]> = (
  g: Graph,
  parameters: PrimitiveEquation<K>["parameters"],
  output: Value,
  ...inputs: Wire[]
) => Wire;

function one<K extends PrimitiveEquation["primitive"]>(
  write: Writes<K>,
): (
  equation: Pick<PrimitiveEquation, "inputs" | "outputs"> & {
    parameters: PrimitiveEquation<K>["parameters"];
  },
  g: Graph,
) => void {
  return ({ parameters, inputs, outputs: [output] }, g) => {
    if (output === undefined) throw new Error("onnx: an equation has no result");
    g.set(output, write(g, parameters, output, ...inputs.map((x) => g.get(x))));
  };
}

/** A movement of one number that stands for all is that number. */
function moved<K extends PrimitiveEquation["primitive"]>(write: Writes<K>): ReturnType<typeof one<K>> {
  return one<K>((g, parameters, output, x, ...rest) =>
    x !== undefined && x.shape.length === 0
      ? { ...x, full: output.shape }
      : write(g, parameters, output, ...(x === undefined ? rest : [x, ...rest])),
  );
}

/** The operations of ONNX for each primitive. */
const operations: ForEachPrimitive<[Graph], void> = {
  constant: one<"constant">((g, { values }, { shape, type }) =>
    typeof values === "number" ? g.number(values, type, shape) : g.constant(values, shape, type),
  ),
  iota: one<"iota">((g, { axis }, { shape, type }) => {
    const size = sizeAt(shape, axis);
    const bounds = [0, size, 1].map((value) => g.integer(value));
    const places = g.node("Range", bounds, { shape: [size], type: "int64" });
    const typed = type === "int64" ? places : g.elementwise("Cast", [places], type, { to: types[type] });
    const line = shape.map((_, i) => (i === axis ? size : 1));
    const aligned =
      shape.length === axis + 1 ? typed : g.node("Reshape", [typed, g.target(line)], { shape: line, type });
    return { ...aligned, full: shape };
  }),
  unary: one<"unary">((g, { name }, _output, x) => {
    if (name === "expm1") return expm1(g, x);
    return name === "log1p" ? log1p(g, x) : g.elementwise(unary[name], [x], x.type);
  }),
  binary: one<"binary">((g, { name }, _output, x, y) => {
    const operation = binary[name][x.type === "bool" ? 1 : 0];
    const isFloat = x.type === "float32" || x.type === "float64";
    const attributes =
      name === "shiftRight" ? { direction: "RIGHT" } : name === "rem" && isFloat ? { fmod: 1 } : {};
    return g.elementwise(operation, [x, y], x.type, attributes);
  }),
  compare: one<"compare">((g, { name }, _output, x, y) =>
    name === "notEqual"
      ? g.elementwise("Not", [g.elementwise("Equal", [x, y], "bool")], "bool")
      : g.elementwise(comparisons[name], [x, y], "bool"),
  ),
  select: one<"select">((g, _parameters, { type }, condition, x, y) =>
    g.elementwise("Where", [condition, x, y], type),
  ),
  convert: one<"convert">((g, _parameters, { type }, x) =>
    g.elementwise("Cast", [x], type, { to: types[type] }),
  ),
  // Each operation rounds what it gives.
  rounded: one<"rounded">((_g, _parameters, _output, x) => x),
  reshape: moved<"reshape">((g, _parameters, output, x) =>
    g.node("Reshape", [x, g.target(output.shape)], output),
  ),
  broadcast: one<"broadcast">((_g, _parameters, { shape }, x) => ({ ...x, full: shape })),
  transpose: moved<"transpose">((g, { axes }, output, x) => g.node("Transpose", [x], output, { perm: axes })),
  slice: moved<"slice">((g, { start, end }, output, x) =>
    g.node("Slice", [x, g.integers(start), g.integers(end)], output),
  ),
  pad: one<"pad">((g, { before, after }, output, x) =>
    g.node("Pad", [x, g.integers([...before, ...after])], output),
  ),
  reverse: moved<"reverse">((g, { axes }, output, x) => reversed(g, x, axes, output)),
  concatenate: one<"concatenate">((g, { axis }, output, ...parts) =>
    g.node("Concat", parts, output, { axis }),
  ),
  gather: one<"gather">((g, { axis }, output, x, indices) =>
    g.node("Gather", [x, indices], output, { axis }),
  ),
  scatterAdd: one<"scatterAdd">((g, { axis }, output, x, indices) => scatterAdd(g, x, indices, axis, output)),
  dot: one<"dot">(dot),
  convolution: one<"convolution">(convolution),
  reduce: one<"reduce">((g, { name, axes }, output, x) => reduce(g, x, name, axes, output)),
  argSort: one<"argSort">((g, { axis }, _output, x) => argSort(g, x, axis)),
  cholesky: one<"cholesky">((g, _parameters, _output, x) => composed(g, [x], choleskyByColumns)),
  triangularSolve: one<"triangularSolve">((g, parameters, _output, x, y) =>
    composed(g, [x, y], (b, t, sides) => triangularSolveByColumns(b, parameters, t, sides)),
  ),
  scan: (equation, g) => writeScan(g, equation, writeRegion),
  while: (equation, g) => writeWhile(g, equation, writeRegion),
};

/** Writes the equations of a region from the wires of its inputs, and says which are those of its outputs. */
export function writeRegion(
  g: Graph,
  { inputs, equations, outputs }: Region,
  wires: readonly Wire[],
): Wire[] {
  inputs.forEach((x, i) => {
    const wire = wires[i];
    if (wire !== undefined) g.set(x, wire);
  });
  for (const equation of equations) dispatch(operations, equation, g);
  return outputs.map((x) => g.get(x));
}

/** Writes what ONNX has no operation for as other primitives. */
function composed(g: Graph, wires: readonly Wire[], write: (b: Builder, ...inputs: Value[]) => Value): Wire {
  const b = new Builder();
  const inputs = wires.map(({ full, type }) => b.fresh(full, type));
  const [result] = writeRegion(g.apart(), b.finish(inputs, [write(b, ...inputs)]), wires);
  if (result === undefined) throw new Error("onnx: a composition has one result");
  return result;
}

/** The elements in the other order along some axes. */
export function reversed(
  g: Graph,
  x: Wire,
  axes: readonly number[],
  like: Pick<Value, "shape" | "type">,
): Wire {
  const all = (value: number): Wire => g.integers(axes.map(() => value));
  return g.node("Slice", [x, all(-1), all(BEFORE_START), g.integers(axes), all(-1)], like);
}
