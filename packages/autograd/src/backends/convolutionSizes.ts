import type { ConvolutionParameters } from "../backend.ts";
import { type Shape, sizeAt } from "../shape.ts";

/** The places of the window along each spatial axis: the spatial sizes of a convolution's result. */
export function placesOf({
  image,
  window,
  stride,
  before,
  after,
  dilation,
}: ConvolutionParameters): readonly number[] {
  return image.map((size, axis) => {
    const reach = sizeAt(dilation, axis) * (sizeAt(window, axis) - 1) + 1;
    const room = size + sizeAt(before, axis) + sizeAt(after, axis) - reach;
    return room < 0 ? 0 : Math.floor(room / sizeAt(stride, axis)) + 1;
  });
}

/** The same for each spatial axis of a convolution in the plane. */
export interface Plane {
  readonly height: number;
  readonly width: number;
}

/** The sizes of a convolution in the plane; along a line it is one of images of height 1. */
export interface ConvolutionSizes {
  readonly images: number;
  readonly image: Plane;
  readonly window: Plane;
  readonly places: Plane;
  readonly stride: Plane;
  readonly before: Plane;
  readonly dilation: Plane;
  readonly groups: number;
  /** Channels of the image, in all and in a group. */
  readonly channels: number;
  readonly channelsPerGroup: number;
  /** Channels of the result, in all and in a group. */
  readonly outputs: number;
  readonly outputsPerGroup: number;
}

/** The sizes of a convolution from its parameters, the images [n, ...image, c], and the kernel [...window, c / groups, o]. */
export function convolutionSizes(
  parameters: ConvolutionParameters,
  images: number,
  kernel: Shape,
): ConvolutionSizes {
  const { groups } = parameters;
  const plane = (sizes: readonly number[], alone: number): Plane => {
    const [height, width] = sizes.length === 1 ? [alone, sizes[0]] : sizes;
    if (height === undefined || width === undefined)
      throw new Error("a convolution has one or two spatial axes");
    return { height, width };
  };
  const channelsPerGroup = sizeAt(kernel, kernel.length - 2);
  const outputs = sizeAt(kernel, kernel.length - 1);
  return {
    images,
    image: plane(parameters.image, 1),
    window: plane(parameters.window, 1),
    places: plane(placesOf(parameters), 1),
    stride: plane(parameters.stride, 1),
    before: plane(parameters.before, 0),
    dilation: plane(parameters.dilation, 1),
    groups,
    channels: groups * channelsPerGroup,
    channelsPerGroup,
    outputs,
    outputsPerGroup: outputs / groups,
  };
}
