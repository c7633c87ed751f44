import { portable } from "@scoretape/autograd";
import type { EstimatorReport, EstimatorRow } from "./report.ts";

/** The part of the size of an estimate that its bias may be. */
const TOLERANCE = 0.05;

/**
 * The row with the least variance times time: of all with the same target, the one with the most signal to noise in a
 * given time. Rows whose bias against exact matching of the data, beyond what is chance, exceeds a twentieth of the
 * root mean square of the estimate are left out, unless all are.
 */
export function recommend(rows: readonly EstimatorRow[]): EstimatorReport["recommendation"] {
  const byCost = rows.toSorted((a, b) => costOf(a) - costOf(b));
  const sound = byCost.filter((row) => biasOf(row) <= TOLERANCE);
  const [best = byCost[0], second] = sound;
  if (best === undefined) throw new RangeError("compareEstimators: there is no row to recommend");
  const what = best.gradient === null ? "loss" : "gradient";
  const sentences = [
    `${nameOf(best)} has the least variance of the ${what} for its time: ${errorsFor(best).variance.toPrecision(3)} ` +
      `in ${best.milliseconds.toPrecision(3)} ms` +
      (second === undefined
        ? "."
        : `; next is ${nameOf(second)}, at ${timesThat(second, best)} the product.`),
  ];
  if (sound.length === 0) {
    sentences.push(`Its bias is ${percent(biasOf(best))} of the ${what}'s size, as no estimator's is small.`);
  }
  const tempting = byCost[0];
  if (tempting !== undefined && tempting !== best && costOf(best) > 0) {
    const why =
      tempting.target === "blurred" ? `which blurring the data by ${tempting.sigma} causes` : "measured";
    sentences.push(
      `${nameOf(tempting)} has ${timesThat(tempting, best)} the product, but a bias of ` +
        `${percent(biasOf(tempting))} of the ${what}'s size, ${why}.`,
    );
  }
  return { row: rows.indexOf(best), reason: sentences.join(" ") };
}

/** The estimator with its probes and noise, in words. */
export function nameOf({ estimator, law, probes, sigma }: EstimatorRow): string {
  const parts = [
    ...(law === null ? [] : [`${probes} ${law} ${probes === 1 ? "probe" : "probes"}`]),
    ...(sigma === null ? [] : [`σ = ${sigma}`]),
  ];
  return parts.length === 0 ? estimator : `${estimator} (${parts.join(", ")})`;
}

function errorsFor({ loss, gradient }: EstimatorRow) {
  return gradient ?? loss;
}

function costOf(row: EstimatorRow): number {
  return errorsFor(row).variance * row.milliseconds;
}

/** The bias against the data beyond two standard errors, relative to the root mean square of the estimate. */
function biasOf(row: EstimatorRow): number {
  const { biasOnData, biasOnDataError, reference, variance } = errorsFor(row);
  const excess = Math.max(0, Math.abs(biasOnData) - 2 * biasOnDataError);
  return excess === 0 ? 0 : excess / portable.hypot(reference, Math.sqrt(variance));
}

function timesThat(row: EstimatorRow, best: EstimatorRow): string {
  return `${rounded(costOf(row) / costOf(best))} times`;
}

function percent(part: number): string {
  return `${rounded(100 * part)} %`;
}

/** Two digits that count. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
