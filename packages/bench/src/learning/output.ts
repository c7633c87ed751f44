import { appendFileSync } from "node:fs";
import { showNumber } from "../report/numbers.ts";
import { summarize } from "../statistics/summary.ts";

/** Where records go as they come, and what is told meanwhile. */
export interface Output<R> {
  record(record: R): void;
  log(line: string): void;
}

/** Lines to the standard error, records as JSON lines to the end of a file, where one is given. */
export function outputTo<R>(path: string | undefined): Output<R> {
  return {
    record(record) {
      if (path !== undefined) appendFileSync(path, `${JSON.stringify(record)}\n`);
    },
    log: (line) => console.error(line),
  };
}

export function medianOf(values: readonly number[]): number {
  return summarize(values).median;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The median, and the ends in brackets where there are several. */
export function showMedian(values: readonly number[]): string {
  const { median, least, greatest } = summarize(values);
  const ends = values.length === 1 ? "" : ` [${showNumber(least)}, ${showNumber(greatest)}]`;
  return showNumber(median) + ends;
}

/** The records by what a function says of them, in the order in which they came. */
export function groupsOf<R>(records: readonly R[], of: (record: R) => string): ReadonlyMap<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const record of records) {
    const group = groups.get(of(record));
    if (group === undefined) groups.set(of(record), [record]);
    else group.push(record);
  }
  return groups;
}
