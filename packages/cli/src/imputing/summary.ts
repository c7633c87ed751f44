import { mean, type Tensor, tensor } from "@scoretape/autograd";
import { rounded, type Units } from "@scoretape/score/model";
import type { Cells, ColumnSchema, MixedTable, Schema } from "@scoretape/score/tables";
import { decodedFor, filled, freeName, isGap } from "./completed.ts";

/**
 * A table whose gaps are filled by the middle of their draws, and columns with the ends of an interval that holds so much of
 * them: the mean of numbers, the median of whole numbers and dates, the most likely label, with its share.
 */
export function summaryOf(
  table: MixedTable,
  { schema, standardization }: { readonly schema: Schema; readonly standardization: Units },
  draws: Tensor,
  interval: number,
): MixedTable {
  const [n = 0, count = 0, d = 0] = draws.shape;
  const all = decodedFor(table, schema, Float64Array.from(draws.data));
  const inDigits = (points: Float64Array): Float64Array =>
    Float64Array.from(rounded(standardization, tensor(points, { shape: [n, d] })).data);
  const at = (share: number): Cells[] => decodedFor(table, schema, inDigits(quantiles(draws, share)));
  const means = decodedFor(table, schema, inDigits(meansOf(draws)));
  const [low, middle, high] = [at((1 - interval) / 2), at(0.5), at((1 + interval) / 2)];
  const columns = [...table.columns];
  const cells: Cells[] = [];
  const beside: Cells[] = [];
  const add = (name: string, own: Cells): void => {
    columns.push(freeName(name, columns));
    beside.push(own);
  };
  table.columns.forEach((name, j) => {
    const known = table.cells[j];
    const drawn = all[j];
    const column = schema.find((one) => one.name === name);
    if (known === undefined || drawn === undefined || column === undefined) return;
    const gaps = Array.from({ length: n }, (_, row) => isGap(known, row));
    const middleOf = isLinear(column) ? means : middle;
    const center = centerOf(column, drawn, middleOf[j] ?? drawn, n, count);
    cells.push(filled(known, center.cells, n, n));
    if (!gaps.includes(true)) return;
    const ofGaps = (own: Cells): Cells => onlyAt(own, gaps);
    if (center.shares !== null) add(`${name}_share`, ofGaps({ kind: "number", values: center.shares }));
    else {
      add(`${name}_low`, ofGaps(low[j] ?? drawn));
      add(`${name}_high`, ofGaps(high[j] ?? drawn));
    }
  });
  if (d !== schema.length) throw new TypeError("draws have the columns of the schema");
  return { columns, rows: n, cells: [...cells, ...beside] };
}

/**
 * The p-quantiles of draws, [n·d]: the (m + 1)p-th of m, between two by their distance, so that an interval of draws holds
 * what it should of what is drawn next (Hyndman & Fan 1996, definition 6).
 */
export function quantiles(draws: Tensor, p: number): Float64Array {
  const [n = 0, m = 0, d = 0] = draws.shape;
  return Float64Array.from({ length: n * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    const own = Float64Array.from({ length: m }, (_, k) => draws.data[(i * m + k) * d + j] ?? 0).sort();
    const place = Math.min(m - 1, Math.max(0, (m + 1) * p - 1));
    const [below, above] = [own[Math.floor(place)] ?? 0, own[Math.ceil(place)] ?? 0];
    return below + (place - Math.floor(place)) * (above - below);
  });
}

/** Whether a column is its own coordinate, so that means of both are the same. */
function isLinear(column: ColumnSchema): boolean {
  return column.kind === "real" && column.marginal === undefined;
}

/** The means of draws, [n·d]. */
function meansOf(draws: Tensor): Float64Array {
  return Float64Array.from(mean(draws, { axis: 1 }).data);
}

/** What stands for the draws of each row; of labels also the share of the draws that have it. */
function centerOf(
  column: ColumnSchema,
  drawn: Cells,
  middle: Cells,
  n: number,
  m: number,
): { readonly cells: Cells; readonly shares: Float64Array | null } {
  const { kind } = column;
  if (kind === "category" && drawn.kind === "text") {
    const shares = new Float64Array(n);
    const codes = Int32Array.from({ length: n }, (_, i) => {
      const counts = new Map<number, number>();
      for (const code of drawn.codes.subarray(i * m, (i + 1) * m))
        counts.set(code, (counts.get(code) ?? 0) + 1);
      const [code = -1, most = 0] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
      shares[i] = most / m;
      return code;
    });
    return { cells: { ...drawn, codes }, shares };
  }
  if (kind === "integer" || kind === "date" || isLinear(column)) return { cells: middle, shares: null };
  if (drawn.kind === "text") return { cells: middle, shares: null };
  const values = Float64Array.from({ length: n }, (_, i) => {
    let total = 0;
    for (const value of drawn.values.subarray(i * m, (i + 1) * m)) total += value / m;
    return Number(total.toPrecision(7));
  });
  return { cells: { kind: "number", values }, shares: null };
}

/** The cells of some rows, and gaps in the others. */
function onlyAt(cells: Cells, rows: readonly boolean[]): Cells {
  if (cells.kind === "text")
    return { ...cells, codes: cells.codes.map((code, row) => (rows[row] ? code : -1)) };
  return { kind: "number", values: cells.values.map((value, row) => (rows[row] ? value : Number.NaN)) };
}
