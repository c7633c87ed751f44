import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  argSort,
  compile,
  grad,
  hvp,
  js,
  mul,
  oneHot,
  sort,
  square,
  sum,
  type Tensor,
  take,
  takeAlong,
  tensor,
  topK,
  wasm,
} from "../../src/index.ts";
import { directions, filledSizes, grid, shapes, whole } from "../support/arbitrary.ts";
import { expectDefined, expectDifferentiable, tensors } from "../support/defined.ts";
import { indexed } from "../support/definitions.ts";
import { runs } from "../support/runs.ts";

describe("takeAlong", () => {
  const cases = shapes(1, 3, filledSizes).chain((shape) =>
    fc.nat(shape.length - 1).chain((axis) =>
      fc.tuple(
        tensors(shape, grid(-2, 2)),
        whole(1, 4).chain((count) => tensors(shape.with(axis, count), fc.nat((shape[axis] ?? 1) - 1))),
        fc.constantFrom(axis, axis - shape.length),
      ),
    ),
  );

  test("takes from each line what its indices name, and gives each derivative back to its element", () => {
    fc.assert(
      fc.property(cases, directions, ([x, indices, axis], supply) => {
        const at = axis < 0 ? axis + x.rank : axis;
        const [from, places] = [indexed(x), indexed(indices)];
        const result = takeAlong(x, indices, axis);
        expectDefined(result, indices.shape, (index) => from.at(index.with(at, places.at(index))));
        expectDifferentiable(([y = x]) => square(takeAlong(y, indices, axis)), [x], supply);
      }),
      runs(30),
    );
    const picked = (x: Tensor): Tensor => sum(takeAlong(x, tensor([2, 0, 2], { dtype: "uint32" })));
    expect(grad(picked)(tensor([1, Number.NaN, 3])).toArray()).toEqual([1, 0, 2]);
  });

  test("names the shapes, the axis and the index that do not fit, in programs too", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(() => takeAlong(x, tensor([0]))).toThrow(
      /^takeAlong: indices \[1\] do not fit x \[2, 2\] along axis 1.*equal/,
    );
    expect(() => takeAlong(x, tensor([[0]]), 0)).toThrow(/^takeAlong: indices \[1, 1\] .* along axis 0/);
    expect(() => takeAlong(x, x, 2)).toThrow(/^takeAlong: axis 2/);
    for (const wrong of [2, -1, 0.5]) {
      const indices = tensor([[wrong], [0]]);
      const message = new RegExp(`^takeAlong: index ${wrong} at position 0 is outside axis 1 of size 2`);
      expect(() => takeAlong(x, indices)).toThrow(message);
      for (const backend of [js, wasm()]) {
        const compiled = compile((y: Tensor, i: Tensor) => takeAlong(y, i), { backend });
        expect(() => compiled(x, indices)).toThrow(message);
        expect(compiled(x, tensor([[1], [0]])).toArray()).toEqual([[2], [3]]);
      }
    }
  });
});

test("oneHot has a 1 at the index alone, and none for what is no index", () => {
  const indices = [0, 2, 3, -1, 1.5, Number.NaN];
  expect(oneHot(indices, 3).toArray()).toEqual(
    indices.map((index) => [0, 1, 2].map((k) => (k === index ? 1 : 0))),
  );
  expect(oneHot(1, 2).toArray()).toEqual([0, 1]);
  expect(oneHot(tensor([[1]], { dtype: "uint32" }), 2, { dtype: "float64" })).toMatchObject({
    shape: [1, 1, 2],
    dtype: "float64",
  });
  expect(oneHot([], 0).shape).toEqual([0, 0]);
  expect(() => oneHot([0], -1)).toThrow(/^oneHot: depth is -1; it is a whole number from 0/);
  expect(() => oneHot([0], 2, { dtype: "uint32" })).toThrow(/^oneHot: dtype is "uint32"/);
});

describe("topK", () => {
  test("is the end of a sorted line, the largest first, and equal ones in their order", () => {
    const element = fc.constantFrom(-Infinity, -1, 0, 0, 1, 1, 2, Infinity);
    const cases = shapes(1, 3, filledSizes).chain((shape) =>
      fc
        .nat(shape.length - 1)
        .chain((axis) => fc.tuple(tensors(shape, element), fc.constant(axis), fc.nat(shape[axis] ?? 0))),
    );
    fc.assert(
      fc.property(cases, ([x, axis, k]) => {
        const [values, indices] = topK(x, k, { axis });
        const sorted = indexed(sort(x, { axis }));
        const size = x.shape[axis] ?? 0;
        expectDefined(values, x.shape.with(axis, k), (index) =>
          sorted.at(index.with(axis, size - 1 - (index[axis] ?? 0))),
        );
        expect(takeAlong(x, indices, axis).toArray()).toEqual(values.toArray());
        const places = indexed(indices);
        expectDefined(indices, x.shape.with(axis, k), (index) => {
          const own = index[axis] ?? 0;
          const before = index.with(axis, own - 1);
          const follows =
            own === 0 ||
            indexed(values).at(before) > indexed(values).at(index) ||
            places.at(before) < places.at(index);
          return follows ? places.at(index) : Number.NaN;
        });
      }),
      runs(60),
    );
    const [values, indices] = topK(tensor([Number.NaN, 1, 2]), 3);
    expect([values.toArray(), indices.toArray()]).toEqual([
      [2, 1, Number.NaN],
      [2, 1, 0],
    ]);
  });

  test("carries derivatives, has no second ones at ties, and names k", () => {
    const f = (y: Tensor): Tensor => sum(mul(square(topK(y, 2)[0]), tensor([1, 10])));
    expect(grad(f)(tensor([3, 1, 2])).toArray()).toEqual([6, -0, 40]);
    expect(hvp(f, [tensor([3, 1, 2])], [tensor([1, 1, 1])])[0].toArray()).toEqual([2, -0, 20]);
    expect(hvp(f, [tensor([2, 1, 2])], [tensor([1, 1, 1])])[0].toArray()).toEqual([
      Number.NaN,
      -0,
      Number.NaN,
    ]);
    for (const k of [-1, 4, 0.5])
      expect(() => topK(tensor([1, 2, 3]), k)).toThrow(/^topK: k is .* axis 0 of \[3\].* from 0 to 3/);
    const compiled = compile((x: Tensor) => topK(x, 2), { backend: wasm() });
    expect(compiled(tensor([3, 1, 4])).map((y) => y.toArray())).toEqual([
      [4, 3],
      [2, 0],
    ]);
    expect(take(tensor([3, 1, 4]), argSort(tensor([3, 1, 4]))).toArray()).toEqual([1, 3, 4]);
  });
});
