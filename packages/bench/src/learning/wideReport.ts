import { groupsOf } from "../report/groups.ts";
import { markdownTable, showMedian, showNumber, showSeconds } from "../report/numbers.ts";
import { medianOf } from "../statistics/summary.ts";
import { allowedDeficit, type Judged, type JudgedReport, showJudged } from "./judged.ts";
import type { WideRecord } from "./wide.ts";

/** Deviations of samples are within a tenth of the data's. */
const DEVIATION = 0.1;
/** Samples are hardly further from fresh rows than those are from each other. */
const DISTANCE = 1.3;

/** By columns, medians over the seeds, and whether they are within the limits. */
export function wideReport(records: readonly WideRecord[]): JudgedReport {
  const groups = [...groupsOf(records, ({ columns, factors }) => `${columns} × ${factors}`).values()];
  const header = [
    "columns × factors",
    "largest deviation",
    "smallest",
    "distance",
    "copies",
    "nats over the Gaussian",
    "step",
    "training",
    "sampling",
  ];
  const rows = groups.map((group) => [
    nameOf(group),
    showMedian(group.map(({ deviation }) => deviation.largest)),
    showMedian(group.map(({ deviation }) => deviation.smallest)),
    showMedian(group.map(({ distance }) => distance)),
    `${copiesIn(group)} of ${group.length}`,
    showMedian(group.map(advantageOf)),
    showNumber(medianOf(group.map(({ step }) => step))),
    showSeconds(medianOf(group.map(({ trainingSeconds }) => trainingSeconds))),
    showSeconds(medianOf(group.map(({ samplingSeconds }) => samplingSeconds))),
  ]);
  const judged = groups.flatMap(judge);
  return { text: `${markdownTable(header, rows)}\n\n${showJudged(judged)}`, judged };
}

function judge(group: readonly WideRecord[]): Judged[] {
  const name = nameOf(group);
  const largest = medianOf(group.map(({ deviation }) => deviation.largest));
  const smallest = medianOf(group.map(({ deviation }) => deviation.smallest));
  const distance = medianOf(group.map((one) => one.distance));
  const advantage = medianOf(group.map(advantageOf));
  // The true law of the rows is a Gaussian: no model can be better by more than that one's own error.
  const limit = allowedDeficit(group[0]?.columns ?? 0);
  return [
    {
      passes: largest <= 1 + DEVIATION && smallest >= 1 - DEVIATION,
      text: `${name}: deviations ${showNumber(smallest)} to ${showNumber(largest)} of the data's (limit 1 ± ${DEVIATION})`,
    },
    {
      passes: distance <= DISTANCE,
      text: `${name}: distance ${showNumber(distance)} of that between fresh sets (limit ${DISTANCE})`,
    },
    // At half of the seeds or more; among good models one in a hundred is taken for a copyist.
    {
      passes: 2 * copiesIn(group) < group.length,
      text: `${name}: copies at ${copiesIn(group)} of ${group.length} seeds`,
    },
    {
      passes: advantage >= -limit,
      text: `${name}: ${showNumber(advantage)} nats a row over the Gaussian (limit ${showNumber(-limit)})`,
    },
  ];
}

function nameOf([first]: readonly WideRecord[]): string {
  return `${first?.columns} × ${first?.factors}`;
}

function copiesIn(group: readonly WideRecord[]): number {
  return group.filter(({ copies }) => copies === "copies").length;
}

/** A flow that cannot be followed is as bad as can be. */
function advantageOf({ advantage }: WideRecord): number {
  return advantage ?? Number.NEGATIVE_INFINITY;
}
