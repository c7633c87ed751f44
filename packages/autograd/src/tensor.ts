import { type Backend, eager } from "./backend.ts";
import { allocate, type DType, dtypeOf, type Values } from "./dtype.ts";
import { checkShape, type Shape, ShapeError, sameShape, showShape, sizeOf } from "./shape.ts";

/** A nested array of numbers, as {@link tensor} accepts it and `toArray` returns it. */
export type NestedArray = number | readonly NestedArray[];

/** Where an op takes a tensor, it takes a plain number too: a scalar of the other argument's dtype. */
export type TensorLike = Tensor | number;

/**
 * An immutable, dense, row-major array of numbers. Inside a transform (`grad`, `jvp`, ...) a function
 * receives tracers, which are tensors too: write functions against this class.
 */
export abstract class Tensor {
  /** The size of every axis; `[]` for a scalar. */
  abstract readonly shape: Shape;
  /** The type of the elements. */
  abstract readonly dtype: DType;
  /** The elements in row-major order; not to be written to. Throws while a program is being captured. */
  abstract readonly data: Values;
  /** The backend whose kernels run the ops on this tensor. */
  abstract readonly backend: Backend;

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The only element. Throws unless there is exactly one. */
  item(): number {
    const [value] = this.data;
    if (value === undefined || this.size !== 1) {
      throw new ShapeError(
        `item: shape ${showShape(this.shape)} has ${this.size} elements, not one; use toArray() or data`,
      );
    }
    return value;
  }

  /** The elements as nested arrays; a number for a scalar. */
  toArray(): NestedArray {
    const { data, shape } = this;
    const build = (axis: number, offset: number, stride: number): NestedArray => {
      const size = shape[axis];
      if (size === undefined) return data[offset] ?? Number.NaN;
      const inner = size === 0 ? 0 : stride / size;
      return Array.from({ length: size }, (_, i) => build(axis + 1, offset + i * inner, inner));
    };
    return build(0, 0, data.length);
  }

  /** A readable text: the shape, and the elements with four significant digits, long axes shortened. */
  toString(): string {
    return `Tensor${showShape(this.shape)} ${this.dtype}\n${showValues(this.toArray())}`;
  }
}

/** A tensor with storage of its own; every tensor outside a transform is one. */
export class Dense extends Tensor {
  constructor(
    readonly shape: Shape,
    readonly data: Values,
    readonly dtype: DType = dtypeOf(data),
    readonly backend: Backend = eager,
  ) {
    super();
  }
}

/** Options of the functions that create tensors. */
export interface TensorOptions {
  /** `float32` unless said; typed arrays keep their own. */
  readonly dtype?: DType;
  /** For flat data: the shape, whose product is the length. */
  readonly shape?: Shape;
  /** The backend whose kernels run the ops on this tensor; {@link eager} unless said. */
  readonly backend?: Backend;
}

/**
 * A tensor from a number, nested arrays of equal lengths, or a typed array (copied; with `shape`, else
 * one axis).
 *
 * @throws ShapeError when the nesting is ragged or the data does not fill the shape
 */
export function tensor(data: NestedArray | Values, options: TensorOptions = {}): Tensor {
  const nested = typeof data === "number" || Array.isArray(data);
  const found = nested ? shapeOfNested(data as NestedArray) : [(data as Values).length];
  const shape = options.shape ?? found;
  checkShape("tensor", shape);
  if (sizeOf(shape) !== sizeOf(found) || (found.length > 1 && !sameShape(found, shape))) {
    throw new ShapeError(`tensor: data of shape ${showShape(found)} does not fill shape ${showShape(shape)}`);
  }
  const dtype = options.dtype ?? (nested ? "float32" : dtypeOf(data as Values));
  const values = allocate(dtype, sizeOf(shape));
  if (nested) fillNested(values, data as NestedArray, 0);
  else values.set(data as Values);
  return new Dense([...shape], values, dtype, options.backend);
}

/** All elements equal to `value`. */
export function full(shape: Shape, value: number, options: Omit<TensorOptions, "shape"> = {}): Tensor {
  return filled("full", shape, value, options);
}

function filled(name: string, shape: Shape, value: number, options: Omit<TensorOptions, "shape">): Tensor {
  checkShape(name, shape);
  const values = allocate(options.dtype ?? "float32", sizeOf(shape));
  if (value !== 0) values.fill(value);
  return new Dense([...shape], values, options.dtype, options.backend);
}

/** All elements 0. */
export function zeros(shape: Shape, options: Omit<TensorOptions, "shape"> = {}): Tensor {
  return filled("zeros", shape, 0, options);
}

/** All elements 1. */
export function ones(shape: Shape, options: Omit<TensorOptions, "shape"> = {}): Tensor {
  return filled("ones", shape, 1, options);
}

/** Zeros of another tensor's shape, dtype and backend. */
export function zerosLike(x: Tensor): Tensor {
  return full(x.shape, 0, { dtype: x.dtype, backend: x.backend });
}

/** Ones of another tensor's shape, dtype and backend. */
export function onesLike(x: Tensor): Tensor {
  return full(x.shape, 1, { dtype: x.dtype, backend: x.backend });
}

/** The n×n identity matrix. */
export function eye(n: number, options: Omit<TensorOptions, "shape"> = {}): Tensor {
  checkShape("eye", [n]);
  const values = allocate(options.dtype ?? "float32", n * n);
  for (let i = 0; i < n; i++) values[i * n + i] = 1;
  return new Dense([n, n], values, options.dtype, options.backend);
}

/** `start, start + step, ...` up to but not including `stop`; with one argument, from 0 to it. */
export function arange(
  start: number,
  stop?: number,
  step = 1,
  options: Omit<TensorOptions, "shape"> = {},
): Tensor {
  const from = stop === undefined ? 0 : start;
  const to = stop ?? start;
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!Number.isFinite(count)) {
    throw new RangeError(
      `arange: ${from} to ${to} by ${step} has no finite length; give a step that is not 0`,
    );
  }
  const values = allocate(options.dtype ?? "float32", count);
  for (let i = 0; i < count; i++) values[i] = from + i * step;
  return new Dense([count], values, options.dtype, options.backend);
}

/** `count` equally spaced values from `start` to `stop`, both included. */
export function linspace(
  start: number,
  stop: number,
  count: number,
  options: Omit<TensorOptions, "shape"> = {},
): Tensor {
  checkShape("linspace", [count]);
  const values = allocate(options.dtype ?? "float32", count);
  for (let i = 0; i < count; i++) {
    const t = count === 1 ? 0 : i / (count - 1);
    values[i] = start * (1 - t) + stop * t;
  }
  return new Dense([count], values, options.dtype, options.backend);
}

function shapeOfNested(data: NestedArray): number[] {
  if (typeof data === "number") return [];
  if (!Array.isArray(data))
    throw new TypeError(`tensor: expected numbers in nested arrays, got ${String(data)}`);
  const [first] = data;
  if (first === undefined) return [0];
  const inner = shapeOfNested(first);
  data.forEach((row, i) => {
    const shape = shapeOfNested(row);
    if (!sameShape(shape, inner)) {
      throw new ShapeError(
        `tensor: ragged data: entry 0 has shape ${showShape(inner)}, entry ${i} has ${showShape(shape)}`,
      );
    }
  });
  return [data.length, ...inner];
}

function fillNested(values: Values, data: NestedArray, offset: number): number {
  if (typeof data === "number") {
    values[offset] = data;
    return offset + 1;
  }
  let next = offset;
  for (const row of data) next = fillNested(values, row, next);
  return next;
}

const SHOWN = 6;

function showValues(data: NestedArray, indent = ""): string {
  if (typeof data === "number") return showNumber(data);
  const separator = data.some((row) => typeof row !== "number") ? `,\n${indent} ` : ", ";
  const cell = (row: NestedArray): string => showValues(row, `${indent} `);
  const shown =
    data.length <= 2 * SHOWN
      ? data.map(cell)
      : [...data.slice(0, SHOWN).map(cell), "…", ...data.slice(-SHOWN).map(cell)];
  return `[${shown.join(separator)}]`;
}

function showNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}
