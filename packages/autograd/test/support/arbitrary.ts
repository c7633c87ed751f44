import fc from "fast-check";
import { type Shape, sizeOf } from "../../src/shape.ts";

/** Whole numbers from `min` to `max`, all as likely: fast-check's own are mostly the smallest. */
export function whole(min: number, max: number): fc.Arbitrary<number> {
  return fc.noBias(fc.integer({ min, max }));
}

/** Arrays of exactly `size` elements. */
export function vector<T>(size: number, element: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(element, { minLength: size, maxLength: size });
}

/** Odd multiples of 1/16 in [low, high]: exact in float32, and none is zero, so that no term can hide. */
export function grid(low: number, high: number): fc.Arbitrary<number> {
  return whole(Math.ceil(low * 8), Math.ceil(high * 8) - 1).map((k) => (2 * k + 1) / 16);
}

/** An endless supply of components of tangents and cotangents, for shapes that are known only later. */
export const directions: fc.Arbitrary<fc.Stream<number>> = fc.infiniteStream(grid(-1, 1));

/** Sizes of axes that are not empty. */
export const filledSizes: fc.Arbitrary<number> = whole(1, 3);

/** Sizes of an axis; empty axes are rare. */
export const sizes: fc.Arbitrary<number> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 12, arbitrary: filledSizes },
);

/** Shapes of the given ranks, with few elements. */
export function shapes(minRank = 0, maxRank = 4, size: fc.Arbitrary<number> = sizes): fc.Arbitrary<Shape> {
  return whole(minRank, maxRank)
    .chain((rank) => vector(rank, size))
    .filter((shape) => sizeOf(shape) <= 24);
}

/** A few of the axes of a shape, in order; `neighbours` leaves no gaps between them. */
export function axesOf(shape: Shape, { neighbours }: { neighbours: boolean }): fc.Arbitrary<number[]> {
  const all = shape.map((_, axis) => axis);
  if (!neighbours) return fc.noBias(fc.subarray(all));
  return fc
    .tuple(whole(0, shape.length), whole(0, shape.length))
    .map(([a, b]) => all.slice(Math.min(a, b), Math.max(a, b)));
}

/** A shape, and another that broadcasts to it. */
export const broadcastable: fc.Arbitrary<{ small: Shape; large: Shape }> = shapes().chain((large) =>
  fc.tuple(whole(0, large.length), vector(large.length, fc.boolean())).map(([missing, repeated]) => ({
    large,
    small: large.map((size, axis) => (repeated[axis] ? 1 : size)).slice(missing),
  })),
);
