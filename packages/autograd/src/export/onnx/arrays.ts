import { sizeAt } from "../../shape.ts";
import type { PrimitiveParameters, Reduction, Value } from "../primitives.ts";
import type { Graph, Wire } from "./graph.ts";
import { types } from "./types.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function transposed(g: Graph, x: Wire, axes: readonly number[]): Wire {
  if (axes.every((axis, i) => axis === i)) return x;
  const shape = axes.map((axis) => sizeAt(x.full, axis));
  return g.node("Transpose", [x], { shape, type: x.type }, { perm: axes });
}

/** The axes with one of them moved to the front, and how to move it back. */
function toFront(rank: number, axis: number): readonly [there: number[], back: number[]] {
  const there = [axis, ...range(rank).filter((i) => i !== axis)];
  return [there, range(rank).map((i) => there.indexOf(i))];
}

/** Rows added up where indices say, along the first axis. */
export function scatterAdd(g: Graph, x: Wire, indices: Wire, axis: number, output: Value): Wire {
  const [there, back] = toFront(x.full.length, axis);
  const rows = transposed(g, x, there);
  const shape = there.map((i) => sizeAt(output.shape, i));
  const zeros = g.number(0, x.type, shape);
  const column = [sizeAt(indices.full, 0), 1];
  const at = g.node("Reshape", [indices, g.target(column)], { shape: column, type: "int64" });
  const sums = g.node("ScatterND", [zeros, at, rows], { shape, type: x.type }, { reduction: "add" });
  return transposed(g, sums, back);
}

/** Products of matrices: Gemm reads them transposed, and takes no batches. */
export function dot(
  g: Graph,
  { transposeX, transposeY }: PrimitiveParameters["dot"],
  output: Value,
  x: Wire,
  y: Wire,
): Wire {
  const rank = output.shape.length;
  if (rank === 2) {
    const attributes = { ...(transposeX ? { transA: 1 } : {}), ...(transposeY ? { transB: 1 } : {}) };
    return g.node("Gemm", [x, y], output, attributes);
  }
  const swap = [...range(rank - 2), rank - 1, rank - 2];
  const operands = [transposeX ? transposed(g, x, swap) : x, transposeY ? transposed(g, y, swap) : y];
  return g.node("MatMul", operands, output);
}

/** A convolution, whose channels come before the spatial axes in ONNX. */
export function convolution(
  g: Graph,
  { stride, before, after, dilation, groups }: PrimitiveParameters["convolution"],
  output: Value,
  x: Wire,
  kernel: Wire,
): Wire {
  const spatial = stride.map((_, i) => i);
  const rank = spatial.length + 2;
  const image = transposed(g, x, [0, rank - 1, ...spatial.map((i) => i + 1)]);
  const window = transposed(g, kernel, [rank - 1, rank - 2, ...spatial]);
  const shape = [sizeAt(output.shape, 0), sizeAt(output.shape, rank - 1), ...output.shape.slice(1, -1)];
  const attributes = { strides: stride, dilations: dilation, pads: [...before, ...after], group: groups };
  const y = g.node("Conv", [image, window], { shape, type: x.type }, attributes);
  return transposed(g, y, [0, ...spatial.map((i) => i + 2), 1]);
}

const reductions: Readonly<Record<Reduction, string>> = {
  sum: "ReduceSum",
  product: "ReduceProd",
  max: "ReduceMax",
  min: "ReduceMin",
};

/** Of so many numbers the sum in float32, one after another, loses more digits than WebAssembly's in lanes. */
const LONG = 32;

/**
 * A reduction. Engines may leave NaN out of a maximum: here it is NaN where there is one. Long sums of float32 are added up in
 * float64.
 */
export function reduce(g: Graph, x: Wire, name: Reduction, axes: readonly number[], output: Value): Wire {
  const over = g.integers(axes);
  const count = axes.reduce((product, axis) => product * sizeAt(x.full, axis), 1);
  if (name === "sum" && x.type === "float32" && count > LONG) {
    const wide = g.elementwise("Cast", [x], "float64", { to: types.float64 });
    const sum = g.node("ReduceSum", [wide, over], { ...output, type: "float64" }, { keepdims: 1 });
    return g.elementwise("Cast", [sum], "float32", { to: types.float32 });
  }
  const result = g.node(reductions[name], [x, over], output, { keepdims: 1 });
  const isFloat = x.type === "float32" || x.type === "float64";
  if (!isFloat || name === "sum" || name === "product") return result;
  const none = g.elementwise("Cast", [g.elementwise("IsNaN", [x], "bool")], "float32", { to: types.float32 });
  const most = g.node("ReduceMax", [none, over], { shape: output.shape, type: "float32" }, { keepdims: 1 });
  const isUndefined = g.elementwise("Greater", [most, g.number(0, "float32")], "bool");
  return g.elementwise("Where", [isUndefined, g.number(Number.NaN, x.type), result], x.type);
}

/**
 * Places in increasing order. TopK keeps the order of equal elements, and has no place for NaN: the elements are put in
 * order with ∞ for NaN first, and then those that are NaN behind the others.
 */
export function argSort(g: Graph, x: Wire, axis: number): Wire {
  const equal = g.elementwise("Equal", [x, x], "bool");
  const number = g.elementwise("Where", [equal, x, g.number(Number.POSITIVE_INFINITY, x.type)], x.type);
  const first = order(g, number, axis);
  const isNone = g.elementwise("Cast", [g.elementwise("Not", [equal], "bool")], "float32", {
    to: types.float32,
  });
  const like = { shape: x.full, type: "float32" } as const;
  const second = order(g, g.node("GatherElements", [isNone, first], like, { axis }), axis);
  return g.node("GatherElements", [first, second], { shape: x.full, type: "int64" }, { axis });
}

function order(g: Graph, x: Wire, axis: number): Wire {
  const [sorted, places] = [
    g.wire({ shape: x.full, type: x.type }),
    g.wire({ shape: x.full, type: "int64" }),
  ];
  const inputs = [g.forced(x), g.integers([sizeAt(x.full, axis)])];
  g.add("TopK", inputs, [sorted, places], { axis, largest: 0, sorted: 1 });
  return places;
}
