import type { Axes } from "../../wasm/fused/graph.ts";
import { type Chain, type Place, statements, viewsOf } from "./chain.ts";
import { type KernelSource, kernel } from "./source.ts";

/** The terms that a thread adds up at most, where there are enough of them for several threads. */
const LONGEST = 256;
/** The terms of a thread's share of a longer sum. */
const SHARE = 64;

/**
 * Kernels that sum a chain's value over the axes that the result lacks, each reading what the one before it wrote: a
 * long sum is cut into shares, and their sums are summed in turn.
 */
export function sumKernels(chain: Chain, sizes: readonly number[], axes: Axes): KernelSource[] {
  if (chain.rank === 1) return total(chain, sizes[0] ?? 1);
  const [rows = 1, columns = 1] = sizes;
  if (axes[1]) return overRows(chain, rows, columns, LONGEST);
  if (axes[0]) return overColumns(chain, rows, columns);
  // All rows of each column first, and then what is left.
  const [first, ...rest] = overRows(chain, rows, columns, 1);
  if (first === undefined || rest.length > 0) throw new Error("gpu: a share of a sum is one kernel");
  return [
    first,
    ...total(
      plain(1),
      first.grid.reduce((product, size) => product * size, 1),
    ),
  ];
}

/** An array as a chain of its own. */
function plain(rank: number): Chain {
  return {
    rank,
    nodes: [],
    inputs: 1,
    value: 0,
    stored: new Map([[0, new Array<boolean>(rank).fill(true)]]),
  };
}

/** The sum of all n elements. */
function total(chain: Chain, n: number): KernelSource[] {
  if (n <= LONGEST) return [loop(chain, [n], [1], n, ["i"], null)];
  const threads = Math.ceil(n / SHARE);
  const at = `i * ${threads} + this.thread.x`;
  return [loop(chain, [n], [threads], SHARE, [at], `${at} < ${n}`), ...total(plain(1), threads)];
}

/** One sum per column; those of more rows than `longest` are cut, and with `longest` 1 left so. */
function overRows(chain: Chain, rows: number, columns: number, longest: number): KernelSource[] {
  const sizes = [rows, columns];
  if (rows <= longest) return [loop(chain, sizes, [columns], rows, ["i", "this.thread.x"], null)];
  const shares = Math.ceil(rows / SHARE);
  const row = `i * ${shares} + this.thread.y`;
  const share = loop(chain, sizes, [columns, shares], SHARE, [row, "this.thread.x"], `${row} < ${rows}`);
  return longest === 1 ? [share] : [share, ...overRows(plain(2), shares, columns, longest)];
}

/** One sum per row. */
function overColumns(chain: Chain, rows: number, columns: number): KernelSource[] {
  const sizes = [rows, columns];
  if (columns <= LONGEST) return [loop(chain, sizes, [rows], columns, ["this.thread.x", "i"], null)];
  const shares = Math.ceil(columns / SHARE);
  const column = `i * ${shares} + this.thread.x`;
  const share = loop(
    chain,
    sizes,
    [shares, rows],
    SHARE,
    ["this.thread.y", column],
    `${column} < ${columns}`,
  );
  return [share, ...overColumns(plain(2), rows, shares)];
}

/** A thread's sum over i of the chain's value at a place, where the condition holds. */
function loop(
  chain: Chain,
  sizes: readonly number[],
  grid: readonly number[],
  count: number,
  place: Place,
  condition: string | null,
): KernelSource {
  const { lines, result } = statements(chain, place);
  const body = [...lines, `sum += ${result};`];
  const guarded =
    condition === null ? body : [`if (${condition}) {`, ...body.map((line) => `  ${line}`), "}"];
  return kernel(grid, viewsOf(chain, sizes), [
    "let sum = 0;",
    `for (let i = 0; i < ${count}; i++) {`,
    ...guarded.map((line) => `  ${line}`),
    "}",
    "return sum;",
  ]);
}
