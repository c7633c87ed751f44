import { dot, exp, mul, square, sum, type Tensor, tensor } from "@scoretape/autograd";

/** Points with the volume that each stands for. */
export interface Grid {
  /** [N, d]. */
  readonly points: Tensor;
  readonly volume: number;
}

/**
 * An equispaced grid on [−halfWidth, halfWidth]^d. For smooth integrands that vanish at the border the sum over
 * it converges faster than any power of the step.
 */
export function grid(d: number, halfWidth: number, step: number): Grid {
  const perAxis = 2 * Math.round(halfWidth / step) + 1;
  const values = new Float64Array(perAxis ** d * d);
  for (let i = 0; i < values.length; i++) {
    const axis = i % d;
    const point = (i - axis) / d;
    values[i] = (Math.floor(point / perAxis ** axis) % perAxis) * step - halfWidth;
  }
  return { points: tensor(values, { shape: [perAxis ** d, d] }), volume: step ** d };
}

/** ∫ f·density over a grid, from the values of both on it. */
export function integrate(values: Tensor, density: Tensor, { volume }: Grid): number {
  return volume * dot(values, density).item();
}

/** The density of N(0, I) at points [N, d]: [N]. */
export function standardNormalDensity(points: Tensor): Tensor {
  const [, d = 0] = points.shape;
  const squares = sum(square(points), { axis: 1 });
  return mul((2 * Math.PI) ** (-d / 2), exp(mul(-0.5, squares)));
}
