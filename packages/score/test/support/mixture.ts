import {
  add,
  div,
  expandDims,
  eye,
  logSumExp,
  matmul,
  mul,
  reshape,
  softmax,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
} from "@scoretape/autograd";

/**
 * A mixture Σₖ wₖ N(μₖ, τₖ²I), in float64, with everything in closed form: the references of the laws.
 * Where sigma is given, of the mixture blurred by N(0, σ²I), whose components are N(μₖ, (τₖ² + σ²)I).
 */
export class Mixture {
  readonly dimension: number;
  constructor(
    readonly weights: readonly number[],
    readonly means: readonly (readonly number[])[],
    /** τₖ ≥ 0. */
    readonly deviations: readonly number[],
  ) {
    this.dimension = means[0]?.length ?? 0;
  }

  /** log wₖ N(x; μₖ, (τₖ² + σ²)I), [n, K]. */
  private logJoint(x: Tensor, sigma: number): Tensor {
    const variances = row(this.variances(sigma));
    const logScales = row(
      this.variances(sigma).map(
        (variance, k) =>
          Math.log(this.weights[k] ?? 0) - 0.5 * this.dimension * Math.log(2 * Math.PI * variance),
      ),
    );
    const squares = sum(square(this.deviationsFrom(x)), { axis: 2 });
    return sub(logScales, div(squares, mul(2, variances)));
  }

  private variances(sigma: number): number[] {
    return this.deviations.map((deviation) => deviation ** 2 + sigma ** 2);
  }

  /** x − μₖ, [n, K, d]. */
  private deviationsFrom(x: Tensor): Tensor {
    return sub(expandDims(x, 1), tensor(this.means, { dtype: "float64" }));
  }

  /** p(k | x), [n, 1, K]. */
  private responsibilities(x: Tensor, sigma: number): Tensor {
    return expandDims(softmax(this.logJoint(x, sigma), { axis: 1 }), 1);
  }

  /** log q_σ(x), [n]. */
  logDensity(x: Tensor, sigma = 0): Tensor {
    return logSumExp(this.logJoint(x, sigma), { axis: 1 });
  }

  /** ∇log q_σ(x) = Σₖ p(k | x)·(μₖ − x)/(τₖ² + σ²), [n, d]. */
  score(x: Tensor, sigma = 0): Tensor {
    const variances = reshape(row(this.variances(sigma)), [1, this.weights.length, 1]);
    const scores = div(this.deviationsFrom(x), mul(-1, variances));
    return squeeze(matmul(this.responsibilities(x, sigma), scores), 1);
  }

  /** E[clean | x] for x = clean + σz, [n, d]: each component's own posterior mean, by its posterior weight. */
  posteriorMean(x: Tensor, sigma: number): Tensor {
    return squeeze(matmul(this.responsibilities(x, sigma), this.componentMeans(x, sigma)), 1);
  }

  /** Cov[clean | x], [n, d, d], by the law of total covariance. */
  posteriorCovariance(x: Tensor, sigma: number): Tensor {
    const weights = this.responsibilities(x, sigma);
    const means = this.componentMeans(x, sigma);
    const spread = sub(means, expandDims(this.posteriorMean(x, sigma), 1));
    const between = matmul(mul(transpose(weights, [0, 2, 1]), spread), spread, { transposeX: true });
    const within = this.deviations.map(
      (deviation) => (deviation * sigma) ** 2 / (deviation ** 2 + sigma ** 2),
    );
    const variance = sum(mul(weights, row(within)), { axis: 2, keepDims: true });
    return add(between, mul(variance, eye(this.dimension, { dtype: "float64" })));
  }

  /** μₖ + τₖ²/(τₖ² + σ²)·(x − μₖ), [n, K, d]. */
  private componentMeans(x: Tensor, sigma: number): Tensor {
    const shrinkage = this.deviations.map((deviation) => deviation ** 2 / (deviation ** 2 + sigma ** 2));
    const shrunk = mul(reshape(row(shrinkage), [1, shrinkage.length, 1]), this.deviationsFrom(x));
    return add(shrunk, tensor(this.means, { dtype: "float64" }));
  }
}

function row(values: readonly number[]): Tensor {
  return tensor(values, { dtype: "float64" });
}
