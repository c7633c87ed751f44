import {
  add,
  expandDims,
  eye,
  grad,
  isNaN as isGap,
  linalg,
  matmul,
  mean,
  mul,
  random,
  reshape,
  slice,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  where,
  zeros,
} from "@scoretape/autograd";
import { data } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";

const gap = Number.NaN;
const ROWS = 40;

function covarianceOf({ axes, deviation }: data.NormalMoments): Tensor {
  return matmul(mul(axes, square(deviation)), axes, { transposeY: true });
}

/** Rows of a normal distribution, in each of which a cell is a gap: which one, its first number tells, of two. */
function missingAtRandom(seed: number, n: number, root: Tensor): Tensor {
  const [d = 0] = root.shape;
  const full = matmul(normal(seed, [n, d]), root);
  return tensor(
    full.data.map((value, i) => {
      const row = Math.floor(i / d);
      const first = full.data[row * d] ?? 0;
      return i % d === (first > 0 ? 1 : 2) + (row % 2) ? gap : value;
    }),
    { shape: [n, d] },
  );
}

/** Σᵢ log N(xᵢ; μ, Σ) of what each row has, row after row. */
function observedLogLikelihood(x: Tensor): (mean: Tensor, covariance: Tensor) => Tensor {
  const [n = 0, d = 0] = x.shape;
  return (center, covariance) => {
    const terms = Array.from({ length: n }, (_, i) => {
      const row = x.data.subarray(i * d, i * d + d);
      const here = [...row.keys()].filter((j) => !Number.isNaN(row[j]));
      const pick = tensor(
        Float64Array.from(here.flatMap((j) => [...row.keys()].map((k) => Number(j === k)))),
        { shape: [here.length, d] },
      );
      const block = matmul(matmul(pick, covariance), transpose(pick));
      const values = tensor(
        Float64Array.from(here, (j) => row[j] ?? 0),
        { shape: [here.length, 1] },
      );
      const rest = sub(values, matmul(pick, reshape(center, [d, 1])));
      return mul(-0.5, add(sum(mul(rest, linalg.solve(block, rest))), linalg.logDeterminant(block)));
    });
    return terms.reduce((total, term) => add(total, term));
  };
}

describe("normalMoments of rows with gaps", () => {
  test("without a gap they are those of whole rows", () => {
    const x = matmul(normal(0, [40, 3]), normal(1, [3, 3]));
    const [whole, gappy] = [data.normalMoments(x), data.normalMoments(x, { gaps: true })];
    expectClose(gappy.mean, whole.mean, 1e-12);
    expectClose(covarianceOf(gappy), covarianceOf(whole), 1e-12);
  });

  test("they are where the likelihood of what is observed has no slope", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 5 }), fc.integer({ min: 1, max: 1000 }), (d, seed) => {
        const x = missingAtRandom(
          seed,
          ROWS,
          add(normal(seed + 1, [d, d]), mul(2, eye(d, { dtype: "float64" }))),
        );
        const moments = data.normalMoments(x, { gaps: true, shrinkage: 0 });
        const covariance = covarianceOf(moments);
        const likelihood = observedLogLikelihood(x);
        // In units of the distribution, in which a standard error away the slope is about √n.
        const limit = 2e-3 * Math.sqrt(ROWS);
        const own = mul(moments.axes, moments.deviation);
        const slopes = [
          matmul(expandDims(grad((m: Tensor) => likelihood(m, covariance))(moments.mean), 0), own),
          matmul(
            matmul(own, grad((S: Tensor) => likelihood(moments.mean, S))(covariance), { transposeX: true }),
            own,
          ),
        ];
        for (const slope of slopes)
          for (const value of slope.data) expect(Math.abs(value)).toBeLessThan(limit);
      }),
      runs(5),
    );
  });

  test("means and covariances are right where every row has a gap that depends on what is seen, unlike those of cells", () => {
    const root = tensor(
      [
        [1, 0.8, -0.5, 0.3],
        [0, 0.6, 0.5, -0.6],
        [0, 0, 0.7, 0.2],
        [0, 0, 0, 0.5],
      ],
      { dtype: "float64" },
    );
    const x = missingAtRandom(3, 20_000, root);
    const moments = data.normalMoments(x, { gaps: true, shrinkage: 0 });
    // Four standard errors of as many rows as are sure to show a pair of columns.
    const limit = 4 / Math.sqrt(5000);
    expectClose(moments.mean, zeros([4], { dtype: "float64" }), limit);
    expectClose(covarianceOf(moments), matmul(root, root, { transposeX: true }), 2 * limit);
    const cells = where(isGap(x), 0, x);
    expect(Math.abs((mean(cells, { axis: 0 }).data[1] ?? 0) * 2)).toBeGreaterThan(0.3);
  });

  test.each([
    [
      "a column without a number",
      [
        [1, gap],
        [2, gap],
        [3, gap],
      ],
      /column 1 of x has 0 numbers/,
    ],
    [
      "a column of one value",
      [
        [1, 2],
        [2, gap],
        [3, 2],
      ],
      /column 1 of x is the same in every row/,
    ],
    [
      "an infinity",
      [
        [1, 2],
        [2, Number.POSITIVE_INFINITY],
      ],
      /Infinity|finite/,
    ],
  ])("%s is told", (_, rows, message) => {
    expect(() => data.normalMoments(tensor(rows), { gaps: true })).toThrow(message);
  });

  test("they are refused where gaps were not spoken of", () => {
    expect(() =>
      data.normalMoments(
        tensor([
          [1, gap],
          [2, 3],
        ]),
      ),
    ).toThrow(/NaN/);
  });
});

describe("drawGaps", () => {
  test("what is known stays, and the rest has its conditional mean and covariance", () => {
    const covariance = [
      [2, 1.2, 0.4],
      [1.2, 1.5, -0.3],
      [0.4, -0.3, 1],
    ];
    const root = linalg.cholesky(tensor(covariance, { dtype: "float64" }));
    const n = 20_000;
    const full = add(matmul(normal(5, [200, 3]), root, { transposeY: true }), 1);
    const moments = data.normalMoments(full, { shrinkage: 0 });
    const x = tensor(
      Float64Array.from({ length: 3 * n }, (_, i) => [gap, 2, gap][i % 3] ?? 0),
      { shape: [n, 3] },
    );
    const drawn = data.drawGaps(moments, x, random.key(1));
    const column = (j: number): Tensor => squeeze(slice(drawn, [0, j], [n, j + 1]), 1);
    expect(new Set(column(1).data)).toEqual(new Set([2]));
    // N(μ_a + Σ_ab Σ_bb⁻¹(b − μ_b), Σ_aa − Σ_ab Σ_bb⁻¹Σ_ba)
    const S = covarianceOf(moments).toArray() as number[][];
    const m = moments.mean.data;
    const [s01 = 0, s11 = 1, s21 = 0] = [S[0]?.[1], S[1]?.[1], S[2]?.[1]];
    const [a, c] = [column(0), column(2)];
    const center = (s: number, j: number): number => (m[j] ?? 0) + (s / s11) * (2 - (m[1] ?? 0));
    const product = (u: Tensor, v: Tensor): number => mean(mul(sub(u, mean(u)), sub(v, mean(v)))).item();
    expect(mean(a).item()).toBeCloseTo(center(s01, 0), 1);
    expect(mean(c).item()).toBeCloseTo(center(s21, 2), 1);
    expect(product(a, a)).toBeCloseTo((S[0]?.[0] ?? 0) - (s01 * s01) / s11, 1);
    expect(product(c, c)).toBeCloseTo((S[2]?.[2] ?? 0) - (s21 * s21) / s11, 1);
    expect(product(a, c)).toBeCloseTo((S[0]?.[2] ?? 0) - (s01 * s21) / s11, 1);
  });

  test("a row without gaps and one without numbers are drawn like others", () => {
    const moments = data.normalMoments(normal(0, [50, 2]));
    const drawn = data
      .drawGaps(
        moments,
        tensor([
          [gap, gap],
          [1, 2],
        ]),
        random.key(0),
      )
      .toArray() as number[][];
    expect(drawn[1]).toEqual([1, 2]);
    expect(drawn[0]?.every(Number.isFinite)).toBe(true);
  });
});
