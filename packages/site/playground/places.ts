/** A square of the plane about 0, and how many places it has each way. */
export interface Square {
  readonly reach: number;
  readonly side: number;
}

/** Arrows of a field, and places at which a density is known. */
export const arrowsIn = (reach: number): Square => ({ reach, side: 17 });
export const cellsIn = (reach: number): Square => ({ reach, side: 40 });

/** Places in rows from the lower left corner, x and y in turn. */
export function placesOf({ reach, side }: Square): Float32Array {
  const at = (i: number): number => reach * ((2 * i + 1) / side - 1);
  return Float32Array.from({ length: 2 * side * side }, (_, k) => {
    const i = k >> 1;
    return at(k % 2 === 0 ? i % side : Math.floor(i / side));
  });
}

/** How far from 0 a picture of points goes: beyond nearly all of them. */
export function reachOf(points: ArrayLike<number>): number {
  const far = Array.from(points, Math.abs).sort((a, b) => a - b);
  return Math.max(1.5, 1.25 * (far[Math.floor(0.995 * far.length)] ?? 1));
}
