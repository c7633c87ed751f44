import {
  broadcastTo,
  div,
  dot,
  expandDims,
  mul,
  random,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import {
  exactScoreMatching,
  probes,
  type Score,
  slicedScoreMatching,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectAllClose, expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";
import { type Case, cases, dataIn, linearScore, scoreIn } from "./support/scores.ts";
import { allSigns } from "./support/signs.ts";
import { type Moments, momentsOf } from "./support/statistics.ts";

const losses = { slicedScoreMatching, slicedScoreMatchingVR };
const float64 = { dtype: "float64" } as const;

describe.each(Object.entries(losses))("%s", (_, sliced) => {
  test("equals the exact loss with the basis as probes, and so do its gradients", () => {
    fc.assert(
      fc.property(cases(), (c) => {
        const { score, valueAndGradients } = scoreIn(c);
        const x = dataIn(c);
        const v = probes.basis(x.shape, float64);
        expectClose(
          sliced(score, x, v, { reduction: "none" }),
          exactScoreMatching(score, x, { reduction: "none" }),
          1e-12,
        );
        expectAllClose(
          valueAndGradients((s) => sliced(s, x, v)),
          valueAndGradients((s) => exactScoreMatching(s, x)),
          1e-12,
        );
      }),
      runs(40),
    );
  });

  test("equals the exact loss over all vectors of signs, and so do its gradients", () => {
    fc.assert(
      fc.property(cases({ maxRows: 2, maxDimension: 6 }), (c) => {
        const { valueAndGradients } = scoreIn(c);
        const x = dataIn(c);
        expectAllClose(
          valueAndGradients((score) => sliced(score, x, allSigns(c.n, c.d))),
          valueAndGradients((score) => exactScoreMatching(score, x)),
          1e-12,
        );
      }),
      runs(20),
    );
  });

  test("takes one probe per row as [n, d] or as [1, n, d], with the same gradients", () => {
    fc.assert(
      fc.property(cases(), (c) => {
        const { valueAndGradients } = scoreIn(c);
        const x = dataIn(c);
        const v = normal(c.seed, x.shape);
        expectAllClose(
          valueAndGradients((score) => sliced(score, x, v)),
          valueAndGradients((score) => sliced(score, x, expandDims(v, 0))),
          1e-12,
        );
      }),
      runs(20),
    );
  });

  test("is the mean over several probes", () => {
    fc.assert(
      fc.property(cases(), (c) => {
        const { score } = scoreIn(c);
        const x = dataIn(c);
        const list = [normal(c.seed, x.shape), normal(c.seed + 1, x.shape)];
        const both = tensor(Float64Array.from(list.flatMap((v) => [...v.data])), { shape: [2, ...x.shape] });
        const separate = list.map((v) => sliced(score, x, v).item());
        const mean = separate.reduce((total, value) => total + value, 0) / 2;
        expectClose(sliced(score, x, both), tensor(mean, float64), 1e-12);
      }),
      runs(20),
    );
  });

  test("does not see the antisymmetric part of the Jacobian in its probe term", () => {
    // vᵀJv = vᵀJᵀv: at x = 0, where s = b for both, A and Aᵀ give one value.
    const [A, b, v] = [normal(1, [4, 4]), normal(2, [4]), normal(3, [1, 4])];
    const transposed = tensor(
      Array.from({ length: 16 }, (_, i) => A.data[(i % 4) * 4 + Math.floor(i / 4)] ?? 0),
      { shape: [4, 4], dtype: "float64" },
    );
    const origin = tensor([[0, 0, 0, 0]], float64);
    expectClose(
      sliced(linearScore(A, b).score, origin, v),
      sliced(linearScore(transposed, b).score, origin, v),
      1e-12,
    );
  });
});

test("slicedScoreMatching sees no more of the score than vᵀs, slicedScoreMatchingVR sees all of it", () => {
  fc.assert(
    fc.property(cases({ maxRows: 1 }), (c) => {
      const { score } = scoreIn(c);
      const x = dataIn(c);
      const v = normal(c.seed, x.shape);
      // The part of s along v: (vᵀs)v/‖v‖².
      const along: Score = (y) => mul(div(dot(v, score(y)), dot(v, v)), v);
      expectClose(slicedScoreMatching(along, x, v), slicedScoreMatching(score, x, v), 1e-10);
      const lost = slicedScoreMatchingVR(score, x, v).item() - slicedScoreMatchingVR(along, x, v).item();
      const across = sub(score(x), along(x));
      expectClose(tensor(lost, float64), mul(0.5, sum(square(across))), 1e-10);
    }),
    runs(30),
  );
});

// Random probes, with fixed keys: what they are measured by has a standard error of its own.

const draws = { rademacher: probes.rademacher, gaussian: probes.gaussian, sphere: probes.sphere } as const;
const SAMPLES = 20_000;
/** Fails by chance once in 150,000 comparisons; the keys are fixed. */
const Z = 4.5;

/** The loss of one row of data, SAMPLES times, each with its own probe. */
function sampleOf(
  loss: typeof slicedScoreMatching,
  score: Score,
  row: Tensor,
  draw: keyof typeof draws,
): Moments {
  const d = row.size;
  const x = broadcastTo(row, [SAMPLES, d]);
  const v = draws[draw](random.key(31 * d), x.shape, float64);
  return momentsOf(loss(score, x, v, { reduction: "none" }).data);
}

/** Asserts |difference| ≤ Z standard errors, or rounding where the estimator is exact. */
function expectWithin(difference: number, standardError: number): void {
  expect(Math.abs(difference)).toBeLessThanOrEqual(Z * standardError + 1e-10);
}

describe.each(Object.keys(draws) as (keyof typeof draws)[])("probes.%s", (draw) => {
  const examples: Case[] = [
    { family: "linear", seed: 1, n: 1, d: 1 },
    { family: "sine perceptron", seed: 2, n: 1, d: 2 },
    { family: "mixture", seed: 3, n: 1, d: 3 },
    { family: "tanh perceptron", seed: 4, n: 1, d: 5 },
    { family: "linear", seed: 5, n: 1, d: 8 },
  ];

  test.each(examples)("both sliced losses tend to the exact one: $family, d = $d", (c) => {
    const { score } = scoreIn(c);
    const x = dataIn(c);
    const exact = exactScoreMatching(score, x).item();
    for (const loss of Object.values(losses)) {
      const { mean, meanError } = sampleOf(loss, score, x, draw);
      expectWithin(mean - exact, meanError);
    }
  });

  /** Var(vᵀJv) in closed form, from the symmetric part of J. */
  const varianceOf = {
    rademacher: ({ squares, diagonal }: Invariants) => 2 * (squares - diagonal),
    gaussian: ({ squares }: Invariants) => 2 * squares,
    sphere: ({ squares, trace, d }: Invariants) => ((2 * d) / (d + 2)) * (squares - trace ** 2 / d),
  } as const;

  test.each([1, 2, 3, 5, 8])("the variance of vᵀJv is the closed form: d = %i", (d) => {
    const A = normal(d, [d, d]);
    const { score } = linearScore(A, normal(d + 1, [d]));
    // ½‖s‖² is the same in every sample, so that the variance is that of vᵀJv.
    const { variance, varianceError } = sampleOf(slicedScoreMatchingVR, score, normal(d + 2, [1, d]), draw);
    expectWithin(variance - varianceOf[draw](invariantsOf(A)), varianceError);
  });
});

test("probes are exact where their variance vanishes: signs for diagonal J, the sphere for multiples of I", () => {
  const d = 5;
  const row = normal(1, [1, d]);
  const diagonal = (entry: (i: number) => number): Tensor =>
    tensor(
      Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? entry(i / (d + 1)) : 0)),
      {
        shape: [d, d],
      },
    );
  const signs = linearScore(
    diagonal((i) => i - 2),
    normal(2, [d]),
  ).score;
  expect(sampleOf(slicedScoreMatchingVR, signs, row, "rademacher").variance).toBeLessThan(1e-20);
  expect(sampleOf(slicedScoreMatchingVR, signs, row, "sphere").variance).toBeGreaterThan(1);
  const multiple = linearScore(
    diagonal(() => -3),
    normal(2, [d]),
  ).score;
  // The sphere's points are normalised in float64 arithmetic.
  expect(sampleOf(slicedScoreMatchingVR, multiple, row, "sphere").variance).toBeLessThan(1e-20);
  expect(sampleOf(slicedScoreMatchingVR, multiple, row, "gaussian").variance).toBeGreaterThan(1);
});

interface Invariants {
  readonly d: number;
  /** ‖S‖²_F. */
  readonly squares: number;
  /** Σ S²ᵢᵢ. */
  readonly diagonal: number;
  readonly trace: number;
}

function invariantsOf(A: Tensor): Invariants {
  const d = A.shape[0] ?? 0;
  const S = (i: number, j: number): number => ((A.data[i * d + j] ?? 0) + (A.data[j * d + i] ?? 0)) / 2;
  const indices = Array.from({ length: d }, (_, i) => i);
  const sumOf = (f: (i: number) => number): number => indices.reduce((total, i) => total + f(i), 0);
  return {
    d,
    squares: sumOf((i) => sumOf((j) => S(i, j) ** 2)),
    diagonal: sumOf((i) => S(i, i) ** 2),
    trace: sumOf((i) => S(i, i)),
  };
}
