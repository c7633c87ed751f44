import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cut } from "../../src/backends/wasm/cut.ts";
import { planMatmul } from "../../src/backends/wasm/matmul/plan.ts";
import { cutProduct } from "../../src/compile/threads/cut.ts";
import { divide } from "../../src/compile/threads/divide.ts";
import type { Kernel } from "../../src/compile/wasm/kernel.ts";
import { runs } from "../support/runs.ts";

const GRAIN = 1000;

/** A kernel whose parameters are the stretch of its axis, and a sum's address; its scratch memory is the last. */
function kernelOf(size: number, unit: number, time: number, isSum: boolean): Kernel {
  const cut: Cut = {
    size,
    unit,
    time,
    sums: isSum ? [{ parameter: 2, elements: 5 }] : [],
    part: ([, , sum = 0, scratch = 0], from, to) => [from, to, sum, scratch],
  };
  return {
    signature: "kernel",
    entry: "run",
    scratchBytes: 100,
    cut,
    build: () => {
      throw new Error("not built here");
    },
    parameters: (scratch) => [0, size, -1, scratch],
  };
}

const settings = fc.record({
  size: fc.integer({ min: 1, max: 2000 }),
  unit: fc.constantFrom(1, 4, 16),
  time: fc.integer({ min: 1, max: 100 * GRAIN }),
  isSum: fc.boolean(),
  threads: fc.integer({ min: 1, max: 9 }),
});

describe("a divided kernel", () => {
  test("covers its axis once, in order, with cuts at multiples of the unit", () => {
    fc.assert(
      fc.property(settings, ({ size, unit, time, isSum, threads }) => {
        const { shares } = divide(kernelOf(size, unit, time, isSum), {
          threads,
          grain: GRAIN,
          share: GRAIN,
        }).calls(64);
        let end = 0;
        for (const { parameters } of shares.flat()) {
          const [from = -1, to = -1] = parameters;
          expect(from).toBe(end);
          expect(to).toBeGreaterThan(from);
          expect(from % unit).toBe(0);
          end = to;
        }
        expect(end).toBe(size);
      }),
      runs(500),
    );
  });

  test("has at most as many shares as threads, each of the time that is worth it, and none is empty", () => {
    fc.assert(
      fc.property(settings, ({ size, unit, time, isSum, threads }) => {
        const { shares } = divide(kernelOf(size, unit, time, isSum), {
          threads,
          grain: GRAIN,
          share: GRAIN,
        }).calls(64);
        expect(shares.length).toBeLessThanOrEqual(Math.max(1, Math.min(threads, Math.floor(time / GRAIN))));
        for (const calls of shares) expect(calls.length).toBeGreaterThan(0);
      }),
      runs(500),
    );
  });

  test("sums over its axis in the same parts for any number of threads", () => {
    fc.assert(
      fc.property(settings, ({ size, unit, time, threads }) => {
        const kernel = kernelOf(size, unit, time, true);
        const stretches = (n: number): unknown =>
          divide(kernel, { threads: n, grain: GRAIN, share: GRAIN })
            .calls(0)
            .shares.flat()
            .map(({ parameters: [from, to] }) => [from, to]);
        expect(stretches(threads)).toEqual(stretches(1));
      }),
      runs(300),
    );
  });

  test("gives every share scratch memory of its own, and every part of a sum a place of its own", () => {
    fc.assert(
      fc.property(settings, ({ size, unit, time, isSum, threads }) => {
        const divided = divide(kernelOf(size, unit, time, isSum), { threads, grain: GRAIN, share: GRAIN });
        const { shares, after } = divided.calls(64);
        const scratch = shares.map((calls) => new Set(calls.map(({ parameters }) => parameters[3])));
        const places = scratch.map((set) => ({ from: [...set][0] ?? 0, bytes: 100 }));
        for (const set of scratch) expect(set.size).toBe(1);
        if (after.length > 0) {
          for (const { parameters } of shares.flat()) places.push({ from: parameters[2] ?? 0, bytes: 20 });
          expect(after[0]?.parameters.slice(-2)).toEqual([-1, 64]);
        }
        places.sort((a, b) => a.from - b.from);
        let end = 64;
        for (const { from, bytes } of places) {
          expect(from).toBeGreaterThanOrEqual(end);
          end = from + bytes;
        }
        expect(end).toBeLessThanOrEqual(64 + divided.scratchBytes);
      }),
      runs(500),
    );
  });
});

test("the parts of a product read and write inside of the whole's arrays, rows or matrices apart", () => {
  const [a, b, c] = [1000, 2000, 3000];
  const at = (problem: Parameters<typeof planMatmul>[0]): Cut | undefined =>
    cutProduct(planMatmul(problem).place([a, b], c, 0), problem.columns);
  const dense = { depth: 5, transposeA: false, transposeB: false };
  const rows = at({ ...dense, batches: 1, rows: 64, columns: 7 });
  expect(
    rows?.part(planMatmul({ ...dense, batches: 1, rows: 64, columns: 7 }).place([a, b], c, 9), 16, 48),
  ).toEqual([
    ...[1, 32, 7, 5],
    ...[a + 4 * 5 * 16, 4 * 64 * 5, 20, 4],
    ...[b, 4 * 5 * 7, 28, 4],
    ...[c + 4 * 7 * 16, 4 * 64 * 7, 9],
  ]);
  expect(at({ ...dense, batches: 9, rows: 64, columns: 7 })).toMatchObject({ size: 9, unit: 1 });
  // Three rows: the kernel computes the transpose, whose rows lie apart.
  expect(at({ ...dense, batches: 1, rows: 3, columns: 70 })).toBeUndefined();
  expect(at({ ...dense, batches: 1, rows: 1, columns: 70 })).toMatchObject({ size: 70 });
});
