import type { ConvolutionParameters } from "../../../backend.ts";
import { type Shape, sizeAt } from "../../../shape.ts";
import { type ConvolutionSizes, convolutionSizes, type Plane } from "../../convolutionSizes.ts";
import { TILE_ROWS } from "../matmul/tile.ts";
import type { PlannedKernel } from "../planned.ts";
import { CACHE_LINE, ELEMENT, planFrame } from "./frame.ts";
import { frameOf, pathOf, plane, timeOf, type Window } from "./path.ts";
import { SWEEP_PARAMETERS, sweepModule, sweepScratchBytes } from "./sweep.ts";
import { WEIGHTS_PARAMETERS, weightsModule, weightsScratchBytes } from "./weights.ts";

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
    strides: {
      kTap: row * channelsPerGroup,
      kStep: row,
      kColumn: ELEMENT,
      kGroup: ELEMENT * outputsPerGroup,
    },
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
    strides: { kTap: -tap, kStep: ELEMENT, kColumn: row, kGroup: ELEMENT * outputsPerGroup },
  });
}

/** A window that goes over images: what it meets, and where its weights are. */
interface SweepProblem {
  readonly window: Window;
  readonly image: Plane;
  readonly before: Plane;
  readonly spacing: Plane;
  readonly channels: number;
  /** Where the window's first element is in the kernel, in bytes. */
  readonly first: number;
  /** From each of its elements to the next, from channel to channel that is summed, from column to column, group to group. */
  readonly strides: Readonly<Record<"kTap" | "kStep" | "kColumn" | "kGroup", number>>;
}

function planSweep(images: number, columns: number, problem: SweepProblem): PlannedKernel {
  const { window, image, channels, first, strides } = problem;
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
    place: ([x = 0, kernel = 0], y, scratch) =>
      ordered(SWEEP_PARAMETERS, {
        ...frame.parameters,
        ...path,
        images,
        groups,
        places: places.height * places.width,
        width: places.width,
        x,
        xImage,
        xGroup: ELEMENT * window.channels,
        k: kernel + first,
        kTaps,
        kSteps: window.channels,
        ...strides,
        y,
        yImage,
        yGroup: ELEMENT * columns,
        yPlace,
        columns,
        scratch,
      }),
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
    place: ([from = 0, right = 0], k, scratch) =>
      ordered(WEIGHTS_PARAMETERS, {
        ...path,
        ...frame.parameters,
        images,
        groups,
        lines: places.height,
        width: places.width,
        block: Math.ceil(places.height / blocks),
        x: from,
        xImage: ELEMENT * channels * image.height * image.width,
        xGroup: ELEMENT * channelsPerGroup,
        y: right,
        yImage: yPlace * places.height * places.width,
        yGroup: ELEMENT * outputsPerGroup,
        yPlace,
        columns: outputsPerGroup,
        k,
        kRow: yPlace,
        kGroup: ELEMENT * outputsPerGroup,
        first: 0,
        last: tiles,
        scratch,
      }),
    cut: {
      size: tiles,
      unit: 1,
      time: timeOf(images, window, outputsPerGroup),
      sums: [],
      part: (parameters, from, to) =>
        WEIGHTS_PARAMETERS.map((name, i) =>
          name === "first" ? from : name === "last" ? to : (parameters[i] ?? 0),
        ),
    },
  };
}

/** Values in the order of their names. */
function ordered<Name extends string>(
  names: readonly Name[],
  values: Readonly<Record<Name, number>>,
): number[] {
  return names.map((name) => values[name]);
}
