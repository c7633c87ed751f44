import type { MixedTable } from "../mixedTable.ts";

/** The axis is found from so many rows at most, by so many steps. */
const [ROWS, STEPS] = [10_000, 100];

/**
 * The coordinate of every row along the first principal component of a table's columns of numbers, each standardised; null
 * where there are none that vary. Gaps count as means.
 */
export function principalCoordinate({ rows, cells }: MixedTable): Float64Array | null {
  const columns = cells.flatMap((column) => {
    const standard = column.kind === "number" ? standardised(column.values) : null;
    return standard === null ? [] : [standard];
  });
  if (columns.length === 0) return null;
  const stride = Math.max(1, Math.ceil(rows / ROWS));
  // Power iteration from the column that has most in common with the others is the same everywhere.
  let axis = columns.map((column, j) =>
    j === 0 ? 1 : Math.sign(dot(column, columns[0] ?? column, stride)) || 1,
  );
  for (let step = 0; step < STEPS; step++) {
    const along = project(columns, axis, rows, stride);
    const next = columns.map((column) => dot(column, along, stride));
    const length = Math.sqrt(next.reduce((sum, value) => sum + value * value, 0));
    if (length === 0) break;
    axis = next.map((value) => value / length);
  }
  const largest = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return project(
    columns,
    axis.map((value) => (largest < 0 ? -value : value)),
    rows,
    1,
  );
}

/** (x − μ)/σ, gaps as 0; null where it does not vary. */
function standardised(values: Float64Array): Float64Array | null {
  const filled = values.filter((x) => !Number.isNaN(x));
  const mean = filled.reduce((sum, x) => sum + x / filled.length, 0);
  const deviation = Math.sqrt(filled.reduce((sum, x) => sum + (x - mean) * ((x - mean) / filled.length), 0));
  if (!(deviation > 0 && deviation < Number.POSITIVE_INFINITY)) return null;
  return values.map((x) => (Number.isNaN(x) ? 0 : (x - mean) / deviation));
}

function dot(a: Float64Array, b: Float64Array, stride: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += stride) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function project(
  columns: readonly Float64Array[],
  axis: readonly number[],
  rows: number,
  stride: number,
): Float64Array {
  const along = new Float64Array(rows);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i += stride) along[i] = (along[i] ?? 0) + (axis[j] ?? 0) * (column[i] ?? 0);
  });
  return along;
}
