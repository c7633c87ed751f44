import { checkNumber, powerOfTwo, scaled } from "./bits.ts";

export const LOG2_HIGH = 0.6931471803691238;
export const LOG2_LOW = 1.9082149292705877e-10;
/** The largest x whose eˣ is finite. */
const LARGEST = 709.782712893384;

// (r·coth(r/2) − 2)/r² in r², for |r| ≤ ½ log 2.
const P1 = 0.16666666666666602;
const P2 = -0.0027777777777015593;
const P3 = 6.613756321437934e-5;
const P4 = -1.6533902205465252e-6;
const P5 = 4.1381367970572385e-8;

/** c(r), with eʳ = 1 + r + r·c/(2 − c), for |r| ≤ ½ log 2. */
export function exponentialPart(r: number): number {
  const t = r * r;
  return r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
}

/** The whole k nearest to x/log 2. */
function halvings(x: number): number {
  return Math.trunc(Math.LOG2E * x + (x < 0 ? -0.5 : 0.5));
}

/** eʳ − 1 with r = x − k·log 2, |r| ≤ ½ log 2. */
function excess(x: number, k: number): number {
  const high = x - k * LOG2_HIGH;
  const low = k * LOG2_LOW;
  const r = high - low;
  const c = exponentialPart(r);
  return high - (low - (r * c) / (2 - c));
}

/** eˣ, within 1 ulp: 2ᵏ·eʳ with x = k·log 2 + r. @throws TypeError unless given numbers */
export function exp(x: number): number {
  checkNumber("exp", x);
  if (!(x <= LARGEST)) return x > 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (x < -745.1332191019411) return 0;
  // The formula gives the neighbour of e.
  if (x === 1) return Math.E;
  const k = halvings(x);
  return scaled(1 + excess(x, k), k);
}

/** eˣ − 1, within 2 ulp. @throws TypeError unless given numbers */
export function expm1(x: number): number {
  checkNumber("expm1", x);
  if (!(x <= LARGEST)) return x > 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (x < -40) return -1;
  if (x === 0) return x;
  const k = halvings(x);
  return scaled(1 - powerOfTwo(-k) + excess(x, k), k);
}

/** tanh x, within 3 ulp. @throws TypeError unless given numbers */
export function tanh(x: number): number {
  checkNumber("tanh", x);
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -28) return x;
  const t = expm1((magnitude < 1 ? -2 : 2) * magnitude);
  const y = magnitude < 1 ? -t / (t + 2) : 1 - 2 / (t + 2);
  return x < 0 ? -y : y;
}
