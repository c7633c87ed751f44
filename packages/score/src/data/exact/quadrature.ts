import { gaussLegendre } from "./gaussLegendre.ts";
import type { LogSum } from "./logSum.ts";

/** log k and its gradient in x. */
export interface Term {
  log: number;
  first: number;
  second: number;
}

/** The part w(t) k(t) of a density at one point x that comes from the place t of a curve. */
export interface Integrand {
  /** The ends of the curve. */
  readonly from: number;
  readonly to: number;
  /** Writes log k(t) and ∇ₓ log k(t), and returns w(t), a polynomial. */
  evaluate(t: number, into: Term): number;
  /** No less than log k anywhere between the two places. */
  bound(from: number, to: number): number;
  /** No less than half the way from one place to the other, in widths of the kernel. */
  extent(from: number, to: number): number;
}

/** How finely a curve is cut up. */
export interface Resolution {
  /** The most that half a panel may extend, in widths of the kernel; 2 unless said. */
  readonly extent?: number;
}

/** Terms e^(−40) of the largest one, 4e-18 of it, are left out. */
const NEGLIGIBLE = 40;

/**
 * How long a panel may be, in standard deviations of the Gaussian that falls as k does from its top in the panel to both
 * ends: Gauss's rule with 16 nodes then has a relative error below 1e-11, for an exponential too. Where k is smaller
 * than elsewhere, a fall by the same factor is forgiven.
 */
const LONGEST = 6.4;

const rule = /* @__PURE__ */ gaussLegendre(16);

/**
 * Adds ∫ w(t) k(t) dt to a sum, with its gradient. The curve is halved again and again; parts whose bound says that
 * they cannot count are dropped, parts along which k is resolved are done by Gauss's rule. So the work grows with the
 * logarithm of the curve's length in kernel widths, and a narrow kernel cannot be missed.
 */
export function addIntegral(sum: LogSum, integrand: Integrand, resolution: Resolution = {}): void {
  const { extent: largest = 2 } = resolution;
  const terms = Array.from(rule.nodes, (): Term => ({ log: 0, first: 0, second: 0 }));
  const weights = new Float64Array(terms.length);
  const [start, end] = [terms[0] as Term, terms.at(-1) as Term];

  /** Adds the panel and returns true, or returns false when log k changes too much along it. */
  const addPanel = (from: number, middle: number, to: number): boolean => {
    const half = 0.5 * (to - from);
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < terms.length; i++) {
      const term = terms[i] as Term;
      const weight = integrand.evaluate(middle + half * (rule.nodes[i] as number), term);
      weights[i] = half * (rule.weights[i] as number) * weight;
      if (term.log > highest) highest = term.log;
    }
    const forgiven = Math.min(highest, 2 * highest - sum.top);
    const deviations = ({ log }: Term): number => Math.sqrt(2 * Math.max(0, forgiven - log));
    const isResolved = deviations(start) + deviations(end) <= LONGEST;
    if (!isResolved && isDivisible(from, middle, to)) return false;
    for (let i = 0; i < terms.length; i++) {
      const { log, first, second } = terms[i] as Term;
      sum.add(log, weights[i] as number, first, second);
    }
    return true;
  };

  const add = (from: number, to: number, bound: number): void => {
    if (bound < sum.top - NEGLIGIBLE) return;
    const middle = 0.5 * (from + to);
    const isShort = integrand.extent(from, to) <= largest || !isDivisible(from, middle, to);
    if (isShort && addPanel(from, middle, to)) return;
    const [left, right] = [integrand.bound(from, middle), integrand.bound(middle, to)];
    // The larger part first: the other one may then not count any more.
    if (left >= right) {
      add(from, middle, left);
      add(middle, to, right);
    } else {
      add(middle, to, right);
      add(from, middle, left);
    }
  };
  add(integrand.from, integrand.to, Number.POSITIVE_INFINITY);
}

/** Whether there are numbers enough for a place between two others. */
function isDivisible(from: number, middle: number, to: number): boolean {
  return from < middle && middle < to;
}
