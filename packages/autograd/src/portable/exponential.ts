import { scaled } from "./bits.ts";

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

// The same for eˣ − 1.
const Q1 = -0.03333333333333313;
const Q2 = 0.0015873015872548146;
const Q3 = -7.93650757867488e-5;
const Q4 = 4.008217827329362e-6;
const Q5 = -2.0109921818362437e-7;

/** c(r), with eʳ = 1 + r + r·c/(2 − c), for |r| ≤ ½ log 2. */
export function exponentialPart(r: number): number {
  const t = r * r;
  return r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
}

/** eˣ, within 1 ulp: 2ᵏ·eʳ with x = k·log 2 + r. */
export function exp(x: number): number {
  if (!(x <= LARGEST)) return x > 0 ? Number.POSITIVE_INFINITY : x;
  if (x < -745.1332191019411) return 0;
  // The formula gives the neighbour of e.
  if (x === 1) return Math.E;
  const k = Math.trunc(Math.LOG2E * x + (x < 0 ? -0.5 : 0.5));
  const high = x - k * LOG2_HIGH;
  const low = k * LOG2_LOW;
  const r = high - low;
  const c = exponentialPart(r);
  return scaled(1 - (low - (r * c) / (2 - c) - high), k);
}

/** eˣ − 1, within 1 ulp. */
export function expm1(x: number): number {
  if (!(x <= LARGEST)) return x > 0 ? Number.POSITIVE_INFINITY : x;
  if (x < -40) return -1;
  if (Math.abs(x) < 2 ** -54) return x;
  const k = Math.trunc(Math.LOG2E * x + (x < 0 ? -0.5 : 0.5));
  const high = x - k * LOG2_HIGH;
  const low = k * LOG2_LOW;
  const r = high - low;
  const half = 0.5 * r;
  const h = r * half;
  const r1 = 1 + h * (Q1 + h * (Q2 + h * (Q3 + h * (Q4 + h * Q5))));
  const t = 3 - r1 * half;
  const quotient = h * ((r1 - t) / (6 - r * t));
  if (k === 0) return r - (r * quotient - h);
  const lost = high - r - low;
  const e = r * (quotient - lost) - lost - h;
  if (k === -1) return 0.5 * (r - e) - 0.5;
  if (k === 1) return r < -0.25 ? -2 * (e - (r + 0.5)) : 1 + 2 * (r - e);
  if (k <= -2 || k > 56) return scaled(1 - (e - r), k) - 1;
  const below = scaled(1, -k);
  return scaled(k < 20 ? 1 - below - (e - r) : r - (e + below) + 1, k);
}

/** tanh x, within 1 ulp or so. */
export function tanh(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -55 || Number.isNaN(x)) return x;
  const t = expm1((magnitude < 1 ? -2 : 2) * magnitude);
  const y = magnitude < 1 ? -t / (t + 2) : 1 - 2 / (t + 2);
  return x < 0 ? -y : y;
}
