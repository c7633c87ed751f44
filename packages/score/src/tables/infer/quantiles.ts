import type { Scale } from "../kinds/scale.ts";
import { MARGIN } from "../margins.ts";
import type { NormalScore } from "../schema.ts";

/** Knots are so many, at equal shares, or one for ten rows. */
const [MOST_KNOTS, ROWS_A_KNOT] = [64, 10];

/** Knots are as far apart as such a share of the values' range at least, and that is no smaller than this. */
const [NEAREST, SMALLEST] = [1e-12, 1e-290];

/**
 * The distribution function of sorted values at some of them: at equal shares, halving towards both ends, and at the ends
 * themselves; every atom has its two shares. Null where fewer than two values are left.
 */
export function normalScoreOf(
  sorted: Float64Array,
  atoms: readonly number[],
  scale: Scale,
): NormalScore | null {
  const n = sorted.length;
  const groups = groupsOf(sorted);
  const isAtom = new Set(atoms);
  const levels = levelsFor(n);
  const point = (value: number): number => scale.to(value);
  // Knots nearer to each other would have no slope that is a number.
  const room = NEAREST * (point(sorted[n - 1] ?? 0) - point(sorted[0] ?? 0));
  if (!(room > SMALLEST)) return null;
  const isApart = (value: number): boolean => {
    const last = knots.at(-1);
    return last === undefined || point(value) - point(last.value) > room;
  };
  const knots: { value: number; share: number }[] = [];
  let level = 0;
  groups.forEach(({ value, below, count }, i) => {
    const before = groups[i - 1];
    const after = groups[i + 1];
    if (isAtom.has(value)) {
      // Between two atoms stays room for what may be there.
      if (!isApart(value) && !isAtom.has(before?.value ?? Number.NaN)) knots.pop();
      const low = below + (before !== undefined && isAtom.has(before.value) ? 0.25 : 0);
      const high = below + count - (after !== undefined && isAtom.has(after.value) ? 0.25 : 0);
      knots.push({ value, share: low / n }, { value, share: high / n });
      return;
    }
    const share = (below + count / 2) / n;
    const isWanted = before === undefined || after === undefined || share >= (levels[level] ?? 2);
    if (!isWanted) return;
    while ((levels[level] ?? 2) <= share) level += 1;
    if (isApart(value)) knots.push({ value, share });
  });
  if (new Set(knots.map(({ value }) => value)).size < 2) return null;
  return {
    values: knots.map(({ value }) => value),
    shares: knots.map(({ share }) => share),
    ...(atoms.length === 0 ? {} : { margin: MARGIN }),
  };
}

/** Values of which the first so many rows are below each, and so many rows have it. */
function groupsOf(sorted: Float64Array): { value: number; below: number; count: number }[] {
  const groups: { value: number; below: number; count: number }[] = [];
  sorted.forEach((value, below) => {
    const last = groups.at(-1);
    if (last?.value === value) last.count += 1;
    else groups.push({ value, below, count: 1 });
  });
  return groups;
}

function levelsFor(n: number): number[] {
  const count = Math.min(MOST_KNOTS, Math.max(2, Math.floor(n / ROWS_A_KNOT)));
  const middle = Array.from({ length: count - 1 }, (_, i) => (i + 1) / count);
  const tail: number[] = [];
  for (let share = 0.5 / count; share * n >= 4; share /= 2) tail.push(share);
  return [...tail.toReversed(), ...middle, ...tail.map((share) => 1 - share)];
}

/** Sorted whole numbers spread evenly over the stretches that they stand for, from each start to the next. */
export function spread(sorted: Float64Array, start: (stretch: number) => number): Float64Array {
  const values = new Float64Array(sorted.length);
  for (const { value, below, count } of groupsOf(sorted)) {
    const [from, to] = [start(value), start(value + 1)];
    for (let i = 0; i < count; i++) values[below + i] = from + ((i + 0.5) / count) * (to - from);
  }
  return values;
}
