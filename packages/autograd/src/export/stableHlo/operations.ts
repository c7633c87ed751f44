import { sizeAt } from "../../shape.ts";
import {
  type BinaryFunction,
  type Comparison,
  dispatch,
  type ElementType,
  type ForEachPrimitive,
  type Reduction,
  type Region,
  type UnaryFunction,
  unitOf,
  type Value,
} from "../primitives.ts";
import { writeScan, writeWhile } from "./loops.ts";
import { dense, integers } from "./text.ts";
import type { Writer } from "./writer.ts";

const unary: Readonly<Record<UnaryFunction, string>> = {
  neg: "negate",
  abs: "abs",
  sign: "sign",
  sqrt: "sqrt",
  exp: "exponential",
  expm1: "exponential_minus_one",
  log: "log",
  log1p: "log_plus_one",
  sin: "sine",
  cos: "cosine",
  tanh: "tanh",
  floor: "floor",
  round: "round_nearest_even",
};

const binary: Readonly<Record<BinaryFunction, string>> = {
  add: "add",
  sub: "subtract",
  mul: "multiply",
  div: "divide",
  pow: "power",
  rem: "remainder",
  maximum: "maximum",
  minimum: "minimum",
  and: "and",
  or: "or",
  xor: "xor",
  shiftRight: "shift_right_logical",
};

const directions: Readonly<Record<Comparison, string>> = {
  less: "LT",
  lessEqual: "LE",
  greater: "GT",
  greaterEqual: "GE",
  equal: "EQ",
  notEqual: "NE",
};

const reductions: Readonly<Record<Reduction, string>> = {
  sum: "add",
  product: "multiply",
  max: "maximum",
  min: "minimum",
};

/** Products of float32 in float32, where an engine would take fewer bits. */
const PRECISION = "precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]";

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The operation of StableHLO for each primitive. */
const operations: ForEachPrimitive<[Writer], void> = {
  constant: ({ parameters: { values }, outputs }, w) => {
    const [y] = outputs;
    if (y !== undefined) w.define(outputs, "constant", [], `value = ${dense(values, y.shape, y.type)}`);
  },
  iota: ({ parameters: { axis }, outputs }, w) =>
    w.define(outputs, "iota", [], `iota_dimension = ${axis} : i64`),
  unary: ({ parameters: { name }, inputs, outputs }, w) => w.define(outputs, unary[name], inputs),
  binary: ({ parameters: { name }, inputs, outputs }, w) => w.define(outputs, binary[name], inputs),
  compare: ({ parameters: { name }, inputs, outputs }, w) => compare(w, outputs, name, inputs),
  select: ({ inputs, outputs }, w) => w.define(outputs, "select", inputs),
  convert: ({ inputs, outputs }, w) => w.define(outputs, "convert", inputs),
  rounded: ({ inputs: [x], outputs: [y, ...none] }, w) => {
    if (x === undefined || y === undefined) return;
    // Barriers and reduced precision are gone before XLA fuses; a bound that is never met is not, and costs one instruction.
    const bound = constant(w, y.type === "float32" ? LARGEST_FLOAT32 : Number.MAX_VALUE, y);
    const isBelow = w.helper({ shape: y.shape, type: "bool" });
    compare(w, [isBelow], "less", [x, bound]);
    w.define([y, ...none], "select", [isBelow, x, bound]);
  },
  reshape: ({ inputs, outputs }, w) => w.define(outputs, "reshape", inputs),
  broadcast: ({ inputs, outputs: [y, ...none] }, w) => {
    const [x] = inputs;
    if (x === undefined || y === undefined) return;
    const axes = range(x.shape.length).map((axis) => axis + y.shape.length - x.shape.length);
    w.define([y, ...none], "broadcast_in_dim", inputs, `broadcast_dimensions = ${integers(axes)}`);
  },
  transpose: ({ parameters: { axes }, inputs, outputs }, w) =>
    w.define(outputs, "transpose", inputs, `permutation = ${integers(axes)}`),
  slice: ({ parameters: { start, end }, inputs, outputs }, w) => {
    const strides = integers(start.map(() => 1));
    const bounds = `start_indices = ${integers(start)}, limit_indices = ${integers(end)}`;
    w.define(outputs, "slice", inputs, `${bounds}, strides = ${strides}`);
  },
  pad: ({ parameters: { before, after }, inputs, outputs }, w) => {
    const edges = `edge_padding_low = ${integers(before)}, edge_padding_high = ${integers(after)}`;
    const inside = `interior_padding = ${integers(before.map(() => 0))}`;
    w.define(outputs, "pad", [...inputs, scalar(w, 0, inputs)], `${edges}, ${inside}`);
  },
  reverse: ({ parameters: { axes }, inputs, outputs }, w) =>
    w.define(outputs, "reverse", inputs, `dimensions = ${integers(axes)}`),
  concatenate: ({ parameters: { axis }, inputs, outputs }, w) =>
    w.define(outputs, "concatenate", inputs, `dimension = ${axis} : i64`),
  gather: ({ parameters: { axis }, inputs, outputs }, w) => {
    const [x, indices] = inputs;
    if (x === undefined || indices === undefined) return;
    const [rank, span] = [x.shape.length, indices.shape.length];
    const kept = [...range(axis), ...range(rank - axis - 1).map((i) => axis + span + i)];
    const numbers =
      `offset_dims = [${kept}], collapsed_slice_dims = [${axis}], start_index_map = [${axis}], ` +
      `index_vector_dim = ${span}`;
    const sizes = `slice_sizes = ${integers(x.shape.with(axis, 1))}, indices_are_sorted = false`;
    w.define(outputs, "gather", inputs, `dimension_numbers = #stablehlo.gather<${numbers}>, ${sizes}`);
  },
  scatterAdd: ({ parameters: { axis }, inputs: [x, indices], outputs }, w) => {
    const [y] = outputs;
    if (x === undefined || indices === undefined || y === undefined) return;
    const zeros = constant(w, 0, y);
    const window = range(x.shape.length).filter((i) => i !== axis);
    const numbers =
      `update_window_dims = [${window}], inserted_window_dims = [${axis}], ` +
      `scatter_dims_to_operand_dims = [${axis}], index_vector_dim = 1`;
    const attributes =
      `scatter_dimension_numbers = #stablehlo.scatter<${numbers}>, ` +
      "indices_are_sorted = false, unique_indices = false";
    w.define(outputs, "scatter", [zeros, indices, x], attributes, [ofTwo(w, "add", y.type)]);
  },
  dot: ({ parameters: { transposeX, transposeY }, inputs, outputs }, w) => {
    const rank = inputs[0]?.shape.length ?? 2;
    const batch = range(rank - 2);
    const [depthX, depthY] = [transposeX ? rank - 2 : rank - 1, transposeY ? rank - 1 : rank - 2];
    const numbers =
      `lhs_batching_dimensions = [${batch}], rhs_batching_dimensions = [${batch}], ` +
      `lhs_contracting_dimensions = [${depthX}], rhs_contracting_dimensions = [${depthY}]`;
    w.define(
      outputs,
      "dot_general",
      inputs,
      `dot_dimension_numbers = #stablehlo.dot<${numbers}>, ${PRECISION}`,
    );
  },
  convolution: ({ parameters, inputs, outputs }, w) => {
    const { stride, before, after, dilation, groups } = parameters;
    const spatial = range(stride.length);
    const padding = before.map((zeros, i) => `[${zeros}, ${sizeAt(after, i)}]`);
    const layout = `[b, ${spatial.join(", ")}, f]`;
    const attributes = [
      `window_strides = ${integers(stride)}`,
      `padding = dense<[${padding.join(", ")}]> : tensor<${stride.length}x2xi64>`,
      `lhs_dilation = ${integers(stride.map(() => 1))}`,
      `rhs_dilation = ${integers(dilation)}`,
      `window_reversal = array<i1: ${stride.map(() => "false").join(", ")}>`,
      `dimension_numbers = #stablehlo.conv<${layout}x[${spatial.join(", ")}, i, o]->${layout}>`,
      `feature_group_count = ${groups} : i64, batch_group_count = 1 : i64`,
      PRECISION,
    ];
    w.define(outputs, "convolution", inputs, attributes.join(", "));
  },
  reduce: ({ parameters: { name, axes }, inputs, outputs }, w) => {
    const [[x], [y]] = [inputs, outputs];
    if (x === undefined || y === undefined) return;
    const dropped = w.helper({ shape: x.shape.filter((_, axis) => !axes.includes(axis)), type: x.type });
    const start = scalar(w, unitOf(name, x.type), inputs);
    const body = ofTwo(w, reductions[name], x.type);
    w.define([dropped], "reduce", [x, start], `dimensions = ${integers(axes)}`, [body]);
    w.define(outputs, "reshape", [dropped]);
  },
  argSort: ({ parameters: { axis }, inputs: [x], outputs: [y] }, w) => {
    if (x === undefined || y === undefined) return;
    const places = w.helper(y);
    w.define([places], "iota", [], `iota_dimension = ${axis} : i64`);
    const sorted = w.helper(x);
    const attributes = `dimension = ${axis} : i64, is_stable = true`;
    w.define([sorted, y], "sort", [x, places], attributes, [() => comesBefore(w, x.type)]);
  },
  cholesky: ({ inputs, outputs }, w) => w.define(outputs, "cholesky", inputs, "lower = true"),
  triangularSolve: ({ parameters: { lower, transpose }, inputs, outputs }, w) => {
    const read = `#stablehlo<transpose ${transpose ? "TRANSPOSE" : "NO_TRANSPOSE"}>`;
    const attributes = `left_side = true, lower = ${lower}, transpose_a = ${read}, unit_diagonal = false`;
    w.define(outputs, "triangular_solve", inputs, attributes);
  },
  scan: (equation, w) => writeScan(w, equation, writeRegion),
  while: (equation, w) => writeWhile(w, equation, writeRegion),
};

/** Writes the equations of a region, and then how it ends. */
export function writeRegion(w: Writer, { equations }: Region, end: () => void): void {
  for (const equation of equations) dispatch(operations, equation, w);
  end();
}

/** A number as a value of a shape, which may stand anywhere in the text. */
function constant(w: Writer, value: number, like: Pick<Value, "shape" | "type">): Value {
  const helper = w.helper(like);
  w.define([helper], "constant", [], `value = ${dense(value, like.shape, like.type)}`);
  return helper;
}

function scalar(w: Writer, value: number, [x]: readonly Value[]): Value {
  return constant(w, value, { shape: [], type: x?.type ?? "float32" });
}

function compare(w: Writer, outputs: readonly Value[], name: Comparison, inputs: readonly Value[]): void {
  const direction = `#stablehlo<comparison_direction ${directions[name]}>`;
  w.define(outputs, "compare", inputs, `comparison_direction = ${direction}`);
}

/** A region that is one operation on two scalars. */
function ofTwo(w: Writer, operation: string, type: ElementType): () => void {
  return () => {
    const [x, y, z] = [0, 1, 2].map(() => w.helper({ shape: [], type }));
    if (x === undefined || y === undefined || z === undefined) return;
    w.block([x, y], () => {
      w.define([z], operation, [x, y]);
      w.end("stablehlo.return", [z]);
    });
  };
}

/** Whether a comes before b: it is smaller, or b alone is NaN. */
function comesBefore(w: Writer, type: ElementType): void {
  const scalarOf = (kind: ElementType): Value => w.helper({ shape: [], type: kind });
  const [a, b] = [scalarOf(type), scalarOf(type)];
  const isLess = scalarOf("bool");
  const [isNumber, isNone, isAlone] = [scalarOf("bool"), scalarOf("bool"), scalarOf("bool")];
  const result = scalarOf("bool");
  w.block([a, b, scalarOf("int64"), scalarOf("int64")], () => {
    compare(w, [isLess], "less", [a, b]);
    compare(w, [isNumber], "equal", [a, a]);
    compare(w, [isNone], "notEqual", [b, b]);
    w.define([isAlone], "and", [isNumber, isNone]);
    w.define([result], "or", [isLess, isAlone]);
    w.end("stablehlo.return", [result]);
  });
}
