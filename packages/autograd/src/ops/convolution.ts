import { checkOptions, kindOf } from "../arguments.ts";
import type { ConvolutionParameters } from "../backend.ts";
import { placesOf } from "../backends/convolutionSizes.ts";
import * as kernels from "../backends/js/convolution.ts";
import { planConv, planConvInput, planConvKernel } from "../backends/wasm/convolution/plan.ts";
import { acceleratedConvolution } from "../backends/wasm/eager/accelerated.ts";
import { bind, type Op } from "../op.ts";
import { type Shape, ShapeError, showShape, sizeAt } from "../shape.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import { bilinear, sums } from "./construct.ts";
import { reshape } from "./layout.ts";
import { matmul } from "./products.ts";

// One trilinear form, Σ x[n, p·stride − before + k·dilation, c]·kernel[k, c, o]·y[n, p, o] over all images n, places p,
// window elements k and channels c, o, and its three contractions of two arguments to the third: they are each other's
// transposes, so that their derivatives of any order are among them.

/** y from x and the kernel. */
export const convOp: Op<ConvolutionParameters> = /* @__PURE__ */ bilinear(
  {
    name: "conv",
    traits: { ...sums, plan: planConv },
    kernel: kernels.conv,
    accelerated: /* @__PURE__ */ acceleratedConvolution(kernels.conv, planConv),
    shape: (parameters, x, kernel = []) => [
      sizeAt(x, 0),
      ...placesOf(parameters),
      sizeAt(kernel, kernel.length - 1),
    ],
  },
  add,
  (y, kernel, parameters) => bind(convInputOp, parameters, y, kernel),
  (y, x, parameters) => bind(convKernelOp, parameters, x, y),
);

/** x from y and the kernel. */
export const convInputOp: Op<ConvolutionParameters> = /* @__PURE__ */ bilinear(
  {
    name: "convInput",
    traits: { ...sums, plan: planConvInput },
    kernel: kernels.convInput,
    accelerated: /* @__PURE__ */ acceleratedConvolution(kernels.convInput, planConvInput),
    shape: ({ image, groups }, y, kernel = []) => [
      sizeAt(y, 0),
      ...image,
      groups * sizeAt(kernel, kernel.length - 2),
    ],
  },
  add,
  (x, kernel, parameters) => bind(convOp, parameters, x, kernel),
  (x, y, parameters) => bind(convKernelOp, parameters, x, y),
);

/** The kernel from x and y. */
export const convKernelOp: Op<ConvolutionParameters> = /* @__PURE__ */ bilinear(
  {
    name: "convKernel",
    traits: { ...sums, plan: planConvKernel },
    kernel: kernels.convKernel,
    accelerated: /* @__PURE__ */ acceleratedConvolution(kernels.convKernel, planConvKernel),
    shape: ({ window, groups }, x, y = []) => [
      ...window,
      sizeAt(x, x.length - 1) / groups,
      sizeAt(y, y.length - 1),
    ],
  },
  add,
  (kernel, y, parameters) => bind(convInputOp, parameters, y, kernel),
  (kernel, x, parameters) => bind(convOp, parameters, x, kernel),
);

/** How the window of a convolution moves; a number is that of every spatial axis. */
export interface ConvOptions {
  /** Elements from place to place, from 1; 1 unless said. */
  readonly stride?: number | readonly number[];
  /**
   * Zeros around the image: so many that there are ⌈size / stride⌉ places, the odd one at the end (`"same"`, unless
   * said); none (`"valid"`); or a number on each side.
   */
  readonly padding?: "same" | "valid" | number | readonly number[];
  /** Elements of the image from one of the window to the next, from 1; 1 unless said. */
  readonly dilation?: number | readonly number[];
  /** Channels go in so many groups, each of which sees its own alone; 1 unless said. */
  readonly groups?: number;
}

/**
 * Convolution, in the sense of neural networks (the kernel is not flipped), over one or two spatial axes:
 * y[n, p, o] = Σₖ Σ_c x[n, p·stride − before + k·dilation, c]·kernel[k, c, o], where x is 0 outside of the image.
 *
 * @param x [n, ...spatial, channels]
 * @param kernel [...window, channels / groups, outputs]
 * @returns [n, ...places, outputs]
 * @throws ShapeError when the axes, the channels or the groups do not fit, or the window is larger than the image with
 *   its padding
 * @throws RangeError for a stride, a dilation or groups that are no whole numbers from 1, a padding that is none from 0
 *
 * @example
 * ```ts
 * import { conv, ones, tensor } from "@scoretape/autograd";
 *
 * const line = tensor([1, 2, 3, 4], { shape: [1, 4, 1] });
 * console.log(conv(line, ones([3, 1, 1])).data.join(" ")); // 3 6 9 7
 * ```
 */
export function conv(x: Tensor, kernel: Tensor, options: ConvOptions = {}): Tensor {
  checkTensor("conv", x);
  checkTensor("conv", kernel, "kernel");
  const parameters = convolutionOf("conv", x.shape, kernel.shape, options);
  if (!isPointwise(parameters)) return bind(convOp, parameters, x, kernel);
  return matmul(x, reshape(kernel, kernel.shape.slice(-2)));
}

/** A window of one element at every element of the image is a product. */
function isPointwise({ window, stride, before, after, groups }: ConvolutionParameters): boolean {
  const are = (numbers: readonly number[], value: number): boolean => numbers.every((n) => n === value);
  return are(window, 1) && are(stride, 1) && are([...before, ...after], 0) && groups === 1;
}

const kinds = { stride: "any", padding: "any", dilation: "any", groups: "number" } as const;

/** What the options say for x and a kernel of these shapes. */
function convolutionOf(name: string, x: Shape, kernel: Shape, options: ConvOptions): ConvolutionParameters {
  checkOptions(name, options, kinds);
  const both = `${name}: x ${showShape(x)} and kernel ${showShape(kernel)}`;
  const axes = x.length - 2;
  if (axes !== 1 && axes !== 2) {
    throw new ShapeError(
      `${both}: x has ${x.length} axes; give [n, size, channels] or [n, height, width, channels]`,
    );
  }
  if (kernel.length !== x.length) {
    throw new ShapeError(
      `${both}: give a kernel [...window, channels / groups, outputs], with as many axes as x`,
    );
  }
  const { stride, padding, dilation, groups } = checkMoves(name, options, axes);
  const [image, window] = [x.slice(1, -1), kernel.slice(0, -2)];
  const [channels, outputs] = [sizeAt(x, axes + 1), sizeAt(kernel, axes + 1)];
  if (channels !== groups * sizeAt(kernel, axes)) {
    throw new ShapeError(
      `${both}: axis ${axes} of the kernel is ${kernel[axes]}, not channels / groups = ${channels} / ${groups}`,
    );
  }
  if (outputs % groups !== 0) {
    throw new ShapeError(`${both}: ${outputs} outputs do not divide into ${groups} groups`);
  }
  const reach = window.map((size, axis) => sizeAt(dilation, axis) * (size - 1) + 1);
  const [before, after] = padding === "same" ? zerosForSame(image, reach, stride) : [padding, padding];
  image.forEach((size, axis) => {
    const room = size + sizeAt(before, axis) + sizeAt(after, axis);
    if (window[axis] !== 0 && room >= sizeAt(reach, axis)) return;
    throw new ShapeError(
      `${both}: the window reaches over ${window[axis] === 0 ? 0 : reach[axis]} elements along spatial axis ${axis}, ` +
        `which has ${room} with its padding; give a window of at least 1 that fits, or more padding`,
    );
  });
  return { image, window, stride, before, after, dilation, groups };
}

/** The options of a convolution over so many spatial axes, a number for each. Throws for what is none. */
export function checkMoves(name: string, options: ConvOptions, axes: number) {
  const { stride = 1, padding = "same", dilation = 1, groups = 1 } = options;
  if (typeof padding === "string" && padding !== "same" && padding !== "valid") {
    throw new RangeError(`${name}: padding is ${kindOf(padding)}; give "same", "valid" or a number`);
  }
  wholeNumbers(name, "groups", groups, 1, 1);
  return {
    stride: wholeNumbers(name, "stride", stride, axes, 1),
    padding:
      padding === "same"
        ? padding
        : wholeNumbers(name, "padding", padding === "valid" ? 0 : padding, axes, 0),
    dilation: wholeNumbers(name, "dilation", dilation, axes, 1),
    groups,
  };
}

/** The numbers of an option, one for each of some axes. */
function wholeNumbers(
  name: string,
  option: string,
  value: number | readonly number[],
  axes: number,
  least: number,
): readonly number[] {
  const list = typeof value === "number" ? new Array<number>(axes).fill(value) : value;
  if (!Array.isArray(list) || list.length !== axes) {
    throw new RangeError(
      `${name}: ${option} is ${kindOf(value)}; give a number, or one for each spatial axis`,
    );
  }
  for (const count of list) {
    if (Number.isSafeInteger(count) && count >= least) continue;
    throw new RangeError(`${name}: ${option} is ${kindOf(count)}; give whole numbers from ${least}`);
  }
  return list;
}

/** As many zeros before and after the image along each axis as make ⌈size / stride⌉ places. */
function zerosForSame(
  image: readonly number[],
  reach: readonly number[],
  stride: readonly number[],
): readonly [before: readonly number[], after: readonly number[]] {
  const missing = image.map((size, axis) => {
    const step = sizeAt(stride, axis);
    return Math.max(0, (Math.ceil(size / step) - 1) * step + sizeAt(reach, axis) - size);
  });
  return [missing.map((zeros) => Math.floor(zeros / 2)), missing.map((zeros) => Math.ceil(zeros / 2))];
}
