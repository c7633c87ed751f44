import type { SumParameters } from "../../backend.ts";
import { sizeAt, sizeOf } from "../../shape.ts";
import { conv, convInput, convKernel } from "./convolution.ts";
import { placesAlong } from "./movement.ts";
import type { Rules } from "./rule.ts";

/** Every sum of elements, or of products of elements. */
export const sums: Rules<keyof SumParameters> = {
  matmul: (b, { parameters }, x, y) => b.dot(x, y, parameters),
  sumTo: (b, { parameters: { shape } }, x) => {
    const missing = x.shape.length - shape.length;
    const axes = x.shape.flatMap((size, axis) =>
      axis < missing || (shape[axis - missing] === 1 && size !== 1) ? [axis] : [],
    );
    return b.reshape(b.reduce("sum", x, axes), shape);
  },
  scatterAdd: (b, { parameters: { axis, size } }, x, indices) => {
    const count = sizeOf(indices.shape);
    const rows = [...x.shape.slice(0, axis), count, ...x.shape.slice(axis + indices.shape.length)];
    return b.scatterAdd(b.reshape(x, rows), b.reshape(indices, [count]), axis, size);
  },
  scatterAddAlong: (b, { output, parameters: { axis } }, x, indices) => {
    if (sizeOf(x.shape) === 0) return b.constant(0, output.shape, x.type);
    const places = placesAlong(b, indices, axis, sizeAt(output.shape, axis));
    const flat = b.scatterAdd(b.reshape(x, [sizeOf(x.shape)]), places, 0, sizeOf(output.shape));
    return b.reshape(flat, output.shape);
  },
  conv,
  convInput,
  convKernel,
};
