import { kindOf } from "./arguments.ts";

/** The sizes of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Shapes, axes or sizes that do not fit together. The message names the function, the shapes and the axis. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** The number of elements: the product of the sizes. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** `[2, 3]`, for messages. */
export function showShape(shape: Shape): string {
  return `[${Array.from(shape, kindOf).join(", ")}]`;
}

/** Whether two shapes are equal, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** The size of an axis that is known to exist. */
export function sizeAt(shape: Shape, axis: number): number {
  const size = shape[axis];
  if (size === undefined) throw new ShapeError(`axis ${axis} does not exist in ${showShape(shape)}`);
  return size;
}

/** Throws unless a shape is an array of non-negative integers. */
export function checkShape(name: string, shape: Shape): void {
  checkList(name, "shape", shape, "[2, 3]");
  for (const [axis, size] of shape.entries()) {
    if (Number.isSafeInteger(size) && size >= 0) continue;
    throw new ShapeError(
      `${name}: axis ${axis} of shape ${showShape(shape)} is ${kindOf(size)}; sizes are non-negative integers`,
    );
  }
  if (sizeOf(shape) >= TOO_MANY) {
    throw new ShapeError(
      `${name}: ${showShape(shape)} is ${sizeOf(shape)} elements, more than an array can hold`,
    );
  }
}

/** More elements than any typed array holds. */
const TOO_MANY = 2 ** 33;

/** Throws unless a list is an array. */
export function checkList(name: string, what: string, list: readonly unknown[], example: string): void {
  if (Array.isArray(list)) return;
  throw new TypeError(`${name}: ${what} is ${kindOf(list)}; give an array, such as ${example}`);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= sizeAt(shape, axis);
  }
  return strides;
}

/** The index of the element at a position in row-major order. */
export function indexAt(position: number, shape: Shape): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(position / stride) % sizeAt(shape, axis));
}

/** The axis counted from the front: −1 is the last one. Throws when it is outside the rank. */
export function normalizeAxis(name: string, axis: number, shape: Shape): number {
  const rank = shape.length;
  if (typeof axis !== "number") throw new TypeError(`${name}: axis is ${kindOf(axis)}; it is a whole number`);
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const range = rank === 0 ? "a scalar has no axes" : `axes run from ${-rank} to ${rank - 1}`;
    throw new ShapeError(
      `${name}: axis ${kindOf(axis)} is out of range for shape ${showShape(shape)}; ${range}`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Sorted, distinct axes counted from the front; `undefined` means all of them. */
export function normalizeAxes(
  name: string,
  axes: number | readonly number[] | undefined,
  shape: Shape,
): number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  const list = typeof axes === "number" ? [axes] : axes;
  checkList(name, "axis", list, "[0, 1], or one number");
  const sorted = Array.from(list, (axis) => normalizeAxis(name, axis, shape)).sort((a, b) => a - b);
  sorted.forEach((axis, i) => {
    if (i > 0 && sorted[i - 1] === axis) {
      throw new ShapeError(`${name}: axis ${axis} is named twice for shape ${showShape(shape)}`);
    }
  });
  return sorted;
}

/** The shape with the given axes set to size 1. */
export function keepReduced(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** The shape without the given axes. */
export function dropAxes(shape: Shape, axes: readonly number[]): number[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}

/**
 * The shape that two shapes broadcast to: aligned at the last axis, sizes equal or 1.
 * Throws with both shapes and the guilty axis otherwise.
 */
export function broadcastShapes(name: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let back = 1; back <= rank; back++) {
    const m = a[a.length - back] ?? 1;
    const n = b[b.length - back] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(
        `${name}: cannot broadcast ${showShape(a)} with ${showShape(b)} (axis -${back}: ${m} vs ${n})`,
      );
    }
    result[rank - back] = m === 1 ? n : m;
  }
  return result;
}

/** Throws unless `from` can be broadcast to exactly `to`. */
export function checkBroadcastTo(name: string, from: Shape, to: Shape): void {
  if (!sameShape(broadcastShapes(name, from, to), to)) {
    throw new ShapeError(
      `${name}: ${showShape(from)} does not broadcast to ${showShape(to)}; ` +
        "every axis, counted from the last, must be equal or 1 in the first",
    );
  }
}
