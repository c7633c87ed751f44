import {
  add,
  eye,
  type Key,
  linalg,
  matmul,
  mul,
  random,
  reshape,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import type { LogDensityOptions, Model } from "@scoretape/score/model";
import type { Cells, MixedTable, Schema } from "@scoretape/score/tables";
import { isGap } from "../imputing/completed.ts";
import { cellsAt } from "./modelRows.ts";
import { percentileIn } from "./ranked.ts";
import { type SeenDensities, seenDensities } from "./seenDensities.ts";

/** How rows with gaps stand among rows that the training has not seen. */
export interface Standing {
  /** The share of these that are less likely in the same cells, in percent. */
  readonly percentiles: Float64Array;
  /** log p above its mean among these. */
  readonly excess: Float64Array;
  /** How many these are, and whether all have the same gaps as the row. */
  readonly count: number;
  readonly isSame: boolean;
}

/** Held-out rows with gaps are as many as the rows, or so many; of each pattern of gaps so many at most, and at least. */
const [ENOUGH, MOST, LEAST] = [1000, 100, 20];

/**
 * Rows with gaps among held-out rows of which the same cells are hidden, with the same estimate, so that whatever its error the percentiles of
 * rows of the same distribution are uniform. Where gaps have more patterns than can be gone through, held-out rows get patterns
 * by chance, and log p is compared over all of them, its mean given the pattern taken off and in units of the root of how many cells
 * are seen.
 *
 * @param how - The key, and how many held-out rows are enough where the rows are fewer.
 */
export function standingOf(
  model: Model,
  schema: Schema,
  table: MixedTable,
  { logs }: Pick<SeenDensities, "logs">,
  heldOut: MixedTable,
  { key, enough = ENOUGH, ...flow }: LogDensityOptions & { readonly key: Key; readonly enough?: number },
): Standing {
  const patterns = patternsOf(table);
  const order = random.permutation(random.foldIn(key, 0), heldOut.rows).data;
  const budget = Math.max(enough, table.rows);
  const each = Math.min(MOST, heldOut.rows, Math.floor(budget / patterns.length));
  const isSame = each >= Math.min(LEAST, heldOut.rows);
  const chosen = isSame
    ? patterns.flatMap(({ seen }) =>
        Array.from({ length: each }, (_, i) => ({ seen, row: order[i] as number })),
      )
    : chosenByChance(table, heldOut, Math.max(enough, heldOut.rows), random.foldIn(key, 1));
  const hidden = withGaps(heldOut, chosen);
  const others = seenDensities(model, schema, hidden, { ...flow, key: random.foldIn(key, 2) }).logs;
  const percentiles = new Float64Array(table.rows);
  const excess = new Float64Array(table.rows);
  if (isSame) {
    patterns.forEach(({ rows }, p) => {
      const sorted = others.slice(p * each, (p + 1) * each).sort();
      const mean = sorted.reduce((sum, log) => sum + log / each, 0);
      for (const row of rows) {
        percentiles[row] = percentileIn(sorted, logs[row] as number);
        excess[row] = (logs[row] as number) - mean;
      }
    });
    return { percentiles, excess, count: each, isSame };
  }
  const seen = chosen.map((one) => one.seen);
  const level = levels(seen, others);
  const scaled = (mask: readonly boolean[], log: number): number =>
    (log - level(mask)) / Math.sqrt(mask.filter(Boolean).length);
  const sorted = others.map((log, i) => scaled(seen[i] ?? [], log)).sort();
  for (const { rows, seen: mask } of patterns) {
    for (const row of rows) {
      excess[row] = scaled(mask, logs[row] as number);
      percentiles[row] = percentileIn(sorted, excess[row] as number);
    }
  }
  return { percentiles, excess, count: heldOut.rows, isSame };
}

/** A row, and which of its cells are seen. */
interface Chosen {
  readonly row: number;
  readonly seen: readonly boolean[];
}

/** Held-out rows in turn, with the patterns of rows by chance. */
function chosenByChance(table: MixedTable, heldOut: MixedTable, count: number, key: Key): Chosen[] {
  return Array.from(random.uniform(key, [count], { dtype: "float64" }).data, (u, i) => ({
    row: i % heldOut.rows,
    seen: seenIn(table, Math.floor(u * table.rows)),
  }));
}

/** The mean of log p of rows by the cells that are seen: a sum over these, by least squares. */
function levels(
  seen: readonly (readonly boolean[])[],
  logs: Float64Array,
): (mask: readonly boolean[]) => number {
  const d = seen[0]?.length ?? 0;
  const X = tensor(
    Float64Array.from(seen.flat(), (value) => Number(value)),
    { shape: [seen.length, d] },
  );
  const y: Tensor = reshape(tensor(logs), [logs.length, 1]);
  const gram = add(matmul(X, X, { transposeX: true }), mul(1e-6, eye(d, { dtype: "float64" })));
  const { data } = linalg.solve(gram, matmul(X, y, { transposeX: true }));
  return (mask) => mask.reduce((sum, isSeen, j) => (isSeen ? sum + (data[j] as number) : sum), 0);
}

function seenIn({ cells }: MixedTable, row: number): boolean[] {
  return cells.map((own) => !isGap(own, row));
}

/** The rows of a table by which of their cells are seen. */
function patternsOf(table: MixedTable): { readonly seen: readonly boolean[]; readonly rows: number[] }[] {
  const found = new Map<string, { readonly seen: readonly boolean[]; readonly rows: number[] }>();
  for (let row = 0; row < table.rows; row++) {
    const seen = seenIn(table, row);
    const name = seen.map(Number).join("");
    const known = found.get(name) ?? { seen, rows: [] };
    known.rows.push(row);
    found.set(name, known);
  }
  return [...found.values()];
}

/** Rows of a table with cells hidden. */
function withGaps({ columns, cells }: MixedTable, chosen: readonly Chosen[]): MixedTable {
  const hidden = cells.map((own, j): Cells => {
    const taken = cellsAt(
      own,
      chosen.map(({ row }) => row),
    );
    const isSeen = (i: number): boolean => chosen[i]?.seen[j] === true;
    return taken.kind === "text"
      ? { ...taken, codes: taken.codes.map((code, i) => (isSeen(i) ? code : -1)) }
      : { ...taken, values: taken.values.map((value, i) => (isSeen(i) ? value : Number.NaN)) };
  });
  return { columns, rows: chosen.length, cells: hidden };
}
