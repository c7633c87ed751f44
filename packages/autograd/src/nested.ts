import { kindOf } from "./arguments.ts";
import type { Values } from "./dtype.ts";
import { ShapeError, sameShape, showShape } from "./shape.ts";

/** A nested array of numbers, as `tensor` accepts it and `toArray` returns it. */
export type NestedArray = number | readonly NestedArray[];

/** The sizes of nested arrays. @throws TypeError where an entry is no number, ShapeError where lengths differ */
export function shapeOfNested(name: string, data: NestedArray): number[] {
  if (typeof data === "number") return [];
  if (!Array.isArray(data)) {
    throw new TypeError(`${name}: expected numbers in nested arrays, got ${kindOf(data)}`);
  }
  if (data.length === 0) return [0];
  let inner: number[] | null = null;
  for (const [i, row] of data.entries()) {
    const shape = shapeOfNested(name, row);
    inner ??= shape;
    if (!sameShape(shape, inner)) {
      throw new ShapeError(
        `${name}: ragged data: entry 0 has shape ${showShape(inner)}, entry ${i} has ${showShape(shape)}`,
      );
    }
  }
  return [data.length, ...(inner ?? [])];
}

/** Writes nested arrays into values from a place on; returns the place behind them. */
export function fillNested(values: Values, data: NestedArray, offset: number): number {
  if (typeof data === "number") {
    values[offset] = data;
    return offset + 1;
  }
  let next = offset;
  for (const row of data) next = fillNested(values, row, next);
  return next;
}

/** Values in row-major order as nested arrays. */
export function nest(values: Values, shape: readonly number[]): NestedArray {
  const build = (axis: number, offset: number, stride: number): NestedArray => {
    const size = shape[axis];
    if (size === undefined) return values[offset] ?? Number.NaN;
    const inner = size === 0 ? 0 : stride / size;
    return Array.from({ length: size }, (_, i) => build(axis + 1, offset + i * inner, inner));
  };
  return build(0, 0, values.length);
}

const SHOWN = 6;

/** A text with four significant digits, long axes shortened. */
export function showNested(data: NestedArray, indent = ""): string {
  if (typeof data === "number") return showNumber(data);
  const separator = data.some((row) => typeof row !== "number") ? `,\n${indent} ` : ", ";
  const cell = (row: NestedArray): string => showNested(row, `${indent} `);
  const shown =
    data.length <= 2 * SHOWN
      ? data.map(cell)
      : [...data.slice(0, SHOWN).map(cell), "…", ...data.slice(-SHOWN).map(cell)];
  return `[${shown.join(separator)}]`;
}

function showNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}
