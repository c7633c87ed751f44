import fc from "fast-check";
import { describe, test } from "vitest";
import { matmul, type Shape, type Tensor, tensor, transpose } from "../../src/index.ts";
import { broadcastShapes } from "../../src/shape.ts";
import { directions, shapes, sizes, vector, whole } from "../support/arbitrary.ts";
import { expectTensorsEqual } from "../support/closeness.ts";
import { expectDefined, expectDifferentiable, tensors } from "../support/defined.ts";
import { type Index, type Indexed, indexed, sumOver, unbroadcast } from "../support/definitions.ts";
import { runs } from "../support/runs.ts";

describe("matmul", () => {
  const cases = fc
    .record({
      batch: shapes(0, 2, sizes),
      ones: fc.tuple(vector(2, fc.boolean()), vector(2, fc.boolean())),
      missing: fc.tuple(whole(0, 2), whole(0, 2)),
      sizes: fc.tuple(sizes, sizes, sizes),
      transposeX: fc.boolean(),
      transposeY: fc.boolean(),
    })
    .chain(({ batch, ones, missing, sizes: [m, k, n], transposeX, transposeY }) => {
      const narrow = (which: 0 | 1): Shape =>
        batch
          .map((size, axis) => (ones[which][axis] ? 1 : size))
          .slice(Math.min(missing[which], batch.length));
      return fc.record({
        x: tensors([...narrow(0), ...(transposeX ? [k, m] : [m, k])]),
        y: tensors([...narrow(1), ...(transposeY ? [n, k] : [k, n])]),
        transposeX: fc.constant(transposeX),
        transposeY: fc.constant(transposeY),
        sizes: fc.constant([m, k, n] as const),
      });
    });

  test("multiplies matrices in batches that broadcast, either operand transposed", () => {
    fc.assert(
      fc.property(cases, directions, ({ x, y, transposeX, transposeY, sizes: [m, k, n] }, supply) => {
        const matrixAt = (
          operand: Tensor,
          transposed: boolean,
        ): ((index: Index, i: number, j: number) => number) => {
          const batch: Indexed = { shape: operand.shape.slice(0, -2), at: () => 0 };
          const elements = indexed(operand);
          return (index, i, j) =>
            elements.at([...unbroadcast(index, batch), ...(transposed ? [j, i] : [i, j])]);
        };
        const [left, right] = [matrixAt(x, transposeX), matrixAt(y, transposeY)];
        const batch = broadcastShapes("test", x.shape.slice(0, -2), y.shape.slice(0, -2));
        const options = { transposeX, transposeY };
        expectDefined(matmul(x, y, options), [...batch, m, n], (index) => {
          const [i = 0, j = 0] = index.slice(-2);
          const own = index.slice(0, -2);
          return sumOver([k], ([inner = 0]) => left(own, i, inner) * right(own, inner, j));
        });
        expectDifferentiable(([a = x, b = y]) => matmul(a, b, options), [x, y], supply);
      }),
      runs(60),
    );
  });

  test("gives, packed and in blocks, what it gives directly, at every edge of the blocks", () => {
    for (const m of [1, 4, 5, 11]) {
      for (const n of [1, 3, 8, 10]) {
        const k = 500;
        const x = tensor(
          Float64Array.from({ length: m * k }, (_, i) => Math.sin(i)),
          { shape: [m, k] },
        );
        const y = tensor(
          Float64Array.from({ length: k * n }, (_, i) => Math.cos(i)),
          { shape: [k, n] },
        );
        const [left, right] = [indexed(x), indexed(y)];
        expectDefined(matmul(x, y), [m, n], ([i = 0, j = 0]) =>
          sumOver([k], ([inner = 0]) => left.at([i, inner]) * right.at([inner, j])),
        );
        expectTensorsEqual(matmul(transpose(x), y, { transposeX: true }), matmul(x, y), "transposed x");
        expectTensorsEqual(matmul(x, transpose(y), { transposeY: true }), matmul(x, y), "transposed y");
      }
    }
  });
});
