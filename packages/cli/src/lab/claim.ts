import { portable } from "@scoretape/autograd";
import type { Estimate } from "./statistics.ts";

/** Something that theory says of a number, and the number as it was measured. */
export interface Claim {
  /** What was measured. */
  readonly what: string;
  readonly measured: Estimate;
  /** What theory says of it, in words. */
  readonly theory: string;
  /** The claim holds when the whole interval lies above this number, where there is one, … */
  readonly above?: number;
  /** … and below this one. */
  readonly below?: number;
}

export type Verdict = "pass" | "fail" | "not judged";

/** Whether the whole confidence interval lies where it should: too few data do not pass. NaN does not either. */
export function holds({ measured, above, below }: Claim): boolean {
  const { low, value, high } = measured;
  if (!(low <= value && value <= high)) return false;
  return (above === undefined || low > above) && (below === undefined || high < below);
}

/** `pass  weight of the larger mode: 0.784 [0.780, 0.788], wanted above 0.76; theory: 0.800` */
export function showClaim(claim: Claim, verdict: Verdict): string {
  const { what, measured, theory, above, below } = claim;
  const wanted = [
    ...(above === undefined ? [] : [`above ${readable(above)}`]),
    ...(below === undefined ? [] : [`below ${readable(below)}`]),
  ].join(" and ");
  return `${verdict}  ${what}: ${showEstimate(measured)}, wanted ${wanted}; theory: ${theory}`;
}

/** `0.784 [0.780, 0.788]`, to two digits of the interval's width; a number known exactly stands alone. */
export function showEstimate({ value, low, high }: Estimate): string {
  const width = high - low;
  if (width === 0) return readable(value, 4);
  const decimals = Number.isFinite(width) ? Math.max(0, 1 - Math.floor(portable.log10(width))) : 3;
  const show = (x: number): string =>
    Number.isFinite(x) && Math.abs(x) < 1e6 && decimals <= 6
      ? minus(x.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }))
      : readable(x);
  return `${show(value)} [${show(low)}, ${show(high)}]`;
}

/** A number to so many digits that count, with a power of ten where it is very large or small. */
export function readable(x: number, digits = 3): string {
  const size = Math.abs(x);
  if (x === 0 || !Number.isFinite(x)) return minus(`${x}`).replace("Infinity", "∞");
  if (size >= 1e6 || size < 1e-4) return minus(x.toExponential(digits - 1));
  return minus(size >= portable.pow(10, digits) ? Math.round(x).toLocaleString("en") : x.toPrecision(digits));
}

function minus(text: string): string {
  return text.replaceAll("-", "−");
}
