import { type Claim, readable, showEstimate } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { scaled } from "../statistics.ts";
import { draw } from "./draw.ts";
import { type Choice, type Measured, type Results, SIGMA } from "./measure.ts";
import { nameOf } from "./names.ts";

export function findings(results: Results, { runs, repeats }: { runs: number; repeats: number }): Findings {
  const { estimators, differences, smoothing, recommendation, ratioOf } = results;
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
      {
        what: "power of ε as which the bias of finite differences grows",
        measured: differences.power,
        above: 1.8,
        below: 2.2,
        theory: "2: central differences",
      },
      {
        what: "bias of denoising against the data, over the change of the exact loss by the same noise",
        measured: smoothing,
        above: 0.75,
        below: 1.25,
        theory: `1: what it estimates is the loss of the data blurred by σ = ${SIGMA}`,
      },
      ...estimators.flatMap(varianceClaims),
      ...laws.map((law) => ({
        what: `${law}: variance that one probe adds over that of four, sliced with ‖s‖²`,
        measured: ratioOf(reduced(law, 1), reduced(law, 4)),
        above: 3,
        below: 5.3,
        theory: "4: it falls like one over the number of probes",
      })),
      {
        what: "variance that a probe adds, (vᵀs)² over ‖s‖², Rademacher",
        measured: ratioOf(
          { ...reduced("rademacher", 1), estimator: "slicedScoreMatching" },
          reduced("rademacher", 1),
        ),
        above: 1,
        theory: "above 1 here: ‖s‖² has no probe in it; that it is so everywhere is no theorem",
      },
      {
        what: "variance that a Gaussian probe adds over that of a Rademacher probe, sliced with ‖s‖²",
        measured: ratioOf(reduced("gaussian", 1), reduced("rademacher", 1)),
        above: 1,
        theory: "‖S‖²/(‖S‖² − ΣSᵢᵢ²), which is above 1 for every S",
      },
    ],
    pictures: [{ name: "estimators", svg: draw(results) }],
    numbers: {
      runs,
      repeats,
      sigma: SIGMA,
      differences,
      smoothing,
      recommendation,
      estimators: estimators.map(({ row, ...numbers }) => ({ name: nameOf(row), ...numbers })),
    },
  };
}

function reduced(law: Choice["law"], probes: number): Choice {
  return { estimator: "slicedScoreMatchingVR", law, probes };
}

/** The most that a bias may be, of the size of the loss: noise makes losses unsteady. */
const MOST_BIAS = { data: 0.05, blurred: 0.1 };

function biasClaims({ row, lossBias, gradientBias }: Measured): Claim[] {
  if (row.estimator === "exactScoreMatching" || (row.probes ?? 1) > 1) return [];
  const isDifference = row.estimator === "finiteDifferenceSlicedScoreMatchingVR";
  const theory = isDifference
    ? "0 up to O(ε²)"
    : row.target === "data"
      ? "0"
      : "0 against the exact loss of the same noisy points";
  const name = nameOf(row);
  const most = MOST_BIAS[row.target];
  return [
    {
      what: `${name}: bias of the loss over its size`,
      measured: lossBias,
      above: -most,
      below: most,
      theory,
    },
    {
      what: `${name}: squared bias of the gradient, over what chance alone gives`,
      measured: gradientBias,
      below: 2,
      theory: "1 without bias",
    },
  ];
}

function varianceClaims({ row, varianceOverTheory }: Measured): Claim[] {
  if (varianceOverTheory === null || row.probes !== 1) return [];
  return [
    {
      what: `${nameOf(row)}: variance that the probe adds, over theory's`,
      measured: varianceOverTheory,
      above: 0.75,
      below: 1.33,
      theory: variances[row.law ?? "rademacher"],
    },
  ];
}

const variances = {
  rademacher: "1: 2(‖M‖² − ΣMᵢᵢ²)/n for vᵀMv",
  gaussian: "1: 2‖M‖²/n for vᵀMv",
  sphere: "1: 2d/(d + 2)·(‖M‖² − tr²M/d)/n for vᵀMv",
};
