import type { Measurements } from "@scoretape/score/model";
import { shown } from "../figures/parts/numbers.ts";

const error = ({ value, standardError }: { value: number; standardError: number }): string =>
  `${shown(value)} ± ${shown(standardError)}`;
const percent = (share: number): string => `${shown(100 * share)} %`;
const spread = ({ value, low, high }: { value: number; low: number; high: number }): string =>
  `${shown(value)} [${shown(low)}, ${shown(high)}]`;

/** A report as rows: a name and what it is of the model, beside what others get. */
export function reportRows(found: Measurements, columns: readonly string[]): string[][] {
  const { heldOut, distances, memorization, denoising, modes } = found;
  const rows: string[][] = [];
  if (heldOut !== null) {
    const { model, gaussian, kde } = heldOut.logLikelihood;
    rows.push(
      [`log-likelihood of ${heldOut.rows} fresh rows, nats a row`, model === null ? "none" : error(model)],
      ["… a Gaussian's", error(gaussian)],
      ["… a kernel density's", error(kde)],
    );
  }
  if (distances !== null) {
    rows.push(
      ["distance of samples to fresh rows", spread(distances.samples)],
      ["… of training rows", spread(distances.training)],
      ["… of a Gaussian's", spread(distances.gaussian)],
    );
  }
  if (memorization !== null) {
    rows.push([
      "samples nearer to training rows than fresh ones are (½ by chance)",
      `${percent(memorization.nearer)} ± ${percent(memorization.standardError)}`,
    ]);
  }
  for (const level of denoising ?? []) {
    rows.push([`denoising error over a Gaussian's, σ = ${shown(level.sigma)}`, error(level)]);
  }
  for (const { name, samples, data } of modes) {
    rows.push([`weight of ${name}`, `${shown(samples.weight)}, of the data ${shown(data.weight)}`]);
  }
  found.columns.forEach(({ deviation }, j) => {
    const { samples, data } = deviation;
    rows.push([`deviation of ${columns[j]}`, `${shown(samples)}, of the data ${shown(data)}`]);
  });
  return rows;
}
