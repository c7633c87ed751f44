import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, div, dot, mul, outer, pow, sub, tensor } from "../../src/index.ts";
import { broadcastShapes } from "../../src/shape.ts";
import { directions, grid, shapes, vector, whole } from "../support/arbitrary.ts";
import { expectDefined, expectDifferentiable, tensors } from "../support/defined.ts";
import { indexed, unbroadcast } from "../support/definitions.ts";
import { runs } from "../support/runs.ts";

describe("two arguments", () => {
  const binaries = {
    add: [add, (x: number, y: number) => x + y],
    sub: [sub, (x: number, y: number) => x - y],
    mul: [mul, (x: number, y: number) => x * y],
    div: [div, (x: number, y: number) => x / y],
    pow: [pow, (x: number, y: number) => x ** y],
  } as const;

  /** Two shapes that broadcast with each other. */
  const pairs = shapes(0, 4).chain((joint) => {
    const narrowed = fc
      .tuple(whole(0, joint.length), vector(joint.length, fc.boolean()))
      .map(([missing, ones]) => joint.map((size, axis) => (ones[axis] ? 1 : size)).slice(missing));
    return fc.tuple(narrowed, narrowed);
  });

  test.each(Object.entries(binaries))(
    "%s broadcasts either argument, and its derivatives sum over it",
    (_name, [f, definition]) => {
      const cases = pairs.chain(([a, b]) => fc.tuple(tensors(a, grid(0.5, 2)), tensors(b, grid(0.5, 2))));
      fc.assert(
        fc.property(cases, directions, ([x, y], supply) => {
          const [left, right] = [indexed(x), indexed(y)];
          expectDefined(f(x, y), broadcastShapes("test", x.shape, y.shape), (index) =>
            definition(left.at(unbroadcast(index, left)), right.at(unbroadcast(index, right))),
          );
          expectDifferentiable(([a = x, b = y]) => f(a, b), [x, y], supply);
        }),
        runs(25),
      );
    },
  );

  test.each(Object.entries(binaries))(
    "%s takes numbers, in the dtype of the tensor beside them",
    (_name, [f, definition]) => {
      for (const dtype of ["float32", "float64"] as const) {
        const x = tensor([0.5, 2], { dtype });
        expect(f(x, 3).dtype).toBe(dtype);
        expect(f(3, x).dtype).toBe(dtype);
        expectDefined(f(x, 3), [2], ([i = 0]) => rounded(definition(x.data[i] ?? 0, 3), dtype));
        expectDefined(f(3, x), [2], ([i = 0]) => rounded(definition(3, x.data[i] ?? 0), dtype));
      }
      expect(f(2, 3).dtype).toBe("float32");
      expect(f(2, 3).item()).toBe(Math.fround(definition(2, 3)));
    },
  );

  const rounded = (value: number, dtype: "float32" | "float64"): number =>
    dtype === "float32" ? Math.fround(value) : value;

  test("outer and dot", () => {
    fc.assert(
      fc.property(
        fc.tuple(shapes(0, 2), shapes(0, 2)).chain(([a, b]) => fc.tuple(tensors(a), tensors(b))),
        ([x, y]) => {
          const [left, right] = [indexed(x), indexed(y)];
          expectDefined(
            outer(x, y),
            [...x.shape, ...y.shape],
            (index) => left.at(index.slice(0, x.rank)) * right.at(index.slice(x.rank)),
          );
        },
      ),
      runs(25),
    );
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(dot(x, tensor([1, 10, 100])).toArray()).toEqual([321, 654]);
    expect(dot(x, x, 0).toArray()).toEqual([17, 29, 45]);
  });
});
