import { type Cut, PRODUCT_SPEED } from "../../backends/wasm/cut.ts";
import { type Axes, costOf, type FusedKernel } from "../../backends/wasm/fused/graph.ts";
import { PARAMETERS } from "../../backends/wasm/matmul/product.ts";

/** Bytes of an element. */
const ELEMENT = 4;
/** Elements that the loops take at once at most: a cut between them changes nothing for any element. */
const VECTORS = 16;
/** A multiple of the rows that the products take at once. */
const ROWS = 16;
/** A batch of so many matrices is cut between them rather than between rows. */
const MANY_MATRICES = 8;
/** A rough time for an element of a line, in nanoseconds. */
const LINES_TIME = 0.5;

/** Cuts a fused loop along its outermost axis. */
export function cutLoop(kernel: FusedKernel, sizes: readonly number[]): Cut | undefined {
  const { rank, inputs, outputs } = kernel;
  // Parts would all write an output that has not the axis and is no sum over it.
  if (outputs.some(({ axes, sum }) => !axes[0] && !sum)) return undefined;
  const elements = (axes: Axes, from: number): number =>
    sizes.reduce((product, size, axis) => (axis >= from && axes[axis] ? product * size : product), 1);
  const strides = [...inputs, ...outputs.map(({ axes }) => axes)].map((axes) =>
    axes[0] ? ELEMENT * elements(axes, 1) : 0,
  );
  return {
    size: sizes[0] ?? 1,
    unit: rank === 1 ? VECTORS : 1,
    time: sizes.reduce((product, size) => product * size, timeOf(kernel)),
    sums: outputs.flatMap(({ axes }, i) =>
      axes[0] ? [] : [{ parameter: rank + inputs.length + i, elements: elements(axes, 1) }],
    ),
    part: ([, ...others], from, to) => [
      to - from,
      ...others.map((value, i) => value + from * (strides[i + 1 - rank] ?? 0)),
    ],
  };
}

/** Nanoseconds for an element. */
function timeOf({ inputs, nodes, outputs }: FusedKernel): number {
  const heavy = nodes.filter((node) => costOf(node) === "heavy").length;
  return 0.05 * (inputs.length + nodes.length + outputs.length) + heavy;
}

/**
 * Cuts a matrix product along its batch, or along the rows of the kernel that computes it. `whole` are the
 * kernel's parameters; `columns` are those of the product, of which the kernel may compute the transpose.
 */
export function cutProduct(whole: readonly number[], columns: number): Cut | undefined {
  const p = named(whole);
  const transposed = p.columns !== columns;
  const byMatrix = p.batches >= MANY_MATRICES || (p.batches > 1 && p.rows < 2 * ROWS);
  // Written transposed, the rows of the kernel are columns of the product: no stretch of memory.
  if (!byMatrix && transposed && p.columns > 1) return undefined;
  const rowStrides = { a: p.aRow, c: ELEMENT * p.columns };
  const strides: Partial<Product> = byMatrix ? { a: p.aBatch, b: p.bBatch, c: p.cBatch } : rowStrides;
  const axis = byMatrix ? "batches" : "rows";
  return {
    size: p[axis],
    unit: byMatrix ? 1 : ROWS,
    time: (2 * p.batches * p.rows * p.columns * p.depth) / PRODUCT_SPEED,
    sums: [],
    part: (parameters, from, to) =>
      PARAMETERS.map((name, i) =>
        name === axis ? to - from : (parameters[i] ?? 0) + from * (strides[name] ?? 0),
      ),
  };
}

/** Cuts a kernel on lines, with the parameters outer, middle, inner, x and y, between its outer ones. */
export function cutLines(whole: readonly number[], isReduced: boolean): Cut {
  const [outer = 0, middle = 0, inner = 0] = whole;
  const strides = { x: ELEMENT * middle * inner, y: ELEMENT * (isReduced ? 1 : middle) * inner };
  return {
    size: outer,
    unit: 1,
    time: LINES_TIME * outer * middle * inner,
    sums: [],
    part: ([, , , x = 0, y = 0], from, to) => [
      to - from,
      middle,
      inner,
      x + from * strides.x,
      y + from * strides.y,
    ],
  };
}

type Product = Readonly<Record<(typeof PARAMETERS)[number], number>>;

function named(parameters: readonly number[]): Product {
  return Object.fromEntries(PARAMETERS.map((name, i) => [name, parameters[i]])) as Product;
}
