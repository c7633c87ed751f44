import { add } from "../../ops/arithmetic.ts";
import { maximum } from "../../ops/choice.ts";
import { div } from "../../ops/elementwise.ts";
import { mean } from "../../ops/moments.ts";
import { pad } from "../../ops/padding.ts";
import { max } from "../../ops/reduce.ts";
import { stridedSlice } from "../../ops/stridedSlice.ts";
import { sizeAt, sizeOf } from "../../shape.ts";
import { ones, type Tensor } from "../../tensor.ts";
import type { Call, Rule, Rules } from "../call.ts";
import { reachOf, type Windows, windowAttributes, windowsOf } from "./windows.ts";

/** The most elements of a window, each of which is an array of its own. */
const MOST_IN_WINDOW = 1024;

/** How the windows of a pooling move, with what has to follow the image where the last one begins in it and ends behind. */
function pooling(call: Call, x: Tensor): Windows & { readonly rest: readonly number[] } {
  const image = x.shape.slice(2);
  const windows = windowsOf(call, image, call.list("kernel_shape") ?? []);
  const isUp = call.attribute("ceil_mode", 0) !== 0;
  if (sizeOf(windows.window) > MOST_IN_WINDOW) {
    throw call.failure(
      `its windows have ${sizeOf(windows.window)} elements; up to ${MOST_IN_WINDOW} are pooled, or all by a Global operator`,
    );
  }
  const rest = image.map((size, axis) => {
    const [stride, reach] = [sizeAt(windows.stride, axis), reachOf(windows, axis)];
    const [before, after] = [sizeAt(windows.before, axis), sizeAt(windows.after, axis)];
    const left = size + before + after - reach;
    if (left < 0)
      throw call.failure(`a window over ${reach} elements is larger than its image [${image}] with pads`);
    if (!isUp) return 0;
    const last = Math.ceil(left / stride) * stride;
    return last >= size + before ? 0 : last - left;
  });
  const padded = image.map(
    (size, axis) => size + sizeAt(windows.before, axis) + sizeAt(windows.after, axis) + sizeAt(rest, axis),
  );
  call.room([...x.shape.slice(0, 2), ...padded]);
  return { ...windows, rest };
}

/** What two elements of each window of a padded image become, one after another. */
function pooled(x: Tensor, windows: Windows, f: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const { window, stride, dilation } = windows;
  const image = x.shape.slice(2);
  const parts = Array.from({ length: sizeOf(window) }, (_, i) => {
    let rest = i;
    const offsets = window.map(() => 0);
    for (let axis = window.length - 1; axis >= 0; axis--) {
      const size = sizeAt(window, axis);
      offsets[axis] = (rest % size) * sizeAt(dilation, axis);
      rest = Math.floor(rest / size);
    }
    const ends = image.map((size, axis) => size - reachOf(windows, axis) + sizeAt(offsets, axis) + 1);
    return stridedSlice(x, [0, 0, ...offsets], [null, null, ...ends], [1, 1, ...stride]);
  });
  return parts.reduce(f);
}

/** So many elements around the spatial axes. */
function widths(before: readonly number[], after: readonly number[]): (readonly [number, number])[] {
  return [[0, 0], [0, 0], ...before.map((size, axis): [number, number] => [size, sizeAt(after, axis)])];
}

function maxima(call: Call): Tensor {
  const x = call.x(0);
  if (call.node.outputs.length > 1)
    throw call.failure("its second result, places of maxima, is not computed here");
  const windows = pooling(call, x);
  const after = windows.after.map((size, axis) => size + sizeAt(windows.rest, axis));
  const isPadded = [...windows.before, ...after].some((size) => size > 0);
  const around = widths(windows.before, after);
  const value = Number.NEGATIVE_INFINITY;
  return pooled(isPadded ? pad(x, around, { value }) : x, windows, maximum);
}

/** Means over what is in a window of the image, and of the zeros around it where those count too. */
function averages(call: Call): Tensor {
  const x = call.x(0);
  const windows = pooling(call, x);
  const { before, after, rest } = windows;
  const total = after.map((size, axis) => size + sizeAt(rest, axis));
  const sums = pooled(pad(x, widths(before, total)), windows, add);
  const image = ones([1, 1, ...x.shape.slice(2)], { dtype: x.dtype });
  const countsPads = call.attribute("count_include_pad", 0) !== 0;
  const none = rest.map(() => 0);
  const counted = countsPads
    ? pad(pad(image, widths(before, after), { value: 1 }), widths(none, rest))
    : pad(image, widths(before, total));
  return div(sums, pooled(counted, windows, add));
}

/** All of an image at once. */
function global(
  f: (x: Tensor, options: { readonly axis: number[]; readonly keepDims: true }) => Tensor,
): Rule {
  return {
    inputs: [1, 1],
    apply: (call) => {
      const x = call.x(0);
      return f(x, { axis: x.shape.slice(2).map((_, i) => i + 2), keepDims: true });
    },
  };
}

export const pools: Rules = {
  MaxPool: {
    inputs: [1, 1],
    outputs: 2,
    attributes: { ...windowAttributes, ceil_mode: "int", storage_order: "int" },
    apply: maxima,
  },
  AveragePool: {
    inputs: [1, 1],
    attributes: { ...windowAttributes, ceil_mode: "int", count_include_pad: "int" },
    apply: averages,
  },
  GlobalAveragePool: global(mean),
  GlobalMaxPool: global(max),
};
