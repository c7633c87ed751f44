import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  argMax,
  argMin,
  argSort,
  compile,
  grad,
  hvp,
  jvp,
  mul,
  sin,
  sort,
  square,
  sum,
  type Tensor,
  take,
  tensor,
  wasm,
} from "../../src/index.ts";
import { directions, filledSizes, grid, shapes, whole } from "../support/arbitrary.ts";
import { expectDefined, expectDifferentiable, tensors } from "../support/defined.ts";
import { indexed } from "../support/definitions.ts";
import { runs } from "../support/runs.ts";

/** Numbers of which many are equal, and some are none. */
const anything = fc.constantFrom(-Infinity, -1, -0, 0, 1, 1, 2, Infinity, Number.NaN);
const cases = (element: fc.Arbitrary<number>) =>
  shapes(1, 3, filledSizes).chain((shape) =>
    fc.tuple(tensors(shape, element), whole(-shape.length, shape.length - 1)),
  );

describe("sorting", () => {
  test("is stable, has NaN last, and is by argSort", () => {
    fc.assert(
      fc.property(cases(anything), ([x, axis]) => {
        const at = axis < 0 ? axis + x.rank : axis;
        const size = x.shape[at] ?? 0;
        const from = indexed(x);
        const orderOf = (index: readonly number[]): number[] => {
          const line = Array.from({ length: size }, (_, k) => from.at(index.with(at, k)));
          const rank = (value: number): number =>
            Number.isNaN(value) ? Infinity : value === Infinity ? 1e9 : value;
          return line
            .map((_, k) => k)
            .sort((a, b) => {
              const [u, v] = [rank(line[a] ?? 0), rank(line[b] ?? 0)];
              return u === v ? a - b : u - v;
            });
        };
        const [order, sorted] = [argSort(x, { axis }), sort(x, { axis })];
        expect(order.dtype).toBe("uint32");
        expectDefined(order, x.shape, (index) => orderOf(index)[index[at] ?? 0] ?? Number.NaN);
        const values = indexed(sorted);
        for (const index of fc.sample(fc.tuple(...x.shape.map((n) => fc.nat(n - 1))), {
          seed: 1,
          numRuns: 20,
        })) {
          const place = orderOf(index)[index[at] ?? 0] ?? Number.NaN;
          expect(Object.is(values.at(index), from.at(index.with(at, place)))).toBe(true);
        }
      }),
      runs(60),
    );
  });

  test("carries every element's derivative along, to third order", () => {
    const apart = shapes(1, 3, filledSizes).chain((shape) =>
      fc.tuple(
        fc.shuffledSubarray([...Array(shape.reduce((a, b) => a * b, 1)).keys()], {
          minLength: shape.reduce((a, b) => a * b, 1),
        }),
        fc.constant(shape),
        whole(0, shape.length - 1),
      ),
    );
    fc.assert(
      fc.property(apart, directions, ([values, shape, axis], supply) => {
        const x = tensor(
          values.map((k) => k / 4 - 1.5),
          { shape, dtype: "float64" },
        );
        expectDifferentiable(([y = x]) => square(sort(sin(mul(0.2, y)), { axis })), [x], supply);
      }),
      runs(20),
    );
    const x = tensor([3, 1, 2]);
    expect(grad((y: Tensor) => sum(mul(sort(y), tensor([10, 20, 30]))))(x).toArray()).toEqual([30, 10, 20]);
    expect(jvp((y: Tensor) => sort(y), [x], [tensor([7, 8, 9])])[1].toArray()).toEqual([8, 9, 7]);
  });

  test("has a first derivative at ties, in the order of x, and no second one", () => {
    const f = (y: Tensor): Tensor => sum(mul(square(sort(y)), tensor([1, 10, 100])));
    const x = tensor([2, 1, 2]);
    expect(grad(f)(x).toArray()).toEqual([40, 2, 400]);
    expect(hvp(f, [x], [tensor([1, 1, 1])])[0].toArray()).toEqual([Number.NaN, 2, Number.NaN]);
    const slope = (y: Tensor): Tensor => jvp(f, [y], [tensor([1, 1, 1])])[1];
    expect(jvp(slope, [x], [tensor([1, 1, 1])])[1].item()).toBeNaN();
    expect(jvp(slope, [tensor([3, 1, 2])], [tensor([1, 1, 1])])[1].item()).toBe(222);
    expect(hvp(f, [tensor([3, 1, 2])], [tensor([1, 1, 1])])[0].toArray()).toEqual([200, 2, 20]);
  });

  test("is the same in a program, in uint32 and in float64", () => {
    const f = (x: Tensor): [Tensor, Tensor, Tensor] => [sort(x), argSort(x), argMax(x)];
    const compiled = compile(f, { backend: wasm() });
    const x = tensor([
      [2, Number.NaN, -1],
      [0, -0, 5],
    ]);
    const plain = (results: readonly Tensor[]) => results.map((y) => [y.dtype, y.toArray()]);
    expect(plain(compiled(x))).toEqual(plain(f(x)));
    compiled.dispose();
    expect(sort(tensor([2, 1], { dtype: "float64" })).dtype).toBe("float64");
  });

  test("names the axis that is not there, and the dtype that is not taken", () => {
    expect(() => sort(tensor([1]), { axis: 2 })).toThrow(/^sort: .*axis 2/);
    expect(() => argSort(tensor(1))).toThrow(/^argSort: /);
    expect(() => sort(tensor([1], { dtype: "uint32" }))).toThrow(/^sort: .*uint32/);
    expect(sort(tensor([], { shape: [3, 0] })).shape).toEqual([3, 0]);
  });
});

describe("the place of an extremum", () => {
  test("is the first of equal ones, or of the first NaN", () => {
    const x = tensor([
      [1, 3, 3, 0],
      [2, Number.NaN, 9, Number.NaN],
      [-0, 0, -0, 0],
      [-Infinity, -Infinity, -Infinity, -Infinity],
    ]);
    expect(argMax(x).toArray()).toEqual([1, 1, 0, 0]);
    expect(argMin(x).toArray()).toEqual([3, 1, 0, 0]);
    expect(argMax(x, { axis: 0, keepDims: true }).toArray()).toEqual([[1, 1, 1, 1]]);
    expect(argMin(x, { axis: -2 }).toArray()).toEqual([3, 1, 3, 1]);
  });

  test("is where the extremum is", () => {
    fc.assert(
      fc.property(cases(grid(-2, 2)), ([x, axis]) => {
        const at = axis < 0 ? axis + x.rank : axis;
        const [largest, from] = [argMax(x, { axis, keepDims: true }), indexed(x)];
        const places = indexed(largest);
        expectDefined(largest, x.shape.with(at, 1), (index) => {
          const line = Array.from({ length: x.shape[at] ?? 0 }, (_, k) => from.at(index.with(at, k)));
          return line.indexOf(Math.max(...line));
        });
        expect(places.shape[at]).toBe(1);
      }),
      runs(30),
    );
  });

  test("is an index, and has no gradient", () => {
    const x = tensor([1, 5, 2]);
    expect(argMax(x).dtype).toBe("uint32");
    expect(grad((y: Tensor) => take(y, argMax(y)))(x).toArray()).toEqual([0, 1, 0]);
    expect(() => argMax(tensor([], { shape: [0] }))).toThrow(/^argMax: .*no elements along axis 0/);
    expect(() => argMin(tensor(3))).toThrow(/^argMin: /);
  });
});
