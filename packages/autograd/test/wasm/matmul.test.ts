import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Target } from "../../src/backends/wasm/emitter/module.ts";
import { type MatmulProblem, planMatmul } from "../../src/backends/wasm/matmul/plan.ts";
import { Sandbox, targets } from "./sandbox.ts";

/** The product in double precision, and the sum of the magnitudes of its terms. */
function reference(problem: MatmulProblem, a: Float32Array, b: Float32Array) {
  const { batches, rows, columns, depth, transposeA, transposeB } = problem;
  const product = new Float64Array(batches * rows * columns);
  const magnitude = new Float64Array(product.length);
  for (let batch = 0; batch < batches; batch++) {
    const aStart = batch * rows * depth;
    const bStart = batch * depth * columns;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const at = (batch * rows + i) * columns + j;
        let sum = 0;
        let size = 0;
        for (let k = 0; k < depth; k++) {
          const x = a[aStart + (transposeA ? k * rows + i : i * depth + k)] as number;
          const y = b[bStart + (transposeB ? j * depth + k : k * columns + j)] as number;
          sum += x * y;
          size += Math.abs(x * y);
        }
        product[at] = sum;
        magnitude[at] = size;
      }
    }
  }
  return { product, magnitude };
}

/** The product by the kernels of a target, which has to be right. */
function check(problem: MatmulProblem, target: Target): Float32Array {
  const { batches, rows, columns, depth } = problem;
  const plan = planMatmul(problem);
  const sandbox = new Sandbox();
  const a = sandbox.array(batches * rows * depth);
  const b = sandbox.array(batches * depth * columns);
  const c = sandbox.array(batches * rows * columns);
  const scratch = sandbox.array(Math.ceil(plan.scratchBytes / 4));
  scratch.values.fill(Number.NaN);
  const { product, magnitude } = reference(problem, a.values, b.values);
  const run = sandbox.kernel(
    `${plan.signature} ${Object.values(target)}`,
    () => plan.build(target),
    "matmul",
  );
  run(...plan.place([a.at, b.at], c.at, scratch.at));
  product.forEach((value, i) => {
    const bound = 2 ** -23 * (4 + depth ** 0.75) * (magnitude[i] as number);
    if (!(Math.abs((c.values[i] as number) - value) <= bound)) {
      throw new Error(
        `${plan.signature} ${JSON.stringify(problem)}: element ${i} is ${c.values[i]}, not ${value}`,
      );
    }
  });
  sandbox.checkFences();
  return c.values.slice();
}

const dimension = fc.oneof(fc.integer({ min: 0, max: 17 }), fc.integer({ min: 0, max: 70 }));
const problems = fc.record({
  batches: fc.integer({ min: 0, max: 3 }),
  rows: dimension,
  columns: dimension,
  depth: fc.oneof(dimension, fc.constantFrom(255, 256, 257, 515)),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
}) satisfies fc.Arbitrary<MatmulProblem>;

describe.each(targets)("matmul, relaxed: $relaxed", (target) => {
  test("any sizes and transpositions; tall tiles have the same bits", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        expect(check(problem, { ...target, tall: true })).toEqual(check(problem, target));
      }),
      { seed: 1, numRuns: Number(process.env["SCORETAPE_RUNS"] ?? 300) },
    );
  });

  test.each([
    [65, 1030, 300],
    [3, 700, 300],
    [300, 2, 1],
    [1, 1, 1],
  ])("%i x %i, depth %i", (rows, columns, depth) => {
    for (const transposeA of [false, true])
      for (const transposeB of [false, true])
        check({ batches: 1, rows, columns, depth, transposeA, transposeB }, target);
  });

  test("infinities and NaN stay where they belong", () => {
    for (const [rows, columns, depth] of [
      [5, 3, 7],
      [9, 11, 3],
      [13, 21, 19],
      [2, 33, 12],
    ] as const) {
      const plan = planMatmul({ batches: 1, rows, columns, depth, transposeA: false, transposeB: false });
      const sandbox = new Sandbox();
      const a = sandbox.array(rows * depth);
      const b = sandbox.array(depth * columns);
      const c = sandbox.array(rows * columns);
      const scratch = sandbox.array(Math.ceil(plan.scratchBytes / 4));
      scratch.values.fill(Number.NaN);
      a.values[depth * (rows - 1)] = Number.NaN;
      b.values[columns - 1] = Number.POSITIVE_INFINITY;
      sandbox.kernel(
        `${plan.signature} ${Object.values(target)}`,
        () => plan.build(target),
        "matmul",
      )(...plan.place([a.at, b.at], c.at, scratch.at));
      c.values.forEach((value, at) => {
        const i = Math.floor(at / columns);
        const j = at % columns;
        expect(Number.isNaN(value)).toBe(i === rows - 1);
        if (i < rows - 1) expect(Number.isFinite(value)).toBe(j !== columns - 1);
      });
    }
  });
});
