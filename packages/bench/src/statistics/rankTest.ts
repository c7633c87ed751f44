import { errorFunction } from "simple-statistics";

/** Up to so many values in both samples together the distribution is counted out, above it is approximated. */
const MOST_EXACT = 60;

/**
 * The two-sided p-value of the rank sum test of Wilcoxon, Mann and Whitney: how probable it is that two samples of one
 * distribution differ in their ranks at least as much as these. It asks nothing of the shape of the distribution.
 *
 * Without ties and for small samples it is exact, by the number of orders with each rank sum (Mann & Whitney 1947);
 * else by the normal approximation with corrections for continuity and for ties.
 *
 * @throws RangeError when a sample is empty
 */
export function rankTest(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) throw new RangeError("rankTest: a sample has no values");
  // How many pairs have the larger value in a; half a pair where they are equal.
  let u = 0;
  let equal = false;
  for (const x of a) {
    for (const y of b) {
      if (x === y) equal = true;
      u += x > y ? 1 : x === y ? 0.5 : 0;
    }
  }
  const small = a.length + b.length <= MOST_EXACT;
  return small && !equal ? exactProbability(u, a.length, b.length) : approximateProbability(u, a, b);
}

function exactProbability(u: number, n: number, m: number): number {
  const counts = ordersByU(n, m);
  const extreme = Math.min(u, n * m - u);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const tail = counts.slice(0, extreme + 1).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * tail) / total);
}

/** For every u from 0 to n·m the number of orders of n and m values in which u pairs have the first one larger. */
function ordersByU(n: number, m: number): number[] {
  // The generating function is the Gaussian binomial: the product of (1 − q^(m+i)) / (1 − q^i) for i = 1..n.
  let counts: number[] = Array.from({ length: n * m + 1 }, (_, u) => (u === 0 ? 1 : 0));
  for (let i = 1; i <= n; i++) {
    const multiplied = counts.map((count, u) => count - (u >= m + i ? (counts[u - m - i] as number) : 0));
    for (let u = i; u < multiplied.length; u++) {
      multiplied[u] = (multiplied[u] as number) + (multiplied[u - i] as number);
    }
    counts = multiplied;
  }
  return counts;
}

function approximateProbability(u: number, a: readonly number[], b: readonly number[]): number {
  const [n, m] = [a.length, b.length];
  const size = n + m;
  const tied = new Map<number, number>();
  for (const value of [...a, ...b]) tied.set(value, (tied.get(value) ?? 0) + 1);
  const correction = [...tied.values()].reduce((sum, count) => sum + (count ** 3 - count), 0);
  const variance = ((n * m) / 12) * (size + 1 - correction / (size * (size - 1)));
  if (variance === 0) return 1; // all values are equal
  const distance = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5);
  return Math.min(1, 1 - errorFunction(distance / Math.sqrt(2 * variance)));
}
