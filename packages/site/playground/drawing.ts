import type { FromPoints } from "./state.ts";

/** A drawing goes so far from 0, both ways. */
export const EXTENT = 4;
/** So many points at once, so far apart; and how far an eraser reaches. */
const [POINTS, WIDTH, ERASER] = [4, 0.25, 0.35];

const rounded = (x: number): number => Math.round(100 * Math.min(EXTENT, Math.max(-EXTENT, x))) / 100 + 0;

/** Some more points about a place, as a spray can puts them. */
export function sprayed(
  [x, y]: FromPoints["values"],
  [atX, atY]: readonly [number, number],
  most: number,
): FromPoints["values"] {
  const near = (): number => WIDTH * (Math.random() + Math.random() - 1);
  const more = Array.from({ length: Math.min(POINTS, most - x.length) }, near);
  return [
    [...x, ...more.map((way) => rounded(atX + way))],
    [...y, ...more.map(() => rounded(atY + near()))],
  ];
}

/** The points that are not near a place. */
export function erased(
  [x, y]: FromPoints["values"],
  [atX, atY]: readonly [number, number],
): FromPoints["values"] {
  const isKept = (i: number): boolean => Math.hypot((x[i] ?? 0) - atX, (y[i] ?? 0) - atY) > ERASER;
  return [x.filter((_, i) => isKept(i)), y.filter((_, i) => isKept(i))];
}
