/** Numbers as a file has them, row-major. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  /** The largest number that the file's kind of number can be; null of those with a point. */
  readonly most: number | null;
}

/** How many numbers an array of a shape has. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
