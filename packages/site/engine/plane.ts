import { type Tensor, tensor } from "@scoretape/autograd";

/** A point of the plane. */
export type Point = readonly [number, number];

/** The plane that figures show: from −REACH to REACH, both ways. */
export const REACH = 4;
/** Arrows of a field stand in so many rows and columns. */
const ARROWS = 13;

/** The places of a field's arrows, [n, 2]. */
export function grid(): Tensor {
  const at = (i: number): number => REACH * (((i + 0.5) / ARROWS) * 2 - 1);
  return tensor(
    Array.from({ length: ARROWS * ARROWS }, (_, i) => [at(i % ARROWS), at(Math.floor(i / ARROWS))]),
  );
}

/** The rows of [n, 2] as points. */
export function pointsOf({ data, shape: [n = 0] }: Tensor): Point[] {
  return Array.from({ length: n }, (_, i) => [Number(data[2 * i]), Number(data[2 * i + 1])] as const);
}

/** The mean of numbers, and its standard error. */
export function meanOf(values: ArrayLike<number>): { readonly mean: number; readonly error: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const square = all.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, error: Math.sqrt(square / Math.max(1, all.length - 1) / all.length) };
}
