/** A number with three digits. */
export function shown(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "∞";
  return value.toLocaleString("en", { maximumSignificantDigits: 3 }).replace("-", "−");
}

/** A mean and its standard error. */
export function estimated({ mean, error }: { readonly mean: number; readonly error: number }): string {
  return `${shown(mean)} ± ${shown(error)}`;
}
