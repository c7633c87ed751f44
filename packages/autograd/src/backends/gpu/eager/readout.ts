/** Where a product's elements go, row after row. */
export interface Destination {
  readonly data: Float32Array;
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Copies what a kernel returned to its place. GPU.js hands out nested rows, or one flat array where it
 * has been told to. Throws when the result is of another form.
 */
export function readResult(to: Destination, result: unknown, rowsPerThread: 1 | 4): void {
  if (result instanceof Float32Array) {
    if (rowsPerThread === 1) copyFlatRows(to, result);
    else copyFlatQuads(to, result);
    return;
  }
  const rows = listOf(result);
  if (rowsPerThread === 1) copyRows(to, rows);
  else copyQuads(to, rows);
}

function copyFlatRows({ data, offset, rows, columns }: Destination, flat: Float32Array): void {
  checkLength(flat.length, rows * columns);
  data.set(flat, offset);
}

/** Element [m][n] is at 4(⌊m/4⌋·columns + n) + m mod 4; what follows the last block is padding. */
function copyFlatQuads({ data, offset, rows, columns }: Destination, flat: Float32Array): void {
  const due = Math.ceil(rows / 4) * columns * 4;
  if (flat.length < due) checkLength(flat.length, due);
  for (let row = 0; row < rows; row++) {
    let from = (row >> 2) * columns * 4 + (row & 3);
    const start = offset + row * columns;
    for (let column = 0; column < columns; column++) {
      data[start + column] = flat[from] as number;
      from += 4;
    }
  }
}

function copyRows({ data, offset, rows, columns }: Destination, result: readonly unknown[]): void {
  checkLength(result.length, rows);
  result.forEach((row, m) => {
    if (!(row instanceof Float32Array)) throw new TypeError("GPU.js returned rows that are no Float32Array");
    checkLength(row.length, columns);
    data.set(row, offset + m * columns);
  });
}

function copyQuads({ data, offset, rows, columns }: Destination, result: readonly unknown[]): void {
  checkLength(result.length, Math.ceil(rows / 4));
  result.forEach((block, y) => {
    const quads = listOf(block);
    checkLength(quads.length, columns);
    const height = Math.min(4, rows - 4 * y);
    for (let n = 0; n < columns; n++) {
      const quad = quads[n];
      if (!(quad instanceof Float32Array))
        throw new TypeError("GPU.js returned cells that are no Float32Array");
      for (let m = 0; m < height; m++) data[offset + (4 * y + m) * columns + n] = quad[m] as number;
    }
  });
}

function listOf(result: unknown): readonly unknown[] {
  if (!Array.isArray(result)) throw new TypeError(`GPU.js returned ${typeof result}, not a list of rows`);
  return result;
}

function checkLength(found: number, wanted: number): void {
  if (found !== wanted) throw new RangeError(`GPU.js returned ${found} entries where ${wanted} were due`);
}
