import {
  grad,
  log,
  matmul,
  mul,
  neg,
  random,
  sin,
  square,
  sub,
  sum,
  type Tensor,
  type Tree,
  tensor,
} from "@scoretape/autograd";
import {
  type CompareEstimatorsOptions,
  compareEstimators,
  type EstimatorReport,
  type EstimatorRow,
  estimatorTable,
  exactScoreMatching,
  finiteDifferenceSlicedScoreMatchingVR,
  type ParametrizedScore,
  type ProbeLawName,
  type Score,
  scoreMatchingObjectives,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { normal } from "./support/normal.ts";
import { momentsOf } from "./support/statistics.ts";

const float64 = { dtype: "float64" } as const;
const [n, d] = [400, 3];
const x = normal(1, [n, d]);
const key = random.key(2);
/** Entries with a large antisymmetric part, so that J is not symmetric. */
const A = normal(3, [d, d]);
const linear = (y: Tensor): Tensor => matmul(y, A, { transposeY: true });
/** A bent score with two parameters. */
const model = {
  parameters: { slope: tensor(0.8, float64), height: tensor(0.3, float64) },
  score:
    ({ slope, height }: { readonly slope: Tensor; readonly height: Tensor }) =>
    (y: Tensor) =>
      sub(mul(height, sin(linear(y))), mul(slope, y)),
};

/** A clock that advances by two milliseconds at every look. */
function steadyClock(): () => number {
  let now = 0;
  return () => {
    now += 2;
    return now;
  };
}
const compare = <P extends Tree>(
  score: Score | ParametrizedScore<P>,
  options: CompareEstimatorsOptions = {},
): Promise<EstimatorReport> =>
  compareEstimators(score, x, key, {
    clock: steadyClock(),
    repeats: 300,
    batchSize: 50,
    sigma: 0.5,
    ...options,
  });

const find = (report: EstimatorReport, wanted: Partial<EstimatorRow>): EstimatorRow => {
  const row = report.rows.find((r) =>
    Object.entries(wanted).every(([k, v]) => r[k as keyof EstimatorRow] === v),
  );
  if (row === undefined) throw new Error(`no row has ${JSON.stringify(wanted)}`);
  return row;
};

/** ‖S‖²_F, Σ S²ᵢᵢ and tr S of the symmetric part of A. */
const S = (i: number, j: number): number => ((A.data[i * d + j] ?? 0) + (A.data[j * d + i] ?? 0)) / 2;
const axes = [0, 1, 2];
const squares = axes.reduce((t, i) => t + axes.reduce((u, j) => u + S(i, j) ** 2, 0), 0);
const diagonal = axes.reduce((t, i) => t + S(i, i) ** 2, 0);
const trace = axes.reduce((t, i) => t + S(i, i), 0);

describe("for a linear score the report is the closed form", async () => {
  const report = await compare(linear, { probeCounts: [1, 4] });
  /** The standard error of a variance from 300 values that are nearly normal, as a part of it. */
  const Z = 4.5;
  const relative = Math.sqrt(2 / 299);

  test.each([
    ["rademacher", 2 * (squares - diagonal)],
    ["gaussian", 2 * squares],
    ["sphere", ((2 * d) / (d + 2)) * (squares - trace ** 2 / d)],
  ] as const)("the variance that %s probes add", (law, variance) => {
    for (const estimator of ["slicedScoreMatchingVR", "finiteDifferenceSlicedScoreMatchingVR"] as const) {
      for (const probes of [1, 4]) {
        const { loss } = find(report, { estimator, law, probes });
        const expected = variance / (50 * probes);
        expect(Math.abs(loss.addedVariance / expected - 1)).toBeLessThan(Z * relative);
      }
    }
  });

  test("the variance that the choice of rows adds", () => {
    const rows = momentsOf(scoreMatchingObjectives.exactScoreMatching.loss(linear, x, key).data);
    const variance = rows.variance / 50;
    const { loss } = find(report, { estimator: "exactScoreMatching" });
    expect(Math.abs(loss.variance / variance - 1)).toBeLessThan(Z * relative);
    expect(Math.abs(loss.reference - rows.mean)).toBeLessThan(Z * Math.sqrt(variance / 300));
    expect(loss).toMatchObject({
      bias: 0,
      biasError: 0,
      biasOnData: 0,
      biasOnDataError: 0,
      addedVariance: 0,
    });
  });

  test("every row of the data is as likely as the others", async () => {
    const few = tensor([[0], [1], [2], [3], [4], [5], [6], [7], [8], [9]], float64);
    const { rows, batchSize } = await compareEstimators(neg, few, key, {
      estimators: ["exactScoreMatching"],
      batchSize: 2000,
      repeats: 25,
    });
    // ½x² − 1 over 0 to 9: mean 13.25, variance 180.3.
    expect(batchSize).toBe(2000);
    expect(Math.abs((rows[0]?.loss.reference ?? 0) - 13.25)).toBeLessThan(Z * Math.sqrt(180.3 / 50_000));
  });

  test("no estimator has a bias against its own target", () => {
    for (const { loss } of report.rows) expect(Math.abs(loss.bias)).toBeLessThanOrEqual(Z * loss.biasError);
  });

  test("the smoothing is ½σ²‖A‖²", () => {
    const size = sum(square(A)).item();
    const blurred = report.rows.filter(({ target }) => target === "blurred");
    expect(blurred.length).toBe(2 + 2 * 3 * 2);
    for (const { loss, sigma } of blurred) {
      expect(sigma).toBe(0.5);
      expect(Math.abs(loss.biasOnData - 0.5 * 0.5 ** 2 * size)).toBeLessThan(Z * loss.biasOnDataError);
    }
    const precise = find(report, {
      estimator: "noisySlicedScoreMatchingVR",
      law: "rademacher",
      probes: 4,
    }).loss;
    expect(precise.biasOnData).toBeGreaterThan(Z * precise.biasOnDataError);
  });

  test("a score without parameters has no gradient", () => {
    for (const row of report.rows) {
      expect(row).toMatchObject({ gradient: null, signalToNoise: null, signalToNoisePerMillisecond: null });
    }
  });
});

describe("for a score with parameters", async () => {
  const options = { laws: ["rademacher"], probeCounts: [1], stepSize: 0.7, backend: "eager" } as const;
  const report = await compare(model, options);

  test("the gradient is compared too, and its mean is that of the exact one on all data", () => {
    const gradientAt = grad((p: typeof model.parameters) => exactScoreMatching(model.score(p), x));
    const { slope, height } = gradientAt(model.parameters);
    const exactOnAll = Math.hypot(slope.item(), height.item());
    const { gradient, signalToNoise } = find(report, { estimator: "exactScoreMatching" });
    const standardError = Math.sqrt((gradient?.variance ?? 0) / 300);
    expect(Math.abs((gradient?.reference ?? 0) - exactOnAll)).toBeLessThan(4 * standardError);
    const signal = (gradient?.reference ?? 0) ** 2 - standardError ** 2;
    expect(signalToNoise).toBeCloseTo(signal / (gradient?.variance ?? 0), 8);
  });

  test("only finite differences have a bias, and it is theirs", () => {
    for (const row of report.rows) {
      const biased = scoreMatchingObjectives[row.estimator].bias !== "0";
      for (const errors of [row.loss, row.gradient]) {
        const { bias = 0, biasError = 0 } = errors ?? {};
        if (!biased) expect(Math.abs(bias)).toBeLessThanOrEqual(4 * biasError);
      }
    }
    const v = normal(5, x.shape);
    const score = model.score(model.parameters);
    const expected =
      finiteDifferenceSlicedScoreMatchingVR(score, x, v, { stepSize: 0.7 }).item() -
      slicedScoreMatchingVR(score, x, v).item();
    const { loss } = find(report, { estimator: "finiteDifferenceSlicedScoreMatchingVR" });
    expect(Math.abs(expected)).toBeGreaterThan(4 * loss.biasError);
    expect(Math.abs(loss.bias - expected)).toBeLessThan(0.3 * Math.abs(expected) + 4 * loss.biasError);
  });

  test("variances, times and signals fit together", () => {
    for (const row of report.rows) {
      expect(row.milliseconds).toBe(2);
      expect(row.signalToNoisePerMillisecond).toBe((row.signalToNoise ?? 0) / 2);
      expect(row.passes).toBe(scoreMatchingObjectives[row.estimator].passes.count(d, 1));
      const exact = find(report, { estimator: "exactScoreMatching" });
      const { variance = 0, addedVariance = 0 } = row.gradient ?? {};
      expect(addedVariance).toBeGreaterThanOrEqual(0);
      // What the choice of rows adds is the same for all with the same target, and independent of the probes.
      if (row.target === "data" && scoreMatchingObjectives[row.estimator].bias === "0") {
        const sum = (exact.gradient?.variance ?? 0) + addedVariance;
        expect(Math.abs(variance / sum - 1)).toBeLessThan(0.4);
      }
    }
  });

  test("compiled it is the same, apart from rounding", async () => {
    const compiled = await compare(model, { ...options, backend: undefined });
    compiled.rows.forEach((row, i) => {
      expect(row.loss.variance).toBeCloseTo(report.rows[i]?.loss.variance ?? Number.NaN, 9);
      expect(row.gradient?.bias).toBeCloseTo(report.rows[i]?.gradient?.bias ?? Number.NaN, 9);
    });
    expect(compiled.recommendation).toEqual(report.recommendation);
  });
});

describe("the recommendation", () => {
  const options = { repeats: 40, laws: ["rademacher"], probeCounts: [1], backend: "eager" } as const;

  test("at equal times is the exact loss, which has the least variance", async () => {
    const report = await compare(model, {
      ...options,
      estimators: ["slicedScoreMatching", "exactScoreMatching"],
    });
    expect(report.recommendation.row).toBe(1);
    expect(report.recommendation.reason).toMatch(
      /^exactScoreMatching has the least variance of the gradient for its time: \S+ in 2\.00 ms; next is slicedScoreMatching \(1 rademacher probe\), at \S+ times the product\.$/,
    );
  });

  test("counts the time", async () => {
    // Exact matching is evaluated first: each time takes a second, and the first, which is not counted, far more.
    let [now, calls] = [0, 0];
    const estimators = ["exactScoreMatching", "slicedScoreMatching"] as const;
    const slow = (y: Tensor): Tensor => {
      calls += 1;
      now += calls === 1 ? 1e6 : calls <= 3 ? 1000 : 0.001;
      return linear(y);
    };
    const report = await compare(slow, { ...options, repeats: 2, estimators, clock: () => now });
    expect(report.rows.map(({ milliseconds }) => Math.round(milliseconds * 1000))).toEqual([1_000_000, 1]);
    expect(report.rows[0]?.loss.variance).toBeLessThan(report.rows[1]?.loss.variance ?? 0);
    expect(report.recommendation.row).toBe(1);
  });

  test("leaves out what blurs too much, and says so", async () => {
    // At σ = 10 denoising has little variance, but sees nothing of how this score bends.
    const estimators = ["slicedScoreMatching", "denoisingScoreMatching"] as const;
    const bent = (y: Tensor): Tensor => sin(mul(0.7, y));
    const report = await compare(bent, { ...options, repeats: 200, estimators, sigma: 10 });
    expect(report.rows[1]?.loss.variance).toBeLessThan(report.rows[0]?.loss.variance ?? 0);
    expect(report.recommendation.row).toBe(0);
    expect(report.recommendation.reason).toMatch(
      /denoisingScoreMatching \(σ = 10\) has 0\.\d+ times the product, but a bias of \d+ % of the loss's size, which blurring the data by 10 causes\.$/,
    );
  });
});

test("the report is plain data, the same for the same key but for the times, and a table", async () => {
  const options = { estimators: ["exactScoreMatching", "slicedScoreMatching"], repeats: 10 } as const;
  const seen: string[] = [];
  const onProgress: CompareEstimatorsOptions["onProgress"] = async (row, done, total) => {
    await Promise.resolve();
    seen.push(`${row.estimator} ${done}/${total}`);
  };
  const report = await compare(model, { ...options, laws: ["sphere"], onProgress });
  expect(seen).toEqual(["exactScoreMatching 1/3", "slicedScoreMatching 2/3", "slicedScoreMatching 3/3"]);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(await compare(model, { ...options, laws: ["sphere"] })).toEqual(report);
  const other = await compareEstimators(model, x, random.key(99), { ...options, clock: steadyClock() });
  expect(other.rows[0]?.loss.reference).not.toBe(report.rows[0]?.loss.reference);
  expect(report).toMatchObject({ dimension: d, batchSize: 50, repeats: 10 });

  const table = estimatorTable(report);
  expect(table.map(({ length }) => length)).toEqual([10, 10, 10, 10]);
  expect(table.filter(([name = ""]) => name.endsWith(" *")).length).toBe(1);
  expect(table.map(([name = ""]) => name.replace(" *", ""))).toEqual([
    "estimator",
    "exactScoreMatching",
    "slicedScoreMatching (1 sphere probe)",
    "slicedScoreMatching (4 sphere probes)",
  ]);
});

test("a clock too coarse to tell anything leaves a report, without numbers per time", async () => {
  const estimators = ["exactScoreMatching", "denoisingScoreMatching"] as const;
  const report = await compare(model, { estimators, repeats: 3, clock: () => 0 });
  expect(report.rows.map(({ signalToNoisePerMillisecond }) => signalToNoisePerMillisecond)).toEqual([
    null,
    null,
  ]);
  expect(report.recommendation.reason).toMatch(
    /^exactScoreMatching has the least variance of the gradient for its time: \S+ in 0\.00 ms\.$/,
  );
});

test("refuses what it cannot compare", async () => {
  const call = (options: CompareEstimatorsOptions) => compareEstimators(neg, x, key, options);
  await expect(call({ estimators: ["fisherDivergence"] })).rejects.toThrow(
    'compareEstimators: estimator "fisherDivergence" is none of exactScoreMatching, slicedScoreMatching,',
  );
  const laws: ProbeLawName[] = JSON.parse('["cauchy"]');
  await expect(call({ laws })).rejects.toThrow('law "cauchy" is none of rademacher, gaussian, sphere');
  await expect(compareEstimators((y) => log(mul(0, y)), x, key, { repeats: 2 })).rejects.toThrow(
    "compareEstimators: exactScoreMatching: its loss or gradient is NaN; remove or repair such values first",
  );
  await expect(call({ estimators: [] })).rejects.toThrow("compareEstimators: there is nothing to compare");
  await expect(call({ probeCounts: [0] })).rejects.toThrow(
    "a number of probes is 0; it is a whole number from 1",
  );
  await expect(call({ repeats: 1 })).rejects.toThrow(
    "compareEstimators: repeats is 1; it is a whole number from 2",
  );
  await expect(call({ batchSize: 1.5 })).rejects.toThrow("batchSize is 1.5; it is a whole number from 1");
  await expect(call({ sigma: 0 })).rejects.toThrow("sigma is 0; it is a finite number above 0");
  await expect(call({ stepSize: -1 })).rejects.toThrow("stepSize is -1; it is a finite number above 0");
});
