/** How the work of a kernel can be cut along one axis into parts that write nothing of each other's. */
export interface Cut {
  /** The length of the axis. */
  readonly size: number;
  /** Cuts fall on multiples of this, where the kernel's own blocks begin. */
  readonly unit: number;
  /** A rough time for the whole axis on one thread, in nanoseconds. */
  readonly time: number;
  /** Outputs that are sums over the axis. */
  readonly sums: readonly CutSum[];
  /** The parameters for the elements from `from` to before `to`, given those for all; sums keep their place. */
  part(parameters: readonly number[], from: number, to: number): number[];
}

/** An output to which every part of the axis contributes. */
export interface CutSum {
  /** Which parameter is its address. */
  readonly parameter: number;
  readonly elements: number;
}

/** Floating-point operations of products in a nanosecond, roughly. */
export const PRODUCT_SPEED = 30;
