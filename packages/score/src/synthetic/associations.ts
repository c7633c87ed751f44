import { midRanks } from "../metrics/midRanks.ts";
import type { FeatureColumn } from "./features.ts";

/** How much two columns go together, over the rows where neither has a gap. 0 with a column that does not vary. */
export function associationOf(a: FeatureColumn, b: FeatureColumn): number {
  const places = Array.from(a.values.keys()).filter(
    (row) => !Number.isNaN(a.values[row]) && !Number.isNaN(b.values[row]),
  );
  const of = ({ values }: FeatureColumn): Float64Array =>
    Float64Array.from(places, (row) => values[row] as number);
  if (places.length < 3) return 0;
  if (a.isCategory && b.isCategory) return cramersV(of(a), of(b));
  if (a.isCategory) return correlationRatio(of(a), midRanks(of(b)));
  if (b.isCategory) return correlationRatio(of(b), midRanks(of(a)));
  return correlation(midRanks(of(a)), midRanks(of(b)));
}

/** Pearson's; of ranks it is Spearman's. */
function correlation(x: Float64Array, y: Float64Array): number {
  const [a, b] = [centred(x), centred(y)];
  const dot = (u: Float64Array, v: Float64Array): number =>
    u.reduce((sum, value, i) => sum + value * (v[i] as number), 0);
  const scale = Math.sqrt(dot(a, a) * dot(b, b));
  return scale > 0 ? dot(a, b) / scale : 0;
}

/**
 * The root of the share of a number's variance between the groups of a label, corrected for what chance makes of it:
 * ε² = 1 − (1 − η²)(n − 1)/(n − k), of k groups. Kelley 1935.
 */
function correlationRatio(labels: Float64Array, y: Float64Array): number {
  const deviations = centred(y);
  const groups = new Map<number, { sum: number; count: number }>();
  labels.forEach((label, i) => {
    const group = groups.get(label) ?? { sum: 0, count: 0 };
    group.sum += deviations[i] as number;
    group.count += 1;
    groups.set(label, group);
  });
  const total = deviations.reduce((sum, value) => sum + value * value, 0);
  const [n, k] = [y.length, groups.size];
  if (total === 0 || k < 2 || n <= k) return 0;
  const between = [...groups.values()].reduce((sum, group) => sum + (group.sum * group.sum) / group.count, 0);
  return Math.sqrt(Math.max(0, 1 - ((1 - between / total) * (n - 1)) / (n - k)));
}

/**
 * Cramér's V of two labels with the correction of Bergsma 2013: φ² less its expectation under independence,
 * (k − 1)(l − 1)/(n − 1), over the least of the numbers of labels, each corrected too.
 */
function cramersV(a: Float64Array, b: Float64Array): number {
  const [codesOfA, codesOfB] = [codes(a), codes(b)];
  const [n, k, l] = [a.length, codesOfA.count, codesOfB.count];
  if (k < 2 || l < 2) return 0;
  const counts = new Float64Array(k * l);
  const [ofA, ofB] = [new Float64Array(k), new Float64Array(l)];
  for (let row = 0; row < n; row++) {
    const [i, j] = [codesOfA.of[row] as number, codesOfB.of[row] as number];
    counts[i * l + j] = (counts[i * l + j] as number) + 1;
    ofA[i] = (ofA[i] as number) + 1;
    ofB[j] = (ofB[j] as number) + 1;
  }
  const chiSquare = counts.reduce((sum, count, at) => {
    const expected = ((ofA[Math.floor(at / l)] as number) * (ofB[at % l] as number)) / n;
    return sum + ((count - expected) * (count - expected)) / expected;
  }, 0);
  const corrected = (labels: number): number => labels - ((labels - 1) * (labels - 1)) / (n - 1);
  const least = Math.min(corrected(k), corrected(l)) - 1;
  const excess = Math.max(0, chiSquare / n - ((k - 1) * (l - 1)) / (n - 1));
  return least > 0 ? Math.min(1, Math.sqrt(excess / least)) : 0;
}

/** The values by numbers from 0, in the order in which they come. */
function codes(values: Float64Array): { readonly of: Uint32Array; readonly count: number } {
  const known = new Map<number, number>();
  const of = Uint32Array.from(values, (value) => {
    const code = known.get(value) ?? known.size;
    known.set(value, code);
    return code;
  });
  return { of, count: known.size };
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}
