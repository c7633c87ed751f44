import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  checkGradients,
  checkpoint,
  compile,
  grad,
  gradientAndCurvature,
  hessian,
  hvp,
  jacobian,
  jvp,
  linearize,
  matmul,
  mul,
  ones,
  reshape,
  ShapeError,
  sin,
  sum,
  type Tensor,
  taylor,
  valueAndGrad,
  vjp,
} from "../src/index.ts";
import { double, errorOf, expectError, matrix, other, vector } from "./support/errors.ts";

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
    expectError(() => vjp(identity, [vector])[1](other), ShapeError, "pullback", [
      "cotangent",
      ...shapes.slice(1),
    ]);
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

describe("a function that is not done when it returns", () => {
  type Unary = (x: Tensor) => Tensor;
  const take = (f: unknown): Unary => f as Unary;
  const transforms: Record<string, (f: Unary) => unknown> = {
    compile: (f) => compile(f)(vector),
    capture: (f) => capture(f)(vector),
    checkpoint: (f) => checkpoint(f)(vector),
    grad: (f) => grad(f)(vector),
    valueAndGrad: (f) => valueAndGrad(f)(vector),
    vjp: (f) => vjp(f, [vector]),
    jvp: (f) => jvp(f, [vector], [vector]),
    linearize: (f) => linearize(f, [vector]),
    hvp: (f) => hvp(f, [vector], [vector]),
    jacobian: (f) => jacobian(f)(vector),
    hessian: (f) => hessian(f)(vector),
    taylor: (f) => taylor(f, [vector], []),
    gradientAndCurvature: (f) => gradientAndCurvature(f, [vector], []),
    checkGradients: (f) => checkGradients(f, [vector]),
  };

  test.each(Object.entries(transforms))("is refused by %s", (name, transform) => {
    expectError(() => transform(take(async (x: Tensor) => x)), TypeError, name, ["AsyncFunction", "await"]);
    expectError(() => transform(take(function* () {})), TypeError, name, ["GeneratorFunction", "yield"]);
    expectError(() => transform(take((x: Tensor) => Promise.resolve(x))), TypeError, name, ["a Promise"]);
    expectError(() => transform(take(null)), TypeError, name, ["null", "give a function"]);
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
    ["compile", (f) => compile(f)(vector)],
    ["taylor", (f) => taylor(f, [vector], [])],
    ["gradientAndCurvature", (f) => gradientAndCurvature(f, [vector], [])],
    ["hessian", (f) => hessian(f)(vector)],
  ];
  const failing = transforms.map(([name, transform]): (typeof transforms)[number] => [
    `${name}, of a function that throws`,
    (f) => {
      const fails = (x: Tensor): Tensor => {
        f(x);
        throw new RangeError("on purpose");
      };
      expect(() => transform(fails)).toThrow("on purpose");
    },
  ]);

  test.each([...transforms, ...failing])("%s", (_name, transform) => {
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
