import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Kernel } from "../../src/backend.ts";
import {
  cumsum,
  logSoftmax,
  logSumExp,
  max,
  min,
  norm,
  prod,
  softmax,
  sumTo,
  unit,
} from "../../src/backends/js/reduce.ts";
import { cumulativeSumModule } from "../../src/backends/wasm/reduce/cumulative.ts";
import { type ReductionName, reductionModule } from "../../src/backends/wasm/reduce/reductions.ts";
import { planSum } from "../../src/backends/wasm/reduce/sums.ts";
import { Sandbox, targets } from "./sandbox.ts";

const reference: Record<ReductionName, Kernel<{ readonly axes: readonly number[] }>> = {
  max,
  min,
  prod,
  logSumExp,
  norm,
  softmax,
  logSoftmax,
  unit,
};
const names = Object.keys(reference) as ReductionName[];
const small = fc.integer({ min: 0, max: 12 });
const shapes = fc.tuple(
  fc.integer({ min: 0, max: 4 }),
  fc.oneof(small, fc.integer({ min: 0, max: 70 })),
  fc.oneof(fc.constant(1), small),
);
const RUNS = { seed: 5, numRuns: Number(process.env["SCORETAPE_RUNS"] ?? 200) };

/** The reference kernel in double precision. */
function exact(
  name: ReductionName,
  [outer, middle, inner]: readonly [number, number, number],
  x: Float32Array,
): Float64Array {
  const mapped = ["softmax", "logSoftmax", "unit"].includes(name);
  const shape = mapped ? [outer, middle, inner] : [outer, inner];
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1));
  reference[name](
    { shape, dtype: "float64", data },
    { axes: [1] },
    { shape: [outer, middle, inner], dtype: "float64", data: Float64Array.from(x) },
  );
  return data;
}

describe.each(targets)("reductions, relaxed: $relaxed", ({ relaxed }) => {
  const reduce = (
    name: ReductionName,
    shape: readonly [number, number, number],
    fill: (i: number) => number,
  ) => {
    const [outer, middle, inner] = shape;
    const sandbox = new Sandbox();
    const x = sandbox.array(outer * middle * inner);
    x.values.forEach((value, i) => {
      x.values[i] = fill(i) * value;
    });
    const truth = exact(name, shape, x.values);
    const y = sandbox.array(truth.length);
    const run = sandbox.kernel(`reduce ${name} ${relaxed}`, () => reductionModule({ relaxed }, name), "run");
    run(outer, middle, inner, x.at, y.at);
    sandbox.checkFences();
    return { truth, result: y.values };
  };

  test.each(names)("%s equals the reference", (name) => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(0, 1, 30, 1e30), (shape, scale) => {
        const { truth, result } = reduce(name, shape, () => scale);
        truth.forEach((value, i) => {
          // The difference to the largest element is rounded to float32.
          const bound =
            4e-7 *
              Math.max(
                Math.abs(value) * (1 + (scale < 100 ? scale / 4 : 0)),
                name.startsWith("log") ? scale : 0,
              ) +
            1e-37;
          if (
            !(Object.is(result[i], Math.fround(value)) || Math.abs((result[i] as number) - value) <= bound)
          ) {
            throw new Error(`${name} of [${shape}] at ${i} is ${result[i]}, not ${value}`);
          }
        });
      }),
      RUNS,
    );
  });

  test.each(names)("%s with infinities and NaN", (name) => {
    for (const special of [Number.NaN, Infinity, -Infinity]) {
      for (const [middle, inner] of [
        [1, 1],
        [5, 1],
        [9, 1],
        [3, 5],
      ] as const) {
        for (let at = 0; at < middle * inner; at++) {
          const { truth, result } = reduce(name, [1, middle, inner], (i) =>
            i === at ? Math.sign(i - 0.5 || 1) * special : 1,
          );
          truth.forEach((value, i) => {
            if (!Number.isFinite(value))
              expect(result[i], `${[special, middle, inner, at, i]}: ${truth} / ${result}`).toBe(value);
            else expect(Math.abs((result[i] as number) - value)).toBeLessThan(1e-5);
          });
        }
      }
    }
  });

  test("sums over any axes, whole and cut", () => {
    const axes = fc.array(
      fc.tuple(fc.oneof(fc.constantFrom(1, 4, 5), fc.integer({ min: 1, max: 9 })), fc.boolean()),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(axes, fc.constantFrom(1, 1e30), fc.integer({ min: 1, max: 4 }), (kinds, scale, parts) => {
        const from = kinds.map(([size]) => size);
        const to = kinds.map(([size, isSummed]) => (isSummed ? 1 : size));
        const size = from.reduce((a, b) => a * b, 1);
        fc.pre(size < 20_000);
        const sandbox = new Sandbox();
        const x = sandbox.array(size);
        x.values.forEach((value, i) => {
          x.values[i] = value * scale;
        });
        const y = sandbox.array(to.reduce((a, b) => a * b, 1));
        const plan = planSum(to, from);
        const run = sandbox.kernel(`${plan.signature} ${relaxed}`, () => plan.build({ relaxed }), "run");
        const whole = plan.place([x.at], y.at, 0);
        run(...whole);
        sandbox.checkFences();
        const truth = new Float64Array(y.values.length);
        const numbers = { shape: from, dtype: "float64" as const, data: Float64Array.from(x.values) };
        sumTo({ shape: to, dtype: "float64", data: truth }, { shape: to }, numbers);
        truth.forEach((value, i) => {
          const error = Math.abs((y.values[i] ?? Number.NaN) - value);
          expect(error, `${from} to ${to} at ${i}`).toBeLessThanOrEqual(
            2 ** -24 * Math.abs(value) + size * 2 ** -52 * scale,
          );
        });
        const expected = y.values.slice();
        y.values.fill(Number.NaN);
        const { cut } = plan;
        const units = cut === undefined ? 0 : Math.floor(cut.size / cut.unit);
        if (cut === undefined || units < parts) return;
        const at = (part: number): number =>
          part === parts ? cut.size : Math.floor((part * units) / parts) * cut.unit;
        for (let part = 0; part < parts; part++) run(...cut.part(whole, at(part), at(part + 1)));
        expect(y.values).toEqual(expected);
        sandbox.checkFences();
      }),
      RUNS,
    );
  });

  test("running sums", () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ([outer, middle, inner], reverse) => {
        const sandbox = new Sandbox();
        const size = outer * middle * inner;
        const x = sandbox.array(size);
        const y = sandbox.array(size);
        const run = sandbox.kernel(`cumsum ${relaxed}`, () => cumulativeSumModule({ relaxed }), "run");
        run(outer, middle, inner, x.at, y.at, Number(reverse));
        const expected = new Float32Array(size);
        const operand = (data: Float32Array) => ({
          shape: [outer, middle, inner],
          dtype: "float32" as const,
          data,
        });
        cumsum(operand(expected), { axis: 1, reverse }, operand(x.values));
        expect(y.values).toEqual(expected);
        sandbox.checkFences();
      }),
      RUNS,
    );
  });
});
