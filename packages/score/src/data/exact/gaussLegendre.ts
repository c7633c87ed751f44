import { portable } from "@scoretape/autograd";
/** Nodes tᵢ and weights wᵢ of ∫₋₁¹ f(t) dt ≈ Σᵢ wᵢ f(tᵢ). */
export interface Rule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Gauss's rule with n nodes, exact for polynomials of degree up to 2n − 1: the zeros of the Legendre polynomial
 * Pₙ by Newton's method, with weights 2/((1 − t²)Pₙ′(t)²).
 */
export function gaussLegendre(n: number): Rule {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let t = -portable.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let iteration = 0; iteration < 10; iteration++) {
      let [before, value] = [0, 1];
      for (let k = 1; k <= n; k++)
        [before, value] = [value, ((2 * k - 1) * t * value - (k - 1) * before) / k];
      slope = (n * (t * value - before)) / (t * t - 1);
      t -= value / slope;
    }
    nodes[i] = t;
    weights[i] = 2 / ((1 - t * t) * slope * slope);
  }
  return { nodes, weights };
}
