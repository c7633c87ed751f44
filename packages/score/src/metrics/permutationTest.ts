import { type Key, random } from "@scoretape/autograd";

/** Which of all points are of the first set, 1 or 0, and how many of each set there are. */
export interface Labels {
  readonly isFirst: Uint8Array;
  readonly first: number;
  readonly second: number;
}

/** How far two sets of points are apart, if these are the labels. */
export type LabelStatistic = (labels: Labels) => number;

/** A statistic of labels, and how often random ones have one as large. */
export interface PermutationTest {
  readonly value: number;
  readonly pValue: number;
}

/** Sums of the same terms in another order differ by so much, relative to the larger. */
const ROUNDING = 1e-10;

/**
 * The statistic of the labels "the first `first` points", and p = (1 + #{permuted ≥ it})/(1 + permutations): if all points are
 * of one distribution then P(p ≤ α) ≤ α for every α, with equality at multiples of 1/(1 + permutations) where no two
 * statistics are equal. Phipson & Smyth 2010.
 */
export function permutationTest(
  statistic: LabelStatistic,
  { first, second }: Omit<Labels, "isFirst">,
  { permutations, key }: { readonly permutations: number; readonly key: Key },
): PermutationTest {
  const all = first + second;
  const isFirst = new Uint8Array(all).fill(1, 0, first);
  const value = statistic({ isFirst, first, second });
  const least = value - ROUNDING * Math.abs(value);
  const order = Uint32Array.from({ length: all }, (_, i) => i);
  // Of the smaller set the members are drawn, one after the other among those that are left: Fisher & Yates.
  const drawn = Math.min(first, second);
  let asLarge = 0;
  for (let i = 0; i < permutations; i++) {
    const u = random.uniform(random.foldIn(key, i), [drawn], { dtype: "float64" }).data;
    isFirst.fill(first <= second ? 0 : 1);
    for (let k = 0; k < drawn; k++) {
      const other = k + Math.floor((u[k] as number) * (all - k));
      const member = order[other] as number;
      order[other] = order[k] as number;
      order[k] = member;
      isFirst[member] = first <= second ? 1 : 0;
    }
    if (statistic({ isFirst, first, second }) >= least) asLarge++;
  }
  return { value, pValue: (1 + asLarge) / (1 + permutations) };
}
