import { add, mul, type Tensor } from "@scoretape/autograd";

/** The right-hand side of an ordinary differential equation dy/dt = f(y, t): y of any shape, t a scalar. */
export type VectorField = (y: Tensor, time: Tensor) => Tensor;

/** The coefficients of an explicit Runge–Kutta method with s stages. */
export interface ButcherTableau {
  /** cᵢ: when in the step each stage is, s numbers, the first 0. */
  readonly nodes: readonly number[];
  /** aᵢⱼ: how much of stage j < i leads to stage i, row i with i numbers. */
  readonly matrix: readonly (readonly number[])[];
  /** bᵢ: how much each stage counts in the step, s numbers. */
  readonly weights: readonly number[];
  /** bᵢ − b̂ᵢ, s numbers: the step less that of the embedded method of lower order. */
  readonly errorWeights?: readonly number[];
}

/**
 * The slopes kᵢ = f(y + h·Σⱼ aᵢⱼkⱼ, t + cᵢh) of all stages.
 *
 * @param first k₁ = f(y, t)
 * @param stepSize h, negative to go back in time
 */
export function stageSlopes(
  { nodes, matrix }: ButcherTableau,
  field: VectorField,
  y: Tensor,
  first: Tensor,
  time: Tensor,
  stepSize: Tensor,
): Tensor[] {
  const slopes = [first];
  for (let i = 1; i < nodes.length; i++) {
    const stage = add(y, mul(stepSize, combination(matrix[i] ?? [], slopes)));
    slopes.push(field(stage, add(time, mul(nodes[i] ?? 0, stepSize))));
  }
  return slopes;
}

/** Σᵢ wᵢ·kᵢ, without the terms whose weight is 0. */
export function combination(weights: readonly number[], slopes: readonly Tensor[]): Tensor {
  const terms = slopes.flatMap((slope, i) => {
    const weight = weights[i] ?? 0;
    return weight === 0 ? [] : [mul(weight, slope)];
  });
  return terms.reduce((total, term) => add(total, term));
}
