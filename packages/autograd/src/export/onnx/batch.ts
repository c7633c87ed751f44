import { kindOf } from "../../arguments.ts";
import { type Shape, showShape } from "../../shape.ts";
import { type Tensor, zeros } from "../../tensor.ts";
import * as tree from "../../tree.ts";
import type { PrimitiveEquation, Region, Value } from "../primitives.ts";

/** What the size of a batch is called in a model. */
export const BATCH = "batch";

/**
 * Sizes at which a function is captured that is to take batches of any size. What is the same multiple of all three, plus
 * the same number, is taken for that; their logarithms are far apart, so that a number of steps shows that it depends on
 * the size.
 */
export const TRIED = [131, 1031, 5003] as const;

/**
 * A batch's size among other sizes is this number, and c more than a times its size is a·OPEN + c: no other size is half
 * as large.
 */
const OPEN = 2 ** 34;

/** A size as times·batch + plus. */
export function partsOf(size: number): { readonly times: number; readonly plus: number } {
  const times = Math.round(size / OPEN);
  return { times, plus: size - times * OPEN };
}

/** Whether a size depends on the batch's. */
export function isOpen(size: number): boolean {
  return partsOf(size).times !== 0;
}

/** The size as it is written in a model's types: a number, or a text. */
export function shownSize(size: number): number | string {
  const { times, plus } = partsOf(size);
  if (times === 0) return size;
  const product = times === 1 ? BATCH : `${times}*${BATCH}`;
  return plus === 0 ? product : `${product}${plus < 0 ? "-" : "+"}${Math.abs(plus)}`;
}

/** The arguments with batches of another size, of zeros. */
export function withBatch<A extends tree.TreesOf<A>>(args: A, positions: readonly number[], size: number): A {
  return tree.map((leaf: Tensor, path) => {
    if (!positions.includes(Number.parseInt(path, 10))) return leaf;
    return zeros([size, ...leaf.shape.slice(1)], { dtype: leaf.dtype });
  }, args);
}

/** Throws unless positions are those of arguments whose tensors have one size along axis 0. */
export function checkBatch<A extends tree.TreesOf<A>>(
  args: A,
  positions: readonly number[],
  constants: readonly number[],
): void {
  for (const position of positions) {
    if (constants.includes(position)) {
      throw new RangeError(`onnx: argument ${position} is among constants and in batch; it is one of them`);
    }
    if (Number.isInteger(position) && position >= 0 && position < args.length) continue;
    throw new RangeError(
      `onnx: batch names argument ${kindOf(position)}; there are ${args.length}, numbered from 0`,
    );
  }
  const sizes = new Set<number>();
  tree.map((leaf: Tensor, path) => {
    if (!positions.includes(Number.parseInt(path, 10))) return leaf;
    const [size] = leaf.shape;
    if (size === undefined || sizes.add(size).size > 1) {
      throw new RangeError(
        `onnx: batch names argument ${path}, of shape ${showShape(leaf.shape)}; all that it names have an axis 0, of ` +
          "one size",
      );
    }
    return leaf;
  }, args);
}

/** The same program for batches of any size, from what it is at those that were tried. @throws RangeError if it is not the same */
export function opened(regions: readonly [Region, Region, Region]): Region {
  const [first, second, third] = regions;
  const equations = first.equations.map((equation, i) => {
    const [other, another] = [second.equations[i], third.equations[i]];
    if (other === undefined || another === undefined) throw dependent(equation.primitive);
    return openedEquation(equation, other, another);
  });
  if ([second, third].some((region) => region.equations.length !== equations.length))
    throw dependent("equations");
  const values = (of: (region: Region) => readonly Value[]): Value[] =>
    openedValues("results", of(first), of(second), of(third));
  return { inputs: values(({ inputs }) => inputs), equations, outputs: values(({ outputs }) => outputs) };
}

function openedEquation(
  first: PrimitiveEquation,
  second: PrimitiveEquation,
  third: PrimitiveEquation,
): PrimitiveEquation {
  const { primitive } = first;
  if (second.primitive !== primitive || third.primitive !== primitive) throw dependent(primitive);
  const values = (of: (equation: PrimitiveEquation) => readonly Value[]): Value[] =>
    openedValues(primitive, of(first), of(second), of(third));
  const parameters = openedParameter(primitive, "", first.parameters, second.parameters, third.parameters);
  // What has the parameters' places has their type.
  return {
    primitive,
    parameters,
    inputs: values(({ inputs }) => inputs),
    outputs: values(({ outputs }) => outputs),
  } as PrimitiveEquation;
}

function openedValues(
  primitive: string,
  first: readonly Value[],
  second: readonly Value[],
  third: readonly Value[],
): Value[] {
  return first.map(({ id, shape, type }, i) => {
    const [other, another] = [second[i], third[i]];
    if (other?.id !== id || another?.id !== id || other.type !== type) throw dependent(primitive);
    return { id, type, shape: openedSizes(primitive, shape, other.shape, another.shape) };
  });
}

/** The parameters that hold sizes. */
const sized: ReadonlySet<string> = new Set(["start", "end", "before", "after", "length"]);

function openedParameter(
  primitive: string,
  key: string,
  first: unknown,
  second: unknown,
  third: unknown,
): unknown {
  // Large constants are the same ones, and not copies.
  if (first === second && first === third) return first;
  if (isRegion(first) && isRegion(second) && isRegion(third)) return opened([first, second, third]);
  if (sized.has(key) && isSizes(first) && isSizes(second) && isSizes(third)) {
    return openedSizes(primitive, first, second, third);
  }
  if (
    sized.has(key) &&
    typeof first === "number" &&
    typeof second === "number" &&
    typeof third === "number"
  ) {
    return openedSize(primitive, first, second, third);
  }
  if (
    isObject(first) &&
    isObject(second) &&
    isObject(third) &&
    !ArrayBuffer.isView(first) &&
    !Array.isArray(first)
  ) {
    return Object.fromEntries(
      Object.entries(first).map(([name, value]) => [
        name,
        openedParameter(primitive, name, value, second[name], third[name]),
      ]),
    );
  }
  const text = (value: unknown): string =>
    ArrayBuffer.isView(value) ? String(value) : Object.is(value, -0) ? "-0" : String(value);
  if (text(first) !== text(second) || text(first) !== text(third)) throw dependent(primitive);
  return first;
}

function openedSizes(primitive: string, first: Shape, second: Shape, third: Shape): number[] {
  if (second.length !== first.length || third.length !== first.length) throw dependent(primitive);
  return first.map((size, axis) => openedSize(primitive, size, second[axis] ?? 0, third[axis] ?? 0));
}

function openedSize(primitive: string, first: number, second: number, third: number): number {
  const [small, middle, large] = TRIED;
  const times = (second - first) / (middle - small);
  const plus = first - times * small;
  if (!Number.isInteger(times) || times * large + plus !== third) throw dependent(primitive);
  return times * OPEN + plus;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
const isSizes = (value: unknown): value is readonly number[] => Array.isArray(value);
const isRegion = (value: unknown): value is Region => isObject(value) && "equations" in value;

function dependent(primitive: string): RangeError {
  return new RangeError(
    `onnx: what the function computes depends on the size of its batch beyond shapes, at ${primitive}: a mean over the ` +
      "batch, a draw for all of it, a running sum along it; leave out batch, and its size is that of the examples",
  );
}
