import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  exp,
  eye,
  grad,
  js,
  jvp,
  linalg,
  log,
  matmul,
  mul,
  ones,
  random,
  square,
  sum,
  type Tensor,
  tensor,
  transpose,
  vmap,
  wasm,
  zeros,
} from "../../src/index.ts";
import { shapes, whole } from "../support/arbitrary.ts";
import { expectTensorsNear } from "../support/closeness.ts";
import { runs } from "../support/runs.ts";

const double = { dtype: "float64" } as const;
const swapped = (a: Tensor): Tensor => transpose(a, [...Array(a.rank - 2).keys(), a.rank - 1, a.rank - 2]);

/** Batches of matrices from the normal distribution, and positive definite ones. */
const cases = fc.tuple(shapes(0, 2, whole(1, 2)), whole(1, 8), whole(0, 999)).map(([batch, n, seed]) => {
  const a = random.normal(random.key(seed), [...batch, n, n], double);
  return { a, positive: add(matmul(a, swapped(a)), eye(n, double)), batch, n };
});
const identity = (a: Tensor): Tensor => mul(eye(a.shape.at(-1) ?? 0, double), ones(a.shape, double));

describe("linalg", () => {
  test("the Cholesky factor is lower, and its product with its transpose is the matrix", () => {
    fc.assert(
      fc.property(cases, ({ positive, n }) => {
        const l = linalg.cholesky(positive);
        expectTensorsNear(matmul(l, swapped(l)), positive, 1e-12, "LL'");
        l.data.forEach((value, k) => {
          const [i, j] = [Math.floor(k / n) % n, k % n];
          if (i < j) expect(value).toBe(0);
          if (i === j) expect(value).toBeGreaterThan(0);
        });
        const total = sum(mul(log(add(mul(l, identity(l)), add(1, mul(-1, identity(l))))), 2), {
          axis: [-2, -1],
        });
        expectTensorsNear(linalg.logDeterminant(positive), total, 1e-12, "log det");
      }),
      runs(30),
    );
  });

  test("solutions solve, for matrices, a vector, and one matrix with many right sides", () => {
    fc.assert(
      fc.property(cases, ({ positive: a, batch, n }) => {
        const b = random.normal(random.key(1), [...batch, n, 3], double);
        expectTensorsNear(matmul(a, linalg.solve(a, b)), b, 1e-10, "Ax");
        expectTensorsNear(matmul(linalg.inverse(a), a), identity(a), 1e-10, "A⁻¹A");
        const v = random.normal(random.key(2), [n], double);
        const column = tensor(v.data, { shape: [n, 1] });
        const x = linalg.solve(a, v);
        expect(x.shape).toEqual([...batch, n]);
        expectTensorsNear(x, tensor(linalg.solve(a, column).data, { shape: x.shape }), 0, "one vector");
        const one = random.normal(random.key(3), [n, n], double);
        expectTensorsNear(matmul(one, linalg.solve(one, b)), b, 1e-7, "one matrix");
        for (const lower of [true, false]) {
          const triangle = mul(
            a,
            tensor(
              Float64Array.from({ length: n * n }, (_, k) => {
                const [i, j] = [Math.floor(k / n), k % n];
                return Number(lower ? i >= j : i <= j);
              }),
              { shape: [n, n] },
            ),
          );
          const solved = (t: boolean) => linalg.triangularSolve(a, b, { lower, transpose: t });
          expectTensorsNear(matmul(triangle, solved(false)), b, 1e-8, "Tx");
          expectTensorsNear(matmul(swapped(triangle), solved(true)), b, 1e-8, "T'x");
        }
      }),
      runs(30),
    );
  });

  test("a small pivot is not taken where there is a larger one", () => {
    const a = tensor(
      [
        [1e-20, 1],
        [1, 1],
      ],
      double,
    );
    expectTensorsNear(linalg.solve(a, tensor([1, 2], double)), tensor([1, 1], double), 1e-15, "x");
    expectTensorsNear(linalg.logDeterminant(a), tensor(0, double), 1e-15, "log |det|");
  });

  test("eigenvectors are orthonormal and turn by their values, which increase; the largest component is positive", () => {
    const larger = random.normal(random.key(5), [20, 20], double);
    fc.assert(
      fc.property(
        fc.oneof(
          cases.map(({ a }) => a),
          fc.constant(larger),
        ),
        (a) => {
          const [values, vectors] = linalg.eigh(a);
          const symmetric = mul(0.5, add(a, swapped(a)));
          const scaled = mul(
            vectors,
            tensor(values.data, { shape: [...values.shape.slice(0, -1), 1, values.shape.at(-1) ?? 0] }),
          );
          expectTensorsNear(matmul(symmetric, vectors), scaled, 1e-12, "AV");
          expectTensorsNear(matmul(swapped(vectors), vectors), identity(a), 1e-13, "V'V");
          const n = a.shape.at(-1) ?? 0;
          values.data.forEach((value, k) => {
            if (k % n > 0) expect(value).toBeGreaterThanOrEqual(values.data[k - 1] ?? 0);
          });
          const columns = swapped(vectors).data;
          for (let start = 0; start < columns.length; start += n) {
            const column = [...columns.slice(start, start + n)];
            expect(Math.max(...column)).toBeGreaterThan(0.999 * Math.max(...column.map(Math.abs)));
          }
        },
      ),
      runs(30),
    );
    // Components of one size, but for rounding: the first one decides.
    const hadamard = tensor(
      [
        [1, 1, 1, 1],
        [1, -1, 1, -1],
        [1, 1, -1, -1],
        [1, -1, -1, 1],
      ],
      double,
    );
    for (let k = 0; k < 50; k++) {
      const values = random.normal(random.key(k), [4], double);
      const vectors = linalg.eigh(matmul(mul(hadamard, values), hadamard, { transposeY: true }))[1];
      expect([...vectors.data.slice(0, 4)].map(Math.sign)).toEqual([1, 1, 1, 1]);
    }
  });

  test("eigenvectors of graded and of degenerate matrices are as good", () => {
    const graded = fc
      .record({
        d: whole(1, 7),
        scale: fc.constantFrom(1e-8, 1, 1e8),
        rank: whole(0, 7),
        seed: whole(0, 999),
      })
      .map(({ d, scale, rank, seed }) => {
        const rows = random.normal(random.key(seed), [rank, d], double);
        const signs = tensor(
          Float64Array.from({ length: rank }, (_, k) => (k % 2 === 0 ? scale : -scale)),
          { shape: [rank, 1] },
        );
        return matmul(rows, mul(signs, rows), { transposeX: true });
      });
    fc.assert(
      fc.property(graded, (a) => {
        const [values, Q] = linalg.eigh(a);
        const largest = Math.max(Number.MIN_VALUE, ...a.data.map(Math.abs));
        expectTensorsNear(matmul(mul(Q, values), Q, { transposeY: true }), a, 1e-13 * largest, "QΛQ'");
        expectTensorsNear(matmul(Q, Q, { transposeX: true }), eye(a.shape[0] ?? 0, double), 1e-13, "Q'Q");
      }),
      runs(100),
    );
  });

  test("of equal eigenvalues a sum of functions has its gradient, and what turns with the vectors has none", () => {
    const a = eye(2, double);
    const values = (x: Tensor): Tensor => linalg.eigh(x)[0];
    expectTensorsNear(grad((x: Tensor) => sum(exp(values(x))))(a), mul(Math.E, a), 1e-14, "of Σ exp λ");
    expectTensorsNear(
      jvp((x: Tensor) => sum(square(values(x))), [a], [ones([2, 2], double)])[1],
      tensor(4, double),
      1e-14,
      "dΣλ²",
    );
    const vectors = grad((x: Tensor) =>
      sum(
        mul(
          linalg.eigh(x)[1],
          tensor(
            [
              [1, 2],
              [3, 4],
            ],
            double,
          ),
        ),
      ),
    )(a);
    expect([...vectors.data].every(Number.isNaN)).toBe(true);
    const turned = jvp((x: Tensor) => linalg.eigh(x)[1], [a], [ones([2, 2], double)])[1];
    expect([...turned.data].every(Number.isNaN)).toBe(true);
    const twice = jvp(
      grad((x: Tensor) => sum(square(values(x)))),
      [a],
      [ones([2, 2], double)],
    )[1];
    expect([...twice.data].every(Number.isNaN)).toBe(true);
  });

  test("vmap over matrices is the batch", () => {
    const a = random.normal(random.key(7), [3, 2, 2], double);
    const b = random.normal(random.key(8), [2, 1], double);
    const one = (x: Tensor): Tensor => linalg.solve(x, b);
    expectTensorsNear(vmap(one)(a), linalg.solve(a, b), 0, "solve");
    expectTensorsNear(vmap((x: Tensor) => linalg.eigh(x)[1])(a), linalg.eigh(a)[1], 0, "eigh");
    expectTensorsNear(
      vmap(grad((x: Tensor) => linalg.logDeterminant(x)))(a),
      swapped(linalg.inverse(a)),
      1e-13,
      "A⁻ᵀ",
    );
  });
});

describe("what has no solution", () => {
  const good = [
    [2, 1],
    [1, 2],
  ];
  const singular = [
    [1, 2],
    [2, 4],
  ];
  const of = (bad: number[][]): Tensor =>
    tensor([
      [good, good],
      [good, bad],
    ]);
  const wrong: readonly (readonly [string, (a: Tensor) => Tensor, number[][], RegExp])[] = [
    [
      "cholesky",
      linalg.cholesky,
      [
        [1, 2],
        [2, 1],
      ],
      /is not positive definite: pivot 1 is -3; check/,
    ],
    [
      "cholesky",
      linalg.cholesky,
      [
        [Number.NaN, 0],
        [0, 1],
      ],
      /is not positive definite: pivot 0 is NaN/,
    ],
    ["solve", (a) => linalg.solve(a, ones([2, 1])), singular, /is singular: pivot 1 is 0; check/],
    [
      "solve",
      (a) => linalg.solve(a, ones([2])),
      [
        [1, 0],
        [0, Number.NaN],
      ],
      /is not finite: pivot 1 is NaN/,
    ],
    ["inverse", linalg.inverse, singular, /is singular: pivot 1 is 0; check/],
    ["logDeterminant", linalg.logDeterminant, singular, /is singular: pivot 1 is 0; check/],
    [
      "triangularSolve",
      (a) => linalg.triangularSolve(a, ones([2, 1])),
      [
        [1, 0],
        [5, 0],
      ],
      /is singular: pivot 1 is 0/,
    ],
    [
      "eigh",
      (a) => linalg.eigh(a)[0],
      [
        [1, 0],
        [Infinity, 1],
      ],
      /has the entry Infinity in row 1, column 0; give/,
    ],
  ];

  test.each(wrong)("%s names itself, the matrix and the pivot, in programs too", (name, f, bad, message) => {
    const place = name === "x" ? "" : "matrix \\[1, 1\\] of \\[2, 2, 2, 2\\] ";
    const expected = new RegExp(`^linalg\\.${name}: ${place}${message.source}`);
    expect(() => f(of(bad))).toThrow(expected);
    expect(() => f(tensor(bad))).toThrow(
      new RegExp(`^linalg\\.${name}: the matrix \\[2, 2\\] ${message.source}`),
    );
    for (const backend of [js, wasm()]) {
      const compiled = compile(f, { backend });
      expect(compiled(of(good)).size).toBeGreaterThan(0);
      expect(() => compiled(of(bad))).toThrow(expected);
      compiled.dispose();
    }
  });

  test("shapes that do not fit are named", () => {
    const functions = { ...linalg } as Record<string, (a: Tensor, b: Tensor) => unknown>;
    for (const [name, f] of Object.entries(functions)) {
      for (const a of [zeros([2, 3]), zeros([3])]) {
        expect(() => f(a, ones([3]))).toThrow(
          new RegExp(`^linalg\\.${name}: a \\[${a.shape.join(", ")}\\] is not square`),
        );
      }
      expect(() => f(tensor([1], { dtype: "uint32" }), ones([1]))).toThrow(
        new RegExp(`^linalg\\.${name}: .*uint32`),
      );
    }
    for (const [name, f] of Object.entries({
      solve: linalg.solve,
      triangularSolve: linalg.triangularSolve,
    })) {
      expect(() => f(eye(2), ones([3]))).toThrow(
        new RegExp(`^linalg\\.${name}: a \\[2, 2\\], b \\[3, 1\\]: b needs 2 rows`),
      );
      expect(() => f(eye(2), tensor(1))).toThrow(new RegExp(`^linalg\\.${name}: b is a scalar`));
      expect(() => f(zeros([2, 2, 2]), zeros([3, 2, 1]))).toThrow(
        /axes before the last two: cannot broadcast \[2\] with \[3\]/,
      );
      expect(() => f(eye(2), ones([2], double))).toThrow(/dtypes differ/);
    }
  });

  test("no matrices, and matrices of nothing, have results of their shape", () => {
    for (const shape of [
      [0, 2, 2],
      [3, 0, 0],
    ]) {
      const a = zeros(shape);
      expect([linalg.cholesky(a), linalg.inverse(a)].map((x) => x.shape)).toEqual([shape, shape]);
      expect(linalg.eigh(a).map((x) => x.shape)).toEqual([shape.slice(0, -1), shape]);
      expect(linalg.logDeterminant(a).toArray()).toEqual(new Array(shape[0]).fill(0));
    }
  });
});
