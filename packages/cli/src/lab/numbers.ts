import { portable } from "@scoretape/autograd";
import type { Estimate } from "./statistics.ts";

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
