import type { ConvolutionParameters, Kernel, Operand } from "../../backend.ts";
import type { Values } from "../../dtype.ts";
import { sizeAt } from "../../shape.ts";
import { type ConvolutionSizes, convolutionSizes } from "../convolutionSizes.ts";

/** Where a group of channels of an element of x, the part of the kernel over it, and that group of an element of y begin. */
type Meeting = (x: number, kernel: number, y: number) => void;

/** Visits each place of the window in each image, and each of its elements that lies on the image there, group by group. */
function eachMeeting(sizes: ConvolutionSizes, visit: Meeting): void {
  const { images, image, window, places, stride, before, dilation, groups } = sizes;
  const block = sizes.channelsPerGroup * sizes.outputs;
  for (let n = 0; n < images; n++) {
    for (let place = 0; place < places.height * places.width; place++) {
      const top = Math.floor(place / places.width) * stride.height - before.height;
      const left = (place % places.width) * stride.width - before.width;
      const y = (n * places.height * places.width + place) * sizes.outputs;
      for (let i = 0; i < window.height; i++) {
        const row = top + i * dilation.height;
        if (row < 0 || row >= image.height) continue;
        for (let j = 0; j < window.width; j++) {
          const column = left + j * dilation.width;
          if (column < 0 || column >= image.width) continue;
          const x = ((n * image.height + row) * image.width + column) * sizes.channels;
          const kernel = (i * window.width + j) * block;
          for (let group = 0; group < groups; group++) {
            const outputs = group * sizes.outputsPerGroup;
            visit(x + group * sizes.channelsPerGroup, kernel + outputs, y + outputs);
          }
        }
      }
    }
  }
}

/** The product of one element of each of two arrays, which is added to the third. */
type Term = (sums: Float64Array, x: number, kernel: number, y: number, a: Values, b: Values) => void;

/** The contraction of two of x, kernel and y that gives the third, its sums in double precision. */
function contraction(
  sizesOf: (parameters: ConvolutionParameters, output: Operand, a: Operand, b: Operand) => ConvolutionSizes,
  term: Term,
): Kernel<ConvolutionParameters> {
  return (output, parameters, a, b) => {
    const sizes = sizesOf(parameters, output, a, b);
    const { channelsPerGroup, outputsPerGroup, outputs } = sizes;
    const sums = new Float64Array(output.data.length);
    eachMeeting(sizes, (x, kernel, y) => {
      for (let c = 0; c < channelsPerGroup; c++) {
        for (let o = 0; o < outputsPerGroup; o++) {
          term(sums, x + c, kernel + c * outputs + o, y + o, a.data, b.data);
        }
      }
    });
    output.data.set(sums);
  };
}

const add = (sums: Float64Array, at: number, product: number): void => {
  sums[at] = (sums[at] as number) + product;
};

/** y from x and the kernel. */
export const conv = contraction(
  (parameters, _y, x, kernel) => convolutionSizes(parameters, sizeAt(x.shape, 0), kernel.shape),
  (sums, x, kernel, y, a, b) => add(sums, y, (a[x] as number) * (b[kernel] as number)),
);

/** x from y and the kernel. */
export const convInput = contraction(
  (parameters, _x, y, kernel) => convolutionSizes(parameters, sizeAt(y.shape, 0), kernel.shape),
  (sums, x, kernel, y, a, b) => add(sums, x, (a[y] as number) * (b[kernel] as number)),
);

/** The kernel from x and y. */
export const convKernel = contraction(
  (parameters, kernel, x) => convolutionSizes(parameters, sizeAt(x.shape, 0), kernel.shape),
  (sums, x, kernel, y, a, b) => add(sums, kernel, (a[x] as number) * (b[y] as number)),
);
