import {
  cast,
  checkOptions,
  expandDims,
  eye,
  linalg,
  matmul,
  maximum,
  mul,
  portable,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { checkFinite, checkMethods, checkTensor } from "../check.ts";
import { checkMixture, type GaussianMixtureOptions, normalsOf } from "../data/gaussianMixture.ts";
import type { Normals } from "../data/normals.ts";
import { conditioned } from "./conditioning.ts";
import type { LinearMeasurement } from "./linearMeasurement.ts";
import { inRange, matricesOf } from "./measurementMatrices.ts";

/** What was measured of one point. */
export interface ExactOptions {
  /** How y came from the point that is sought: see `linearMeasurement`. */
  readonly measurement: LinearMeasurement;
  /** y, [1, m]. */
  readonly observed: Tensor;
}

/** The posterior of a mixture, which is one again. */
export interface ExactPosterior {
  /** wₖ·N(y; Aμₖ, Sₖ)/p(y) and the normal distributions of x given y: what `data.gaussianMixture` takes. */
  readonly mixture: {
    readonly weights: readonly number[];
    readonly means: readonly (readonly number[])[];
    readonly covariances: readonly (readonly (readonly number[])[])[];
  };
  /** log p(y), in the range of A. */
  readonly logEvidence: number;
}

/**
 * The exact posterior of a mixture Σₖ wₖ N(μₖ, Σₖ) of which y = Ax + τ·n was measured: with Sₖ = AΣₖAᵀ + τ²I each component
 * stays normal, N(μₖ + ΣₖAᵀSₖ⁻¹(y − Aμₖ), Σₖ − ΣₖAᵀSₖ⁻¹AΣₖ), and its weight is multiplied by its evidence N(y; Aμₖ, Sₖ). What
 * samplers of posteriors are compared with. In float64.
 *
 * @param mixture as `data.gaussianMixture` takes it
 * @throws RangeError when the measurement is exact where a component has no width, and as `data.gaussianMixture` does
 * @throws ShapeError when what was observed does not fit
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { data, linearMeasurement, posterior } from "@scoretape/score";
 *
 * const mixture = { weights: [1, 1], means: [[-1, -2], [1, 2]], standardDeviations: 0.7 };
 * const given = posterior.exact(mixture, {
 *   measurement: linearMeasurement({ mask: tensor([1, 0]) }),
 *   observed: tensor([[0.3, 0]]),
 * });
 * console.log(given.mixture.weights.map((w) => w.toFixed(2))); // [ '0.23', '0.77' ]
 * console.log(data.gaussianMixture(given.mixture).sample(random.key(0), 5).shape); // [ 5, 2 ]
 * ```
 */
export function exact(mixture: GaussianMixtureOptions, options: ExactOptions): ExactPosterior {
  const name = "posterior.exact";
  checkOptions(name, options, { measurement: "any", observed: "any" });
  const { measurement, observed } = options;
  checkMixture(name, mixture);
  const normals = normalsOf(name, mixture);
  checkMethods(name, measurement, "measurement", ["observe", "transpose", "solve"]);
  checkTensor(name, observed, "observed");
  const { count: K, dimension: d } = normals;
  const point = zeros([1, d], { dtype: "float64" });
  const { A, range } = matricesOf(measurement, point);
  const shape = measurement.observe(point).shape;
  if (observed.shape.join() !== shape.join()) {
    throw new ShapeError(
      `${name}: observed has shape [${observed.shape.join(", ")}], the measurement of a point [${shape.join(", ")}]`,
    );
  }
  const y = inRange(measurement, cast(observed, "float64"));
  checkFinite(name, y, "observed");

  const C = covariancesOf(normals);
  const variance = tensor(measurement.noise * measurement.noise, { dtype: "float64" });
  checkWidth(name, A, C, measurement.noise);
  const { mean, covariance, logEvidence } = conditioned(tensor(normals.means, { shape: [K, d] }), C, {
    A,
    range,
    y,
    variance,
  });
  const logs = Array.from(logEvidence.data, (value, k) => value + (normals.logWeights[k] ?? 0));
  const top = Math.max(...logs);
  const relative = logs.map((value) => portable.exp(value - top));
  const total = relative.reduce((a, b) => a + b, 0);
  const covariances = toMatrices(withoutNegatives(covariance));
  // What has no weight left in double precision is left out.
  const kept = relative.flatMap((weight, k) => (weight > 0 ? [k] : []));
  return {
    mixture: {
      weights: kept.map((k) => (relative[k] ?? 0) / total),
      means: kept.map((k) => [...mean.data.subarray(k * d, (k + 1) * d)]),
      covariances: kept.map((k) => covariances[k] ?? []),
    },
    logEvidence: top + portable.log(total),
  };
}

const float64 = { dtype: "float64" } as const;

/** Σₖ = QₖΛₖQₖᵀ, [K, d, d]. */
function covariancesOf({ count, dimension: d, variances, axes }: Normals): Tensor {
  if (axes === null) {
    return mul(tensor(variances, { shape: [count, 1, 1] }), expandDims(eye(d, float64), 0));
  }
  const Q = tensor(axes, { shape: [count, d, d] });
  return matmul(mul(Q, tensor(variances, { shape: [count, 1, d] })), Q, { transposeY: true });
}

/** Throws unless y has a density: each component has a width wherever something was measured exactly. */
function checkWidth(name: string, A: Tensor, C: Tensor, noise: number): void {
  if (noise > 0) return;
  const rankOf = (matrix: Tensor): number[] => {
    const [values] = linalg.eigh(matrix);
    const [K = 0, m = 0] = values.shape;
    return Array.from({ length: K }, (_, k) => {
      const own = [...values.data.subarray(k * m, (k + 1) * m)];
      const least = Number.EPSILON * m * Math.max(...own);
      return own.filter((value) => value > least).length;
    });
  };
  const [measured = 0] = rankOf(matmul(A, A, { transposeY: true }));
  if (rankOf(matmul(matmul(A, C), A, { transposeY: true })).every((rank) => rank >= measured)) return;
  throw new RangeError(
    `${name}: what was measured has no density, for a component has no width there; give the measurement noise`,
  );
}

/** Covariances without the negative variances that rounding leaves. */
function withoutNegatives(covariance: Tensor): Tensor {
  const [values, Q] = linalg.eigh(covariance);
  return matmul(mul(Q, expandDims(maximum(values, 0), -2)), Q, { transposeY: true });
}

function toMatrices(covariances: Tensor): number[][][] {
  const [K = 0, d = 0] = covariances.shape;
  const at = (k: number, i: number, j: number): number => covariances.data[(k * d + i) * d + j] ?? 0;
  return Array.from({ length: K }, (_, k) =>
    Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => (at(k, i, j) + at(k, j, i)) / 2)),
  );
}
