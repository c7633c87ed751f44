import { add, greaterEqual, less, mul, random, stack, sub } from "@scoretape/autograd";
import { type DataSet, planar } from "./dataSet.ts";

/**
 * "checkerboard": uniform on the eight squares of side 2 of one colour on the board [−4, 4]², so with density
 * 1/32. x₁ = 4u − 2, x₂ = u′ − 2b + (⌊x₁⌋ mod 2), both times 2, with u, u′ uniform and b a fair bit. ffjord's
 * toy data (Grathwohl et al. 2019).
 */
export const checkerboard: DataSet = /* @__PURE__ */ planar("checkerboard", (key, n) => {
  const x1 = random.uniform(random.foldIn(key, 0), [n], { low: -2, high: 2 });
  const height = random.uniform(random.foldIn(key, 1), [n]);
  const bit = less(random.uniform(random.foldIn(key, 2), [n]), 0.5);
  // ⌊x₁⌋ mod 2 is 1 in [−1, 0) and in [1, 2).
  const isOdd = add(sub(greaterEqual(x1, -1), greaterEqual(x1, 0)), greaterEqual(x1, 1));
  const x2 = add(sub(height, mul(2, bit)), isOdd);
  return mul(2, stack([x1, x2], -1));
});
