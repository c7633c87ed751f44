import type { Plane } from "../../convolutionSizes.ts";
import { PRODUCT_SPEED } from "../cut.ts";
import type { Frame } from "./frame.ts";

/** How a window moves over images in their frames. */
export interface Window {
  readonly window: Plane;
  readonly dilation: Plane;
  readonly stride: Plane;
  readonly places: Plane;
  readonly groups: number;
  /** Channels of a group that the window meets. */
  readonly channels: number;
}

/** One number for each axis of the plane. */
export function plane(of: (axis: keyof Plane) => number): Plane {
  return { height: of("height"), width: of("width") };
}

/** The sizes of the frame in which a window finds all that it meets. */
export function frameOf({ places, stride, window, dilation }: Window): Plane {
  return plane((axis) => (places[axis] - 1) * stride[axis] + (window[axis] - 1) * dilation[axis] + 1);
}

/** The way of a window through a frame, in bytes, and its runs: elements side by side that it meets one after another. */
export function pathOf({ window, dilation, stride, places, groups, channels }: Window, frame: Frame) {
  const step = stride.width * frame.pixel;
  const line = stride.height * frame.line;
  const isDense = groups === 1 && (dilation.width === 1 || window.width === 1);
  return {
    step,
    /** From a line of places to the next, and to its first place from the last one of the line before. */
    line,
    jump: line - (places.width - 1) * step,
    windowLines: window.height,
    windowLine: dilation.height * frame.line,
    taps: isDense ? 1 : window.width,
    tap: dilation.width * frame.pixel,
    run: isDense ? window.width * channels : channels,
  };
}

/** A rough time in nanoseconds, where each group has so many columns. */
export function timeOf(
  images: number,
  { window, places, groups, channels }: Window,
  columns: number,
): number {
  const products = window.height * window.width * channels * groups * columns;
  return (2 * images * places.height * places.width * products) / PRODUCT_SPEED;
}
