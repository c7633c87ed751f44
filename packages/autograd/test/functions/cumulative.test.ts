import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compile,
  cummax,
  cummin,
  cumprod,
  grad,
  hvp,
  js,
  jvp,
  logCumSumExp,
  mul,
  prod,
  sum,
  type Tensor,
  tensor,
  wasm,
  zeros,
} from "../../src/index.ts";
import { sizeAt, sizeOf } from "../../src/shape.ts";
import { directions, filledSizes, grid, shapes, whole } from "../support/arbitrary.ts";
import { expectTensorsEqual, expectTensorsNear } from "../support/closeness.ts";
import { expectDefined, expectDifferentiable, tensors } from "../support/defined.ts";
import { indexed } from "../support/definitions.ts";
import { runs } from "../support/runs.ts";

const float64 = { dtype: "float64" } as const;
const withZeros = fc.oneof(grid(-2, 2), fc.constant(0));

describe("running products", () => {
  const cases = shapes(1, 3, filledSizes).chain((shape) =>
    fc.tuple(tensors(shape, withZeros), whole(-shape.length, shape.length - 1)),
  );

  test("are their definition, and their derivatives follow to third order, zeros or not", () => {
    fc.assert(
      fc.property(cases, directions, ([x, axis], supply) => {
        const at = axis < 0 ? axis + x.rank : axis;
        const from = indexed(x);
        expectDefined(cumprod(x, { axis }), x.shape, (index) =>
          Array.from({ length: (index[at] ?? 0) + 1 }, (_, k) => from.at(index.with(at, k))).reduce(
            (a, b) => a * b,
            1,
          ),
        );
        expectDifferentiable(([y = x]) => cumprod(y, { axis }), [x], supply);
        if (axis === -1) expectTensorsEqual(cumprod(x), cumprod(x, { axis }), "the last axis unless said");
      }),
      runs(40),
    );
  });

  test("of infinite elements begin with the element itself", () => {
    expect(cumprod(tensor([Infinity, 2, -1])).toArray()).toEqual([Infinity, Infinity, -Infinity]);
    expect(cumprod(tensor([], { shape: [2, 0] })).shape).toEqual([2, 0]);
    expect(() => cumprod(tensor([1]), { axis: 1 })).toThrow(/^cumprod: .*axis 1/);
  });
});

describe("a product", () => {
  test("has the gradient, the Hessian and the third derivatives of a polynomial, with none, one and two zeros", () => {
    // ∂ᵢ abc is the product of the others, ∂ᵢ∂ⱼ the third one, ∂₀∂₁∂₂ is 1.
    for (const [a, b, c] of [
      [2, 3, 5],
      [0, 3, 5],
      [0, 0, 5],
      [0, 0, 0],
    ] as const) {
      const x = tensor([a, b, c], float64);
      const f = (y: Tensor): Tensor => prod(y);
      expect(grad(f)(x).toArray()).toEqual([b * c, a * c, a * b]);
      const e = [0, 1, 2].map((i) =>
        tensor(
          [0, 1, 2].map((k) => Number(k === i)),
          float64,
        ),
      );
      const rows = e.map((v) => hvp(f, [x], [v])[0].toArray());
      expect(rows).toEqual([
        [0, c, b],
        [c, 0, a],
        [b, a, 0],
      ]);
      const second = (y: Tensor): Tensor => sum(mul(hvp(f, [y], [e[0] ?? y])[0], e[1] ?? y));
      expect(grad(second)(x).toArray()).toEqual([0, 0, 1]);
    }
  });

  test("of no elements is 1", () => {
    expect(prod(tensor([], { shape: [0] })).item()).toBe(1);
    expect(prod(tensor([], { shape: [2, 0] }), { axis: 1 }).toArray()).toEqual([1, 1]);
  });

  test("runs over double precision: factors may leave the range of floats on the way", () => {
    const x = tensor([1e30, 1e30, 1e-30, 1e-30, 3]);
    expect(prod(x).item()).toBeCloseTo(3, 5);
    for (const backend of [js, wasm()]) {
      const compiled = compile((y: Tensor) => prod(y), { backend });
      expect(compiled(x).item()).toBeCloseTo(3, 5);
      compiled.dispose();
    }
  });
});

describe("running logarithms of sums of exponentials", () => {
  test("neither overflow nor lose small terms; −∞ is the logarithm of nothing", () => {
    const x = tensor([-Infinity, 1000, 1000, -1000, Infinity, 3], float64);
    expectTensorsNear(
      logCumSumExp(x),
      tensor([-Infinity, 1000, 1000 + Math.LN2, 1000 + Math.LN2, Infinity, Infinity], float64),
      1e-12,
      "values",
    );
    expect(logCumSumExp(tensor([1, Number.NaN, 2])).toArray()).toEqual([1, Number.NaN, Number.NaN]);
  });

  test("have weights between 0 and 1 as derivatives, far apart and after −∞ too", () => {
    const x = tensor([-Infinity, -300, 200, 200], { shape: [4] });
    const [, pushed] = jvp((y: Tensor) => logCumSumExp(y), [x], [tensor([1, 1, 1, 3])]);
    const total = (y: Tensor): Tensor => sum(logCumSumExp(y));
    expectTensorsNear(pushed, tensor([0, 1, 1, 2]), 1e-5, "jvp");
    expectTensorsNear(grad(total)(x), tensor([0, 1, 1.5, 0.5]), 1e-5, "gradient");
    expectTensorsNear(hvp(total, [x], [tensor([1, 1, 1, 1])])[0], tensor([0, 0, 0, 0]), 1e-5, "hvp");
  });

  test("run along the axis that is asked for, the last one unless said", () => {
    const x = tensor(
      [
        [0, 1],
        [2, 3],
      ],
      float64,
    );
    expectTensorsEqual(logCumSumExp(x), logCumSumExp(x, { axis: 1 }), "the last axis");
    expect(logCumSumExp(x, { axis: 0 }).toArray()).toEqual([
      [0, 1],
      [2 + Math.log1p(Math.exp(-2)), 3 + Math.log1p(Math.exp(-2))],
    ]);
    expect(sizeAt(logCumSumExp(tensor([], { shape: [0] })).shape, 0)).toBe(0);
  });
});

describe("running extrema", () => {
  const distinct = shapes(1, 3, filledSizes).chain((shape) => {
    const numbers = [...Array(sizeOf(shape)).keys()];
    return fc
      .tuple(
        fc.shuffledSubarray(numbers, { minLength: numbers.length }),
        whole(-shape.length, shape.length - 1),
      )
      .map(
        ([order, axis]) =>
          [
            tensor(
              order.map((k) => k / 4 - 2.0625),
              { shape, ...float64 },
            ),
            axis,
          ] as const,
      );
  });

  test("are the extrema so far, and carry their elements' derivatives", () => {
    fc.assert(
      fc.property(distinct, directions, ([x, axis], supply) => {
        const at = axis < 0 ? axis + x.rank : axis;
        const from = indexed(x);
        const soFar = (index: readonly number[]): number[] =>
          Array.from({ length: (index[at] ?? 0) + 1 }, (_, k) => from.at(index.with(at, k)));
        expectDefined(cummax(x, { axis }), x.shape, (index) => Math.max(...soFar(index)));
        expectDefined(cummin(x, { axis }), x.shape, (index) => Math.min(...soFar(index)));
        for (const f of [cummax, cummin]) {
          expectDifferentiable(([y = x]) => mul(f(y, { axis }), f(y, { axis })), [x], supply);
        }
      }),
      runs(20),
    );
  });

  test("pass NaN on, and are the same in a program", () => {
    const x = tensor([
      [1, Number.NaN, 3],
      [-Infinity, -0, 0],
    ]);
    const expected = [
      [1, Number.NaN, Number.NaN],
      [-Infinity, -0, 0],
    ];
    expect(cummax(x).toArray()).toEqual(expected);
    expect(cummin(x).toArray()).toEqual([
      [1, Number.NaN, Number.NaN],
      [-Infinity, -Infinity, -Infinity],
    ]);
    for (const backend of [js, wasm()]) {
      expect(compile((y: Tensor) => cummax(y), { backend })(x).toArray()).toEqual(expected);
      const slope = compile(
        grad((y: Tensor) => sum(mul(cummax(y), tensor([1, 10, 100])))),
        { backend },
      );
      expect(slope(tensor([2, 1, 3])).toArray()).toEqual([11, 0, 100]);
    }
    expect(cummax(zeros([2, 0])).shape).toEqual([2, 0]);
    expect(() => cummin(tensor([1]), { axis: 1 })).toThrow(/^cummin: .*axis 1/);
    expect(() => cummin(tensor([1], { dtype: "uint32" }))).toThrow(/^cummin: .*uint32/);
  });

  test("have at ties the derivative of the first, and no second ones of what is or was tied", () => {
    const f = (y: Tensor): Tensor => sum(mul(mul(cummax(y), cummax(y)), tensor([1, 10, 100, 1000])));
    const x = tensor([2, 1, 2, 3]);
    expect(grad(f)(x).toArray()).toEqual([444, 0, 0, 6000]);
    const one = [tensor([1, 1, 1, 1])] as [Tensor];
    expect(hvp(f, [x], one)[0].toArray()).toEqual([Number.NaN, 0, Number.NaN, 2000]);
    expect(hvp(f, [tensor([2, 1, 1, 3])], one)[0].toArray()).toEqual([222, 0, 0, 2000]);
    const slope = (y: Tensor): Tensor => jvp(f, [y], one)[1];
    expect(jvp(slope, [x], one)[1].item()).toBeNaN();
    expect(jvp(slope, [tensor([2, 1, 1, 3])], one)[1].item()).toBe(2222);
  });
});
