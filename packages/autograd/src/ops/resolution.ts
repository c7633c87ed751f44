import { checkOptions, kindOf } from "../arguments.ts";
import { checkShape, type Shape, ShapeError, showShape, sizeAt, sizeOf } from "../shape.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast.ts";
import { maximum } from "./choice.ts";
import { reshape, transpose } from "./layout.ts";
import { mean } from "./moments.ts";
import { padZeros, slice } from "./movement.ts";

// Images are [n, ...spatial, channels], with any number of spatial axes from 1.

/** The window of a pooling, the same along every spatial axis. */
export interface PoolOptions {
  /** Elements of the window along each spatial axis, from 1. */
  readonly size: number;
  /** Elements from window to window, from 1; the size unless said. What is left at the end is not pooled. */
  readonly stride?: number;
}

/**
 * The mean of each window of an image: [n, ...spatial, channels] → [n, ...⌊(spatial − size) / stride⌋ + 1, channels].
 *
 * @throws ShapeError when x has no spatial axis, or the window is larger than one
 * @throws RangeError for a size or a stride that is no whole number from 1
 *
 * @example
 * ```ts
 * import { averagePool, tensor } from "@scoretape/autograd";
 *
 * const image = tensor([1, 2, 3, 4], { shape: [1, 2, 2, 1] });
 * console.log(averagePool(image, { size: 2 }).data.join(" ")); // 2.5
 * ```
 */
export function averagePool(x: Tensor, options: PoolOptions): Tensor {
  const { places, size, strides } = pooling("averagePool", x, options);
  if (strides.every((stride) => stride === size)) {
    return mean(inBlocks(x, places, strides), { axis: places.map((_, axis) => 2 * axis + 2) });
  }
  const elements = underWindow(x, places, size, strides);
  return mul(
    elements.reduce((a, b) => add(a, b)),
    1 / elements.length,
  );
}

/**
 * The largest element of each window of an image: [n, ...spatial, channels] →
 * [n, ...⌊(spatial − size) / stride⌋ + 1, channels]. Of two equal ones each has half of the derivative, as in `maximum`.
 *
 * @throws ShapeError when x has no spatial axis, or the window is larger than one
 * @throws RangeError for a size or a stride that is no whole number from 1
 *
 * @example
 * ```ts
 * import { maxPool, tensor } from "@scoretape/autograd";
 *
 * const line = tensor([1, 3, 2, 5], { shape: [1, 4, 1] });
 * console.log(maxPool(line, { size: 3, stride: 1 }).data.join(" ")); // 3 5
 * ```
 */
export function maxPool(x: Tensor, options: PoolOptions): Tensor {
  const { places, size, strides } = pooling("maxPool", x, options);
  return underWindow(x, places, size, strides).reduce((a, b) => maximum(a, b));
}

/** The places of the window along each spatial axis. */
function pooling(
  name: string,
  x: Tensor,
  options: PoolOptions,
): { readonly places: readonly number[]; readonly size: number; readonly strides: readonly number[] } {
  checkTensor(name, x);
  checkOptions(name, options, { size: "number", stride: "number" });
  const size = checkFactor(name, "size", options.size);
  const stride = checkFactor(name, "stride", options.stride ?? size);
  const places = spatialOf(name, x.shape).map((length, axis) => {
    if (length >= size) return Math.floor((length - size) / stride) + 1;
    throw new ShapeError(
      `${name}: a window of ${size} is larger than spatial axis ${axis} of ${showShape(x.shape)}, ${length}`,
    );
  });
  // A window that has one place goes nowhere.
  return { places, size, strides: places.map((count) => (count === 1 ? size : stride)) };
}

/** For each element of the window: the elements of the image that lie under it, place by place. */
function underWindow(
  x: Tensor,
  places: readonly number[],
  size: number,
  strides: readonly number[],
): Tensor[] {
  const along = (axis: number): number => sizeAt(strides, axis);
  const blocks = places.map((count, axis) => count + Math.floor((size - 1) / along(axis)));
  const blocked = inBlocks(x, blocks, strides);
  const [images, channels] = [sizeAt(x.shape, 0), sizeAt(x.shape, x.rank - 1)];
  return offsetsOf(size, places.length).map((offset) => {
    const start = offset.flatMap((at, axis) => [Math.floor(at / along(axis)), at % along(axis)]);
    const end = start.map((at, axis) => at + (axis % 2 === 0 ? sizeAt(places, axis / 2) : 1));
    const part = slice(blocked, [0, ...start, 0], [images, ...end, channels]);
    return reshape(part, [images, ...places, channels]);
  });
}

/** The image in blocks, [n, ...(blocks, steps), channels], cut off at its end or filled up with zeros there. */
function inBlocks(x: Tensor, blocks: readonly number[], steps: readonly number[]): Tensor {
  const spatial = x.shape.slice(1, -1);
  const whole = blocks.map((count, axis) => count * sizeAt(steps, axis));
  const [images, channels] = [sizeAt(x.shape, 0), sizeAt(x.shape, x.rank - 1)];
  const kept = whole.map((size, axis) => Math.min(size, sizeAt(spatial, axis)));
  const cut = slice(
    x,
    x.shape.map(() => 0),
    [images, ...kept, channels],
  );
  const filled = padZeros(cut, [
    [0, 0],
    ...whole.map((size, axis) => [0, size - sizeAt(kept, axis)] as const),
    [0, 0],
  ]);
  return reshape(filled, [
    images,
    ...blocks.flatMap((count, axis) => [count, sizeAt(steps, axis)]),
    channels,
  ]);
}

/** All offsets in a window of so many axes, the last one's running fastest. */
function offsetsOf(size: number, axes: number): number[][] {
  return Array.from({ length: axes }).reduce<number[][]>(
    (offsets) => offsets.flatMap((offset) => Array.from({ length: size }, (_, at) => [...offset, at])),
    [[]],
  );
}

/**
 * Repeats every element of an image `factor` times along each spatial axis:
 * [n, ...spatial, channels] → [n, ...(spatial · factor), channels].
 *
 * @throws ShapeError when x has no spatial axis
 * @throws RangeError for a factor that is no whole number from 1
 *
 * @example
 * ```ts
 * import { tensor, upsampleNearest } from "@scoretape/autograd";
 *
 * const line = tensor([1, 2], { shape: [1, 2, 1] });
 * console.log(upsampleNearest(line, 2).data.join(" ")); // 1 1 2 2
 * ```
 */
export function upsampleNearest(x: Tensor, factor: number): Tensor {
  checkTensor("upsampleNearest", x);
  const spatial = spatialOf("upsampleNearest", x.shape);
  checkFactor("upsampleNearest", "factor", factor);
  const [images, channels] = [sizeAt(x.shape, 0), sizeAt(x.shape, x.rank - 1)];
  const larger = spatial.map((size) => size * factor);
  checkShape("upsampleNearest", [images, ...larger, channels]);
  const apart = reshape(x, [images, ...spatial.flatMap((size) => [size, 1]), channels]);
  const repeated = broadcastTo(apart, [images, ...spatial.flatMap((size) => [size, factor]), channels]);
  return reshape(repeated, [images, ...larger, channels]);
}

/**
 * Lays groups of channels out as blocks of pixels: [n, ...spatial, blocks · channels] → [n, ...(spatial · factor), channels],
 * with factorᵃˣᵉˢ pixels in a block. Channel b·channels + c is channel c of the block's pixel b, in the order of
 * TensorFlow's depth_to_space (Shi et al. 2016, section 2.2, with the channels last).
 *
 * @throws ShapeError when x has no spatial axis, or the channels are no multiple of the pixels of a block
 * @throws RangeError for a factor that is no whole number from 1
 *
 * @example
 * ```ts
 * import { pixelShuffle, tensor } from "@scoretape/autograd";
 *
 * const image = pixelShuffle(tensor([1, 2, 3, 4], { shape: [1, 1, 1, 4] }), 2);
 * console.log(image.shape, image.data.join(" ")); // [ 1, 2, 2, 1 ] 1 2 3 4
 * ```
 */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  checkTensor("pixelShuffle", x);
  const spatial = spatialOf("pixelShuffle", x.shape);
  checkFactor("pixelShuffle", "factor", factor);
  const axes = spatial.length;
  const pixels = sizeOf(spatial.map(() => factor));
  const [images, channels] = [sizeAt(x.shape, 0), sizeAt(x.shape, x.rank - 1) / pixels];
  if (!Number.isInteger(channels)) {
    throw new ShapeError(
      `pixelShuffle: the ${x.shape.at(-1)} channels of x ${showShape(x.shape)} are no multiple of the ` +
        `${pixels} pixels of a block`,
    );
  }
  const apart = reshape(x, [images, ...spatial, ...spatial.map(() => factor), channels]);
  const order = spatial.flatMap((_, axis) => [1 + axis, 1 + axes + axis]);
  const laid = transpose(apart, [0, ...order, 1 + 2 * axes]);
  return reshape(laid, [images, ...spatial.map((size) => size * factor), channels]);
}

/**
 * Gathers blocks of pixels as channels, the inverse of `pixelShuffle`: [n, ...spatial, channels] →
 * [n, ...(spatial / factor), blocks · channels].
 *
 * @throws ShapeError when x has no spatial axis, or one is no multiple of the factor
 * @throws RangeError for a factor that is no whole number from 1
 *
 * @example
 * ```ts
 * import { pixelUnshuffle, tensor } from "@scoretape/autograd";
 *
 * const blocks = pixelUnshuffle(tensor([1, 2, 3, 4], { shape: [1, 2, 2, 1] }), 2);
 * console.log(blocks.shape, blocks.data.join(" ")); // [ 1, 1, 1, 4 ] 1 2 3 4
 * ```
 */
export function pixelUnshuffle(x: Tensor, factor: number): Tensor {
  checkTensor("pixelUnshuffle", x);
  const spatial = spatialOf("pixelUnshuffle", x.shape);
  checkFactor("pixelUnshuffle", "factor", factor);
  const blocks = spatial.map((size, axis) => {
    if (size % factor === 0) return size / factor;
    throw new ShapeError(
      `pixelUnshuffle: spatial axis ${axis} of x ${showShape(x.shape)} is ${size}, no multiple of the factor ${factor}`,
    );
  });
  const axes = blocks.length;
  const tiled = inBlocks(
    x,
    blocks,
    blocks.map(() => factor),
  );
  const [outer, inner] = [0, 1].map((from) => blocks.map((_, axis) => 1 + from + 2 * axis));
  const gathered = transpose(tiled, [0, ...(outer ?? []), ...(inner ?? []), 1 + 2 * axes]);
  return reshape(gathered, [
    sizeAt(x.shape, 0),
    ...blocks,
    sizeOf(blocks.map(() => factor)) * sizeAt(x.shape, x.rank - 1),
  ]);
}

/** The spatial axes of images [n, ...spatial, channels]. */
function spatialOf(name: string, shape: Shape): Shape {
  if (shape.length >= 3) return shape.slice(1, -1);
  throw new ShapeError(`${name}: x ${showShape(shape)} has no spatial axis; give [n, ...spatial, channels]`);
}

function checkFactor(name: string, option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name}: ${option} is ${kindOf(value)}; give a whole number from 1`);
}
