import { random, type Tensor, tensor } from "@scoretape/autograd";

/**
 * Stationary chains xₜ = φ·xₜ₋₁ + √(1 − φ²)·z of unit variance, as [steps, chains, 1]: their autocorrelation at lag
 * t is φᵗ, so that n steps count for n(1 − φ)/(1 + φ).
 */
export function autoregression(seed: number, phi: number, steps: number, chains: number): Tensor {
  const x = Float64Array.from(random.normal(random.key(seed), [steps, chains], { dtype: "float64" }).data);
  for (let i = chains; i < x.length; i++) {
    x[i] = phi * (x[i - chains] ?? 0) + Math.sqrt(1 - phi ** 2) * (x[i] ?? 0);
  }
  return tensor(x, { shape: [steps, chains, 1] });
}
