import { ALL_BINS, type Binned } from "./bins.ts";

/** A tree of decisions: rows of a node whose bin in `column` is at most `bin` go to node 2i + 1, others to 2i + 2. */
export interface Tree {
  /** −1 where a node is a leaf. */
  readonly column: Int16Array;
  readonly bin: Uint8Array;
  /** What is predicted at a leaf. */
  readonly value: Float64Array;
}

/** The first two derivatives of a loss by what is predicted for each row. */
export interface Derivatives {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** How trees grow. */
export interface Growth {
  /** Decisions from the root to a leaf. */
  readonly depth: number;
  /** λ, by which a leaf's value −Σg/(Σh + λ) is kept small. */
  readonly shrinkage: number;
  /** Fewer rows make no leaf. */
  readonly leafRows: number;
}

/**
 * Grows a tree that makes a loss smaller: each decision is the one of the largest gain ½(G_l²/(H_l + λ) + G_r²/(H_r + λ) −
 * G²/(H + λ)), G and H the sums of the loss's derivatives over rows. Chen & Guestrin 2016 (XGBoost), equations 5 to 7.
 */
export function grownTree(
  { rows, columns }: Binned,
  { first, second }: Derivatives,
  { depth, shrinkage, leafRows }: Growth,
): Tree {
  const nodes = (1 << (depth + 1)) - 1;
  const tree = {
    column: new Int16Array(nodes).fill(-1),
    bin: new Uint8Array(nodes),
    value: new Float64Array(nodes),
  };
  const place = new Uint16Array(rows);
  const worth = (g: number, h: number): number => (g * g) / (h + shrinkage);
  for (let level = 0; level <= depth; level++) {
    const [start, width] = [(1 << level) - 1, 1 << level];
    const totals = sumsBy(place, start, width, { first, second });
    for (let node = 0; node < width; node++) {
      const [g, h] = [totals.first[node] as number, totals.second[node] as number];
      tree.value[start + node] = (totals.count[node] as number) === 0 ? 0 : -g / (h + shrinkage);
    }
    if (level === depth) break;
    const gains = new Float64Array(width).fill(1e-9);
    for (const [j, bins] of columns.entries()) {
      const sums = histogram(place, start, width, bins, { first, second });
      for (let node = 0; node < width; node++) {
        const [G, H, N] = [totals.first[node], totals.second[node], totals.count[node]] as [
          number,
          number,
          number,
        ];
        if (N < 2 * leafRows) continue;
        let [g, h, n] = [0, 0, 0];
        for (let bin = 0; bin < ALL_BINS - 1; bin++) {
          const at = node * ALL_BINS + bin;
          g += sums.first[at] as number;
          h += sums.second[at] as number;
          n += sums.count[at] as number;
          if (n < leafRows) continue;
          if (N - n < leafRows) break;
          const gain = 0.5 * (worth(g, h) + worth(G - g, H - h) - worth(G, H));
          if (gain <= (gains[node] as number)) continue;
          gains[node] = gain;
          tree.column[start + node] = j;
          tree.bin[start + node] = bin;
        }
      }
    }
    for (let row = 0; row < rows; row++) place[row] = next(tree, columns, place[row] as number, row);
  }
  return tree;
}

/** What a tree predicts for each row. */
export function predictedBy(tree: Tree, { rows, columns }: Binned): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let node = 0;
    while ((tree.column[node] as number) >= 0) node = next(tree, columns, node, row);
    return tree.value[node] as number;
  });
}

/** Where a row of a node goes: a leaf keeps it. */
function next(tree: Tree, columns: readonly Uint8Array[], node: number, row: number): number {
  const column = columns[tree.column[node] as number];
  if (column === undefined) return node;
  return (column[row] as number) <= (tree.bin[node] as number) ? 2 * node + 1 : 2 * node + 2;
}

interface Sums extends Derivatives {
  readonly count: Uint32Array;
}

/** The sums over the rows of each node of a level. */
function sumsBy(place: Uint16Array, start: number, width: number, of: Derivatives): Sums {
  return histogramBy(place, start, width, 1, () => 0, of);
}

/** The sums over the rows of each node and bin. */
function histogram(
  place: Uint16Array,
  start: number,
  width: number,
  bins: Uint8Array,
  of: Derivatives,
): Sums {
  return histogramBy(place, start, width, ALL_BINS, (row) => bins[row] as number, of);
}

function histogramBy(
  place: Uint16Array,
  start: number,
  width: number,
  bins: number,
  binOf: (row: number) => number,
  { first, second }: Derivatives,
): Sums {
  const sums = {
    first: new Float64Array(width * bins),
    second: new Float64Array(width * bins),
    count: new Uint32Array(width * bins),
  };
  for (let row = 0; row < place.length; row++) {
    const node = (place[row] as number) - start;
    if (node < 0) continue;
    const at = node * bins + binOf(row);
    sums.first[at] = (sums.first[at] as number) + (first[row] as number);
    sums.second[at] = (sums.second[at] as number) + (second[row] as number);
    sums.count[at] = (sums.count[at] as number) + 1;
  }
  return sums;
}
