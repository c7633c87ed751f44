import {
  add,
  cast,
  eye,
  flip,
  linalg,
  matmul,
  maximum,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  type Tensor,
  take,
  transpose,
  zeros,
} from "@scoretape/autograd";
import type { NormalMoments } from "../data/normalMoments.ts";
import { blurredPrior } from "../diffusion/process.ts";
import type { Description } from "./description.ts";

/** The linear regression of some coordinates on others, t = b + gB + r, the residuals r from N(0, Q diag(σ²) Qᵀ), in float64. */
export interface Regression {
  /** b, [t]. */
  readonly intercept: Tensor;
  /** B, [k, t]. */
  readonly slopes: Tensor;
  /** Of the residuals r·Q, along their principal axes: 0, the axes of the coordinates, and the deviations, [t], from the largest. */
  readonly residuals: NormalMoments;
  /** Q, [t, t]. */
  readonly axes: Tensor;
}

/** The least variance of a residual: columns may determine each other. */
const LEAST = 1e-8;

/** The regression that a normal distribution N(μ, Σ) has of the coordinates `target` on `given`, by number. */
export function regressionOf(
  { mean, axes, deviation }: NormalMoments,
  target: readonly number[],
  given: readonly number[],
): Regression {
  const covariance = matmul(mul(axes, square(deviation)), axes, { transposeY: true });
  const block = (rows: readonly number[], columns: readonly number[]): Tensor =>
    take(take(covariance, rows), columns, 1);
  const cross = block(given, target);
  const slopes = linalg.solve(block(given, given), cross);
  const rest = sub(block(target, target), matmul(cross, slopes, { transposeX: true }));
  const [variances, vectors] = linalg.eigh(mul(0.5, add(rest, transpose(rest))));
  const [of, t] = [take(mean, given), target.length];
  return {
    intercept: sub(take(mean, target), reshape(matmul(reshape(of, [1, given.length]), slopes), [t])),
    slopes,
    axes: flip(vectors, 1),
    residuals: {
      mean: zeros([t], { dtype: "float64" }),
      axes: eye(t, { dtype: "float64" }),
      deviation: sqrt(maximum(flip(variances, 0), LEAST)),
    },
  };
}

/** The numbers of the target columns and of the given ones, where a description has such. */
export function numbersOf({ columns, target, given }: Pick<Description, "columns" | "target" | "given">): {
  readonly target: readonly number[];
  readonly given: readonly number[];
} | null {
  if (target === undefined || given === undefined) return null;
  const numbers = (names: readonly string[]): number[] => names.map((name) => columns.indexOf(name));
  return { target: numbers(target), given: numbers(given) };
}

/** The regression from which a network of a target starts. */
export function regressionIn(
  description: Pick<Description, "columns" | "target" | "given" | "moments">,
): Regression {
  const { moments } = description;
  const numbers = numbersOf(description);
  if (numbers === null || moments === undefined) {
    throw new RangeError("regressionIn: the description has no target, or no moments");
  }
  return regressionOf(moments, numbers.target, numbers.given);
}

/** (t − b − gB)·Q of targets [n, t] given [n, k]: what the regression leaves, along its principal axes, in its dtype. */
export function residualsOf({ axes, ...line }: Regression, target: Tensor, given: Tensor): Tensor {
  return matmul(sub(cast(target, axes.dtype), fitted(line, given)), axes);
}

/** b + gB + rQᵀ, in the regression's dtype. */
export function targetsOf({ axes, ...line }: Regression, residuals: Tensor, given: Tensor): Tensor {
  return add(fitted(line, given), matmul(cast(residuals, axes.dtype), axes, { transposeY: true }));
}

function fitted({ intercept, slopes }: Pick<Regression, "intercept" | "slopes">, given: Tensor): Tensor {
  return add(intercept, matmul(cast(given, slopes.dtype), slopes));
}

/** The standard deviation of each coordinate's residual, [t]. */
export function deviationsOf({ axes, residuals }: Regression): number[] {
  const covariance = matmul(mul(axes, square(residuals.deviation)), axes, { transposeY: true });
  const { length } = residuals.deviation.data;
  return Array.from({ length }, (_, j) => Math.sqrt(covariance.data[j * length + j] ?? 0));
}

/** log N(r; 0, diag(σ²) + σ_min²I) of residuals, [n]. */
export function logDensityOfResiduals({ residuals }: Regression, r: Tensor, sigmaMin: number): Float64Array {
  return Float64Array.from(blurredPrior(residuals, sigmaMin).logDensity(r).data);
}
