import { type Key, random } from "@scoretape/autograd";
import type { LogDensityOptions, Model } from "@scoretape/score/model";
import type { MixedTable, Schema } from "@scoretape/score/tables";
import { isGap } from "../imputing/completed.ts";
import { blamesOf } from "./blames.ts";
import { logDensities } from "./densities.ts";
import { standingOf } from "./heldOutSeen.ts";
import { rowsAt } from "./modelRows.ts";
import { type Blame, orderOf, percentileIn, type Ranking } from "./ranked.ts";
import { DRAWS_OF_GAPS, seenDensities } from "./seenDensities.ts";

/** Rows of a table by how many of their cells are gaps. */
interface Parts {
  readonly whole: readonly number[];
  readonly open: readonly number[];
}

/** Below so many effective draws neither log p nor its error can be trusted. */
const FEW = 5;
/** So many rows are named in a remark. */
const NAMED = 5;

/** How likely rows are, the cells to blame, and what is to be told. */
export interface Ranked {
  readonly ranking: Ranking;
  readonly blames: readonly Blame[];
  readonly remarks: readonly string[];
}

/**
 * Ranks the rows of a table.
 *
 * @param heldOut - Rows that the training has not seen; null where there are none.
 * @param how - How many rows to look for cells to blame in, and what the file is called in remarks.
 */
export function rankingOf(
  model: Model,
  schema: Schema,
  rows: { readonly table: MixedTable; readonly numbers: readonly number[]; readonly name: string },
  heldOut: MixedTable | null,
  { key, blame, ...flow }: LogDensityOptions & { readonly key: Key; readonly blame: number },
): Ranked {
  const { table } = rows;
  const own = (i: number) => ({ ...flow, key: random.foldIn(key, i) });
  const { whole, open } = partsOf(table);
  const [logs, percentiles, excess, errors] = [0, 1, 2, 3].map(() =>
    new Float64Array(table.rows).fill(Number.NaN),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const remarks: string[] = [];
  const ofWhole = rowsAt(table, whole);
  if (whole.length > 0) {
    const found = logDensities(model, schema, ofWhole, own(0));
    const sorted = heldOut === null ? null : logDensities(model, schema, heldOut, own(1)).sort();
    const mean = sorted === null ? 0 : sorted.reduce((sum, log) => sum + log, 0) / sorted.length;
    whole.forEach((row, i) => {
      const log = found[i] as number;
      logs[row] = log;
      if (sorted === null) return;
      percentiles[row] = percentileIn(sorted, log);
      excess[row] = log - mean;
    });
  }
  const ofOpen = rowsAt(table, open);
  if (open.length > 0) {
    const found = seenDensities(model, schema, ofOpen, own(3));
    const standing = heldOut === null ? null : standingOf(model, schema, ofOpen, found, heldOut, own(4));
    open.forEach((row, i) => {
      logs[row] = found.logs[i] as number;
      errors[row] = found.errors[i] as number;
      if (standing === null) return;
      percentiles[row] = standing.percentiles[i] as number;
      excess[row] = standing.excess[i] as number;
    });
    const few = open
      .filter((_, i) => (found.sizes[i] as number) < FEW)
      .map((row) => rows.numbers[row] as number);
    remarks.push(...toldOf(rows.name, open.length, standing, few));
  }
  const ranking = { logs, percentiles, excess, errors: whole.length === table.rows ? null : errors };
  const worst = orderOf(ranking).slice(0, blame);
  const blamed = [
    [whole, ofWhole, own(2)],
    [open, ofOpen, own(5)],
  ] as const;
  return {
    ranking,
    blames: blamed.flatMap(([of, part, how]) => {
      const places = new Map(of.map((row, i) => [row, i]));
      const wanted = worst.flatMap((row) => places.get(row) ?? []);
      return blamesOf(model, schema, part, wanted, how).map((one) => ({
        ...one,
        row: of[one.row] as number,
      }));
    }),
    remarks,
  };
}

function partsOf(table: MixedTable): Parts {
  const gaps = Array.from(
    { length: table.rows },
    (_, row) => table.cells.filter((cells) => isGap(cells, row)).length,
  );
  const rowsWith = (of: (count: number) => boolean): number[] =>
    [...gaps.keys()].filter((row) => of(gaps[row] as number));
  return {
    whole: rowsWith((count) => count === 0),
    open: rowsWith((count) => count > 0 && count < table.cells.length),
  };
}

function toldOf(
  name: string,
  count: number,
  standing: { readonly count: number; readonly isSame: boolean } | null,
  few: readonly number[],
): string[] {
  const rows = count === 1 ? "1 row has gaps" : `${count} rows have gaps`;
  const among =
    standing === null
      ? ""
      : standing.isSame
        ? `, and its percentile is among ${standing.count} rows kept aside with the same gaps`
        : `, and its percentile is among ${standing.count} rows kept aside with such gaps by chance, all patterns together`;
  const named = few.slice(0, NAMED).join(", ");
  const more = few.length > NAMED ? ` and ${few.length - NAMED} more` : "";
  return [
    `${name}: ${rows}, of which log_density is that of the cells they show, by ${DRAWS_OF_GAPS} draws of the others${among}`,
    ...(few.length === 0
      ? []
      : [
          `${name}: fewer than ${FEW} of ${DRAWS_OF_GAPS} draws tell the log_density of ${few.length === 1 ? "row" : "rows"} ${named}${more}: ` +
            "it may be off by more than standard_error says",
        ]),
  ];
}
