import { portable } from "@scoretape/autograd";
import { cellCentres, type Range } from "./frame.ts";

/** One coordinate of points whose density is drawn. */
export interface Axis {
  /** That of each point. */
  readonly values: Float64Array;
  /** What is shown of it, in so many equal cells. */
  readonly range: Range;
  readonly count: number;
  /** The kernel's standard deviation. */
  readonly h: number;
}

/** The nodes between which points are divided: δ apart, one of them in the centre of each cell, some beyond the range. */
interface Nodes {
  readonly first: number;
  readonly delta: number;
  readonly count: number;
}

/** Nodes within a kernel's standard deviation, and how many of these its tails are long. */
const [FINENESS, REACH] = [8, 6];

/**
 * How far `binnedDensity` is from the sum over all points, at most, as a share of the highest density.
 *
 * To divide a point between nodes δ apart is to interpolate the kernel K between them, with an error of at most δ²/8·|K″|, and
 * within h/8 of a place |K″| is at most 1.88·K_√2h/h² there, K_√2h the kernel √2 as wide. With δ ≤ h/8 each axis makes at
 * most 1.88/8³ times the density of kernels √2 as wide along it, whose highest value is no higher.
 */
export const BINNING_ERROR = 1.88 / 256;

/**
 * The kernel density estimate (1/n) Σᵢ N(x; xᵢ, hₓ²) N(y; yᵢ, h_y²) at the centres of cells, [rows · columns] with x fastest, by
 * linear binning (Wand 1994, Fast computation of multivariate kernel estimators): each point is divided between the four
 * nodes around it, and the kernels are those of nodes. Time in proportion to points plus nodes; see {@link BINNING_ERROR}.
 */
export function binnedDensity(x: Axis, y: Axis): Float64Array {
  const [inX, inY] = [nodesOf(x), nodesOf(y)];
  const weights = divided(x, inX, y, inY);
  const [kernelsX, kernelsY] = [kernels(x, inX), kernels(y, inY)];
  const alongX = new Float64Array(inY.count * x.count);
  for (let r = 0; r < inY.count; r++) {
    const row = weights.subarray(r * inX.count, (r + 1) * inX.count);
    for (let c = 0; c < x.count; c++) alongX[r * x.count + c] = weighted(row, 1, kernelsX[c]);
  }
  const density = new Float64Array(y.count * x.count);
  for (let c = 0; c < x.count; c++) {
    const column = alongX.subarray(c);
    for (let r = 0; r < y.count; r++) density[r * x.count + c] = weighted(column, x.count, kernelsY[r]);
  }
  return density;
}

/** The width of a cell. */
export function cellOf({ range: [low, high], count }: Pick<Axis, "range" | "count">): number {
  return (high - low) / count;
}

function nodesOf({ range, count, h }: Axis): Nodes {
  const cell = cellOf({ range, count });
  // An odd number of them in a cell: one is its centre.
  const half = Math.max(0, Math.ceil((FINENESS * cell) / h / 2 - 0.5));
  const delta = cell / (2 * half + 1);
  const beyond = Math.ceil((REACH * h) / delta);
  return {
    first: range[0] + (0.5 - beyond) * delta,
    delta,
    count: count * (2 * half + 1) + 2 * beyond,
  };
}

/** The share of all points at each node; points that no kernel brings into the range have none. */
function divided({ values: xs }: Axis, inX: Nodes, { values: ys }: Axis, inY: Nodes): Float64Array {
  const { length: n } = xs;
  const weights = new Float64Array(inY.count * inX.count);
  const add = (at: number, weight: number): void => {
    weights[at] = (weights[at] as number) + weight;
  };
  for (let i = 0; i < n; i++) {
    const atX = ((xs[i] as number) - inX.first) / inX.delta;
    const atY = ((ys[i] as number) - inY.first) / inY.delta;
    if (!(atX >= 0 && atX < inX.count - 1 && atY >= 0 && atY < inY.count - 1)) continue;
    const [c, r] = [Math.floor(atX), Math.floor(atY)];
    const [right, up] = [atX - c, (atY - r) / n];
    const down = 1 / n - up;
    const at = r * inX.count + c;
    add(at, (1 - right) * down);
    add(at + 1, right * down);
    add(at + inX.count, (1 - right) * up);
    add(at + inX.count + 1, right * up);
  }
  return weights;
}

/** The values of a cell's kernel at the nodes that it reaches, and the first of these. */
interface Kernel {
  readonly from: number;
  readonly values: Float64Array;
}

function kernels({ range, count, h }: Axis, { first, delta, count: nodes }: Nodes): Kernel[] {
  const peak = 1 / (h * Math.sqrt(2 * Math.PI));
  return Array.from(cellCentres(range, count), (centre) => {
    const from = Math.max(0, Math.floor((centre - REACH * h - first) / delta));
    const to = Math.min(nodes - 1, Math.ceil((centre + REACH * h - first) / delta));
    const values = Float64Array.from({ length: to - from + 1 }, (_, i) => {
      const distance = (first + (from + i) * delta - centre) / h;
      return peak * portable.exp(-0.5 * distance * distance);
    });
    return { from, values };
  });
}

function weighted(weights: Float64Array, stride: number, kernel: Kernel | undefined): number {
  let total = 0;
  kernel?.values.forEach((value, i) => {
    total += value * (weights[(kernel.from + i) * stride] as number);
  });
  return total;
}
