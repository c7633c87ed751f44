/** E[((x − μ)/σ)³] of values; 0 where they are all equal. */
export function skewness(values: Float64Array): number {
  const n = values.length;
  const scale = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (scale === 0) return 0;
  const mean = values.reduce((sum, x) => sum + x / scale, 0) / n;
  let [squares, cubes] = [0, 0];
  for (const x of values) {
    const difference = x / scale - mean;
    squares += difference * difference;
    cubes += difference * difference * difference;
  }
  const variance = squares / n;
  return variance > 1e-30 ? cubes / n / (variance * Math.sqrt(variance)) : 0;
}

/** How far the outer hundredth reaches in terms of the middle half: 3.8 of a normal distribution; infinite where that is one value. */
export function tailRatio(sorted: Float64Array): number {
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  const middle = at(0.75) - at(0.25);
  const outer = at(0.995) - at(0.005);
  return outer === 0 ? 0 : outer / middle;
}

/** The fewest decimals that all values can be written with; undefined where these are more than a few. */
export function decimalsOf(values: Float64Array): number | undefined {
  const most = 4;
  let decimals = 0;
  for (const x of values) {
    while (Number(x.toFixed(decimals)) !== x) {
      decimals += 1;
      if (decimals > most) return undefined;
    }
  }
  return decimals;
}

/** Values and how often each is among some sorted ones. */
export function countsOf(sorted: Float64Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const x of sorted) counts.set(x, (counts.get(x) ?? 0) + 1);
  return counts;
}

/** An atom holds such a share of the rows, and so many times as many as the usual value does: one of a grid holds no more than others. */
const [SHARE, TIMES] = [0.05, 10];
/** And as many times as many as the commonest value that is none. */
const APART = 3;

/** The values that hold a large share of the rows by themselves, each many more than the next one that does not. */
export function atomsOf(counts: ReadonlyMap<number, number>, rows: number): number[] {
  const ordered = [...counts].sort(([, a], [, b]) => b - a);
  const [, usual = 1] = ordered[Math.floor(ordered.length / 2)] ?? [];
  const large = ordered.filter(([, count]) => count >= SHARE * rows && count >= TIMES * usual);
  const last = large.findLastIndex(([, count], i) => count >= APART * (ordered[i + 1]?.[1] ?? 0));
  return large.slice(0, last + 1).map(([value]) => value);
}
