import { add, type Key, mul, portable, random, sub } from "@scoretape/autograd";
import {
  compareEstimators,
  type EstimatorReport,
  type EstimatorRow,
  exactScoreMatching,
} from "@scoretape/score";
import type { Advance, Laboratory } from "../experiment.ts";
import { type Estimate, geometricMeanOf, meanOf } from "../statistics.ts";
import { type Growth, measureDifferences } from "./differences.ts";
import { DIMENSION, type Subject } from "./subject.ts";
import { type Moments, momentsOf, varianceOfForm } from "./theory.ts";

/** How one estimator did, over independent comparisons. */
export interface Measured {
  readonly row: EstimatorRow;
  /** The bias of the loss over its size. */
  readonly lossBias: Estimate;
  /** ‖mean difference of the gradient‖² over what it is where there is no bias: 1 then, and more with one. */
  readonly gradientBias: Estimate;
  /** What the probes or the noise add to the variance of the loss of a mini-batch. */
  readonly addedVariance: Estimate;
  /** That over what theory says, where it says something. */
  readonly varianceOverTheory: Estimate | null;
  /** Var gradient over ‖E gradient‖². */
  readonly gradientNoise: Estimate;
  readonly milliseconds: Estimate;
  readonly signalPerMillisecond: Estimate;
}

export interface Results {
  readonly estimators: readonly Measured[];
  /** Of finite differences, against sliced matching with the same probes, by ε. */
  readonly differences: Growth;
  /** The bias against the data of denoising with its control variate, and the change of exact matching by the noise. */
  readonly smoothing: { readonly bias: Estimate; readonly shift: Estimate };
  /** Quotients of the variances that one probe adds, by theory. */
  readonly byTheory: { readonly plainOverReduced: number; readonly gaussianOverRademacher: number };
  /** Quotients of added variances, run by run. */
  readonly ratioOf: (above: Choice, below: Choice) => Estimate;
  /** The last comparison's. */
  readonly recommendation: string;
}

/** What tells one estimator from another. */
export interface Choice {
  readonly estimator: EstimatorRow["estimator"];
  readonly law: EstimatorRow["law"];
  readonly probes: EstimatorRow["probes"];
}

export const SIGMA = 0.3;
const SHIFTS = 8;
const BATCH = 128;

const compared = [
  "exactScoreMatching",
  "slicedScoreMatching",
  "slicedScoreMatchingVR",
  "finiteDifferenceSlicedScoreMatchingVR",
  "denoisingScoreMatching",
  "denoisingScoreMatchingWithControlVariate",
] as const;

export async function measure(
  { backend }: Laboratory,
  { score, x }: Subject,
  { runs, repeats }: { runs: number; repeats: number },
  key: Key,
  advance: Advance,
): Promise<Results> {
  const s = score.score(score.parameters);
  const moments = momentsOf(s, x);
  const reports: EstimatorReport[] = [];
  for (let run = 0; run < runs; run++) {
    const own = random.foldIn(key, run);
    const options = { repeats, batchSize: BATCH, backend, clock: processorTime };
    reports.push(await compareEstimators(score, x, own, { ...options, estimators: compared, sigma: SIGMA }));
    await advance(1);
  }
  const size = Math.abs(reports[0]?.rows[0]?.loss.reference ?? Number.NaN);
  const keyOfNoise = random.foldIn(key, runs);
  const clean = exactScoreMatching(s, x);
  const shifts = Array.from({ length: SHIFTS }, (_, i) => {
    const noisy = add(x, mul(SIGMA, random.normal(random.foldIn(keyOfNoise, i), x.shape)));
    return sub(exactScoreMatching(s, noisy), clean).item();
  });
  const controlled = { estimator: compared[5], law: null, probes: null };
  return {
    estimators: (reports[0]?.rows ?? []).map((row) =>
      combined(
        reports.map((report) => find(report, row)),
        moments,
      ),
    ),
    differences: measureDifferences(score, x, { runs, size }, random.foldIn(key, runs + 1)),
    smoothing: {
      bias: meanOf(reports.map((report) => find(report, controlled).loss.biasOnData)),
      shift: meanOf(shifts),
    },
    byTheory: {
      plainOverReduced:
        varianceOfForm("rademacher", DIMENSION, moments.plain) /
        varianceOfForm("rademacher", DIMENSION, moments.reduced),
      gaussianOverRademacher:
        varianceOfForm("gaussian", DIMENSION, moments.reduced) /
        varianceOfForm("rademacher", DIMENSION, moments.reduced),
    },
    ratioOf: (above, below) =>
      geometricMeanOf(
        reports.map(
          (report) => find(report, above).loss.addedVariance / find(report, below).loss.addedVariance,
        ),
      ),
    recommendation: reports.at(-1)?.recommendation.reason ?? "",
  };
}

function combined(
  rows: readonly EstimatorRow[],
  { reduced, plain }: { readonly reduced: Moments; readonly plain: Moments },
): Measured {
  const [row] = rows;
  if (row === undefined) throw new RangeError("combined: there is no comparison");
  const { estimator, law, probes } = row;
  const form =
    estimator === "slicedScoreMatching" ? plain : estimator === "slicedScoreMatchingVR" ? reduced : null;
  const theory =
    form === null || law === null ? null : varianceOfForm(law, DIMENSION, form) / (BATCH * (probes ?? 1));
  const variances = rows.map(({ loss }) => loss.addedVariance);
  const gradients = rows.flatMap(({ gradient }) => gradient ?? []);
  return {
    row,
    lossBias: meanOf(rows.map(({ loss }) => loss.bias / Math.abs(loss.reference))),
    gradientBias: meanOf(gradients.map(({ bias, biasError }) => portable.pow(bias / biasError, 2))),
    addedVariance: meanOf(variances),
    varianceOverTheory: theory === null ? null : meanOf(variances.map((value) => value / theory)),
    gradientNoise: geometricMeanOf(rows.map(({ signalToNoise }) => 1 / (signalToNoise ?? Number.NaN))),
    milliseconds: geometricMeanOf(rows.map(({ milliseconds }) => milliseconds)),
    signalPerMillisecond: geometricMeanOf(
      rows.map(({ signalToNoisePerMillisecond }) => signalToNoisePerMillisecond ?? Number.NaN),
    ),
  };
}

function find({ rows }: EstimatorReport, { estimator, law, probes }: Choice): EstimatorRow {
  const found = rows.find((row) => row.estimator === estimator && row.law === law && row.probes === probes);
  if (found === undefined) throw new RangeError(`find: ${estimator} was not compared`);
  return found;
}

/** Milliseconds that the processor has worked for this program; other programs' do not count. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
