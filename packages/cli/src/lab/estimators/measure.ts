import { add, type Key, mul, portable, random, sub } from "@scoretape/autograd";
import {
  compareEstimators,
  type EstimatorReport,
  type EstimatorRow,
  exactScoreMatching,
} from "@scoretape/score";
import type { Advance, Laboratory } from "../experiment.ts";
import { type Estimate, geometricMeanOf, meanOf, powerOf } from "../statistics.ts";
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

/** A bias that grows with a step size or a noise level: over the loss's size. */
export interface Growth {
  readonly at: readonly { readonly size: number; readonly bias: Estimate }[];
  /** As which power. */
  readonly power: Estimate;
}

export interface Results {
  readonly estimators: readonly Measured[];
  /** Of finite differences, against sliced matching with the same probes, by ε. */
  readonly differences: Growth;
  /** The bias against the data of denoising with its control variate, over the change of exact matching by the noise. */
  readonly smoothing: Estimate;
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
const STEPS = [0.2, 0.4, 0.8];
const BATCH = 128;

const compared = [
  "exactScoreMatching",
  "slicedScoreMatching",
  "slicedScoreMatchingVR",
  "finiteDifferenceSlicedScoreMatchingVR",
  "denoisingScoreMatching",
  "denoisingScoreMatchingWithControlVariate",
] as const;

/** Steps of progress in one comparison. */
export const STEPS_OF_RUN: number = 1 + STEPS.length;

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
  const biases: number[][] = [];
  for (let run = 0; run < runs; run++) {
    const own = random.foldIn(key, run);
    const options = { repeats, batchSize: BATCH, backend, clock: processorTime };
    const report = await compareEstimators(score, x, own, { ...options, estimators: compared, sigma: SIGMA });
    reports.push(report);
    await advance(1);
    const direct = find(report, { estimator: "slicedScoreMatchingVR", law: "rademacher", probes: 1 });
    const ofSteps: number[] = [];
    for (const stepSize of STEPS) {
      // The same key, so the same mini-batches and probes: what differs are the differences.
      const { rows } = await compareEstimators(score, x, own, {
        ...options,
        estimators: ["finiteDifferenceSlicedScoreMatchingVR"],
        laws: ["rademacher"],
        probeCounts: [1],
        stepSize,
      });
      ofSteps.push((rows[0]?.loss.bias ?? Number.NaN) - direct.loss.bias);
      await advance(1);
    }
    biases.push(ofSteps);
  }
  const size = Math.abs(reports[0]?.rows[0]?.loss.reference ?? Number.NaN);
  const noisy = add(x, mul(SIGMA, random.normal(random.foldIn(key, runs), x.shape)));
  const shift = sub(exactScoreMatching(s, noisy), exactScoreMatching(s, x)).item();
  const controlled = { estimator: compared[5], law: null, probes: null };
  return {
    estimators: (reports[0]?.rows ?? []).map((row) =>
      combined(
        reports.map((report) => find(report, row)),
        moments,
      ),
    ),
    differences: {
      at: STEPS.map((step, i) => ({
        size: step,
        bias: meanOf(biases.map((ofSteps) => Math.abs(ofSteps[i] ?? Number.NaN) / size)),
      })),
      power: meanOf(
        biases.map((ofSteps) => powerOf(STEPS.map((step, i) => [step, Math.abs(ofSteps[i] ?? Number.NaN)]))),
      ),
    },
    smoothing: meanOf(reports.map((report) => find(report, controlled).loss.biasOnData / shift)),
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
    varianceOverTheory: theory === null ? null : geometricMeanOf(variances.map((value) => value / theory)),
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
