/** `x1`, `x2`, …: names for columns that have none of their own. */
export function coordinateNames(columns: number): string[] {
  return Array.from({ length: columns }, (_, i) => `x${i + 1}`);
}
