import { labelled } from "../kinds/categories.ts";
import { MARGIN } from "../margins.ts";
import type { Cells } from "../mixedTable.ts";
import type { CategoryColumn } from "../schema.ts";

/**
 * Labels of cells with their shares of the rows: by the mean of some coordinate over the rows of each, so that neighbours are
 * alike; by frequency where there is none.
 */
export function categoryColumn(cells: Cells, along: Float64Array | null): CategoryColumn {
  const { texts, codes } = labelled(cells);
  const counts = new Float64Array(texts.length);
  const sums = new Float64Array(texts.length);
  codes.forEach((code, row) => {
    if (code < 0) return;
    counts[code] = (counts[code] ?? 0) + 1;
    sums[code] = (sums[code] ?? 0) + (along?.[row] ?? 0);
  });
  const filled = counts.reduce((sum, count) => sum + count, 0);
  const labels = texts
    .map((label, code) => ({
      label,
      count: counts[code] ?? 0,
      mean: (sums[code] ?? 0) / (counts[code] ?? 1),
    }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.mean - b.mean || b.count - a.count || (a.label < b.label ? -1 : 1));
  return {
    kind: "category",
    labels: labels.map(({ label }) => label),
    shares: labels.map(({ count }) => count / filled),
    margin: MARGIN,
  };
}
