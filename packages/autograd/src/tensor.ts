import { checkFinite, checkOptions, kindOf } from "./arguments.ts";
import { type Backend, checkBackend, eager } from "./backend.ts";
import { allocate, checkDType, type DType, dtypeOf, isValues, type Values, wordsOf } from "./dtype.ts";
import { fillNested, type NestedArray, nest, shapeOfNested, showNested } from "./nested.ts";
import { checkShape, type Shape, ShapeError, sameShape, showShape, sizeOf } from "./shape.ts";

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
    return nest(this.data, this.shape);
  }

  /** A readable text: the shape, and the elements with four significant digits, long axes shortened. */
  toString(): string {
    return `Tensor${showShape(this.shape)} ${this.dtype}\n${showNested(this.toArray())}`;
  }

  /**
   * What `JSON.stringify` writes: {@link toArray}. JSON has no NaN and no infinity and writes `null` for them, which
   * {@link tensor} refuses.
   */
  toJSON(): NestedArray {
    return this.toArray();
  }

  /** The parts along the first axis, one after another: `for (const row of x)`. Throws for a scalar, which has no axis. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    const [size] = this.shape;
    if (size === undefined) {
      throw new ShapeError("iteration: a scalar has no axis to iterate over; item() is its number");
    }
    for (let i = 0; i < size; i++) yield this.row(i);
  }

  /** Text where text is wanted; throws where an operator wants a number, which would not be computed with. */
  [Symbol.toPrimitive](hint: "default" | "number" | "string"): string {
    if (hint === "string") return this.toString();
    throw new TypeError(
      `Tensor: JavaScript's operators do not compute with a tensor ${showShape(this.shape)}; use add(x, y), ` +
        "greater(x, y) and their like, or x.item() for the number of a scalar",
    );
  }

  /** What Node's console and debugger show: never throws, even where there are no elements. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.describe();
  }

  /** The text for people who look on: without elements where they cannot be read. */
  protected describe(): string {
    try {
      return this.toString();
    } catch (error) {
      return `Tensor${showShape(this.shape)} ${this.dtype}: ${error instanceof Error ? error.message : error}`;
    }
  }

  /** Number i of the parts along the first axis. */
  protected row(i: number): Tensor {
    const shape = this.shape.slice(1);
    const size = sizeOf(shape);
    return new Dense(shape, this.data.slice(i * size, (i + 1) * size), this.dtype, this.backend);
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

type FillOptions = Omit<TensorOptions, "shape">;
const fillOptions = { dtype: "any", backend: "any" } as const;

/** A tensor of checked shape, dtype and backend, whose elements `fill` writes. */
function filled(name: string, shape: Shape, options: FillOptions, fill: (values: Values) => void): Tensor {
  checkOptions(name, options, fillOptions);
  return stored(name, shape, options, fill);
}

function stored(name: string, shape: Shape, options: FillOptions, fill: (values: Values) => void): Tensor {
  const { dtype = "float32", backend } = options;
  checkDType(name, dtype);
  if (backend !== undefined) checkBackend(name, backend);
  checkShape(name, shape);
  // Words are whole numbers: in double precision first, to see it.
  const values = allocate(name, dtype === "uint32" ? "float64" : dtype, sizeOf(shape));
  fill(values);
  return new Dense([...shape], dtype === "uint32" ? wordsOf(name, values) : values, dtype, backend);
}

/**
 * A tensor from a number, nested arrays of equal lengths, or a typed array (copied; with `shape`, else
 * one axis).
 *
 * @throws ShapeError when the nesting is ragged or the data does not fill the shape
 * @throws TypeError when the data is anything else, such as an array with holes or texts
 * @throws RangeError when an element of uint32 is no whole number from 0 to 2³² − 1
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 *
 * console.log(tensor([[1, 2, 3], [4, 5, 6]]).shape); // [ 2, 3 ]
 * console.log(tensor(new Float64Array([1, 2, 3, 4]), { shape: [2, 2] }).dtype); // float64
 * ```
 */
export function tensor(data: NestedArray | Values, options: TensorOptions = {}): Tensor {
  checkOptions("tensor", options, { ...fillOptions, shape: "any" });
  const flat = isValues(data);
  const found = flat ? [data.length] : shapeOfNested("tensor", data);
  const { shape = found, dtype = flat ? dtypeOf(data) : "float32", backend } = options;
  checkShape("tensor", shape);
  if (sizeOf(shape) !== sizeOf(found) || (found.length > 1 && !sameShape(found, shape))) {
    throw new ShapeError(`tensor: data of shape ${showShape(found)} does not fill shape ${showShape(shape)}`);
  }
  return stored("tensor", shape, backend === undefined ? { dtype } : { dtype, backend }, (values) => {
    if (flat) values.set(data);
    else fillNested(values, data, 0);
  });
}

/** All elements equal to `value`. */
export function full(shape: Shape, value: number, options: FillOptions = {}): Tensor {
  if (typeof value !== "number") {
    throw new TypeError(`full: value is ${kindOf(value)}; it is a number`);
  }
  return filled("full", shape, options, (values) => values.fill(value));
}

/** All elements 0. */
export function zeros(shape: Shape, options: FillOptions = {}): Tensor {
  return filled("zeros", shape, options, () => {});
}

/** All elements 1. */
export function ones(shape: Shape, options: FillOptions = {}): Tensor {
  return filled("ones", shape, options, (values) => values.fill(1));
}

/** Zeros of another tensor's shape, dtype and backend. */
export function zerosLike(x: Tensor): Tensor {
  checkTensor("zerosLike", x);
  const { shape, dtype, backend } = x;
  return new Dense(shape, allocate("zerosLike", dtype, sizeOf(shape)), dtype, backend);
}

/** Ones of another tensor's shape, dtype and backend. */
export function onesLike(x: Tensor): Tensor {
  checkTensor("onesLike", x);
  const { shape, dtype, backend } = x;
  return new Dense(shape, allocate("onesLike", dtype, sizeOf(shape)).fill(1), dtype, backend);
}

/** The n×n identity matrix. */
export function eye(n: number, options: FillOptions = {}): Tensor {
  return filled("eye", [n, n], options, (values) => {
    for (let i = 0; i < n; i++) values[i * n + i] = 1;
  });
}

/** `start, start + step, ...` up to but not including `stop`; with one argument, from 0 to it. */
export function arange(start: number, stop?: number, step = 1, options: FillOptions = {}): Tensor {
  const from = stop === undefined ? 0 : start;
  const to = stop === undefined ? start : stop;
  checkFinite("arange", { start, stop: to, step });
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!Number.isFinite(count)) {
    throw new RangeError(
      `arange: ${from} to ${to} by ${step} has no finite length; give a step that is not 0`,
    );
  }
  return filled("arange", [count], options, (values) => {
    for (let i = 0; i < count; i++) values[i] = from + i * step;
  });
}

/** `count` equally spaced values from `start` to `stop`, both included. */
export function linspace(start: number, stop: number, count: number, options: FillOptions = {}): Tensor {
  checkFinite("linspace", { start, stop });
  return filled("linspace", [count], options, (values) => {
    for (let i = 0; i < count; i++) {
      const t = count === 1 ? 0 : i / (count - 1);
      values[i] = start * (1 - t) + stop * t;
    }
  });
}

/** Throws unless x is a tensor. */
export function checkTensor(name: string, x: unknown, what = "x"): asserts x is Tensor {
  if (x instanceof Tensor) return;
  throw new TypeError(`${name}: ${what} is ${kindOf(x)}, not a tensor; make one with tensor(...)`);
}
