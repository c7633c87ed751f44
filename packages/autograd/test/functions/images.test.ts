import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  averagePool,
  concat,
  conv,
  grad,
  groupNorm,
  layerNorm,
  matmul,
  maxPool,
  pad,
  pixelShuffle,
  pixelUnshuffle,
  random,
  reshape,
  type Shape,
  ShapeError,
  slice,
  square,
  sum,
  type Tensor,
  upsampleNearest,
} from "../../src/index.ts";
import { whole } from "../support/arbitrary.ts";
import { expectTensorsNear } from "../support/closeness.ts";
import { indexed, indicesOf } from "../support/definitions.ts";
import { runs } from "../support/runs.ts";

const normal = (seed: number, shape: Shape): Tensor =>
  random.normal(random.key(seed), shape, { dtype: "float64" });

/** Images of one or two spatial axes. */
const images = fc
  .record({
    n: whole(1, 2),
    spatial: fc.array(whole(1, 7), { minLength: 1, maxLength: 2 }),
    c: whole(1, 3),
    seed: whole(0, 999),
  })
  .map(({ n, spatial, c, seed }) => normal(seed, [n, ...spatial, c]));

describe("conv", () => {
  test('padding "same" has ⌈size / stride⌉ places, the odd zero at the end', () => {
    fc.assert(
      fc.property(images, whole(1, 3), whole(1, 3), whole(1, 2), (x, window, stride, dilation) => {
        const spatial = x.shape.slice(1, -1);
        const kernel = normal(1, [...spatial.map(() => window), x.shape.at(-1) ?? 0, 2]);
        const y = conv(x, kernel, { stride, dilation });
        expect(y.shape.slice(1, -1)).toEqual(spatial.map((size) => Math.ceil(size / stride)));
        const widths = spatial.map((size): readonly [number, number] => {
          const reach = (window - 1) * dilation + 1;
          const missing = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
          return [Math.floor(missing / 2), Math.ceil(missing / 2)];
        });
        const padded = pad(x, [[0, 0], ...widths, [0, 0]]);
        expectTensorsNear(y, conv(padded, kernel, { stride, dilation, padding: "valid" }), 1e-12, "padded");
      }),
      runs(40),
    );
  });

  test("a number pads each side by it", () => {
    fc.assert(
      fc.property(images, whole(0, 3), (x, padding) => {
        const axes = x.rank - 2;
        const kernel = normal(1, [...Array.from({ length: axes }, () => 1), x.shape.at(-1) ?? 0, 2]);
        const sides = Array.from({ length: axes }, () => [padding, padding] as const);
        const expected = conv(pad(x, [[0, 0], ...sides, [0, 0]]), kernel, { padding: "valid" });
        expectTensorsNear(conv(x, kernel, { padding }), expected, 1e-12, "padded");
      }),
      runs(40),
    );
  });

  test("groups are convolutions of their own", () => {
    const [x, kernel] = [normal(0, [2, 5, 4, 6]), normal(1, [3, 2, 2, 9])];
    const whole = conv(x, kernel, { groups: 3 });
    const parts = [0, 1, 2].map((group) =>
      conv(
        slice(x, [0, 0, 0, 2 * group], [2, 5, 4, 2 * group + 2]),
        slice(kernel, [0, 0, 0, 3 * group], [3, 2, 2, 3 * group + 3]),
      ),
    );
    expectTensorsNear(whole, concat(parts, 3), 1e-12, "groups");
  });

  test("a window of one element is a product of the channels", () => {
    const [x, kernel] = [normal(0, [2, 3, 4, 5]), normal(1, [1, 1, 5, 2])];
    expectTensorsNear(conv(x, kernel), matmul(x, reshape(kernel, [5, 2])), 1e-12, "product");
    expectTensorsNear(
      conv(x, kernel, { stride: 2 }),
      conv(
        x,
        pad(kernel, [
          [0, 1],
          [0, 1],
          [0, 0],
          [0, 0],
        ]),
        { stride: 2 },
      ),
      1e-12,
      "with a window of zeros around it",
    );
  });

  test("what does not fit is named", () => {
    const [x, kernel] = [normal(0, [1, 4, 4, 2]), normal(1, [3, 3, 2, 4])];
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [() => conv(normal(0, [4, 2]), kernel), /^conv: x \[4, 2\] and kernel .*: x has 2 axes; give/],
      [() => conv(x, normal(0, [3, 2, 4])), /with as many axes as x/],
      [() => conv(x, normal(1, [3, 3, 3, 4])), /axis 2 of the kernel is 3, not channels \/ groups = 2 \/ 1/],
      [() => conv(x, normal(1, [3, 3, 1, 3]), { groups: 2 }), /3 outputs do not divide into 2 groups/],
      [
        () => conv(x, normal(1, [5, 5, 2, 1]), { padding: "valid" }),
        /reaches over 5 elements along spatial axis 0, which has 4/,
      ],
      [() => conv(x, normal(1, [3, 3, 2, 1]), { padding: "valid", dilation: 2 }), /reaches over 5 elements/],
      [() => conv(x, kernel, { stride: 0 }), /^conv: stride is 0; give whole numbers from 1/],
      [() => conv(x, kernel, { stride: [1, 2, 3] }), /one for each spatial axis/],
      [() => conv(x, kernel, { padding: -1 }), /^conv: padding is -1; give whole numbers from 0/],
      [
        () => conv(x, kernel, { padding: "full" as "same" }),
        /padding is "full"; give "same", "valid" or a number/,
      ],
    ];
    for (const [call, message] of cases) expect(call).toThrow(message);
    expect(() => conv(x, normal(1, [3, 3, 3, 4]))).toThrow(ShapeError);
  });
});

test.each([
  ["averagePool", averagePool, (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length],
  ["maxPool", maxPool, (values: number[]) => Math.max(...values)],
] as const)("%s is that of every window", (_name, pool, of) => {
  fc.assert(
    fc.property(images, whole(1, 3), whole(1, 3), (x, size, stride) => {
      const spatial = x.shape.slice(1, -1);
      fc.pre(spatial.every((length) => length >= size));
      const y = pool(x, { size, stride });
      expect(y.shape.slice(1, -1)).toEqual(spatial.map((length) => Math.floor((length - size) / stride) + 1));
      for (const index of indicesOf(y.shape)) {
        const place = index.slice(1, -1);
        const window = indicesOf(place.map(() => size)).map((offset) =>
          indexed(x).at([
            index[0] ?? 0,
            ...place.map((p, axis) => p * stride + (offset[axis] ?? 0)),
            index.at(-1) ?? 0,
          ]),
        );
        expect(indexed(y).at(index)).toBeCloseTo(of(window), 12);
      }
    }),
    runs(40),
  );
});

test("maxPool's derivative is that of the largest element", () => {
  const x = normal(3, [1, 4, 4, 2]);
  const slopes = grad((image: Tensor) => sum(square(maxPool(image, { size: 2 }))))(x);
  const largest = maxPool(x, { size: 2 });
  for (const index of indicesOf(x.shape)) {
    const [n = 0, row = 0, column = 0, c = 0] = index;
    const top = indexed(largest).at([n, Math.floor(row / 2), Math.floor(column / 2), c]);
    const value = indexed(x).at(index);
    expect(indexed(slopes).at(index)).toBeCloseTo(value === top ? 2 * value : 0, 12);
  }
});

test("upsampleNearest repeats, and its mean over blocks is x", () => {
  fc.assert(
    fc.property(images, whole(1, 3), (x, factor) => {
      const y = upsampleNearest(x, factor);
      for (const index of indicesOf(y.shape)) {
        const from = index.map((i, axis) => (axis === 0 || axis === x.rank - 1 ? i : Math.floor(i / factor)));
        expect(indexed(y).at(index)).toBe(indexed(x).at(from));
      }
      expectTensorsNear(averagePool(y, { size: factor }), x, 1e-12, "mean");
    }),
    runs(40),
  );
});

test("pixelShuffle puts channel b·C + c into pixel b of its block, and pixelUnshuffle undoes it", () => {
  fc.assert(
    fc.property(images, whole(1, 3), (small, factor) => {
      const axes = small.rank - 2;
      const [n = 0, C = 0] = [small.shape[0], small.shape.at(-1)];
      const x = normal(5, [...small.shape.slice(0, -1), factor ** axes * C]);
      const y = pixelShuffle(x, factor);
      expect(y.shape).toEqual([n, ...small.shape.slice(1, -1).map((size) => size * factor), C]);
      for (const index of indicesOf(y.shape)) {
        const place = index.slice(1, -1);
        const block = place.reduce((b, p) => b * factor + (p % factor), 0);
        const from = [
          index[0] ?? 0,
          ...place.map((p) => Math.floor(p / factor)),
          block * C + (index.at(-1) ?? 0),
        ];
        expect(indexed(y).at(index)).toBe(indexed(x).at(from));
      }
      expect(pixelUnshuffle(y, factor).toArray()).toEqual(x.toArray());
    }),
    runs(40),
  );
});

test.each([
  ["groupNorm", (x: Tensor) => groupNorm(x, { groups: 2, epsilon: 0.1 }), 2],
  ["groupNorm of one group", (x: Tensor) => groupNorm(x, { groups: 1, epsilon: 0.1 }), 1],
] as const)("%s is (x − μ)/√(σ² + ε) over space and the group", (_name, normalize, groups) => {
  const x = normal(7, [2, 3, 2, 4]);
  const y = normalize(x);
  const perGroup = 4 / groups;
  for (const index of indicesOf(y.shape)) {
    const group = Math.floor((index[3] ?? 0) / perGroup);
    const fellows = indicesOf([3, 2, perGroup]).map(([row = 0, column = 0, c = 0]) =>
      indexed(x).at([index[0] ?? 0, row, column, group * perGroup + c]),
    );
    const mean = fellows.reduce((a, b) => a + b, 0) / fellows.length;
    const variance = fellows.reduce((total, value) => total + (value - mean) ** 2, 0) / fellows.length;
    expect(indexed(y).at(index)).toBeCloseTo((indexed(x).at(index) - mean) / Math.sqrt(variance + 0.1), 12);
  }
});

test("layerNorm is groupNorm of rows in one group", () => {
  const x = normal(7, [5, 4]);
  expectTensorsNear(layerNorm(x), groupNorm(x, { groups: 1 }), 1e-12, "rows");
});

test("what does not fit an image is named", () => {
  const x = normal(0, [1, 4, 4, 3]);
  expect(() => averagePool(x, { size: 5 })).toThrow(
    /^averagePool: a window of 5 is larger than spatial axis 0 of \[1, 4, 4, 3\], 4/,
  );
  expect(() => maxPool(normal(0, [4, 3]), { size: 1 })).toThrow(/^maxPool: x \[4, 3\] has no spatial axis/);
  expect(() => pixelShuffle(x, 2)).toThrow(
    /the 3 channels of x \[1, 4, 4, 3\] are no multiple of the 4 pixels of a block/,
  );
  expect(() => pixelUnshuffle(x, 3)).toThrow(
    /spatial axis 0 of x \[1, 4, 4, 3\] is 4, no multiple of the factor 3/,
  );
  expect(() => upsampleNearest(x, 0.5)).toThrow(
    /^upsampleNearest: factor is 0.5; give a whole number from 1/,
  );
  expect(() => groupNorm(x, { groups: 2 })).toThrow(
    /the 3 channels of x \[1, 4, 4, 3\] do not divide into 2 groups/,
  );
  expect(() => groupNorm(x, { groups: 3, epsilon: 0 })).toThrow(/^groupNorm: epsilon is 0/);
});
