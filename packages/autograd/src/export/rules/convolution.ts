import type { ConvolutionParameters } from "../../backend.ts";
import { placesOf } from "../../backends/convolutionSizes.ts";
import { sizeAt } from "../../shape.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";
import type { Rule } from "./rule.ts";

// A convolution's derivatives are convolutions again: that in x one of y, spread out by the stride, with the window
// turned round; that in the kernel one of x with y for its window, which moves by the dilation and is spread by the stride.

export const conv: Rule<"conv"> = (b, { parameters }, x, kernel) =>
  trimmed(b, x, kernel, placesOf(parameters), parameters);

export const convInput: Rule<"convInput"> = (b, { parameters }, y, kernel) => {
  const { image, window, stride, dilation, before, groups } = parameters;
  const spatial = image.map((_, i) => i);
  const spread = spreadOut(b, y, stride);
  const reach = spatial.map((i) => sizeAt(dilation, i) * (sizeAt(window, i) - 1));
  const start = spatial.map((i) => sizeAt(reach, i) - sizeAt(before, i));
  return trimmed(b, spread, turned(b, kernel, groups), image, {
    stride: spatial.map(() => 1),
    dilation,
    groups,
    before: start,
    after: spatial.map(
      (i) => sizeAt(image, i) + sizeAt(reach, i) - sizeAt(spread.shape, i + 1) - sizeAt(start, i),
    ),
  });
};

export const convKernel: Rule<"convKernel"> = (b, { parameters, output }, x, y) => {
  const { image, window, stride, before, dilation, groups } = parameters;
  const axes = image.map((_, i) => i + 1);
  const rank = image.length + 2;
  const [images, places, channels] = [
    sizeAt(x.shape, 0),
    y.shape.slice(1, -1),
    sizeAt(x.shape, rank - 1) / groups,
  ];
  // Images take the part of channels, and each group's channels that of images.
  const grouped = b.reshape(x, [images, ...image, groups, channels]);
  const swapped = b.transpose(grouped, [rank, ...axes, rank - 1, 0]);
  const lines = b.reshape(swapped, [channels, ...image, groups * images]);
  const kernel = b.transpose(y, [...axes, 0, rank - 1]);
  const result = trimmed(b, lines, kernel, window, {
    stride: dilation,
    dilation: stride,
    groups,
    before,
    after: image.map(
      (size, i) =>
        sizeAt(dilation, i) * (sizeAt(window, i) - 1) +
        sizeAt(stride, i) * (sizeAt(places, i) - 1) +
        1 -
        size -
        sizeAt(before, i),
    ),
  });
  return b.reshape(b.transpose(result, [...axes, 0, rank - 1]), output.shape);
};

/** A convolution around whose image there may be fewer zeros than none: then the image ends earlier. */
function trimmed(
  b: Builder,
  x: Value,
  kernel: Value,
  places: readonly number[],
  {
    before,
    after,
    stride,
    dilation,
    groups,
  }: Pick<ConvolutionParameters, "before" | "after" | "stride" | "dilation" | "groups">,
): Value {
  const within = (zeros: readonly number[]): number[] => [0, ...zeros.map((n) => Math.max(0, -n)), 0];
  const [start, end] = [within(before), within(after)];
  const seen = b.slice(
    x,
    start,
    x.shape.map((size, axis) => size - sizeAt(end, axis)),
  );
  const around = (zeros: readonly number[]): number[] => zeros.map((n) => Math.max(0, n));
  const window = { before: around(before), after: around(after), stride, dilation, groups };
  return b.convolution(seen, kernel, places, window);
}

/** x with zeros between its elements along the spatial axes, so that they are a stride apart. */
function spreadOut(b: Builder, x: Value, stride: readonly number[]): Value {
  return stride.reduce((spread, step, i) => {
    const axis = i + 1;
    const size = sizeAt(spread.shape, axis);
    if (step === 1 || size === 0) return spread;
    const apart = b.reshape(spread, spread.shape.toSpliced(axis + 1, 0, 1));
    const zeros = apart.shape.map(() => 0);
    const padded = b.pad(apart, zeros, zeros.with(axis + 1, step - 1));
    const joined = b.reshape(padded, spread.shape.with(axis, size * step));
    return b.part(joined, axis, 0, size * step - step + 1);
  }, x);
}

/** [...window, c, groups·o] as [...window, o, groups·c], from its last place to its first. */
function turned(b: Builder, kernel: Value, groups: number): Value {
  const window = kernel.shape.slice(0, -2);
  const axes = window.map((_, i) => i);
  const [c, outputs] = [sizeAt(kernel.shape, axes.length), sizeAt(kernel.shape, axes.length + 1)];
  const o = outputs / groups;
  const grouped = b.reshape(b.reverse(kernel, axes), [...window, c, groups, o]);
  const swapped = b.transpose(grouped, [...axes, axes.length + 2, axes.length + 1, axes.length]);
  return b.reshape(swapped, [...window, o, groups * c]);
}
