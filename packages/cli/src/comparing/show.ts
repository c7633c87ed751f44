import type { TwoSampleStatistic } from "@scoretape/score";
import { textTable } from "../terminal/text-table.ts";
import type { Comparison } from "./comparison.ts";

/** Of p-values below it a difference is told. */
const LEVEL = 0.05;

const titles: Readonly<Record<TwoSampleStatistic, string>> = {
  energy: "energy",
  "maximum-mean-discrepancy": "maximum mean discrepancy",
  "sliced-wasserstein": "sliced Wasserstein",
};

/** The comparison as tables for people, and in words. */
export function showComparison(comparison: Comparison, names: readonly [string, string]): string {
  const { rows, compared, together, columns } = comparison;
  const number = (value: number): string => value.toPrecision(3);
  const sizes = names.map((name, i) => {
    const [all = 0, some = 0] = [rows[i], compared[i]];
    const count = all.toLocaleString("en-US");
    return [name, some < all ? `${some.toLocaleString("en-US")} of ${count}` : count];
  });
  const tables = [
    [["", "rows"], ...sizes],
    [
      ["all columns together", "distance", "p"],
      ...together.map(({ statistic, distance, pValue }) => [
        titles[statistic],
        number(distance),
        number(pValue),
      ]),
    ],
    [
      ["column", "distance", "p", "p for all columns"],
      ...columns.map(({ name, distance, pValue, adjusted }) => [
        name,
        number(distance),
        number(pValue),
        number(adjusted),
      ]),
    ],
  ];
  return [...tables.map(textTable), `${verdictOf(comparison)}\n`].join("\n");
}

/** What the p-values say, at one error in twenty for each of both questions. */
export function verdictOf({ together, columns }: Comparison): string {
  // Of several tests of one hypothesis the smallest p counts, times their number.
  const least = together.reduce((smallest, { pValue }) => Math.min(smallest, pValue), 1);
  const differ = least * together.length <= LEVEL;
  const guilty = columns.filter(({ adjusted }) => adjusted <= LEVEL).map(({ name }) => name);
  if (guilty.length > 0) return `The tables differ, in ${guilty.join("; ")}.`;
  if (differ) return "The tables differ, in no column alone but in how columns go together.";
  return "No difference was found: both tables may be of one distribution.";
}
