import { describe, test } from "vitest";
import {
  add,
  arange,
  broadcastTo,
  concat,
  cumsum,
  dot,
  expandDims,
  eye,
  flip,
  full,
  grad,
  linspace,
  matmul,
  max,
  mean,
  min,
  mul,
  norm,
  ones,
  pad,
  pow,
  reshape,
  ShapeError,
  sin,
  slice,
  softmax,
  squeeze,
  stack,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
  tree,
  variance,
  where,
  zeros,
} from "../src/index.ts";
import { double, expectError, matrix, other, vector } from "./support/errors.ts";

const words = zeros([2], { dtype: "uint32" });

describe("shapes that do not fit name the function, both shapes and the axis", () => {
  test.each<[string, () => unknown, string[]]>([
    ["add", () => add(vector, other), ["[2]", "[3]", "axis -1", "2 vs 3"]],
    ["mul", () => mul(zeros([4, 3]), zeros([2, 3])), ["[4, 3]", "[2, 3]", "axis -2", "4 vs 2"]],
    ["pow", () => pow(vector, other), ["[2]", "[3]", "axis -1"]],
    ["where", () => where(vector, 1, other), ["[2]", "[3]", "axis -1", "2 vs 3"]],
    ["dot", () => dot(vector, other), ["[2]", "[3]", "axis -1", "2 vs 3"]],
    ["matmul", () => matmul(zeros([3, 4]), zeros([5, 2])), ["[3, 4] @ [5, 2]", "4 vs 5"]],
    [
      "matmul",
      () => matmul(zeros([3, 4]), zeros([5, 2]), { transposeX: true }),
      ["[3, 4]ᵀ @ [5, 2]", "3 vs 5"],
    ],
    [
      "matmul",
      () => matmul(zeros([3, 4]), zeros([5, 2]), { transposeY: true }),
      ["[3, 4] @ [5, 2]ᵀ", "4 vs 2"],
    ],
    ["matmul", () => matmul(zeros([2, 3, 4]), zeros([5, 6])), ["[2, 3, 4] @ [5, 6]", "4 vs 5"]],
    ["matmul", () => matmul(zeros([2, 1, 3, 4]), zeros([3, 5, 6])), ["[2, 1, 3, 4] @ [3, 5, 6]", "4 vs 5"]],
    ["matmul", () => matmul(zeros([2, 3, 4]), zeros([3, 4, 6])), ["[2, 3, 4] @ [3, 4, 6]", "2 vs 3"]],
    ["matmul", () => matmul(vector, vector), ["[2] @ [2]", "at least two axes", "dot"]],
    ["broadcastTo", () => broadcastTo(vector, [3, 3]), ["[2]", "[3, 3]", "axis -1", "2 vs 3"]],
    ["broadcastTo", () => broadcastTo(matrix, [3]), ["[2, 3]", "[3]"]],
    ["concat", () => concat([matrix, vector]), ["[2, 3]", "[2]", "axis 0"]],
    ["concat", () => concat([matrix, zeros([2, 4])]), ["[2, 3]", "[2, 4]", "axis 0"]],
    ["concat", () => concat([]), ["at least one"]],
    ["stack", () => stack([vector, other]), ["[2]", "[3]"]],
    ["stack", () => stack([]), ["at least one"]],
    ["reshape", () => reshape(matrix, [4]), ["[2, 3] has 6", "[4] has 4"]],
    ["reshape", () => reshape(matrix, [4, -1]), ["-1", "[4, -1]", "[2, 3]"]],
    ["reshape", () => reshape(matrix, [-1, -1]), ["-1", "[-1, -1]", "[2, 3]"]],
    ["reshape", () => reshape(matrix, [-2, -3]), ["axis 0", "[-2, -3]", "-2"]],
    ["squeeze", () => squeeze(matrix, 1), ["axis 1", "[2, 3]", "size 3"]],
    ["slice", () => slice(matrix, [0], [1]), ["[2, 3]", "one number per axis"]],
    ["slice", () => slice(matrix, [0, 2], [2, 1]), ["2 to 1", "axis 1", "[2, 3]", "size 3"]],
    ["slice", () => slice(matrix, [0, 0], [3, 1]), ["0 to 3", "axis 0", "[2, 3]", "size 2"]],
    ["pad", () => pad(matrix, [[1, 1]]), ["[2, 3]", "one pair per axis"]],
    ["pad", () => pad(vector, [[0, -1]]), ["axis 0", "-1"]],
    ["transpose", () => transpose(matrix, [0, 0]), ["[0, 0]", "permutation", "[2, 3]"]],
    ["transpose", () => transpose(matrix, [1]), ["[1]", "permutation", "[2, 3]"]],
    ["take", () => take(matrix, [0, 2], 0), ["index 2", "position 1", "axis 0", "size 2"]],
    ["take", () => take(matrix, [-1], 1), ["index -1", "position 0", "axis 1", "size 3"]],
    ["take", () => take(matrix, [0.5], 1), ["index 0.5", "axis 1"]],
    ["max", () => max(zeros([2, 0]), { axis: 1 }), ["[2, 0]", "no elements"]],
    ["min", () => min(zeros([0])), ["[0]", "no elements"]],
    ["mean", () => mean(zeros([3, 0]), { axis: 1 }), ["[3, 0]", "axes [1]"]],
    ["variance", () => variance(zeros([0])), ["[0]", "axes [0]"]],
    ["item", () => vector.item(), ["[2]", "2 elements", "toArray"]],
    ["tensor", () => tensor([[1], [1, 2]]), ["ragged", "[1]", "[2]", "entry 1"]],
    ["tensor", () => tensor([1, 2, 3], { shape: [2] }), ["[3]", "[2]"]],
    ["tensor", () => tensor([[1, 2, 3]], { shape: [3, 1] }), ["[1, 3]", "[3, 1]"]],
    ["tensor", () => tensor([1], { shape: [-1] }), ["axis 0", "[-1]"]],
    ["zeros", () => zeros([2, -1]), ["axis 1", "[2, -1]"]],
    ["ones", () => ones([1.5]), ["axis 0", "1.5"]],
    ["full", () => full([Number.NaN], 1), ["axis 0", "NaN"]],
    ["eye", () => eye(-1), ["axis 0", "-1"]],
    ["linspace", () => linspace(0, 1, 2.5), ["axis 0", "2.5"]],
    ["tree.flatten", () => tree.flatten({ a: vector }).unflatten([]), ["1 tensors", "0"]],
    ["tree.zip", () => tree.zip((x) => x, { a: vector } as tree.Tree, { b: vector }), ['{"a":*}', '{"b":*}']],
  ])("%s %#", (name, f, parts) => {
    expectError(f, ShapeError, name, parts);
  });
});

describe("axes that do not exist", () => {
  test.each<[string, (axis: number) => unknown]>([
    ["sum", (axis) => sum(matrix, { axis })],
    ["mean", (axis) => mean(matrix, { axis })],
    ["norm", (axis) => norm(matrix, { axis: [axis] })],
    ["softmax", (axis) => softmax(matrix, { axis })],
    ["cumsum", (axis) => cumsum(matrix, { axis })],
    ["dot", (axis) => dot(matrix, matrix, axis)],
    ["flip", (axis) => flip(matrix, axis)],
    ["concat", (axis) => concat([matrix], axis)],
    ["take", (axis) => take(matrix, [0], axis)],
    ["transpose", (axis) => transpose(matrix, [0, axis])],
    ["squeeze", (axis) => squeeze(matrix, axis)],
  ])("%s", (name, f) => {
    for (const axis of [2, -3, 0.5, Number.NaN]) {
      expectError(() => f(axis), ShapeError, name, [`axis ${axis}`, "[2, 3]", "from -2 to 1"]);
    }
  });

  test("of a scalar, of a result with one axis more, and named twice", () => {
    expectError(() => sum(tensor(1), { axis: 0 }), ShapeError, "sum", [
      "axis 0",
      "[]",
      "a scalar has no axes",
    ]);
    expectError(() => softmax(tensor(1)), ShapeError, "softmax", ["axis -1", "[]"]);
    expectError(() => expandDims(matrix, 3), ShapeError, "expandDims", [
      "axis 3",
      "[2, 3, 1]",
      "from -3 to 2",
    ]);
    expectError(() => sum(matrix, { axis: [0, -2] }), ShapeError, "sum", ["axis 0", "twice", "[2, 3]"]);
  });
});

describe("what is not a tensor of the right kind", () => {
  test("dtypes do not mix", () => {
    const both = ["float32", "float64", "cast"];
    expectError(() => add(vector, double), TypeError, "add", both);
    expectError(() => matmul(matrix, zeros([3, 2], { dtype: "float64" })), TypeError, "matmul", both);
    expectError(() => concat([vector, double]), TypeError, "concat", both);
    expectError(() => where(vector, double, double), TypeError, "where", both);
  });

  test("uint32 is not for arithmetic, and has no gradient", () => {
    expectError(() => sin(words), TypeError, "sin", ["uint32", "cast"]);
    expectError(() => sum(words), TypeError, "sum", ["uint32", "cast"]);
    expectError(() => grad(() => tensor(1))({ w: vector, key: words }), TypeError, "grad", ["uint32", "[2]"]);
  });

  test("two backends do not mix", () => {
    const on = (name: string): Tensor => tensor([1], { backend: { name } });
    expectError(() => add(on("first"), on("second")), TypeError, "add", ["first", "second", "backend"]);
  });

  test("text, holes and things are no data", () => {
    expectError(() => tensor(["1"] as never), TypeError, "tensor", ["numbers", 'got "1"']);
    expectError(() => tensor([1, undefined] as never), TypeError, "tensor", ["numbers", "got undefined"]);
    expectError(() => tree.leaves({ a: [3] } as never), TypeError, "tree.leaves", [
      "tensors",
      "got 3 at a.0",
    ]);
    expectError(() => arange(0, 1, 0), RangeError, "arange", ["0 to 1 by 0", "step"]);
  });
});
