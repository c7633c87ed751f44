import { checkOptions, portable, ShapeError, type Tensor } from "@scoretape/autograd";
import { checkData, checkPositive } from "../check.ts";
import { squaredDistances } from "./squaredDistances.ts";

/** How to choose a bandwidth. */
export interface KernelBandwidthOptions {
  /** The smallest bandwidth that may be chosen, above 0 where rows repeat; a thousandth of the rows' spread unless said. */
  readonly least?: number;
}

/**
 * The bandwidth h of the kernel density estimate (1/n) Σⱼ N(x; xⱼ, h²I) under which the rows are most likely, each left out
 * in its turn: the maximum of Σᵢ log (1/(n − 1)) Σ_{j ≠ i} N(xᵢ; xⱼ, h²I). Habbema, Hermans & van den Broek 1974; Duin 1976.
 * With it `data.fromRows(rows).logDensity(x, h)` is a density that a learned one must beat.
 *
 * Takes time in proportion to n²: give a part of very many rows, and multiply by (part/all)^(1/(d + 4)).
 *
 * @param x rows, [n, d] with n ≥ 2; standardise them first
 * @returns h, in the unit of the rows, within a part in a thousand
 * @throws ShapeError when x is not [n, d], or has one row
 * @throws RangeError when x is not finite, all its rows are equal, or `least` is not above 0
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { kernelBandwidth } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [1000, 1]);
 * // Silverman's rule for a normal distribution: 1.06·n^(−1/5).
 * console.log(Math.abs(kernelBandwidth(x) - 1.06 * 1000 ** -0.2) < 0.1); // true
 * ```
 */
export function kernelBandwidth(x: Tensor, options: KernelBandwidthOptions = {}): number {
  const name = "kernelBandwidth";
  checkOptions(name, options, { least: "number" });
  checkData(name, x);
  const [n = 0, d = 0] = x.shape;
  if (n < 2)
    throw new ShapeError(`${name}: x has shape [${n}, ${d}]; one row has no others, give two or more`);
  const squares = squaredDistances(x);
  const largest = squares.reduce((most, square) => Math.max(most, square), 0);
  if (largest === 0) throw new RangeError(`${name}: all rows of x are equal; they have no spread`);
  const { least = 1e-3 * Math.sqrt(largest) } = options;
  checkPositive(name, least, "least");
  const likelihood = (logBandwidth: number): number => leftOut(squares, n, d, logBandwidth);
  const [low, high] = [portable.log(least), Math.max(portable.log(least), 0.5 * portable.log(largest))];
  return portable.exp(highest(likelihood, low, high));
}

/** The mean log likelihood of the rows, each left out, but for what does not depend on h. */
function leftOut(squares: Float64Array, n: number, d: number, logBandwidth: number): number {
  const scale = 0.5 * portable.exp(-2 * logBandwidth);
  let total = 0;
  for (let i = 0; i < n; i++) {
    const row = squares.subarray(i * n, (i + 1) * n);
    let nearest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) if (j !== i) nearest = Math.min(nearest, row[j] as number);
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const exponent = scale * ((row[j] as number) - nearest);
      // e⁻⁴⁰ is lost beside the 1 of the nearest.
      if (j !== i && exponent < 40) sum += portable.exp(-exponent);
    }
    total += portable.log(sum) - scale * nearest;
  }
  return total / n - d * logBandwidth;
}

/** Where a function is highest: on a grid first, then by golden sections around the best point of it. */
function highest(f: (at: number) => number, low: number, high: number): number {
  const count = 24;
  const step = (high - low) / count;
  const values = Array.from({ length: count + 1 }, (_, i) => f(low + i * step));
  const best = values.indexOf(Math.max(...values));
  let [from, to] = [Math.max(low, low + (best - 1) * step), Math.min(high, low + (best + 1) * step)];
  const golden = (Math.sqrt(5) - 1) / 2;
  while (to - from > 1e-3) {
    const part = golden * (to - from);
    if (f(to - part) < f(from + part)) from = to - part;
    else to = from + part;
  }
  return best === 0 && from === low ? low : 0.5 * (from + to);
}
