import { cast, matmul, mean, sub, type Tensor } from "@scoretape/autograd";

/** How rows scatter around their mean, in float64. */
export interface Scatter {
  /** μ, [d]. */
  readonly mean: Tensor;
  /** The rows less μ, [n, d]. */
  readonly centered: Tensor;
  /** Σᵢ (xᵢ − μ)(xᵢ − μ)ᵀ, [d, d]. */
  readonly scatter: Tensor;
}

export function scatterOf(x: Tensor): Scatter {
  const points = cast(x, "float64");
  const center = mean(points, { axis: 0 });
  const centered = sub(points, center);
  return { mean: center, centered, scatter: matmul(centered, centered, { transposeX: true }) };
}
