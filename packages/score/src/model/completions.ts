import {
  add,
  concat,
  div,
  expandDims,
  type Key,
  linalg,
  log,
  log1p,
  logSumExp,
  matmul,
  maximum,
  mul,
  portable,
  random,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
  where,
} from "@scoretape/autograd";
import { standardNormal } from "./logDensity.ts";
import type { Model } from "./model.ts";

// Where the gaps of rows may be, for importance sampling: Student's t distributions about draws of the model, as wide as a kernel
// density of these is, and one about the mean that a normal distribution has given what is seen, which reaches what the draws missed
// (a defensive mixture: Hesterberg 1995, Weighted average importance sampling and defensive mixture distributions).

/** Degrees of freedom: tails that no density of data with noise has. */
const FREEDOM = 4;
/** The share of the distribution that depends on no draw, and its scale in conditional deviations. */
const [WIDE, SCALE] = [0.2, 1.25];
/** Kernels are narrower than is best for a normal distribution: conditional ones may have modes. */
const NARROWER = 0.7;

/** N(μ, Σ), [d] and [d, d]. */
export interface Normal {
  readonly mean: Tensor;
  readonly covariance: Tensor;
}

/** Rows with their gaps filled, and the log-density that each filling was drawn with. */
export interface Completions {
  /** [n, N, d] */
  readonly points: Tensor;
  /** [n, N] */
  readonly logProposal: Tensor;
}

/** The normal distribution of a model's rows with its smallest noise, in its units. */
export function normalOf({ description, sigmas }: Model): Normal {
  const { mean, axes, deviation } = description.moments ?? standardNormal(description.columns.length);
  const noise = sigmas.at(-1) ?? 0;
  const variance = add(square(deviation), noise * noise);
  return { mean, covariance: matmul(mul(axes, variance), axes, { transposeY: true }) };
}

/** Of a row's coordinates those that are gaps, and the others. */
function partsOf(row: Tensor): { readonly missing: number[]; readonly seen: number[] } {
  const d = row.shape.at(-1) ?? 0;
  const columns = Array.from({ length: d }, (_, j) => j);
  return {
    missing: columns.filter((j) => Number.isNaN(row.data[j])),
    seen: columns.filter((j) => !Number.isNaN(row.data[j])),
  };
}

/** C and CP_m of x_m given x_o, N(μ_m − C P_mo (x_o − μ_o), C) with P = Σ⁻¹ and C = P_mm⁻¹: [m, m] and [m, d]. */
function conditional({ covariance }: Normal, missing: number[]) {
  const precision = take(linalg.inverse(covariance), missing, 0);
  const C = linalg.inverse(take(precision, missing, 1));
  return { C: mul(0.5, add(C, transpose(C))), pull: matmul(C, precision) };
}

/** By how much the conditional mean of each coordinate moves with each: [d, d], from row to column; 0 of what is seen. */
export function slopesOf(normal: Normal, row: Tensor): Tensor {
  const [, d = 0] = row.shape;
  const { missing } = partsOf(row);
  const { pull } = conditional(normal, missing);
  const slopes = new Float64Array(d * d);
  missing.forEach((j, i) => {
    for (let k = 0; k < d; k++) slopes[k * d + j] = -(pull.data[i * d + k] as number);
  });
  return tensor(slopes, { shape: [d, d] });
}

/**
 * @param normal of the rows
 * @param x rows in the model's units, [n, N, d] in float64, of which all have the same gaps, and not only gaps
 * @param near draws of the model for each row, [n, T, d] in float64
 */
export function completionsOf(
  normal: Normal,
  x: Tensor,
  near: Tensor,
  key: Key,
  /** Whether the same numbers make the draws of all rows. */
  { shared = false }: { readonly shared?: boolean } = {},
): Completions {
  const [n = 0, N = 0, d = 0] = x.shape;
  const T = near.shape[1] ?? 1;
  const { missing, seen } = partsOf(x);
  const m = missing.length;
  const { C, pull } = conditional(normal, missing);
  // With C = LLᵀ, x_m is u = L⁻¹x_m where it is whitened.
  const L = linalg.cholesky(C);
  const whitened = (rows: Tensor): Tensor => matmul(rows, linalg.inverse(L), { transposeY: true });
  const known = take(x, seen, 2);
  const off = matmul(sub(known, take(normal.mean, seen)), take(pull, seen, 1), { transposeY: true });
  const expected = whitened(sub(take(normal.mean, missing), off));
  // Each of N draws is from one of N components, whichever chance says: W are the wide one, the others lie about draws of the model.
  const W = Math.ceil(WIDE * N);
  const about = Array.from({ length: N - W }, (_, i) => Math.floor((i * T) / (N - W)));
  const centres = whitened(take(take(near, missing, 2), about, 1));
  const h = NARROWER * portable.pow(4 / ((m + 2) * T), 1 / (m + 4));
  const order = random.permutation(random.foldIn(key, 0), N).data;
  const isWide = tensor(
    Float64Array.from(order, (i) => Number(i < W)),
    { shape: [N, 1] },
  );
  const own = take(
    centres,
    Array.from(order, (i) => Math.max(0, i - W)),
    1,
  );
  const t = student(random.foldIn(key, 1), [shared ? 1 : n, N, m]);
  const u = where(isWide, add(expected, mul(SCALE, t)), add(own, mul(h, t)));
  const ofEach = concat(
    [
      logStudent(squaredDistances(u, centres), m, h),
      add(logStudent(sum(square(sub(u, expected)), { axis: 2, keepDims: true }), m, SCALE), portable.log(W)),
    ],
    2,
  );
  const places = Array.from({ length: d }, (_, j) => j).map((j) => [...seen, ...missing].indexOf(j));
  return {
    points: take(concat([known, matmul(u, L, { transposeY: true })], 2), places, 2),
    logProposal: sub(
      logSumExp(ofEach, { axis: 2 }),
      add(portable.log(N), mul(0.5, linalg.logDeterminant(C))),
    ),
  };
}

/** ‖u − c‖² of all u [n, N, m] and c [n, T, m] of a row: [n, N, T]. */
function squaredDistances(u: Tensor, c: Tensor): Tensor {
  const squares = (rows: Tensor): Tensor => sum(square(rows), { axis: 2 });
  const products = matmul(u, c, { transposeY: true });
  return maximum(sub(add(expandDims(squares(u), 2), expandDims(squares(c), 1)), mul(2, products)), 0);
}

/** Draws of the t distribution of 4 degrees of freedom, of m dimensions: z/√(χ²/4), with χ² = −2 log(v₁v₂) of two uniform numbers. */
function student(key: Key, shape: readonly [number, number, number]): Tensor {
  const dtype = "float64";
  const uniform = random.uniform(random.foldIn(key, 0), [...shape.slice(0, 2), 2], { dtype });
  const squares = mul(-2, sum(log(sub(1, uniform)), { axis: 2, keepDims: true }));
  return div(random.normal(random.foldIn(key, 1), shape, { dtype }), sqrt(div(squares, FREEDOM)));
}

/** The log-density of that of a scale, at points in m dimensions of these squared distances from its centre. */
function logStudent(squares: Tensor, m: number, scale: number): Tensor {
  // Γ(2 + m/2)/Γ(2), from Γ(2) = 1 or Γ(2½) = ¾√π in steps of Γ(a + 1) = a·Γ(a).
  const first = m % 2 === 0 ? 2 : 2.5;
  let logGamma = m % 2 === 0 ? 0 : portable.log(0.75 * Math.sqrt(Math.PI));
  for (let a = first; a < 2 + m / 2; a++) logGamma += portable.log(a);
  const volume = (m / 2) * portable.log(FREEDOM * Math.PI) + m * portable.log(scale);
  const tail = mul((FREEDOM + m) / 2, log1p(div(squares, FREEDOM * scale * scale)));
  return sub(logGamma - volume, tail);
}
