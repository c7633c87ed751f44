import { groupsOf } from "../report/groups.ts";
import { markdownTable, showMedian, showNumber } from "../report/numbers.ts";
import { medianOf } from "../statistics/summary.ts";
import { type GapsRecord, NORMAL } from "./gaps.ts";
import { type Judged, type JudgedReport, showJudged } from "./judged.ts";

/** Standard errors that a mean or a covariance may be off, of samples of a model of a normal distribution with gaps. */
const STANDARD_ERRORS = 3;

/** By set, medians over the seeds, and whether learning from gaps is better than leaving their rows out. */
export function gapsReport(records: readonly GapsRecord[]): JudgedReport {
  const sets = [...groupsOf(records, ({ set }) => set)];
  const ways = ["whole", "learned", "dropped"] as const;
  const errors = (group: readonly GapsRecord[], way: GapsRecord["way"]): number[] =>
    group.filter((one) => one.way === way).map(({ error }) => error);
  const rows = sets.map(([set, group]) => [
    set,
    ...ways.map((way) => {
      const own = errors(group, way);
      return own.length === 0 ? "" : showMedian(own);
    }),
  ]);
  const judged = sets.map(([set, group]): Judged => {
    const learned = medianOf(errors(group, "learned"));
    if (set === NORMAL) {
      return {
        passes: learned <= STANDARD_ERRORS,
        text: `${set}: means and covariances of samples ${showNumber(learned)} standard errors off (limit ${STANDARD_ERRORS})`,
      };
    }
    const dropped = medianOf(errors(group, "dropped"));
    return {
      passes: learned < dropped,
      text: `${set}: error ${showNumber(learned)} with gaps, ${showNumber(dropped)} where their rows are left out`,
    };
  });
  const header = ["set", "whole rows", "rows with gaps", "those left out"];
  return { text: `${markdownTable(header, rows)}\n\n${showJudged(judged)}`, judged };
}
