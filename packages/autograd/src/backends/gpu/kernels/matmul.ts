import { type KernelSource, kernel, kernelText } from "./source.ts";

/** A product of matrices, or of as many pairs of them as there are batches. */
export interface MatmulSizes {
  readonly batches: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly transposeX: boolean;
  readonly transposeY: boolean;
}

/** The threads below which a GPU is half idle: a sum over a great depth is then divided among more of them. */
const THREADS = 2 ** 16;
/** The least depth of a share. */
const SHARE = 256;

/**
 * The kernels of a matrix product. Where the device returns four elements at once, a thread computes four neighbouring
 * columns from one element of x and four of y per round, in row-major order. A product of few elements and great depth
 * is summed in shares: the second kernel adds them up.
 *
 * @param mostPerThread how many elements a thread can return
 */
export function matmulKernels(sizes: MatmulSizes, mostPerThread: 1 | 4): KernelSource[] {
  const { batches, rows, depth, columns } = sizes;
  const perThread = columns % 4 === 0 ? mostPerThread : 1;
  const elements = batches * rows * columns;
  const wanted = Math.floor(THREADS / (elements / perThread));
  const shares = Math.min(wanted, Math.floor(depth / SHARE), 64);
  if (shares < 2) return [product(sizes, perThread, 1)];
  return [product(sizes, perThread, shares), sumOfShares(batches * rows, columns, shares)];
}

function product(sizes: MatmulSizes, perThread: 1 | 4, shares: number): KernelSource {
  const { batches, rows, depth, columns, transposeX, transposeY } = sizes;
  const width = columns / perThread;
  const height = batches * rows;
  const length = Math.ceil(depth / shares);
  const lines: string[] = [];
  // A row of threads is a share of a row of the product: share·height + row.
  let row = "this.thread.y";
  let k = "i";
  if (shares > 1) {
    lines.push(`const share = Math.floor((this.thread.y + 0.5) / ${height});`);
    lines.push(`const row = this.thread.y - share * ${height};`);
    row = "row";
    k = `share * ${length} + i`;
  }
  let inBatch = row;
  let xBase = "";
  let yBase = "";
  if (batches > 1) {
    lines.push(`const batch = Math.floor((${row} + 0.5) / ${rows});`);
    lines.push(`const inBatch = ${row} - batch * ${rows};`);
    inBatch = "inBatch";
    xBase = `batch * ${depth} + `;
    yBase = `batch * ${transposeY ? columns : depth} + `;
  }
  const x = transposeX ? `a0[${xBase}${k}][${inBatch}]` : `a0[${row}][${k}]`;
  const y = (column: string): string =>
    transposeY ? `a1[${yBase}${column}][${k}]` : `a1[${yBase}${k}][${column}]`;
  const columnOf = (c: number): string =>
    perThread === 1 ? "this.thread.x" : c === 0 ? "this.thread.x * 4" : `this.thread.x * 4 + ${c}`;
  const sums = Array.from({ length: perThread }, (_, c) => `s${c}`);
  const round = [`const x = ${x};`, ...sums.map((sum, c) => `${sum} += x * ${y(columnOf(c))};`)];
  const uneven = shares > 1 && length * shares > depth;
  const guarded = uneven ? [`if (${k} < ${depth}) {`, ...round.map((line) => `  ${line}`), "}"] : round;
  lines.push(
    ...sums.map((sum) => `let ${sum} = 0;`),
    `for (let i = 0; i < ${length}; i++) {`,
    ...guarded.map((line) => `  ${line}`),
    "}",
    perThread === 1 ? "return s0;" : `return [${sums.join(", ")}];`,
  );
  const xRows = batches * (transposeX ? depth : rows);
  const yRows = batches * (transposeY ? columns : depth);
  return {
    text: kernelText(2, lines),
    grid: [width, height * shares],
    perThread,
    inputs: [
      [transposeX ? rows : depth, xRows],
      [transposeY ? depth : columns, yRows],
    ],
  };
}

/** Sums over shares of a matrix, which stand one after another. */
export function sumOfShares(rows: number, columns: number, shares: number): KernelSource {
  return kernel(
    [columns, rows],
    [[columns, rows * shares]],
    [
      "let sum = 0;",
      `for (let i = 0; i < ${shares}; i++) {`,
      `  sum += a0[i * ${rows} + this.thread.y][this.thread.x];`,
      "}",
      "return sum;",
    ],
  );
}
