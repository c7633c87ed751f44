import { type Claim, claim, control, theory } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { readable, showEstimate } from "../numbers.ts";
import { scaled } from "../statistics.ts";
import { draw } from "./draw.ts";
import { type Choice, type Measured, type Results, SIGMA } from "./measure.ts";
import { nameOf } from "./names.ts";

export function findings(results: Results, { runs, repeats }: { runs: number; repeats: number }): Findings {
  const { estimators, differences, smoothing, byTheory, recommendation, ratioOf } = results;
  const laws = ["rademacher", "gaussian", "sphere"] as const;
  return {
    tables: [
      {
        title: `Estimates on mini-batches of 128 rows in 8 dimensions, ${runs} comparisons of ${repeats}`,
        rows: [
          [
            "estimator",
            "bias of the loss, %",
            "its added variance",
            "over theory",
            "Var ∇/‖E ∇‖²",
            "ms",
            "‖E ∇‖²/Var ∇ per ms",
          ],
          ...estimators.map((one) => [
            nameOf(one.row),
            showEstimate(scaled(one.lossBias, 100)),
            showEstimate(one.addedVariance),
            one.varianceOverTheory === null ? "" : showEstimate(one.varianceOverTheory),
            showEstimate(one.gradientNoise),
            readable(one.milliseconds.value),
            showEstimate(one.signalPerMillisecond),
          ]),
        ],
      },
      {
        title: "Bias of finite differences against sliced matching with the same probes, % of the loss",
        rows: [
          ["step ε", "bias"],
          ...differences.at.map(({ size, bias }) => [readable(size), showEstimate(scaled(bias, 100))]),
        ],
      },
      { title: "In the last comparison", rows: [[recommendation]] },
    ],
    claims: [
      ...estimators.flatMap(biasClaims),
      claim({
        what: "power of ε as which the bias of finite differences grows, double precision",
        measured: differences.power,
        relation: "is",
        limit: { value: 2, low: 2 - differences.change, high: 2 + differences.change },
        rival: 1,
        origin: theory("2: central differences; its own error is the power's change at steps twice as large"),
      }),
      claim({
        what: "bias of denoising with its control variate against the data",
        measured: smoothing.bias,
        relation: "is",
        limit: smoothing.shift,
        rival: 0,
        origin: control(`the change of the exact loss when noise of σ = ${SIGMA} blurs the data`),
      }),
      ...estimators.flatMap(varianceClaims),
      ...laws.map((law) =>
        claim({
          what: `${law}: variance that one probe adds over that of four, sliced with ‖s‖²`,
          measured: ratioOf(reduced(law, 1), reduced(law, 4)),
          isFactor: true,
          relation: "is",
          limit: 4,
          rival: 2,
          origin: theory("it falls like one over the number of probes, not over its root"),
        }),
      ),
      claim({
        what: "variance that a probe adds, (vᵀs)² over ‖s‖², Rademacher",
        measured: ratioOf(
          { ...reduced("rademacher", 1), estimator: "slicedScoreMatching" },
          reduced("rademacher", 1),
        ),
        isFactor: true,
        relation: "is",
        limit: byTheory.plainOverReduced,
        rival: 1,
        origin: theory("(‖M‖² − ΣMᵢᵢ²)/(‖S‖² − ΣSᵢᵢ²) with M = S + ½ssᵀ"),
      }),
      claim({
        what: "variance that a Gaussian probe adds over that of a Rademacher probe, sliced with ‖s‖²",
        measured: ratioOf(reduced("gaussian", 1), reduced("rademacher", 1)),
        isFactor: true,
        relation: "is",
        limit: byTheory.gaussianOverRademacher,
        rival: 1,
        origin: theory("‖S‖²/(‖S‖² − ΣSᵢᵢ²)"),
      }),
    ],
    pictures: [{ name: "estimators", svg: draw(results) }],
    numbers: {
      runs,
      repeats,
      sigma: SIGMA,
      differences,
      smoothing,
      byTheory,
      recommendation,
      estimators: estimators.map(({ row, ...numbers }) => ({ name: nameOf(row), ...numbers })),
    },
  };
}

function reduced(law: Choice["law"], probes: number): Choice {
  return { estimator: "slicedScoreMatchingVR", law, probes };
}

function biasClaims({ row, lossBias, gradientBias }: Measured): Claim[] {
  if (row.estimator === "exactScoreMatching" || (row.probes ?? 1) > 1) return [];
  const isDifference = row.estimator === "finiteDifferenceSlicedScoreMatchingVR";
  const says =
    row.target === "data" ? "without bias" : "without bias against the exact loss of the same noisy points";
  const name = nameOf(row);
  return [
    claim({
      what: `${name}: bias of the loss over its size`,
      measured: lossBias,
      relation: "is",
      limit: 0,
      origin: theory(isDifference ? `${says} but for O(ε²) of a small ε` : says),
    }),
    claim({
      what: `${name}: squared bias of the gradient, over what chance alone gives`,
      measured: gradientBias,
      relation: "is",
      limit: 1,
      origin: theory(says),
    }),
  ];
}

function varianceClaims({ row, varianceOverTheory }: Measured): Claim[] {
  if (varianceOverTheory === null || row.probes !== 1) return [];
  return [
    claim({
      what: `${nameOf(row)}: variance that the probe adds, over theory's`,
      measured: varianceOverTheory,
      relation: "is",
      limit: 1,
      origin: theory(variances[row.law ?? "rademacher"]),
    }),
  ];
}

const variances = {
  rademacher: "2(‖M‖² − ΣMᵢᵢ²)/n for vᵀMv",
  gaussian: "2‖M‖²/n for vᵀMv",
  sphere: "2d/(d + 2)·(‖M‖² − tr²M/d)/n for vᵀMv",
};
