import {
  checkOptions,
  flip,
  kindOf,
  linalg,
  matmul,
  mul,
  portable,
  ShapeError,
  Tensor,
  tensor,
} from "@scoretape/autograd";
import { checkData, checkGappy } from "../check.ts";
import { observedScatter } from "./gaps/observedScatter.ts";
import { scatterOf } from "./scatter.ts";

/** A normal distribution N(μ, Q diag(σ_d²) Qᵀ) in ℝᵈ, in float64. */
export interface NormalMoments {
  /** μ, [d]. */
  readonly mean: Tensor;
  /** Q, [d, d]: its orthonormal columns are the principal axes. */
  readonly axes: Tensor;
  /** σ_d > 0 along each axis, [d], from the largest. */
  readonly deviation: Tensor;
}

/** Throws unless moments are such tensors. */
export function checkMoments(name: string, moments: NormalMoments): void {
  checkOptions(`${name}: moments`, moments, { mean: "any", deviation: "any", axes: "any" });
  for (const [what, x] of Object.entries(moments)) {
    if (!(x instanceof Tensor))
      throw new TypeError(`${name}: moments have ${what} ${kindOf(x)}, not a tensor`);
  }
}

/** How to estimate a covariance. */
export interface NormalMomentsOptions {
  /**
   * ρ, from 0 to 1: how much of the covariance is replaced by as much in every direction. `"ledoit-wolf"`, which it is
   * unless said, has the least expected squared error; under `"leave-one-out"` each row is most likely given the others,
   * so that narrow directions stay narrow. `"nonlinear"` moves the variance along each axis by as much as it needs: of many
   * columns, few wide directions stay wide beside many narrow ones, which one rate for all makes narrower.
   */
  readonly shrinkage?: number | "ledoit-wolf" | "leave-one-out" | "nonlinear";
  /**
   * Whether every column keeps the variance that it has in S, by scaling it after the shrinkage, which moves variances of
   * columns too; not unless said. Directions much narrower than the columns become wider by it.
   */
  readonly keepVariances?: boolean;
  /**
   * Whether NaN stands for gaps, which are then nothing but unknown: μ and S are those under which the numbers that are
   * there are likeliest (the EM algorithm of Dempster, Laird & Rubin 1977), consistent where gaps depend on nothing but what
   * their rows still show. Not unless said: NaN is refused.
   */
  readonly gaps?: boolean;
}

/**
 * The normal distribution of rows: their mean, and their covariance S (divided by n) shrunk to (1 − ρ)·S + ρ·(tr S/d)·I.
 *
 * `"ledoit-wolf"`: ρ = min(1, Σᵢ‖xᵢxᵢᵀ − S‖²/(n²‖S − (tr S/d)·I‖²)), which minimises the expected squared error however
 * many columns there are. Ledoit & Wolf 2004 (A well-conditioned estimator for large-dimensional covariance matrices),
 * equation 14.
 *
 * `"leave-one-out"`: ρ maximises Σᵢ log N(xᵢ; μ, Σ₋ᵢ), Σ₋ᵢ the shrunk covariance of the other rows: Hoffbeck & Landgrebe
 * 1996 (Covariance matrix estimation and classification with limited training data), section 3.
 *
 * `"nonlinear"`: the variance λᵢ of S along each axis becomes λᵢ/((πcλᵢf(λᵢ))² + (1 − c − πcλᵢHf(λᵢ))²), with c = d/n, f the
 * density of the λ smoothed over widths of n^(−1/3)λ, and Hf its Hilbert transform. Ledoit & Wolf 2020 (Analytical nonlinear
 * shrinkage of large-dimensional covariance matrices), theorem 3.1. With as many columns as rows it is `"leave-one-out"`.
 *
 * @param x [n, d] with n ≥ 2; standardise it first where columns have different units
 * @throws ShapeError when x is not [n, d], or has one row
 * @throws RangeError when x is not finite, all its rows are equal, or the shrinkage is not from 0 to 1
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 *
 * const x = tensor([[-2, -2], [2, 2], [-1, 1], [1, -1]]);
 * // Along (1, 1) the rows have the deviation 2, across it 1.
 * const { deviation } = data.normalMoments(x, { shrinkage: 0 });
 * console.log([...deviation.data].map((value) => value.toFixed(3)).join(" ")); // 2.000 1.000
 * ```
 */
export function normalMoments(x: Tensor, options: NormalMomentsOptions = {}): NormalMoments {
  const name = "normalMoments";
  checkOptions(name, options, { shrinkage: "any", keepVariances: "boolean", gaps: "boolean" });
  const { gaps = false } = options;
  if (gaps) checkGappy(name, x);
  else checkData(name, x);
  const [n = 0, d = 0] = x.shape;
  if (n < 2)
    throw new ShapeError(`${name}: x has shape [${n}, ${d}]; one row has no spread, give two or more`);
  const { mean: center, centered, scatter } = gaps ? observedScatter(name, x) : scatterOf(x);
  const covariance = mul(1 / n, scatter);
  const entry = (i: number, j: number): number => covariance.data[i * d + j] as number;
  const average = sumOf(d, (i) => entry(i, i)) / d;
  if (!(average > 0)) throw new RangeError(`${name}: all rows of x are equal; they have no spread`);
  const { shrinkage = "ledoit-wolf" } = options;
  if (typeof shrinkage === "number" ? !(shrinkage >= 0 && shrinkage <= 1) : !kinds.includes(shrinkage)) {
    throw new RangeError(
      `${name}: shrinkage is ${typeof shrinkage === "number" ? shrinkage : kindOf(shrinkage)}; it is from 0 to 1, or ${kinds.join(" or ")}`,
    );
  }
  const { axes, variances } = principal(d, entry);
  const shrunk =
    shrinkage === "nonlinear" && d < n
      ? apart(variances, n)
      : mixed(
          variances,
          average,
          typeof shrinkage === "number"
            ? shrinkage
            : shrinkage === "ledoit-wolf"
              ? optimum(centered, covariance, average)
              : likeliest(matmul(centered, axes), variances, average),
        );
  const deviation = tensor(shrunk.map(Math.sqrt));
  if (options.keepVariances !== true) return { mean: center, axes, deviation };
  const root = mul(axes, deviation);
  const product = matmul(root, root, { transposeY: true }).data;
  const scale = (i: number): number => Math.sqrt(entry(i, i) / (product[i * d + i] as number));
  const scaled = principal(d, (i, j) => scale(i) * scale(j) * (product[i * d + j] as number));
  return { mean: center, axes: scaled.axes, deviation: tensor(scaled.variances.map(Math.sqrt)) };
}

/** Principal axes and the variances along them, from the largest, of a covariance in ℝᵈ. */
function principal(
  d: number,
  entry: (i: number, j: number) => number,
): { readonly axes: Tensor; readonly variances: Float64Array } {
  const covariance = Float64Array.from({ length: d * d }, (_, at) => entry(Math.floor(at / d), at % d));
  const [values, axes] = linalg.eigh(tensor(covariance, { shape: [d, d] })).map((x) => flip(x, -1));
  if (values === undefined || axes === undefined) throw new TypeError("a matrix has values and axes");
  const least = Number.EPSILON * d * (values.data[0] ?? 1);
  return { axes, variances: Float64Array.from(values.data, (value) => Math.max(least, value)) };
}

/** (1 − ρ)·λ + ρ·(tr S/d) */
function mixed(variances: Float64Array, average: number, rate: number): Float64Array {
  return variances.map((variance) => (1 - rate) * variance + rate * average);
}

const kinds: readonly unknown[] = ["ledoit-wolf", "leave-one-out", "nonlinear"];

/** Rates of shrinkage that are tried: from a billionth in steps of ten to the power of ¼. */
const RATES = Array.from({ length: 36 }, (_, k) => portable.pow(10, k / 4 - 9));

/**
 * The ρ under which each row is most likely given the others. Without row x the covariance is G − βxxᵀ, with
 * G = (1 − ρ)·n/(n − 1)·S + ρ·(tr S/d)·I and β = (1 − ρ)/(n − 1): with r = xᵀG⁻¹x its determinant is |G|(1 − βr), and
 * x has the squared length r/(1 − βr) under it.
 *
 * @param along the centred rows along the principal axes, [n, d]
 * @param variances those of S along them
 */
function likeliest(along: Tensor, variances: Float64Array, average: number): number {
  const [n = 0, d = 0] = along.shape;
  const squares = along.data.map((value) => value * value);
  const loss = (rate: number): number => {
    const G = variances.map((variance) => ((1 - rate) * n * variance) / (n - 1) + rate * average);
    const precision = G.map((variance) => 1 / variance);
    const beta = (1 - rate) / (n - 1);
    const logDeterminant = sumOf(d, (j) => portable.log(G[j] as number));
    return sumOf(n, (i) => {
      const r = sumOf(d, (j) => (squares[i * d + j] as number) * (precision[j] as number));
      const left = 1 - beta * r;
      return left > 0 ? logDeterminant + portable.log(left) + r / left : Number.POSITIVE_INFINITY;
    });
  };
  const losses = RATES.map(loss);
  return RATES[losses.indexOf(Math.min(...losses))] ?? 1;
}

/** Variances shrunk each by itself; Epanechnikov's kernel has the half width √5. */
function apart(variances: Float64Array, n: number): Float64Array {
  const { length: d } = variances;
  const [c, h] = [d / n, portable.pow(n, -1 / 3)];
  const [largest = 1, smallest = 1] = [variances[0], variances[d - 1]];
  return variances.map((variance) => {
    const scaled = (other: number): number => (variance - other) / (h * other);
    const density = sumOf(d, (j) => {
      const other = variances[j] as number;
      return Math.max(0, 1 - square(scaled(other)) / 5) / (h * other);
    });
    const transform = sumOf(d, (j) => {
      const other = variances[j] as number;
      return hilbert(scaled(other)) / (h * other);
    });
    const [f, Hf] = [(0.75 / (Math.sqrt(5) * d)) * density, transform / (Math.PI * d)];
    const along = Math.PI * c * variance;
    const shrunk = variance / (square(along * f) + square(1 - c - along * Hf));
    // Of a handful of rows the density says little.
    return Math.min(2 * largest, Math.max(smallest / 2, shrunk));
  });
}

/** From here on the terms of {@link hilbert} cancel each other. */
const FAR = 1000;

/** π times the Hilbert transform of Epanechnikov's kernel, which has variance 1: −1/x − 1/x³ and so on far away. */
function hilbert(x: number): number {
  if (Math.abs(x) > FAR) return -(1 + 1 / (x * x)) / x;
  const root = Math.sqrt(5);
  const ratio = Math.abs((root - x) / (root + x));
  // At the ends the factor before the logarithm is 0.
  const bend =
    ratio === 0 || ratio === Number.POSITIVE_INFINITY ? 0 : (1 - (x * x) / 5) * portable.log(ratio);
  return -0.3 * x + (0.75 / root) * bend;
}

/** ρ of Ledoit and Wolf, by Σᵢ‖xᵢxᵢᵀ − S‖² = Σᵢ‖xᵢ‖⁴ − n‖S‖². */
function optimum(centered: Tensor, covariance: Tensor, average: number): number {
  const [n = 0, d = 0] = centered.shape;
  const squared = sumOf(d * d, (i) => square(covariance.data[i] as number));
  const fourth = sumOf(n, (i) => square(sumOf(d, (j) => square(centered.data[i * d + j] as number))));
  const error = (fourth / n - squared) / n;
  const distance = squared - d * average * average;
  return distance > error ? Math.max(0, error) / distance : 1;
}

function sumOf(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}

function square(value: number): number {
  return value * value;
}
