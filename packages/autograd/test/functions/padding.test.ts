import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compile,
  grad,
  pad,
  square,
  stridedSlice,
  sum,
  type Tensor,
  tensor,
  wasm,
  zeros,
} from "../../src/index.ts";
import { directions, filledSizes, grid, shapes, whole } from "../support/arbitrary.ts";
import { expectDefined, expectDifferentiable, tensors } from "../support/defined.ts";
import { indexed } from "../support/definitions.ts";
import { runs } from "../support/runs.ts";

describe("pad", () => {
  /** Walks from a place until it is inside, as each mode says. */
  const inside = {
    edge: (i: number, n: number): number => (i < 0 ? 0 : i >= n ? n - 1 : i),
    wrap: (i: number, n: number): number =>
      i < 0 ? inside.wrap(i + n, n) : i >= n ? inside.wrap(i - n, n) : i,
    reflect: (i: number, n: number): number => {
      if (n === 1) return 0;
      return i < 0 ? inside.reflect(-i, n) : i >= n ? inside.reflect(2 * (n - 1) - i, n) : i;
    },
  };
  const padded = shapes(0, 3, filledSizes).chain((shape) =>
    fc.tuple(tensors(shape, grid(-2, 2)), fc.tuple(...shape.map(() => fc.tuple(whole(0, 5), whole(0, 5))))),
  );

  test.each(Object.entries(inside))("by %s, of any width", (mode, place) => {
    fc.assert(
      fc.property(padded, directions, ([x, widths], supply) => {
        const options = { mode: mode as keyof typeof inside };
        const from = indexed(x);
        const shape = x.shape.map((size, axis) => size + (widths[axis]?.[0] ?? 0) + (widths[axis]?.[1] ?? 0));
        const placeOf = (i: number, axis: number): number =>
          place(i - (widths[axis]?.[0] ?? 0), x.shape[axis] ?? 0);
        expectDefined(pad(x, widths, options), shape, (index) => from.at(index.map(placeOf)));
        if (x.size < 6) expectDifferentiable(([y = x]) => square(pad(y, widths, options)), [x], supply);
      }),
      runs(25),
    );
  });

  test("by a constant, infinite or NaN too, which is no part of a gradient", () => {
    const x = tensor([1, -0]);
    for (const value of [3, -0, Infinity, Number.NaN]) {
      expect([...pad(x, [[1, 2]], { value }).data]).toEqual([value, 1, -0, value, value]);
    }
    expect(
      grad((y: Tensor) => sum(square(pad(y, [[1, 1]], { value: 7 }))))(tensor([1, 2])).toArray(),
    ).toEqual([2, 4]);
    const compiled = compile((y: Tensor) => pad(y, [[1, 1]], { mode: "edge" }), { backend: wasm() });
    expect(compiled(x).toArray()).toEqual([1, 1, -0, -0]);
  });

  test("names what is wrong with a mode", () => {
    const x = tensor([1, 2]);
    expect(() => pad(x, [[1, 1]], { mode: "mirror" as never })).toThrow(
      /^pad: mode is "mirror"; there are constant, edge, reflect, wrap/,
    );
    expect(() => pad(x, [[1, 1]], { mode: "edge", value: 1 })).toThrow(
      /^pad: the mode "edge" takes no value, got 1/,
    );
    expect(() =>
      pad(
        zeros([2, 0]),
        [
          [0, 0],
          [1, 0],
        ],
        { mode: "wrap" },
      ),
    ).toThrow(/^pad: axis 1 of \[2, 0\] has no elements/);
    expect(
      pad(
        zeros([2, 0]),
        [
          [1, 0],
          [0, 0],
        ],
        { mode: "wrap" },
      ).shape,
    ).toEqual([3, 0]);
  });
});

describe("stridedSlice", () => {
  const bound = (size: number, last: number): fc.Arbitrary<number | null> =>
    fc.oneof(fc.constant(null), fc.integer({ min: -size, max: last }));
  const cases = shapes(0, 3, filledSizes).chain((shape) =>
    fc.tuple(
      tensors(shape, grid(-2, 2)),
      fc.tuple(
        ...shape.map((size) =>
          fc.constantFrom(-3, -2, -1, 1, 2, 3).chain((step) => {
            const last = step > 0 ? size : size - 1;
            return fc.tuple(bound(size, last), bound(size, last), fc.constant(step));
          }),
        ),
      ),
    ),
  );

  test("is every step-th element from the start to before the end", () => {
    fc.assert(
      fc.property(cases, directions, ([x, ranges], supply) => {
        const [start, end, steps] = [0, 1, 2].map((i) => ranges.map((range) => range[i] ?? null));
        const places = ranges.map(([from, to, step], axis) => {
          const size = x.shape[axis] ?? 0;
          const fromFront = (i: number): number => (i < 0 ? i + size : i);
          const [first, last] = step > 0 ? [0, size] : [size - 1, -1];
          const found: number[] = [];
          const stop = to === null ? last : fromFront(to);
          for (let i = from === null ? first : fromFront(from); step > 0 ? i < stop : i > stop; i += step)
            found.push(i);
          return found;
        });
        const run = (y: Tensor): Tensor => stridedSlice(y, start ?? [], end ?? [], (steps ?? []).map(Number));
        const from = indexed(x);
        expectDefined(
          run(x),
          places.map(({ length }) => length),
          (index) => from.at(index.map((i, axis) => places[axis]?.[i] ?? Number.NaN)),
        );
        if (x.size < 6) expectDifferentiable(([y = x]) => square(run(y)), [x], supply);
      }),
      runs(60),
    );
  });

  test("names the axis and the bound that do not fit", () => {
    const x = zeros([3]);
    expect(() => stridedSlice(x, [0], [4], [1])).toThrow(
      /^stridedSlice: the bound 4 does not fit axis 0 of \[3\] \(size 3\)/,
    );
    expect(() => stridedSlice(x, [3], [null], [-1])).toThrow(/^stridedSlice: the bound 3/);
    expect(() => stridedSlice(x, [-4], [null], [1])).toThrow(/^stridedSlice: the bound -4/);
    expect(() => stridedSlice(x, [0], [3], [0])).toThrow(/^stridedSlice: the step of axis 0 of \[3\] is 0/);
    expect(() => stridedSlice(x, [], [3], [1])).toThrow(
      /^stridedSlice: 0 starts, 1 ends and 1 steps for the 1 axes of \[3\]/,
    );
  });
});
