import { describe, expect, test } from "vitest";
import {
  add,
  arange,
  broadcastTo,
  capture,
  checkpoint,
  concat,
  cumsum,
  dot,
  expandDims,
  eye,
  flip,
  full,
  grad,
  hvp,
  jvp,
  linearize,
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
  valueAndGrad,
  variance,
  vjp,
  where,
  zeros,
} from "../src/index.ts";

const vector = zeros([2]);
const other = zeros([3]);
const matrix = zeros([2, 3]);
const double = zeros([2], { dtype: "float64" });
const words = zeros([2], { dtype: "uint32" });

/** What a function throws. */
function errorOf(f: () => unknown): Error {
  try {
    f();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("expected an error");
}

/** Fails unless f throws an error of a kind whose message has every part, the function's name first. */
function expectError(
  f: () => unknown,
  kind: new (...args: never[]) => Error,
  name: string,
  parts: string[],
): void {
  const error = errorOf(f);
  expect(error).toBeInstanceOf(kind);
  expect(error.message.startsWith(`${name}: `), error.message).toBe(true);
  for (const part of parts) expect(error.message).toContain(part);
}

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
    ["tree", () => tree.flatten({ a: vector }).unflatten([]), ["1 tensors", "0"]],
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
    expectError(() => tensor(["1"] as never), TypeError, "tensor", ["numbers", "got 1"]);
    expectError(() => tensor([1, undefined] as never), TypeError, "tensor", ["numbers", "got undefined"]);
    expectError(() => tree.leaves({ a: [3] } as never), TypeError, "tree", ["tensors", "got 3"]);
    expectError(() => arange(0, 1, 0), RangeError, "arange", ["0 to 1 by 0", "step"]);
  });
});

describe("transforms", () => {
  const identity = (x: Tensor): Tensor => sin(x);

  test("a gradient needs a scalar", () => {
    const parts = ["[2]", "scalar", "sum"];
    expectError(() => grad(identity)(vector), ShapeError, "grad", parts);
    expectError(() => valueAndGrad(identity)(vector), ShapeError, "valueAndGrad", parts);
    expectError(() => hvp(identity, [vector], [vector]), ShapeError, "hvp", parts);
    const pair = ((x: Tensor) => [sum(x), x]) as unknown as (x: Tensor) => Tensor;
    expectError(() => grad(pair)(vector), TypeError, "grad", ["no tensor", "hasAux"]);
  });

  test("directions match what they belong to", () => {
    const shapes = ["0", "[3] float32", "[2] float32"];
    expectError(() => jvp(identity, [vector], [other]), ShapeError, "jvp", ["tangent", ...shapes]);
    expectError(() => vjp(identity, [vector])[1](other), ShapeError, "pullback", ["cotangent", ...shapes]);
    expectError(() => linearize(identity, [vector])[1](other), ShapeError, "pushforward", [
      "tangent",
      ...shapes,
    ]);
    expectError(() => jvp(identity, [vector], [double]), ShapeError, "jvp", ["[2] float64", "[2] float32"]);
    const tooFew = [] as unknown as [Tensor];
    expectError(() => jvp(identity, [vector], tooFew), ShapeError, "jvp", ["tangents", "[*]", "[]"]);
    const second = (a: Tensor, b: Tensor): Tensor => add(a, b);
    expectError(() => jvp(second, [vector, vector], [vector, other]), ShapeError, "jvp", [
      "tangent 1",
      "[3]",
    ]);
  });
});

describe("a tracer that outlives its transform", () => {
  const leak = (transform: (f: (x: Tensor) => Tensor) => void): Tensor => {
    const kept: Tensor[] = [];
    const f = (x: Tensor): Tensor => {
      kept.push(mul(x, 2));
      return sum(x);
    };
    transform(f);
    return kept[0] ?? vector;
  };
  const transforms: readonly [string, (f: (x: Tensor) => Tensor) => void][] = [
    ["grad", (f) => grad(f)(vector)],
    ["vjp", (f) => vjp(f, [vector])],
    ["jvp", (f) => jvp(f, [vector], [vector])],
    ["linearize", (f) => linearize(f, [vector])],
    ["capture", (f) => capture(f)(vector)],
    ["checkpoint", (f) => checkpoint(f)(vector)],
    [
      "a function that throws under grad",
      (f) => {
        const failing = (x: Tensor): Tensor => {
          f(x);
          throw new RangeError("on purpose");
        };
        expect(() => grad(failing)(vector)).toThrow(RangeError);
      },
    ],
    [
      "a function that throws under jvp",
      (f) => {
        const failing = (x: Tensor): Tensor => {
          f(x);
          throw new RangeError("on purpose");
        };
        expect(() => jvp(failing, [vector], [vector])).toThrow(RangeError);
      },
    ],
  ];

  test.each(transforms)("%s", (_name, transform) => {
    const kept = leak(transform);
    for (const use of [() => sin(kept), () => add(1, kept), () => matmul(reshape(kept, [1, 2]), matrix)]) {
      const { message } = errorOf(use);
      expect(message).toMatch(/^(sin|broadcastTo|add|reshape): /);
      expect(message).toContain("escaped from its transform");
      expect(message).toContain("return it");
    }
  });

  test("is also caught inside a later transform", () => {
    const kept = leak((f) => grad(f)(vector));
    expectError(() => grad((x: Tensor) => sum(mul(x, kept)))(vector), Error, "mul", ["escaped"]);
    expectError(() => jvp((x: Tensor) => mul(x, kept), [vector], [vector]), Error, "mul", ["escaped"]);
  });
});

describe("reading a value while a program is captured", () => {
  const reads: readonly [string, (x: Tensor) => unknown][] = [
    ["data", (x) => x.data],
    ["item", (x) => sum(x).item()],
    ["toArray", (x) => x.toArray()],
    ["toString", (x) => String(x)],
  ];
  test.each(reads)("%s", (_name, read) => {
    const f = (x: Tensor): Tensor => {
      read(x);
      return x;
    };
    const inGradient = (x: Tensor): Tensor => grad((y: Tensor) => sum(f(y)))(x);
    const inTangent = (x: Tensor): Tensor => jvp(f, [x], [x])[1];
    for (const g of [f, inGradient, inTangent]) {
      for (const run of [() => capture(g)(vector), () => checkpoint(g)(vector)]) {
        const { message } = errorOf(run);
        for (const part of ["reading the elements", "captured", "where"]) expect(message).toContain(part);
      }
    }
  });

  test("shapes, dtypes and sizes can be read", () => {
    const f = (x: Tensor): Tensor => mul(x, x.size + x.rank + (x.shape[0] ?? 0) + x.dtype.length);
    expect(
      capture(f)(vector)
        .replay([ones([2])])[0]
        ?.toArray(),
    ).toEqual([12, 12]);
  });

  test("replaying needs every input", () => {
    expect(() => capture((x: Tensor, y: Tensor) => add(x, y))(vector, vector).replay([vector])).toThrow(
      /program: 2 values needed, got 1/,
    );
  });
});
