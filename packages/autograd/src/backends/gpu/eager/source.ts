/** One product of matrices of fixed sizes: what a kernel is compiled for. */
export interface ProductSizes {
  readonly transposeX: boolean;
  readonly transposeY: boolean;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
}

/** A kernel's text, and the grid of threads that it runs on. */
export interface ProductSource {
  readonly text: string;
  /** Threads along x and y. */
  readonly grid: readonly [number, number];
  /** The rows of the result that a thread returns. */
  readonly rowsPerThread: 1 | 4;
}

/** A name for the kernel of these sizes. */
export function keyOf({ transposeX, transposeY, rows, depth, columns }: ProductSizes): string {
  return `${transposeX ? "T" : "N"}${transposeY ? "T" : "N"} ${rows}x${depth}x${columns}`;
}

/**
 * The kernel of a matrix product. A thread computes one element, or four of a column, which reads y once
 * for four sums. Programs have a form of their own, four elements of a row, since their results stay in memory row by
 * row; here the host puts the rows in order, and four of a column are twice as fast in WebAssembly mode: 6.4 against
 * 2.8 GFLOP/s at 256×128×128. The sizes are literals in the text: GPU.js runs only such loops past 1000 rounds, and a
 * kernel for changing sizes is wrong in some of its modes. The text is a string, because a function's own
 * text changes under bundlers.
 */
export function productSource(sizes: ProductSizes): ProductSource {
  const { transposeX, transposeY, rows, depth, columns } = sizes;
  const x = (row: string): string => (transposeX ? `x[i][${row}]` : `x[${row}][i]`);
  const y = transposeY ? "y[this.thread.x][i]" : "y[i][this.thread.x]";
  if (!fourRowsPay(sizes)) {
    return {
      rowsPerThread: 1,
      grid: [columns, rows],
      text: `function product(x, y) {
  let sum = 0;
  for (let i = 0; i < ${depth}; i++) {
    sum += ${x("this.thread.y")} * ${y};
  }
  return sum;
}`,
    };
  }
  // No variable for the first row: in WebAssembly mode one would halve the speed.
  return {
    rowsPerThread: 4,
    grid: [columns, Math.ceil(rows / 4)],
    text: `function product(x, y) {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let i = 0; i < ${depth}; i++) {
    const b = ${y};
    sum0 += ${x("this.thread.y * 4")} * b;
    sum1 += ${x("this.thread.y * 4 + 1")} * b;
    sum2 += ${x("this.thread.y * 4 + 2")} * b;
    sum3 += ${x("this.thread.y * 4 + 3")} * b;
  }
  return [sum0, sum1, sum2, sum3];
}`,
  };
}

/**
 * The last thread of a column may read up to three rows past the end of x, whose sums are thrown away. In
 * WebAssembly memory y follows x, and y is longer than three rows of x from four columns on.
 */
function fourRowsPay({ rows, depth, columns }: ProductSizes): boolean {
  return rows >= 4 && depth >= 8 && columns >= 4;
}
