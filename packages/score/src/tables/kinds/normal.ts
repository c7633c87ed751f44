import { portable } from "@scoretape/autograd";

const HALF_LOG_TWO_PI = 0.5 * /* @__PURE__ */ portable.log(2 * Math.PI);

/** log φ(z) of the standard normal density. */
export function logNormalDensity(z: number): number {
  return -0.5 * z * z - HALF_LOG_TWO_PI;
}

/** Terms of the continued fraction: as many as rounding shows from −1.5 on. */
const TERMS = 200;

/**
 * Φ(z) of z ≤ 0, to some last digits: near 0 by its series (Marsaglia 2004, Evaluating the normal distribution), and beyond by
 * Laplace's continued fraction Φ(−t) = φ(t)/(t + 1/(t + 2/(t + 3/(t + …)))).
 */
export function normalBelow(z: number): number {
  const density = portable.exp(logNormalDensity(z));
  if (z > -1.5) {
    let [sum, term] = [z, z];
    for (let k = 3; sum + term !== sum; k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  if (density === 0) return 0;
  let fraction = -z;
  for (let k = TERMS; k >= 1; k--) fraction = -z + k / fraction;
  return density / fraction;
}

/**
 * Φ⁻¹ of a share of the unit interval, told by what is below it and what is above it, of which the smaller is exact:
 * below + above = 1. ∓∞ where one of them is 0. By Wichura's rational approximations, to 1e-15 relative (1988, algorithm AS 241,
 * Applied Statistics 37, 477–484).
 */
export function normalQuantile(below: number, above = 1 - below): number {
  const least = Math.min(below, above);
  if (least <= 0) return below <= 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const q = below <= above ? below - 0.5 : 0.5 - above;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_ABOVE, r)) / polynomial(CENTRE_BELOW, r);
  }
  const r = Math.sqrt(-portable.log(least));
  const z =
    r <= 5
      ? polynomial(TAIL_ABOVE, r - 1.6) / polynomial(TAIL_BELOW, r - 1.6)
      : polynomial(FAR_ABOVE, r - 5) / polynomial(FAR_BELOW, r - 5);
  return q < 0 ? -z : z;
}

// Coefficients from that of the highest power.
const CENTRE_ABOVE = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const CENTRE_BELOW = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
const TAIL_ABOVE = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const TAIL_BELOW = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const FAR_ABOVE = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const FAR_BELOW = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
];

/** By Horner's rule. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
