import type { ConvolutionParameters } from "../../../backend.ts";
import { type Shape, sizeAt } from "../../../shape.ts";
import { type ConvolutionSizes, convolutionSizes, type Plane } from "../../convolutionSizes.ts";
import { PRODUCT_SPEED } from "../cut.ts";
import { TILE_ROWS } from "../matmul/tile.ts";
import type { PlannedKernel } from "../planned.ts";
import { CACHE_LINE, ELEMENT, type Frame, planFrame } from "./frame.ts";
import { SWEEP_PARAMETERS, sweepModule, sweepScratchBytes } from "./sweep.ts";
import { WEIGHTS_PARAMETERS, weightsModule, weightsScratchBytes } from "./weights.ts";

/** How a window moves over images in their frames. */
interface Window {
  readonly window: Plane;
  readonly dilation: Plane;
  readonly stride: Plane;
  readonly places: Plane;
  readonly groups: number;
  /** Channels of a group that the window meets. */
  readonly channels: number;
}

/** The elements of a frame that a window meets at all of its places. */
function reach(places: number, stride: number, window: number, dilation: number): number {
  return (places - 1) * stride + (window - 1) * dilation + 1;
}

/** One number for each axis of the plane. */
function plane(of: (axis: keyof Plane) => number): Plane {
  return { height: of("height"), width: of("width") };
}

/** y from x and the kernel: the window goes over x in a frame of zeros. */
export function planConv(parameters: ConvolutionParameters, x: Shape, kernel: Shape): PlannedKernel {
  const sizes = convolutionSizes(parameters, sizeAt(x, 0), kernel);
  const { image, before, channels, channelsPerGroup, outputs, outputsPerGroup } = sizes;
  const row = ELEMENT * outputs;
  return planSweep(sizes.images, outputsPerGroup, {
    window: { ...sizes, channels: channelsPerGroup },
    image,
    before,
    spacing: plane(() => 1),
    channels,
    first: 0,
    kTap: row * channelsPerGroup,
    kStep: row,
    kColumn: ELEMENT,
    kGroup: ELEMENT * outputsPerGroup,
  });
}

/**
 * x from y and the kernel. What x[i] has to do with the window's element k at place p, where i = p·stride − before + k·dilation,
 * is turned round: the window, from its last element to its first, goes in steps of one over y, whose elements lie a
 * stride apart.
 */
export function planConvInput(parameters: ConvolutionParameters, y: Shape, kernel: Shape): PlannedKernel {
  const sizes = convolutionSizes(parameters, sizeAt(y, 0), kernel);
  const { window, dilation, image, channelsPerGroup, outputs, outputsPerGroup } = sizes;
  const row = ELEMENT * outputs;
  const tap = row * channelsPerGroup;
  return planSweep(sizes.images, channelsPerGroup, {
    window: { ...sizes, stride: plane(() => 1), places: image, channels: outputsPerGroup },
    image: sizes.places,
    before: plane((axis) => (window[axis] - 1) * dilation[axis] - sizes.before[axis]),
    spacing: sizes.stride,
    channels: outputs,
    first: (window.height * window.width - 1) * tap,
    kTap: -tap,
    kStep: ELEMENT,
    kColumn: row,
    kGroup: ELEMENT * outputsPerGroup,
  });
}

/** A window that goes over images: what it meets, and where its weights are. */
interface SweepProblem {
  readonly window: Window;
  readonly image: Plane;
  readonly before: Plane;
  readonly spacing: Plane;
  readonly channels: number;
  /** The window's first element in the kernel, and from each to the next; channel to channel, column to column, group to group. */
  readonly first: number;
  readonly kTap: number;
  readonly kStep: number;
  readonly kColumn: number;
  readonly kGroup: number;
}

function planSweep(images: number, columns: number, problem: SweepProblem): PlannedKernel {
  const { window, image, channels } = problem;
  const { groups, places } = window;
  const frame = planFrame({ ...problem, frame: frameOf(window) });
  const path = pathOf(window, frame);
  const kTaps = window.window.height * window.window.width;
  const steps = kTaps * window.channels;
  const yPlace = ELEMENT * groups * columns;
  const yImage = yPlace * places.height * places.width;
  const xImage = ELEMENT * channels * image.height * image.width;
  return {
    signature: "convolution sweep",
    entry: "sweep",
    scratchBytes: sweepScratchBytes(frame.bytes, groups, columns, steps),
    build: sweepModule,
    place: ([x = 0, kernel = 0], y, scratch) => [
      ...[images, x, xImage, ELEMENT * window.channels, ...frame.parameters, groups],
      ...[places.height * places.width, places.width, path.step, path.jump],
      ...[path.windowLines, path.windowLine, path.taps, path.tap, path.run],
      ...[kernel + problem.first, kTaps, problem.kTap, window.channels],
      ...[problem.kStep, problem.kColumn, problem.kGroup],
      ...[y, yImage, ELEMENT * columns, yPlace, columns, scratch],
    ],
    cut: {
      size: images,
      unit: 1,
      time: timeOf(images, window, columns),
      sums: [],
      part: (parameters, from, to) =>
        SWEEP_PARAMETERS.map((name, i) => {
          const value = parameters[i] ?? 0;
          if (name === "images") return to - from;
          return value + from * (name === "x" ? xImage : name === "y" ? yImage : 0);
        }),
    },
  };
}

/** Bytes of a cache that a block of places may take. */
const CACHE = 20 * 1024;

/** The kernel from x and y: outer products of what the window meets with y, summed over all places. */
export function planConvKernel(parameters: ConvolutionParameters, x: Shape, y: Shape): PlannedKernel {
  const outputs = sizeAt(y, y.length - 1);
  const { window: size, groups } = parameters;
  const kernel = [...size, sizeAt(x, x.length - 1) / groups, outputs];
  const sizes: ConvolutionSizes = convolutionSizes(parameters, sizeAt(x, 0), kernel);
  const { images, image, channels, channelsPerGroup, outputsPerGroup, places } = sizes;
  const window: Window = { ...sizes, channels: channelsPerGroup };
  const frame = planFrame({ ...sizes, spacing: plane(() => 1), frame: frameOf(window) });
  const path = pathOf(window, frame);
  const yPlace = ELEMENT * outputs;
  const block = Math.max(1, Math.floor(CACHE / ((CACHE_LINE + yPlace) * places.width)));
  const blocks = Math.ceil(places.height / block);
  const tiles = groups * path.windowLines * path.taps * Math.ceil(path.run / TILE_ROWS);
  return {
    signature: "convolution weights",
    entry: "weights",
    scratchBytes: weightsScratchBytes(frame.bytes),
    build: weightsModule,
    place: ([from = 0, right = 0], k, scratch) => [
      ...[images, from, ELEMENT * channels * image.height * image.width, ELEMENT * channelsPerGroup],
      ...[...frame.parameters, groups],
      ...[places.height, places.width, Math.ceil(places.height / blocks), path.step, path.line],
      ...[path.windowLines, path.windowLine, path.taps, path.tap, path.run],
      ...[right, yPlace * places.height * places.width, ELEMENT * outputsPerGroup, yPlace],
      ...[outputsPerGroup, k, yPlace, ELEMENT * outputsPerGroup, 0, tiles, scratch],
    ],
    cut: {
      size: tiles,
      unit: 1,
      time: timeOf(images, window, outputsPerGroup),
      sums: [],
      part: (values, first, last) =>
        WEIGHTS_PARAMETERS.map((name, i) => ({ first, last })[name as "first"] ?? values[i] ?? 0),
    },
  };
}

/** The sizes of the frame in which a window finds all that it meets. */
function frameOf({ places, stride, window, dilation }: Window): Plane {
  return plane((axis) => reach(places[axis], stride[axis], window[axis], dilation[axis]));
}

/** The way of a window through a frame, in bytes, and its runs: elements side by side that it meets one after another. */
function pathOf({ window, dilation, stride, places, groups, channels }: Window, frame: Frame) {
  const step = stride.width * frame.pixel;
  const line = stride.height * frame.line;
  const isDense = groups === 1 && (dilation.width === 1 || window.width === 1);
  return {
    step,
    line,
    jump: line - (places.width - 1) * step,
    windowLines: window.height,
    windowLine: dilation.height * frame.line,
    taps: isDense ? 1 : window.width,
    tap: dilation.width * frame.pixel,
    run: isDense ? window.width * channels : channels,
  };
}

/** A rough time in nanoseconds. */
function timeOf(images: number, { window, places, groups, channels }: Window, columns: number): number {
  const products = window.height * window.width * channels * groups * columns;
  return (2 * images * places.height * places.width * products) / PRODUCT_SPEED;
}
