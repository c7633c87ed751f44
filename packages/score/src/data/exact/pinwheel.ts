import { portable } from "@scoretape/autograd";
import { LogSum } from "./logSum.ts";
import type { PointDensity } from "./pointwise.ts";
import { addIntegral, type Integrand, type Resolution } from "./quadrature.ts";

// x = 2(f e(a) + g n(a)) with f ~ N(1, 0.3²), g ~ N(0, 0.1²), a = 2πk/5 + 0.25 e^f, e(a) = (cos a, −sin a) along the
// arm and n(a) = (sin a, cos a) across it; de/da = −n, dn/da = e.

export const ARMS = 5;
/** The standard deviations of f and g. */
export const ALONG = 0.3;
export const ACROSS = 0.1;
export const TWIST = 0.25;

/** f is cut at so many of its standard deviations. */
const CUT = 8;
const FROM = 1 - CUT * ALONG;
const TO = 1 + CUT * ALONG;

/** By how much the arm k is turned. */
export function armAngle(k: number): number {
  return (2 * Math.PI * k) / ARMS;
}

const LOG_PRIOR_SCALE = /* @__PURE__ */ portable.log(ALONG * Math.sqrt(2 * Math.PI));

/** log N(f; 1, 0.3²). */
function logPrior(f: number): number {
  return -0.5 * portable.pow((f - 1) / ALONG, 2) - LOG_PRIOR_SCALE;
}

/** The density of "pinwheel". */
export function pinwheelDensity(resolution: Resolution = {}): PointDensity {
  return (x, sigma, score) => {
    const [x1, x2] = [x[0] as number, x[1] as number];
    const sum = new LogSum();
    for (let k = 0; k < ARMS; k++) {
      if (sigma === 0) addPreimages(sum, armAngle(k), x1, x2);
      else addIntegral(sum, armKernel(armAngle(k), x1, x2, sigma), resolution);
    }
    return sum.finish(score) - portable.log(ARMS);
  };
}

/** N(f; 1, 0.3²) N(u; 0, σ²) N(q; 0, 0.2² + σ²), u = xᵀe − 2f and q = xᵀn, along an arm. */
function armKernel(start: number, x1: number, x2: number, sigma: number): Integrand {
  const [along, across] = [sigma * sigma, portable.pow(2 * ACROSS, 2) + sigma * sigma];
  const acrossWidth = Math.sqrt(across);
  const logScale = -portable.log(2 * Math.PI * sigma * acrossWidth);
  const distance = portable.hypot(x1, x2);
  const direction = portable.atan2(-x2, x1); // so that xᵀe = ‖x‖ cos(a − direction), xᵀn = ‖x‖ sin(a − direction)
  const angleTo = (f: number): number => start + TWIST * portable.exp(f) - direction;
  return {
    from: FROM,
    to: TO,
    evaluate(f, into) {
      const angle = start + TWIST * portable.exp(f);
      const [c, s] = [portable.cos(angle), portable.sin(angle)];
      const u = x1 * c - x2 * s - 2 * f;
      const q = x1 * s + x2 * c;
      into.log = logPrior(f) + logScale - 0.5 * ((u * u) / along + (q * q) / across);
      into.first = (-u / along) * c - (q / across) * s;
      into.second = (u / along) * s - (q / across) * c;
      return 1;
    },
    bound(a, b) {
      const [low, high] = [angleTo(a), angleTo(b)];
      const [leastCosine, mostCosine] = rangeOfCosine(low, high);
      const [leastSine, mostSine] = rangeOfCosine(low - 0.5 * Math.PI, high - 0.5 * Math.PI);
      const u = fromZero(distance * leastCosine - 2 * b, distance * mostCosine - 2 * a);
      const q = fromZero(distance * leastSine, distance * mostSine);
      const nearest = Math.min(Math.max(1, a), b);
      return logPrior(nearest) + logScale - 0.5 * ((u * u) / along + (q * q) / across);
    },
    extent(a, b) {
      const half = 0.5 * (b - a);
      const turn = TWIST * portable.exp(b) * distance; // |da/df| ‖x‖
      return Math.max(((turn + 2) * half) / sigma, (turn * half) / acrossWidth, half / ALONG);
    },
  };
}

/** The least and the greatest cosine of the angles from one to another. */
function rangeOfCosine(from: number, to: number): readonly [number, number] {
  const [first, last] = [portable.cos(from), portable.cos(to)];
  const turn = 2 * Math.PI;
  const hasTop = Math.floor(to / turn) > Math.floor(from / turn);
  const hasBottom = Math.floor(to / turn + 0.5) > Math.floor(from / turn + 0.5);
  return [hasBottom ? -1 : Math.min(first, last), hasTop ? 1 : Math.max(first, last)];
}

/** The least magnitude of the numbers from one to another. */
function fromZero(low: number, high: number): number {
  return Math.max(0, low, -high);
}

/** Where roots are looked for: steps over which the arm turns by little. */
const STEPS = 400;

/**
 * Adds the density at x of one arm without blur: over all f with h(f) = xᵀe − 2f = 0, N(f; 1, 0.3²) N(q; 0, 0.2²)/|h′|,
 * with h′ = −(a′q + 2), a′ = 0.25 e^f.
 */
function addPreimages(sum: LogSum, start: number, x1: number, x2: number): void {
  const h = (f: number): number => {
    const angle = start + TWIST * portable.exp(f);
    return x1 * portable.cos(angle) - x2 * portable.sin(angle) - 2 * f;
  };
  let [before, valueBefore] = [FROM, h(FROM)];
  for (let i = 1; i <= STEPS; i++) {
    const f = FROM + (i / STEPS) * (TO - FROM);
    const value = h(f);
    if (value < 0 !== valueBefore < 0) addPreimage(sum, root(h, before, f), start, x1, x2);
    [before, valueBefore] = [f, value];
  }
}

function addPreimage(sum: LogSum, f: number, start: number, x1: number, x2: number): void {
  const turn = TWIST * portable.exp(f);
  const [c, s] = [portable.cos(start + turn), portable.sin(start + turn)];
  const q = x1 * s + x2 * c;
  const slope = -(turn * q + 2);
  const across = portable.pow(2 * ACROSS, 2);
  const log =
    logPrior(f) -
    0.5 * ((q * q) / across + portable.log(2 * Math.PI * across)) -
    portable.log(Math.abs(slope));
  /** From the derivatives by a coordinate of x of f, which keeps h = 0, of q, and of h′. */
  const slopeAlong = (e: number, n: number): number => {
    const df = -e / slope;
    const dq = n + 2 * f * turn * df;
    const dSlope = -(turn * df * q + turn * dq);
    return (-(f - 1) / (ALONG * ALONG)) * df - (q / across) * dq - dSlope / slope;
  };
  sum.add(log, 1, slopeAlong(c, s), slopeAlong(-s, c));
}

/** The zero of a function between two places where its signs differ, by bisection to the last digit. */
function root(h: (f: number) => number, from: number, to: number): number {
  const isBelow = h(from) < 0;
  let [low, high] = [from, to];
  for (let i = 0; i < 60; i++) {
    const middle = 0.5 * (low + high);
    if (h(middle) < 0 === isBelow) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}
