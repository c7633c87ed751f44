import { groupsOf } from "../report/groups.ts";
import { markdownTable, showNumber } from "../report/numbers.ts";
import { deviationOf, meanOf } from "../statistics/summary.ts";
import type { AnomalyRecord, Areas } from "./anomalies.ts";
import { type Judged, type JudgedReport, showJudged } from "./judged.ts";

/** The model tells planted rows at least as well as a kernel density estimate: but for so many standard errors over the splits. */
const STANDARD_ERRORS = 2;

/** By table, means over the splits, with an isolation forest's where there are any, and whether the model is level with the kernel density estimate. */
export function anomaliesReport(records: readonly AnomalyRecord[]): JudgedReport {
  const tables = [...groupsOf(records, ({ table }) => table).values()];
  const header = [
    "table",
    ...["new cells: model", "KDE", "Gaussian", "forest"],
    ...["far: model", "KDE", "Gaussian", "forest"],
    ...["blamed", "by chance"],
  ];
  const rows = tables.map((splits) => {
    const mean = (of: (one: AnomalyRecord) => number): string => showNumber(meanOf(splits.map(of)));
    const areas = (of: (one: AnomalyRecord) => Areas): string[] => [
      mean((one) => of(one).model),
      mean((one) => of(one).kde),
      mean((one) => of(one).gaussian),
      splits.every((one) => of(one).forest !== undefined) ? mean((one) => of(one).forest ?? 0) : "–",
    ];
    const d = splits[0]?.columns ?? 1;
    return [
      `${splits[0]?.table} (${splits[0]?.rows} × ${d})`,
      ...areas((one) => one.swapped),
      ...areas((one) => one.far),
      mean((one) => one.blamed),
      showNumber(1 / d),
    ];
  });
  const judged = tables.flatMap((splits) => [
    levelWith(splits, "new cells", ({ swapped }) => swapped),
    levelWith(splits, "far rows", ({ far }) => far),
  ]);
  return { text: `${markdownTable(header, rows)}\n\n${showJudged(judged)}`, judged };
}

function levelWith(
  splits: readonly AnomalyRecord[],
  what: string,
  of: (one: AnomalyRecord) => Areas,
): Judged {
  const shortfalls = splits.map((one) => of(one).kde - of(one).model);
  const shortfall = meanOf(shortfalls);
  const error = shortfalls.length < 2 ? 0 : deviationOf(shortfalls) / Math.sqrt(shortfalls.length);
  return {
    passes: shortfall <= STANDARD_ERRORS * error,
    text: `${splits[0]?.table}: ${what} ${showNumber(shortfall)} ± ${showNumber(error)} below the KDE's area`,
  };
}
