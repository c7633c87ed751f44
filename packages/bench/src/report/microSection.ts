import { summarize } from "../statistics/summary.ts";
import { markdownTable, showNumber } from "./numbers.ts";
import type { MicroRecord, Report } from "./record.ts";

/** The microbenchmarks, a table for each suite. */
export function microSection({ run, micro }: Report): string[] {
  if (micro.length === 0) return [];
  const { oneThread, twoThreads, copyCache } = run.roofBefore;
  const roofs: Readonly<Record<string, number>> = {
    "GFLOP/s": oneThread,
    "GFLOP/s on 2 threads": twoThreads,
    "GB/s": copyCache,
  };
  const suites = [...new Set(micro.map(({ suite }) => suite))];
  return [
    "## Microbenchmarks",
    `Medians. In brackets the part of the roof: ${showNumber(oneThread)} GFLOP/s on one thread, ` +
      `${showNumber(twoThreads)} on two, ${showNumber(copyCache)} GB/s of reading and writing in cache.`,
    ...suites.map((suite) =>
      suiteTable(
        suite,
        micro.filter((record) => record.suite === suite),
        roofs,
      ),
    ),
  ];
}

function suiteTable(
  suite: string,
  records: readonly MicroRecord[],
  roofs: Readonly<Record<string, number>>,
): string {
  const nameOf = ({ column, unit }: MicroRecord): string => `${column}, ${unit}`;
  const columns = [...new Set(records.map(nameOf))];
  const rows = [...new Set(records.map(({ row }) => row))].map((row) => [
    row,
    ...columns.map((column) =>
      cell(
        records.find((record) => record.row === row && nameOf(record) === column),
        roofs,
      ),
    ),
  ]);
  return `### ${suite}\n\n${markdownTable(["", ...columns], rows)}`;
}

function cell(record: MicroRecord | undefined, roofs: Readonly<Record<string, number>>): string {
  if (record === undefined) return "";
  const { median } = summarize(record.rounds);
  const roof = roofs[record.unit];
  return roof === undefined ? showNumber(median) : `${showNumber(median)} (${(median / roof).toFixed(2)})`;
}
