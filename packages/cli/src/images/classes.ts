/** Which class each image is of. */
export interface Classes {
  readonly names: readonly string[];
  /** The place of each image's class among the names, [n]. */
  readonly labels: Uint32Array;
}

/** Classes by the names or the numbers that images have; in the order of the numbers, or else of the alphabet. */
export function classesOf(told: readonly (string | number)[]): Classes {
  const names = [...new Set(told.map(String))].sort(inOrder);
  const places = new Map(names.map((name, i) => [name, i]));
  return { names, labels: Uint32Array.from(told, (one) => places.get(String(one)) ?? 0) };
}

function inOrder(a: string, b: string): number {
  const [m, n] = [Number(a), Number(b)];
  if (a.trim() !== "" && b.trim() !== "" && m !== n && !Number.isNaN(m) && !Number.isNaN(n)) return m - n;
  return a < b ? -1 : Number(a > b);
}
