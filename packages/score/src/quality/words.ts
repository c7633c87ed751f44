import { portable } from "@scoretape/autograd";
import type { Estimate } from "./estimate.ts";

/** `1.63 ± 0.12 nats a row`: with two digits of the error. */
export function nats({ value, standardError }: Estimate): string {
  const decimals = Math.min(4, Math.max(0, 1 - Math.floor(portable.log10(standardError))));
  const rounded = value.toFixed(decimals).replace(/^-(0\.?0*)$/, "$1");
  return `${rounded} ± ${standardError.toFixed(decimals)} nats a row`;
}

export function negative({ value, standardError }: Estimate): Estimate {
  return { value: -value, standardError };
}

export function percent(share: number): string {
  const hundredths = 100 * share;
  return `${hundredths < 9.95 ? Number(hundredths.toPrecision(2)) : hundredths.toFixed(0)} %`;
}

/** `x`, `x and 1 more column`, `x and 2 more columns`. */
export function andMore(name: string, others: number): string {
  return others === 0 ? name : `${name} and ${others} more column${others === 1 ? "" : "s"}`;
}
