import { portable } from "@scoretape/autograd";
import { readable, showEstimate } from "./numbers.ts";
import { CONFIDENCE, type Estimate, exactly, normalCoverage, normalQuantile } from "./statistics.ts";

/** How a number is to lie to a limit. "is", "at least" and "at most" fail only on evidence against them. */
export type Relation = "is" | "above" | "below" | "at least" | "at most";

/** Where a limit comes from: a theory's value, or what the same experiment measured of something else. */
export interface Origin {
  readonly kind: "theory" | "control";
  readonly says: string;
}

/** What must be so of a number, and the number as it was measured. */
export interface Claim {
  /** What was measured. */
  readonly what: string;
  readonly measured: Estimate;
  readonly relation: Relation;
  /** With an error of its own; `exactly` where it has none. */
  readonly limit: Estimate;
  readonly origin: Origin;
  /** Whether number and limit are factors: their errors are those of their logarithms. */
  readonly isFactor?: true;
  /** What "is" must be told from, so that too few data do not pass: the value of another theory. */
  readonly rival?: number;
  /** The probability that the claim fails at another seed though what it says is true. */
  readonly falseAlarm: number;
}

/**
 * A known failure is a claim that is known to be false, with its explanation.
 */
export type Verdict = "pass" | "fail" | "known failure" | "not judged";

/** What a claim is made of. */
export interface Statement extends Omit<Claim, "limit" | "falseAlarm"> {
  readonly limit: Estimate | number;
  /** How many intervals the measured one was chosen from as the farthest from its limit; 1 unless said. */
  readonly tests?: number;
  /** Where the interval does not tell it. */
  readonly falseAlarm?: number;
}

/** The largest relative error of numbers that agree to half the digits of single precision. */
export const SINGLE_PRECISION: number = 1 / 4096;

export function theory(says: string): Origin {
  return { kind: "theory", says };
}

export function control(says: string): Origin {
  return { kind: "control", says };
}

/** A claim with its expected rate of false alarms, which follows from its interval. */
export function claim({ limit, tests = 1, falseAlarm, ...statement }: Statement): Claim {
  const parts = { ...statement, limit: typeof limit === "number" ? exactly(limit) : limit };
  return { ...parts, falseAlarm: falseAlarm ?? Math.min(1, tests * rateOf(parts)) };
}

/** Whether the difference from the limit, with its confidence interval, is as claimed. NaN is not. */
export function holds(one: Omit<Claim, "falseAlarm">): boolean {
  const { measured, limit, relation, rival } = one;
  if (!(isInterval(measured) && isInterval(limit))) return false;
  const { low, high } = difference(one);
  switch (relation) {
    case "is":
      return low <= 0 && high >= 0 && (rival === undefined || !contains(one, rival));
    case "above":
      return low > 0;
    case "below":
      return high < 0;
    case "at least":
      return high >= 0;
    case "at most":
      return low <= 0;
  }
}

/** Whether a rival's value cannot be told from what was measured, by an interval as wide as that of the difference. */
function contains(one: Omit<Claim, "falseAlarm">, rival: number): boolean {
  const { low, high, value } = difference(one);
  const { value: away } = difference({ ...one, limit: exactly(rival) });
  return away + (low - value) <= 0 && away + (high - value) >= 0;
}

/**
 * Of a value that is the limit, an interval of 99 % misses it with 1 %, to one side with half of that. Of one that is a
 * distance δ away, whose interval reaches h = z·e, the next measurement's interval reaches the limit with
 * P(Z > (δ − h)/e).
 */
function rateOf(one: Omit<Claim, "falseAlarm">): number {
  const { relation } = one;
  const { low, value, high } = difference(one);
  if (relation === "is") return low === high ? 0 : 1 - CONFIDENCE;
  if (relation === "at least" || relation === "at most") return low === high ? 0 : (1 - CONFIDENCE) / 2;
  const [distance, reach] = relation === "above" ? [value, value - low] : [-value, high - value];
  if (reach === 0) return distance > 0 ? 0 : 1;
  if (!Number.isFinite(reach)) return 1;
  const z = (distance / reach - 1) * REACH;
  const tail = Math.max(0, 1 - normalCoverage(Math.abs(z))) / 2;
  return z > 0 ? tail : 1 - tail;
}

/** How many standard errors an interval reaches. */
const REACH = normalQuantile();

/** Of independent numbers, or of their logarithms, by the sum of the squares of their errors. */
function difference({ measured, limit, isFactor }: Omit<Claim, "falseAlarm">): Estimate {
  const [a, b] = isFactor === true ? [logOf(measured), logOf(limit)] : [measured, limit];
  const value = a.value - b.value;
  return {
    value,
    low: value - portable.hypot(a.value - a.low, b.high - b.value),
    high: value + portable.hypot(a.high - a.value, b.value - b.low),
  };
}

function logOf({ value, low, high }: Estimate): Estimate {
  return { value: portable.log(value), low: portable.log(low), high: portable.log(high) };
}

function isInterval({ low, value, high }: Estimate): boolean {
  return low <= value && value <= high;
}

/** Of several numbers with one limit the one that is farthest from it, measured by its interval. */
export function farthest<T>(all: readonly T[], of: (one: T) => Estimate, limit: number): T | undefined {
  const distance = (one: T): number => {
    const { low, value, high } = of(one);
    return value === limit ? 0 : Math.abs(value - limit) / (value < limit ? high - value : value - low);
  };
  return all.toSorted((a, b) => distance(b) - distance(a))[0];
}

/** `pass  weight of the larger mode: 0.784 [0.780, 0.788], wanted above 0.511 [0.506, 0.516]; control: …; …` */
export function showClaim(one: Claim, verdict: Verdict): string {
  const { what, measured, origin, falseAlarm } = one;
  const found = `${verdict}  ${what}: ${showEstimate(measured)}, wanted ${showWanted(one)}`;
  return `${found}; ${origin.kind}: ${origin.says}; false alarms: ${showRate(falseAlarm)}`;
}

/** `above 0.511 [0.506, 0.516]` */
export function showWanted({ relation, limit, rival }: Claim): string {
  const other = rival === undefined ? "" : ` and not ${readable(rival)}`;
  return `${relation === "is" ? "" : `${relation} `}${showEstimate(limit)}${other}`;
}

/** A probability in per cent: `1 %`. */
export function showRate(rate: number): string {
  if (rate > 0 && rate < 1e-3) return "below 0.1 %";
  return `${Number((100 * rate).toPrecision(2))} %`;
}
