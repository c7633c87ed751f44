import { portable } from "@scoretape/autograd";

/** From here on the asymptotic series reach double precision: their smallest terms are about e^(−2z). */
const FAR = 20;

/** e^(−z) I₀(z) for z ≥ 0, with the modified Bessel function I₀; to 1e-14 relative. */
export function scaledBesselI0(z: number): number {
  return z < FAR ? portable.exp(-z) * series(0, z) : asymptotic(0, z) / Math.sqrt(2 * Math.PI * z);
}

/** I₁(z)/(z I₀(z)) for z ≥ 0, which is ½ at 0; to 1e-14 relative. */
export function besselQuotient(z: number): number {
  return z < FAR ? (0.5 * series(1, z)) / series(0, z) : asymptotic(1, z) / (z * asymptotic(0, z));
}

/** n! (z/2)^(−n) Iₙ(z) = Σₖ (z²/4)ᵏ n!/(k! (k + n)!). */
function series(n: number, z: number): number {
  const quarter = 0.25 * z * z;
  let term = 1;
  let total = 1;
  for (let k = 1; term > 1e-17 * total; k++) {
    term *= quarter / (k * (k + n));
    total += term;
  }
  return total;
}

/** √(2πz) e^(−z) Iₙ(z) ~ Σₖ Πⱼ ((2j − 1)² − 4n²)/(8jz), j = 1 … k. */
function asymptotic(n: number, z: number): number {
  let term = 1;
  let total = 1;
  for (let k = 1; Math.abs(term) > 1e-17 && k < 2 * FAR; k++) {
    term *= (portable.pow(2 * k - 1, 2) - 4 * n * n) / (8 * k * z);
    total += term;
  }
  return total;
}
