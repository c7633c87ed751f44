import { groupsOf } from "../report/groups.ts";
import { markdownTable, showNumber } from "../report/numbers.ts";
import { meanInterval } from "../statistics/meanInterval.ts";
import type { Interval } from "../statistics/summary.ts";
import { meanOf, medianOf } from "../statistics/summary.ts";
import { allowedDeficit, type Judged, type JudgedReport, showJudged } from "./judged.ts";
import type { TableRecord } from "./tables.ts";

/** By table, means over the splits, and whether the deficit is within the limit. */
export function tablesReport(records: readonly TableRecord[]): JudgedReport {
  const tables = [...groupsOf(records, ({ table }) => table).values()].map(comparedIn);
  const header = ["table", "model", "Gaussian", "KDE", "deficit", "95 % interval", "limit", "σ_min", "step"];
  const rows = tables.map((one) => [
    one.title,
    ...[one.model, one.gaussian, one.kde, one.deficit].map(showNumber),
    one.interval === null ? "" : `${showNumber(one.interval.low)} to ${showNumber(one.interval.high)}`,
    ...[one.limit, one.sigmaMin, one.step].map(showNumber),
  ]);
  const judged = tables.map(({ title, deficit, interval, limit }): Judged => {
    const bound = interval?.high ?? deficit;
    return {
      passes: bound <= limit,
      text: `${title}: deficit ${showNumber(deficit)}, at most ${showNumber(bound)} (limit ${showNumber(limit)})`,
    };
  });
  const better = tables.filter(({ deficit }) => deficit < 0).length;
  const text = `${markdownTable(header, rows)}\n\n${showJudged(judged)}\nBetter than both on ${better} of ${tables.length} tables.`;
  return { text, judged };
}

interface Compared {
  readonly title: string;
  readonly model: number;
  readonly gaussian: number;
  readonly kde: number;
  /** The better baseline's less the model's; that baseline is the better one in the mean over splits. */
  readonly deficit: number;
  /** Student's, with the splits as if they were independent; null of fewer than three. */
  readonly interval: Interval | null;
  readonly limit: number;
  readonly sigmaMin: number;
  readonly step: number;
}

function comparedIn(splits: readonly TableRecord[]): Compared {
  const [first] = splits;
  const mean = (of: (one: TableRecord) => number): number => meanOf(splits.map(of));
  // A flow that cannot be followed is as bad as can be.
  const modelOf = ({ model }: TableRecord): number => model ?? Number.NEGATIVE_INFINITY;
  const [gaussian, kde] = [mean((one) => one.gaussian), mean((one) => one.kde)];
  const deficits = splits.map((one) => (gaussian >= kde ? one.gaussian : one.kde) - modelOf(one));
  const isWhole = splits.length >= 3 && deficits.every(Number.isFinite);
  return {
    title: `${first?.table} (${first?.rows} × ${first?.columns})`,
    model: mean(modelOf),
    gaussian,
    kde,
    deficit: meanOf(deficits),
    interval: isWhole ? meanInterval(deficits) : null,
    limit: allowedDeficit(first?.columns ?? 0),
    sigmaMin: medianOf(splits.map(({ sigmaMin }) => sigmaMin)),
    step: medianOf(splits.map(({ step }) => step)),
  };
}
