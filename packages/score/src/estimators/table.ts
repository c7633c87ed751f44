import { checkOptions } from "@scoretape/autograd";
import { nameOf } from "./recommend.ts";
import type { EstimatorErrors, EstimatorReport } from "./report.ts";

/**
 * An estimator report as a table of text: a row of headings, then one row of cells for each estimator, the recommended
 * one marked by an asterisk. Biases are given with their standard errors.
 *
 * @example
 * ```ts
 * import { neg, random } from "@scoretape/autograd";
 * import { compareEstimators, estimatorTable } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [100, 2]);
 * const report = await compareEstimators(neg, x, random.key(1), {
 *   estimators: ["exactScoreMatching"],
 *   repeats: 10,
 *   clock: () => 0,
 * });
 * console.log(estimatorTable(report)[1]?.[0]); // exactScoreMatching *
 * ```
 */
export function estimatorTable(report: EstimatorReport): string[][] {
  checkOptions("estimatorTable", report, {
    dimension: "number",
    batchSize: "number",
    repeats: "number",
    rows: "any",
    recommendation: "any",
  });
  const { rows, recommendation } = report;
  const withGradient = rows.some(({ gradient }) => gradient !== null);
  const headings = ["bias", "smoothing", "variance"];
  const header = [
    "estimator",
    ...headings.map((heading) => `${heading} of the loss`),
    ...(withGradient ? headings.map((heading) => `${heading} of the gradient`) : []),
    ...(withGradient ? ["signal/noise"] : []),
    "ms",
    ...(withGradient ? ["signal/noise per ms"] : []),
  ];
  const body = rows.map((row, i) => {
    const cells = (errors: EstimatorErrors): string[] => [
      `${short(errors.bias)} ± ${short(errors.biasError)}`,
      row.target === "data" ? "" : `${short(errors.biasOnData)} ± ${short(errors.biasOnDataError)}`,
      short(errors.variance),
    ];
    return [
      i === recommendation.row ? `${nameOf(row)} *` : nameOf(row),
      ...cells(row.loss),
      ...(row.gradient === null ? [] : cells(row.gradient)),
      ...(withGradient ? [short(row.signalToNoise)] : []),
      row.milliseconds.toPrecision(3),
      ...(withGradient ? [short(row.signalToNoisePerMillisecond)] : []),
    ];
  });
  return [header, ...body];
}

function short(value: number | null): string {
  return value === null ? "" : value.toExponential(1);
}
