/**
 * The score interval of a share p of n draws, z standard errors to both sides; it stays in [0, 1]. Wilson 1927.
 *
 * @param n above 0; need not be whole
 */
export function wilson(p: number, n: number, z: number): { readonly low: number; readonly high: number } {
  const scale = 1 + (z * z) / n;
  const centre = (p + (z * z) / (2 * n)) / scale;
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * (n * n)))) / scale;
  // At p = 0 and p = 1 an end is p itself, which rounding must not miss.
  return { low: Math.min(p, Math.max(0, centre - half)), high: Math.max(p, Math.min(1, centre + half)) };
}
