import { checkOptions, kindOf } from "../arguments.ts";
import { checkShape, type Shape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/**
 * A key: a uint32 tensor [2] that names an endless stream of random numbers. The same key gives the same
 * numbers every time, so a key is drawn from once: `split` it, or `foldIn` a number, for each further draw.
 */
export type Key = Tensor;

/** What the drawn numbers are stored as. */
export interface DrawOptions {
  /** `float32` unless said; `float64` holds the same numbers. */
  readonly dtype?: "float32" | "float64";
}

/** Throws unless a key is one. */
export function checkKey(name: string, key: Key): void {
  if (key instanceof Tensor && key.dtype === "uint32" && sameShape(key.shape, [2])) return;
  const remedy = Array.isArray(key) ? "; give one of its elements" : "";
  throw new TypeError(`${name}: expects a key from random.key, got ${kindOf(key)}${remedy}`);
}

export const drawKinds = { dtype: "any" } as const;

/** Throws unless the arguments of a draw are a key, a shape and a floating-point dtype. */
export function checkDraw(name: string, key: Key, shape: Shape, options: DrawOptions): void {
  checkKey(name, key);
  checkOptions(name, options, drawKinds);
  checkFloat(name, options);
  checkShape(name, shape);
}

/** Throws unless the dtype of an option is floating-point. */
export function checkFloat(name: string, { dtype = "float32" }: DrawOptions): void {
  if (dtype === "float32" || dtype === "float64") return;
  throw new TypeError(`${name}: dtype is ${kindOf(dtype)}; it is "float32" or "float64"`);
}
