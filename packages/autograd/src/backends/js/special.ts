import { exp } from "../../portable/index.ts";

/** Scalar special functions, to double precision. */

const TWO_OVER_ROOT_PI = 1.1283791670955126;

/** Where the series for erf and the continued fraction for erfc take equally long. */
const CROSSOVER = 2.5;

/** erf(x) = 2/√π ∫₀ˣ e^(−t²) dt. */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < CROSSOVER) return erfSeries(x);
  return x > 0 ? 1 - erfcFraction(magnitude) : x < 0 ? erfcFraction(magnitude) - 1 : Number.NaN;
}

/** erfc(x) = 1 − erf(x), to 3e-13 relative where it is small. */
export function erfc(x: number): number {
  if (x >= CROSSOVER) return erfcFraction(x);
  if (x <= -CROSSOVER) return 2 - erfcFraction(-x);
  return 1 - erfSeries(x);
}

/** Φ(x), the distribution function of the standard normal: ½ erfc(−x/√2). */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x * Math.SQRT1_2);
}

/** Kummer's series erf(x) = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!: all terms of one sign. */
function erfSeries(x: number): number {
  const twoSquares = 2 * x * x;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= twoSquares / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_ROOT_PI * exp(-x * x) * sum;
}

/** Laplace's continued fraction √π e^(x²) erfc(x) = 1/(x + ½/(x + 1/(x + 1½/(x + ...)))), from the inside. */
function erfcFraction(x: number): number {
  const depth = Math.ceil(10 + 400 / (x * x));
  let fraction = x;
  for (let n = depth; n > 0; n--) fraction = x + n / 2 / fraction;
  return (exp(-x * x) * 0.5 * TWO_OVER_ROOT_PI) / fraction;
}
