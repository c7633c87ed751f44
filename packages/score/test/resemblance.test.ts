import { mul, random, type Tensor, take } from "@scoretape/autograd";
import { data, maximumMeanDiscrepancy, resemblance, slicedWasserstein } from "@scoretape/score";
import { expect, test } from "vitest";

const key = random.key(5);
const rows = data.twoModes.sample(random.key(1), 60);
const samples = data.twoModes.sample(random.key(2), 40);

/** The median over twenty random halves of the rows. */
function medianOfHalves(i: number, compare: (a: Tensor, b: Tensor) => number): number {
  const values = Array.from({ length: 20 }, (_, split) => {
    const order = [...random.permutation(random.foldIn(random.foldIn(key, i), split), 60).data];
    return compare(take(rows, order.slice(0, 30)), take(rows, order.slice(30)));
  });
  const above = (value: number): number => values.filter((other) => other > value).length;
  const [lower = 0, upper = 0] = [10, 9].map((count) => values.find((value) => above(value) === count));
  return (lower + upper) / 2;
}

test("the halves have the medians over the splits", () => {
  const { halves, bandwidth, ratio, slicedWasserstein: distance } = resemblance(samples, rows, key);
  const directions = random.foldIn(key, 0);
  const byDirections = medianOfHalves(4, (a, b) => slicedWasserstein(a, b, { key: directions }));
  expect(halves?.slicedWasserstein).toBeCloseTo(byDirections, 12);
  expect(distance).toBe(slicedWasserstein(samples, rows, { key: directions }));
  expect(ratio).toBe(distance / (halves?.slicedWasserstein ?? 0));
  const byKernel = medianOfHalves(
    5,
    (a, b) => maximumMeanDiscrepancy(a, b, { bandwidth: bandwidth ?? 1 }).unbiased,
  );
  expect(halves?.maximumMeanDiscrepancy).toBeCloseTo(byKernel, 12);
});

test("distances are in the unit of the points, however small: 10⁻⁷ comes before 10⁻⁶", () => {
  const plain = resemblance(samples, rows, key).halves?.slicedWasserstein ?? 0;
  for (const unit of [2 ** -17, 2 ** -20, 2 ** -23]) {
    const small = resemblance(mul(unit, samples), mul(unit, rows), key).halves?.slicedWasserstein ?? 0;
    expect(small / unit).toBeCloseTo(plain, 10);
  }
});
