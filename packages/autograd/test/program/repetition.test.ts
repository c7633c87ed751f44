import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { operationsOf } from "../../src/compile/explain.ts";
import {
  add,
  broadcastTo,
  capture,
  compile,
  js,
  linearize,
  matmul,
  mul,
  nn,
  random,
  sin,
  sum,
  type Tensor,
  tensor,
  tree,
  valueAndGrad,
} from "../../src/index.ts";
import { splats } from "../../src/program/passes/constants.ts";
import { deadCode } from "../../src/program/passes/deadCode.ts";
import { repetition } from "../../src/program/passes/repetition.ts";
import type { Pass } from "../../src/program/passes/rewriter.ts";
import { sharedProducts } from "../../src/program/passes/sharedProducts.ts";
import { whole } from "../support/arbitrary.ts";
import { expectTensorsEqual, expectTensorsNear } from "../support/closeness.ts";
import { scaleOf } from "../support/distance.ts";
import { runs } from "../support/runs.ts";

type F = (...x: Tensor[]) => Tensor;

const normal = (shape: readonly number[], i: number): Tensor =>
  random.normal(random.foldIn(random.key(11), i), shape, { dtype: "float64" });

/** Multiplications of each matrix product in f's program after a pass, which must not change what f computes. */
function productsAfter(pass: Pass, f: F, ...inputs: Tensor[]): number[] {
  const before = capture(f)(...inputs);
  const after = deadCode.run(pass.run(before));
  const [expected] = before.replay(inputs);
  const [actual] = after.replay(inputs);
  if (expected === undefined || actual === undefined) throw new Error("no result");
  expectTensorsNear(actual, expected, 1e-12 * scaleOf(expected), "result");
  return after.equations.filter(({ op }) => op === "matmul").map((equation) => operationsOf(equation) / 2);
}

/** [..., m, k] @ [..., k, n] with either operand stored transposed. */
const problems = fc
  .record({
    batch: fc.constantFrom(1, 2),
    m: whole(2, 4),
    k: whole(2, 4),
    n: whole(2, 4),
    transposeX: fc.boolean(),
    transposeY: fc.boolean(),
    /** Whether axes of size 1 in front are left out. */
    short: fc.boolean(),
  })
  .map(({ batch, m, k, n, transposeX, transposeY, short }) => {
    const stored = (rows: number, columns: number, transposed: boolean): number[] => {
      const matrix = transposed ? [columns, rows] : [rows, columns];
      return batch === 1 ? matrix : [batch, ...matrix];
    };
    const shapeOfX = (rows: number, depth: number): number[] => stored(rows, depth, transposeX);
    const shapeOfY = (depth: number, columns: number): number[] => stored(depth, columns, transposeY);
    /** An operand from a smaller one. */
    const from = (shape: number[], i: number): Tensor => {
      const lead = shape.findIndex((size) => size !== 1);
      return normal(short && lead > 0 ? shape.slice(lead) : shape, i);
    };
    const product = (x: Tensor, y: Tensor): Tensor =>
      matmul(broadcastTo(x, shapeOfX(m, k)), broadcastTo(y, shapeOfY(k, n)), { transposeX, transposeY });
    return { batch, m, k, n, transposeX, shapeOfX, shapeOfY, from, product };
  });

describe("a product with an operand that is repeated", () => {
  test("along its rows or columns has one of them computed", () => {
    fc.assert(
      fc.property(problems, ({ batch, m, k, n, shapeOfX, shapeOfY, from, product }) => {
        const [x, y] = [from(shapeOfX(m, k), 1), from(shapeOfY(k, n), 2)];
        expect(productsAfter(repetition, product, from(shapeOfX(1, k), 3), y)).toEqual([batch * k * n]);
        expect(productsAfter(repetition, product, x, from(shapeOfY(k, 1), 4))).toEqual([batch * m * k]);
        expect(productsAfter(repetition, product, x, y)).toEqual([batch * m * k * n]);
      }),
      runs(60),
    );
  });

  test("along the axis that is summed over is no product any more", () => {
    fc.assert(
      fc.property(problems, ({ m, k, n, shapeOfX, shapeOfY, from, product }) => {
        const [x, y] = [from(shapeOfX(m, k), 1), from(shapeOfY(k, n), 2)];
        const [flatX, flatY] = [from(shapeOfX(m, 1), 3), from(shapeOfY(1, n), 4)];
        for (const operands of [[flatX, y] as const, [x, flatY] as const, [flatX, flatY] as const]) {
          expect(productsAfter(repetition, product, ...operands)).toEqual([]);
        }
      }),
      runs(60),
    );
  });
});

test("the dot product of a product's rows with one row needs no product of that size", () => {
  fc.assert(
    fc.property(problems, fc.boolean(), ({ batch, m, k, n, transposeX, ...p }, first) => {
      const [x, y, a] = [p.from(p.shapeOfX(m, k), 1), p.from(p.shapeOfY(k, n), 2), normal([n], 3)];
      const rowwise = (z: Tensor, w: Tensor, row: Tensor): Tensor => {
        const xy = p.product(z, w);
        const repeated = broadcastTo(row, xy.shape);
        return sum(first ? mul(repeated, xy) : mul(xy, repeated), { axis: -1 });
      };
      const expected = transposeX ? batch * m * k * n : batch * k * n;
      expect(productsAfter(repetition, rowwise, x, y, a)).toEqual([expected]);
    }),
    runs(60),
  );
});

describe("products of the same matrices", () => {
  test("up to factors that are repeated along the axis summed over are computed once", () => {
    fc.assert(
      fc.property(problems, ({ batch, m, k, n, shapeOfX, shapeOfY, from, product }) => {
        const [x, y] = [from(shapeOfX(m, k), 1), from(shapeOfY(k, n), 2)];
        const factors = [shapeOfX(m, 1), shapeOfX(m, 1), shapeOfY(1, n), shapeOfY(1, n)].map((shape, i) =>
          from(shape, 3 + i),
        );
        const f: F = (a, b, r = a, q = a, c = a, d = a) => {
          const by = (z: Tensor, ...others: Tensor[]): Tensor =>
            others.reduce((total, factor) => mul(broadcastTo(factor, z.shape), total), z);
          return add(
            product(by(a, r, q), by(b, c)),
            mul(3, add(product(by(a, q), by(b, d)), product(a, by(b, d)))),
          );
        };
        expect(productsAfter(sharedProducts, f, x, y, ...factors)).toEqual([batch * m * k * n]);
      }),
      runs(60),
    );
  });

  test("are computed once where only two are left, and only where both are read in the same way", () => {
    const [a, b, r] = [normal([3, 3], 1), normal([3, 3], 2), normal([3, 1], 3)];
    const scaled = (x: Tensor, y: Tensor): Tensor => mul(broadcastTo(y, [3, 3]), x);
    const pair = (transposeX: boolean): F => {
      return (x, y, z = y) => add(matmul(scaled(x, z), y), matmul(x, y, { transposeX }));
    };
    expect(productsAfter(sharedProducts, pair(false), a, b, r)).toHaveLength(1);
    expect(productsAfter(sharedProducts, pair(true), a, b, r)).toHaveLength(2);
  });

  test("stay apart where the factors differ along that axis, or the matrices do", () => {
    fc.assert(
      fc.property(problems, ({ m, k, n, shapeOfX, shapeOfY, from, product }) => {
        const [x, y] = [from(shapeOfX(m, k), 1), from(shapeOfY(k, n), 2)];
        const along: F = (a, b, r = a) => add(product(mul(a, broadcastTo(r, a.shape)), b), product(a, b));
        expect(productsAfter(sharedProducts, along, x, y, from(shapeOfX(1, k), 3))).toHaveLength(2);
        const different: F = (a, b, r = a) =>
          add(product(mul(a, broadcastTo(r, a.shape)), b), product(sin(a), b));
        expect(productsAfter(sharedProducts, different, x, y, from(shapeOfX(m, 1), 3))).toHaveLength(2);
      }),
      runs(30),
    );
  });
});

describe("constants with equal rows", () => {
  const rows = (row: readonly number[]): Tensor =>
    tensor([[...row], [...row], [...row]], { dtype: "float64" });
  test.each([
    ["infinite, undefined and −0", rows([Number.NEGATIVE_INFINITY, Number.NaN, -0]), [1, 3]],
    ["no elements", tensor([], { shape: [0, 2] }), [0, 2]],
    [
      "nothing",
      tensor([
        [1, 2],
        [1, 3],
      ]),
      [2, 2],
    ],
    [
      "+0 and −0",
      tensor([
        [0, 1],
        [-0, 1],
      ]),
      [2, 2],
    ],
    [
      "−0 alone",
      tensor([
        [-0, -0],
        [-0, -0],
      ]),
      [1, 2],
    ],
  ])("have one of them: %s", (_name, constant, shape) => {
    const program = splats.run(capture((x: Tensor) => add(x, constant))(constant));
    expect(program.constants.map(({ value }) => value.shape)).toEqual([shape]);
    const [actual] = program.replay([constant]);
    expect(actual?.toArray()).toEqual(add(constant, constant).toArray());
  });
});

describe("the trace of a Jacobian along basis vectors, and its gradient", () => {
  const [n, d, h] = [6, 3, 8] as const;
  const net = nn.mlp([d, h, h, d], { activation: "softplus" });
  const parameters = net.init(random.key(0));
  const x = random.normal(random.key(1), [n, d]);
  /** Σᵢ eᵢᵀJeᵢ of each row. */
  const trace = (p: typeof parameters, y: Tensor): Tensor => {
    const [, push] = linearize((z: Tensor) => net.apply(p, z), [y]);
    return Array.from({ length: d }, (_, i) => {
      const e = broadcastTo(tensor(Array.from({ length: d }, (_unused, j) => (i === j ? 1 : 0))), [n, d]);
      return sum(mul(e, push(e)), { axis: 1 });
    }).reduce((a, b) => add(a, b));
  };
  const gradient = valueAndGrad((p: typeof parameters, y: Tensor) => sum(trace(p, y)));

  /** How many products take all points through the weights of an outer layer, and through those between hidden layers. */
  const counts = (repetition: boolean): readonly number[] => {
    const { equations } = compile(gradient, { passes: { repetition } }).program(parameters, x);
    const sizes = equations.filter(({ op }) => op === "matmul").map((equation) => operationsOf(equation) / 2);
    return [n * d * h, n * h * h].map((size) => sizes.filter((each) => each === size).length);
  };

  test("take each basis vector through the weights between hidden layers alone, forth and back", () => {
    // Along each: forth and back through two outer layers, and the gradients of three weight matrices.
    expect(counts(false)).toEqual([5 * d + 2, 3 * d + 3]);
    // The primal: forth through the first two layers, back through the second, two gradients.
    expect(counts(true)).toEqual([2, 2 * d + 1 + 3]);
  });

  test("keep the bits of the eager ops on the reference kernels", () => {
    const [value, parts] = compile(gradient, { backend: js })(parameters, x);
    const [expected, eagerParts] = gradient(parameters, x);
    expectTensorsEqual(value, expected, "value");
    const eager = tree.leaves(eagerParts);
    tree.leaves(parts).forEach((part, i) => {
      expectTensorsEqual(part, eager[i] ?? value, `gradient ${i}`);
    });
  });
});
