import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  broadcastTo,
  compile,
  cumsum,
  grad,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  norm,
  prod,
  slice,
  softmax,
  std,
  sum,
  type Tensor,
  tensor,
  variance,
  wasm,
} from "../../src/index.ts";
import { sizeOf } from "../../src/shape.ts";
import { axesOf, directions, filledSizes, shapes, vector } from "../support/arbitrary.ts";
import { expectTensorsEqual } from "../support/closeness.ts";
import { expectDefined, expectDifferentiable } from "../support/defined.ts";
import { type Index, indexed, indicesOf, sumOver, unbroadcast } from "../support/definitions.ts";
import { runs } from "../support/runs.ts";

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const average = (values: readonly number[]): number => total(values) / values.length;

describe("reductions", () => {
  const reductions = {
    sum: [sum, total],
    mean: [mean, average],
    std: [std, (line: number[]) => Math.sqrt(average(line.map((v) => (v - average(line)) ** 2)))],
    variance: [variance, (line: number[]) => average(line.map((v) => (v - average(line)) ** 2))],
    max: [max, (line: number[]) => Math.max(...line)],
    min: [min, (line: number[]) => Math.min(...line)],
    prod: [prod, (line: number[]) => line.reduce((a, b) => a * b, 1)],
    logSumExp: [logSumExp, (line: number[]) => Math.log(total(line.map(Math.exp)))],
    norm: [norm, (line: number[]) => Math.hypot(...line)],
  } as const;

  /** A shape without empty axes, and some of its axes in any order, some counted from the end. */
  const cases = shapes(0, 4, filledSizes).chain((shape) =>
    fc.record({
      x: fc.shuffledSubarray([...Array(sizeOf(shape)).keys()], { minLength: sizeOf(shape) }).map((order) =>
        tensor(
          order.map((k) => k / 4 - 2.0625),
          { shape, dtype: "float64" },
        ),
      ),
      axes: axesOf(shape, { neighbours: false })
        .chain((axes) => fc.shuffledSubarray(axes, { minLength: axes.length }))
        .chain((axes) =>
          vector(axes.length, fc.boolean()).map((back) =>
            axes.map((a, i) => (back[i] ? a - shape.length : a)),
          ),
        ),
      keepDims: fc.boolean(),
    }),
  );

  test.each(Object.entries(reductions))("%s along any axes", (_name, [reduce, definition]) => {
    fc.assert(
      fc.property(cases, directions, ({ x, axes, keepDims }, supply) => {
        const own = axes.map((axis) => (axis < 0 ? axis + x.rank : axis));
        const kept = x.shape.map((size, axis) => (own.includes(axis) ? 1 : size));
        const along = x.shape.map((size, axis) => (own.includes(axis) ? size : 1));
        const shape = keepDims ? kept : x.shape.filter((_, axis) => !own.includes(axis));
        const from = indexed(x);
        const atKept = (index: Index): number =>
          definition(
            indicesOf(along).map((offset) => from.at(offset.map((i, axis) => i + (index[axis] ?? 0)))),
          );
        const keptIndices = indicesOf(kept);
        const indices = indicesOf(shape);
        const result = reduce(x, { axis: axes, keepDims });
        expectDefined(result, shape, (index) => {
          const position = indices.findIndex((other) => other.join() === index.join());
          return atKept(keptIndices[position] ?? []);
        });
        // Of a single element the deviation is 0, and has no derivative.
        if (reduce === std && indicesOf(along).length < 2) return;
        expectDifferentiable(([y = x]) => reduce(y, { axis: axes, keepDims }), [x], supply);
      }),
      runs(25),
    );
  });

  /** A number that is equal to itself. */
  const comparable = (value: number): number => (Number.isNaN(value) ? 1e9 : value);

  /** What is made of no elements. */
  const ofNone: { readonly [K in keyof typeof reductions]: number } = {
    sum: 0,
    mean: Number.NaN,
    std: Number.NaN,
    variance: Number.NaN,
    max: -Infinity,
    min: Infinity,
    prod: 1,
    logSumExp: -Infinity,
    norm: 0,
  };

  test.each(Object.entries(reductions))("%s of what a mask leaves", (name, [reduce, definition]) => {
    const masked = cases.chain((sample) =>
      fc.tuple(fc.constant(sample), vector(sample.x.size, fc.constantFrom(0, 1, 1)), fc.boolean()),
    );
    fc.assert(
      fc.property(masked, directions, ([{ x, axes, keepDims }, marks, broadcast], supply) => {
        const own = axes.map((axis) => (axis < 0 ? axis + x.rank : axis));
        const whole = tensor(marks, { shape: x.shape, dtype: "float64" });
        const mask =
          broadcast && x.rank > 0
            ? slice(
                whole,
                x.shape.map(() => 0),
                [1, ...x.shape.slice(1)],
              )
            : whole;
        const left = indexed(broadcastTo(mask, x.shape));
        // What is left out may be anything.
        const dirty = tensor(
          x.data.map((value, i) => (broadcastTo(mask, x.shape).data[i] === 0 ? Number.NaN : value)),
          { shape: x.shape },
        );
        const kept = x.shape.map((size, axis) => (own.includes(axis) ? 1 : size));
        const along = x.shape.map((size, axis) => (own.includes(axis) ? size : 1));
        const from = indexed(x);
        const lines = indicesOf(kept).map((index) =>
          indicesOf(along)
            .map((offset) => offset.map((i, axis) => i + (index[axis] ?? 0)))
            .filter((at) => left.at(at) !== 0)
            .map((at) => from.at(at)),
        );
        const indices = indicesOf(keepDims ? kept : kept.filter((_, axis) => !own.includes(axis)));
        const options = { axis: axes, keepDims, where: mask };
        const result = reduce(dirty, options);
        expectDefined(
          tensor(result.data.map(comparable), { shape: result.shape }),
          keepDims ? kept : kept.filter((_, axis) => !own.includes(axis)),
          (index) => {
            const line = lines[indices.findIndex((other) => other.join() === index.join())] ?? [];
            return comparable(line.length === 0 ? ofNone[name as keyof typeof ofNone] : definition(line));
          },
        );
        if (lines.some(({ length }) => length === 0 || (reduce === std && length === 1))) return;
        expectDifferentiable(([y = x]) => reduce(y, options), [x], supply);
        const gradient = grad((y: Tensor) => sum(reduce(y, options)))(dirty);
        expect(
          gradient.data.map((value, i) => (Number.isNaN(dirty.data[i]) ? value : 0)).every((v) => v === 0),
        ).toBe(true);
      }),
      runs(25),
    );
  });

  test("a mask that does not fit is named with the shapes, and in programs the mask may change", () => {
    const x = tensor([
      [1, 2, 4],
      [8, 16, 32],
    ]);
    const shapes = /\[2\] with \[2, 3\]/;
    for (const [name, [reduce]] of Object.entries(reductions)) {
      expect(() => reduce(x, { where: tensor([1, 1]) })).toThrow(new RegExp(`^${name}: .*${shapes.source}`));
      expect(() => reduce(x, { where: tensor([1, 1, 0], { dtype: "float64" }) })).toThrow(
        new RegExp(`^${name}: dtypes differ`),
      );
      expect(() => reduce(x, { where: 1 as never })).toThrow(
        new RegExp(`^${name}: where is 1, not a tensor`),
      );
    }
    const compiled = compile((y: Tensor, mask: Tensor) => mean(y, { axis: 1, where: mask }), {
      backend: wasm(),
    });
    expect(compiled(x, tensor([1, 1, 0])).toArray()).toEqual([1.5, 12]);
    expect(compiled(x, tensor([0, 0, 1])).toArray()).toEqual([4, 32]);
  });

  test.each(Object.entries(reductions))(
    "%s of one axis, of all, and of a number",
    (_name, [reduce, definition]) => {
      const x = tensor(
        [
          [1, 2, 4],
          [3, 5, 0.5],
        ],
        { dtype: "float64" },
      );
      expectDefined(reduce(x, { axis: -1 }), [2], ([i = 0]) =>
        definition(
          [
            [1, 2, 4],
            [3, 5, 0.5],
          ][i] ?? [],
        ),
      );
      expectDefined(reduce(x), [], () => definition([...x.data]));
      expect(reduce(3).item()).toBeCloseTo(definition([3]), 6);
    },
  );

  test.each(Object.entries({ softmax, logSoftmax }))("%s along any axes", (name, normalize) => {
    fc.assert(
      fc.property(cases, directions, ({ x, axes }, supply) => {
        const from = indexed(x);
        const own = axes.map((axis) => (axis < 0 ? axis + x.rank : axis));
        const along = x.shape.map((size, axis) => (own.includes(axis) ? size : 1));
        expectDefined(normalize(x, { axis: axes }), x.shape, (index) => {
          const start = index.map((i, axis) => (own.includes(axis) ? 0 : i));
          const weight = sumOver(along, (offset) =>
            Math.exp(from.at(start.map((i, axis) => i + (offset[axis] ?? 0)))),
          );
          const p = Math.exp(from.at(index)) / weight;
          return name === "softmax" ? p : Math.log(p);
        });
        expectDifferentiable(([y = x]) => normalize(y, { axis: axes }), [x], supply);
      }),
      runs(25),
    );
  });

  test("sum and broadcastTo, transposes of each other, along every choice of four axes", () => {
    const shape = [2, 3, 2, 2];
    const x = tensor(
      Float64Array.from({ length: 24 }, (_, i) => 2 ** i),
      { shape },
    );
    const from = indexed(x);
    for (let choice = 0; choice < 16; choice++) {
      const axes = [0, 1, 2, 3].filter((axis) => (choice >> axis) % 2 === 1);
      const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const along = shape.map((size, axis) => (axes.includes(axis) ? size : 1));
      const sums = sum(x, { axis: axes, keepDims: true });
      expectDefined(sums, kept, (index) =>
        sumOver(along, (offset) => from.at(offset.map((i, axis) => i + (index[axis] ?? 0)))),
      );
      const narrow = indexed(sums);
      expectDefined(broadcastTo(sums, shape), shape, (index) => narrow.at(unbroadcast(index, narrow)));
    }
  });

  test("softmax is along the last axis, and cumsum along the first, unless said", () => {
    const x = tensor(
      [
        [0, 1],
        [2, 5],
      ],
      { dtype: "float64" },
    );
    expectTensorsEqual(softmax(x), softmax(x, { axis: 1 }), "softmax");
    expectTensorsEqual(logSoftmax(x), logSoftmax(x, { axis: -1 }), "logSoftmax");
    expect(cumsum(x).toArray()).toEqual([
      [0, 1],
      [2, 6],
    ]);
    expect(cumsum(x, { axis: -1 }).toArray()).toEqual([
      [0, 1],
      [2, 7],
    ]);
  });

  test("logSumExp of nothing is the logarithm of 0, and sums and norms of nothing are 0", () => {
    const nothing = tensor([]);
    expect([logSumExp(nothing).item(), sum(nothing).item(), norm(nothing).item()]).toEqual([-Infinity, 0, 0]);
  });

  test("norm and logSumExp overflow only where their value does", () => {
    expect(norm(tensor([3e38, 0])).item()).toBe(Math.fround(3e38));
    for (const scale of [1e-200, 1e200]) {
      const x = tensor([3 * scale, 4 * scale], { dtype: "float64" });
      expect(norm(x).item() / scale).toBeCloseTo(5, 14);
    }
    expect(logSumExp(tensor([1e38, 1e38])).item()).toBe(Math.fround(1e38));
    expect(logSumExp(tensor([-Infinity, 3])).item()).toBe(3);
  });
});
