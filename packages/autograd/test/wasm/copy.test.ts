import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { copyStrided } from "../../src/backends/js/strided.ts";
import { type CopyProblem, planCopy } from "../../src/backends/wasm/copy/plan.ts";
import { MemoryLayout } from "../../src/backends/wasm/layout.ts";
import { stridesOf } from "../../src/shape.ts";
import { Sandbox, targets } from "./sandbox.ts";

const RUNS = { seed: 9, numRuns: Number(process.env["SCORETAPE_RUNS"] ?? 500) };
const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 19 })), {
  maxLength: 4,
});

describe.each(targets)("copies, relaxed: $relaxed", ({ relaxed }) => {
  const check = (problem: CopyProblem, xSize: number, ySize: number): string => {
    const plan = planCopy(problem);
    const sandbox = new Sandbox();
    const x = sandbox.array(xSize);
    const y = sandbox.array(ySize);
    const expected = y.values.slice();
    copyStrided({ data: expected, ...problem.to }, { data: x.values, ...problem.from }, problem.sizes);
    const run = sandbox.kernel(`${plan.signature} ${relaxed}`, () => plan.build({ relaxed }), "run");
    run(...plan.parameters(x.at, y.at));
    expect(y.values).toEqual(expected);
    sandbox.checkFences();
    return plan.signature;
  };

  test("any permutation of axes", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (shape, seed) => {
        const axes = shape.map((_, axis) => axis).sort((a, b) => Math.sin(seed + a) - Math.sin(seed + b));
        const result = axes.map((axis) => shape[axis] as number);
        const strides = stridesOf(shape);
        const from = { offset: 0, strides: axes.map((axis) => strides[axis] as number) };
        const size = shape.reduce((a, b) => a * b, 1);
        check({ sizes: result, from, to: { offset: 0, strides: stridesOf(result) } }, size, size);
      }),
      RUNS,
    );
  });

  test("a box of one array into a box of another, some axes reversed", () => {
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(3), { minLength: 16, maxLength: 16 }), (box, margins) => {
        const shapeWith = (start: number) =>
          box.map((n, axis) => n + (margins[start + 2 * axis] as number) + 1);
        const [xShape, yShape] = [shapeWith(0), shapeWith(1)];
        const xStrides = stridesOf(xShape);
        const reversed = box.map((_, axis) => (margins[axis] as number) > 2);
        const from = {
          offset: xStrides.reduce(
            (sum, stride, axis) =>
              sum + stride * (reversed[axis] ? Math.max(0, (box[axis] as number) - 1) : 0),
            0,
          ),
          strides: xStrides.map((stride, axis) => (reversed[axis] ? -stride : stride)),
        };
        const yStrides = stridesOf(yShape);
        const to = { offset: yStrides.reduce((sum, stride) => sum + stride, 0), strides: yStrides };
        const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
        check({ sizes: box, from, to }, size(xShape), size(yShape));
      }),
      RUNS,
    );
  });

  test.each([
    [64, 64],
    [65, 7],
    [3, 130],
    [256, 128],
  ])("a %i by %i matrix takes the kernel for matrices", (rows, columns) => {
    const from = { offset: 0, strides: [1, columns] };
    const to = { offset: 0, strides: [rows, 1] };
    expect(check({ sizes: [columns, rows], from, to }, rows * columns, rows * columns)).toBe("transpose");
  });
});

test("places do not overlap and are aligned", () => {
  const layout = new MemoryLayout(100);
  const places = [0, 1, 17, 16, 1000].map((size) => layout.array(size));
  let end = 100;
  for (const { at, bytes } of places) {
    expect(at % 64).toBe(0);
    expect(at).toBeGreaterThanOrEqual(end);
    end = at + bytes;
  }
  expect(layout.bytes).toBeGreaterThanOrEqual(end);
});
