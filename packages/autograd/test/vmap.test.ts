import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  cast,
  checkpoint,
  compile,
  conv,
  dot,
  exp,
  grad,
  gradientAndCurvature,
  hessian,
  isConcrete,
  isTraced,
  jacobian,
  js,
  jvp,
  logSumExp,
  matmul,
  mul,
  nn,
  random,
  reshape,
  ShapeError,
  sin,
  slice,
  softplus,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  vjp,
  vmap,
  zeros,
} from "../src/index.ts";
import { expectTensorsEqual, expectTensorsNear } from "./support/closeness.ts";
import { expectError } from "./support/errors.ts";

const rows = tensor(
  [
    [1, 2],
    [3, 4],
    [5, 7],
  ],
  { dtype: "float64" },
);
const [first, second, third] = [...rows] as [Tensor, Tensor, Tensor];
const matrix = tensor(
  [
    [0.5, -1],
    [2, 0.25],
  ],
  { dtype: "float64" },
);

describe("vmap", () => {
  test("takes trees, of which all tensors have the axis of their argument, and returns trees", () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor[] }, c: Tensor): { total: Tensor; parts: Tensor[] } => ({
      total: sum(mul(a, c)),
      parts: b.map((y) => add(y, c)),
    });
    const columns = { a: tensor([1, 2, 3]), b: [tensor([[1, 2, 3]])] };
    const found = vmap(f, { in: [-1, null], out: -1 })(columns, tensor([10]));
    expect(found.total.toArray()).toEqual([10, 20, 30]);
    expect(found.parts.map((part) => part.toArray())).toEqual([[[11, 12, 13]]]);
  });

  test("has an axis for each entry of a result that is a list, and null for what all examples share", () => {
    const f = (x: Tensor, y: Tensor): Tensor[] => [x, square(y), y];
    const [a, b, c] = vmap(f, { in: [0, null], out: [1, null, 0] })(rows, first) as [Tensor, Tensor, Tensor];
    expect(a.toArray()).toEqual([
      [1, 3, 5],
      [2, 4, 7],
    ]);
    expectTensorsEqual(b, square(first), "shared");
    expectTensorsEqual(c, stack([first, first, first]), "repeated");
  });

  test("of an empty batch has an empty result, of the shape and the dtype of the others", () => {
    const f = (x: Tensor): Tensor => matmul(reshape(x, [1, 2]), matrix);
    expectTensorsEqual(vmap(f)(slice(rows, [0, 0], [0, 2])), zeros([0, 1, 2], { dtype: "float64" }), "empty");
  });

  test("draws from a batch of keys what each of them gives, and from a shared key the same for all", () => {
    const keys = random.split(random.key(3), 4);
    const f = (key: Tensor): Tensor => {
      const [a, b] = random.split(random.foldIn(key, 5), 2) as [Tensor, Tensor];
      return add(random.normal(a, [5]), random.uniform(b, [5]));
    };
    expectTensorsEqual(vmap(f)(stack(keys)), stack(keys.map(f)), "keys");
    const noisy = (x: Tensor, key: Tensor): Tensor => add(x, random.normal(key, [2], { dtype: "float64" }));
    const [key] = keys as [Tensor];
    const expected = stack([first, second, third].map((x) => noisy(x, key)));
    expectTensorsEqual(vmap(noisy, { in: [0, null] })(rows, key), expected, "one key");
  });

  test("sees functions that do not read elements, and no others", () => {
    vmap((x: Tensor) => {
      expect([isTraced(x), isConcrete(x)]).toEqual([true, false]);
      expect(x.shape).toEqual([2]);
      return x;
    })(rows);
    expect(() => vmap((x: Tensor) => mul(x, x.data[0] ?? 0))(rows)).toThrow(
      /\[2\] inside vmap.*3 examples.*where/s,
    );
  });

  test("refuses a tracer that was kept from inside", () => {
    let kept: Tensor | null = null;
    vmap((x: Tensor) => {
      kept = x;
      return x;
    })(rows);
    expect(() => sin(kept ?? 0)).toThrow(/sin: .*escaped/);
  });

  test("takes rows by the indices of each example, and refuses those that lie outside", () => {
    const labels = tensor([1, 0, 1], { dtype: "uint32" });
    const loss = (x: Tensor, label: Tensor): Tensor => sub(logSumExp(x), take(x, label));
    const expected = stack([first, second, third].map((x, i) => loss(x, tensor(labels.data[i] ?? 0))));
    expectTensorsNear(vmap(loss)(rows, labels), expected, 1e-15, "cross entropy");
    for (const [i, dtype] of [
      [2, "uint32"],
      [-1, "float32"],
      [0.5, "float64"],
      [Number.NaN, "float64"],
    ] as const) {
      const indices = tensor([0, i, 0], { dtype });
      expect(() => vmap((x: Tensor, k: Tensor) => take(x, k))(rows, indices), String(i)).toThrow(
        /take: index/,
      );
    }
  });
});

describe("in a program", () => {
  const ops = (f: (x: Tensor) => Tensor, x: Tensor): string[] => capture(f)(x).equations.map(({ op }) => op);

  test("many vectors times one matrix are one product, from either side", () => {
    const right = vmap((x: Tensor) => matmul(reshape(x, [1, 2]), matrix));
    const left = vmap((x: Tensor) => matmul(matrix, reshape(x, [2, 1])));
    for (const f of [right, left]) {
      const program = capture(f)(rows);
      const product = program.equations.find(({ op }) => op === "matmul");
      expect(product?.inputs.map(({ shape }) => shape)).toEqual([
        [3, 2],
        [2, 2],
      ]);
      expect(new Set(ops(f, rows))).toEqual(new Set(["matmul", "reshape"]));
    }
  });

  test("many images under one kernel are one convolution", () => {
    const images = zeros([3, 2, 4, 4, 1]);
    const program = capture(vmap((x: Tensor) => conv(x, zeros([3, 3, 1, 2]))))(images);
    expect(program.equations.map(({ op }) => op)).toEqual(["reshape", "conv", "reshape"]);
  });

  test("compiled functions inside are themselves, and it is compiled as a whole", () => {
    const step = compile((x: Tensor) => exp(matmul(reshape(x, [1, 2]), matrix)), { backend: js });
    const f = vmap((x: Tensor) => sum(step(x)));
    expectTensorsEqual(f(rows), stack([first, second, third].map((x) => sum(step(x)))), "inside");
    expectTensorsEqual(compile(f, { backend: js })(rows), f(rows), "outside");
    // A program that closes over an example.
    const closing = vmap((x: Tensor) => compile((y: Tensor) => dot(x, y), { backend: js })(first));
    expectTensorsEqual(closing(rows), stack([first, second, third].map((x) => dot(x, first))), "closure");
    step.dispose();
  });
});

describe("nested in other transforms", () => {
  const model = nn.mlp([2, 4, 1], { activation: "softplus" });
  const params = model.init(random.key(1));
  const loss = (weights: typeof params, x: Tensor, y: Tensor): Tensor =>
    sum(square(sub(model.apply(weights, x), y)));
  const [x, y] = [random.normal(random.key(2), [5, 2]), random.normal(random.key(3), [5, 1])];

  test("the gradients of each example's loss add up to that of their sum", () => {
    const each = vmap(grad(loss), { in: [null, 0, 0] })(params, x, y);
    const all = grad(loss)(params, x, y);
    const total = JSON.parse(JSON.stringify(each, (_, z) => z));
    expect(Object.keys(total)).toEqual(Object.keys(all));
    const flatten = (tree: object): Tensor[] =>
      Object.values(tree).flatMap((z) =>
        z instanceof Object && "shape" in z ? [z as Tensor] : flatten(z as object),
      );
    const [sums, expected] = [flatten(each).map((z) => sum(z, { axis: 0 })), flatten(all)];
    expect(sums.length).toBe(expected.length);
    sums.forEach((z, i) => {
      expectTensorsNear(z, expected[i] ?? z, 1e-5, `leaf ${i}`);
    });
  });

  test("what an inner function closes over may belong to any transform around it", () => {
    const f = (w: Tensor): Tensor =>
      sum(vmap((z: Tensor) => vmap((u: Tensor) => mul(dot(u, z), sum(w)))(rows))(matrix));
    const one = tensor([1, 2], { dtype: "float64" });
    const expected = grad((w: Tensor) => mul(sum(matmul(rows, matrix, { transposeY: true })), sum(w)))(one);
    expectTensorsNear(grad(f)(one), expected, 1e-12, "gradient");
    expectTensorsNear(jvp(f, [one], [one])[1], mul(sum(expected), 1.5), 1e-12, "tangent");
  });

  test("jacobian, hessian and gradientAndCurvature of each example", () => {
    const energy = (z: Tensor): Tensor => softplus(dot(z, sin(z)));
    const along = (z: Tensor): Tensor => {
      const { gradient, curvature } = gradientAndCurvature(energy, [z], [[first], [second]]);
      return add(gradient[0], curvature);
    };
    const reverse = jacobian(grad(energy), { mode: "reverse" });
    for (const f of [hessian(energy), reverse, along]) {
      expectTensorsNear(vmap(f)(rows), stack([first, second, third].map(f)), 1e-12, "each");
    }
    const total = (f: (z: Tensor) => Tensor): Tensor => grad((z: Tensor) => sum(vmap(f)(z)))(rows);
    expectTensorsNear(
      total(along),
      stack([first, second, third].map((z) => grad((u: Tensor) => sum(along(u)))(z))),
      1e-10,
      "third",
    );
  });

  test("a checkpoint stays one, and an argument that its examples share has one cotangent", () => {
    const f = (z: Tensor, w: Tensor): Tensor => sin(mul(z, w));
    const both = [checkpoint(f), f].map((g) => vmap(g, { in: [0, null] }));
    const [[kept, pullKept], [plain, pullPlain]] = both.map((g) => vjp(g, [rows, second])) as [
      ReturnType<typeof vjp<[Tensor, Tensor], Tensor>>,
      ReturnType<typeof vjp<[Tensor, Tensor], Tensor>>,
    ];
    expectTensorsEqual(kept, plain, "value");
    pullKept(rows).forEach((cotangent, i) => {
      expectTensorsNear(cotangent, pullPlain(rows)[i] ?? cotangent, 1e-13, `cotangent ${i}`);
    });
  });

  test("a cast of keys to numbers, and back to the same batch", () => {
    const keys = stack(random.split(random.key(3), 4));
    expectTensorsEqual(vmap((key: Tensor) => cast(key, "float64"))(keys), cast(keys, "float64"), "cast");
  });
});

describe("errors", () => {
  const identity = (...x: Tensor[]): Tensor => x[0] ?? first;

  test("an axis out of range names the argument, its shape and the axes that there are", () => {
    expectError(() => vmap(identity, { in: 2 })(rows), ShapeError, "vmap", [
      "argument 0",
      "axis 2",
      "[3, 2]",
      "-2 to 1",
    ]);
    expectError(() => vmap(identity, { out: 3 })(rows), ShapeError, "vmap", ["result", "axis 3", "[3, 2]"]);
    expectError(() => vmap(identity)(tensor(1)), ShapeError, "vmap", ["argument 0", "a scalar has no axes"]);
  });

  test("batches of two sizes name both shapes and axes", () => {
    const parts = ["argument 0 [3, 2]", "argument 1 [2, 2]", "3 along axis 0", "2 along axis 1"];
    expectError(() => vmap(identity, { in: [0, 1] })(rows, matrix), ShapeError, "vmap", parts);
  });

  test("no batch at all, lists of another length, and axes that are none", () => {
    expectError(() => vmap(identity, { in: null })(rows), ShapeError, "vmap", ["null for all"]);
    expectError(() => vmap(identity, { in: [0, 0] })(rows), ShapeError, "vmap", [
      "in lists 2",
      "a list of 1",
    ]);
    expectError(() => vmap(identity, { out: [0] })(rows), ShapeError, "vmap", ["out lists 1", "no list"]);
    const wrong = ["0"] as unknown as number[];
    expectError(() => vmap(identity, { in: wrong })(rows), TypeError, "vmap", ["in", '"0"']);
  });

  test("a result that differs from example to example has to lie along an axis", () => {
    expectError(() => vmap(identity, { out: null })(rows), ShapeError, "vmap", ["[2]", "out is null"]);
  });

  test("a result that is no tree of tensors", () => {
    const number = (() => 3) as unknown as (x: Tensor) => Tensor;
    expectError(() => vmap(number)(rows), TypeError, "vmap", ["result", "3"]);
  });

  test("an op that does not fit an example speaks of the example", () => {
    expect(() => vmap((x: Tensor) => matmul(reshape(x, [2, 1]), matrix))(rows)).toThrow(
      /matmul: .*\[2, 1\].*\[2, 2\]/,
    );
  });
});
