import type { Features } from "../features.ts";

/** Columns by the numbers of their bins, which rise with the values; a gap is in bin 0. */
export interface Binned {
  readonly rows: number;
  readonly columns: readonly Uint8Array[];
}

/** The edges of each column's bins: bin k ≥ 1 holds what is above edge k − 2 and not above edge k − 1. */
export type Edges = readonly Float64Array[];

/** So many bins a column has at most, gaps aside. */
const BINS = 64;
/** How many bins there may be, with that of gaps. */
export const ALL_BINS = BINS + 1;

/** Edges between the values where these are few, else at equal shares of the rows. */
export function edgesOf({ columns }: Features): Edges {
  return columns.map(({ values }) => {
    const sorted = values.filter((value) => !Number.isNaN(value)).sort();
    const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
    if (distinct.length <= BINS) return distinct.subarray(0, Math.max(0, distinct.length - 1));
    const edges = Array.from({ length: BINS - 1 }, (_, k) => {
      const place = Math.floor(((k + 1) * sorted.length) / BINS) - 1;
      return sorted[Math.max(0, place)] as number;
    });
    return Float64Array.from(edges.filter((edge, k) => k === 0 || edge !== edges[k - 1]));
  });
}

/** The bin of each value. */
export function binned({ rows, columns }: Features, edges: Edges): Binned {
  return {
    rows,
    columns: columns.map(({ values }, j) => {
      const own = edges[j] ?? new Float64Array();
      return Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1 + edgesBelow(own, value)));
    }),
  };
}

/** How many edges are below a value. */
function edgesBelow(edges: Float64Array, value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
