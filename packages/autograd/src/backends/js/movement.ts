import type {
  AxesParameters,
  AxisParameters,
  Kernel,
  PadParameters,
  ShapeParameters,
  SliceParameters,
} from "../../backend.ts";
import type { DType, Values } from "../../dtype.ts";
import { sizeAt, stridesOf } from "../../shape.ts";
import { broadcastRuns, copyStrided } from "./strided.ts";

/** Repeats along axes that are missing or of size 1. */
export const broadcastTo: Kernel<ShapeParameters> = (output, _parameters, x) => {
  const runs = broadcastRuns(x.shape, output.shape);
  const to = output.data;
  const from = x.data;
  if (runs.length === 0 && to.length === 1) to[0] = from[0] as number;
  let written = 0;
  const write = (level: number, offset: number, stride: number): void => {
    const run = runs[level];
    if (run === undefined) return;
    const { size, repeated } = run;
    const start = written;
    if (level < runs.length - 1) {
      const inner = repeated ? stride : stride / size;
      for (let i = 0; i < (repeated ? 1 : size); i++) write(level + 1, offset + i * inner, inner);
      if (repeated) written = repeat(to, start, written - start, size);
    } else if (repeated) {
      written = start + size;
      to.fill(from[offset] as number, start, written);
    } else {
      written = start + size;
      for (let i = 0; i < size; i++) to[start + i] = from[offset + i] as number;
    }
  };
  if (to.length > 0) write(0, 0, from.length);
};

/** Copies a block behind itself until it stands there so many times, and says where they end. */
function repeat(to: Values, start: number, block: number, times: number): number {
  const end = start + block * times;
  // Each copy doubles what there is.
  for (let filled = block; start + filled < end; filled *= 2) {
    to.copyWithin(start + filled, start, Math.min(start + filled, end - filled));
  }
  return end;
}

/** Permutes the axes: axis i of the result is axis `axes[i]` of x. */
export const transpose: Kernel<{ readonly axes: readonly number[] }> = (output, { axes }, x) => {
  const strides = stridesOf(x.shape);
  copyStrided(
    { data: output.data, offset: 0, strides: stridesOf(output.shape) },
    { data: x.data, offset: 0, strides: axes.map((axis) => sizeAt(strides, axis)) },
    output.shape,
  );
};

/** The box `start ≤ index < end`. */
export const slice: Kernel<SliceParameters> = (output, { start }, x) => {
  const strides = stridesOf(x.shape);
  copyStrided(
    { data: output.data, offset: 0, strides: stridesOf(output.shape) },
    { data: x.data, offset: dot(start, strides), strides },
    output.shape,
  );
};

/** Zeros around x. */
export const pad: Kernel<PadParameters> = (output, { before }, x) => {
  const strides = stridesOf(output.shape);
  output.data.fill(0);
  copyStrided(
    { data: output.data, offset: dot(before, strides), strides },
    { data: x.data, offset: 0, strides: stridesOf(x.shape) },
    x.shape,
  );
};

/** Reverses the order along the axes. */
export const flip: Kernel<AxesParameters> = (output, { axes }, x) => {
  const strides = stridesOf(x.shape);
  const last = x.shape.map((size, axis) => (axes.includes(axis) ? size - 1 : 0));
  copyStrided(
    { data: output.data, offset: 0, strides },
    {
      data: x.data,
      offset: dot(last, strides),
      strides: strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
    },
    x.shape,
  );
};

/** Joins the inputs along an axis. */
export const concat: Kernel<AxisParameters> = (output, { axis }, ...inputs) => {
  const strides = stridesOf(output.shape);
  let offset = 0;
  for (const x of inputs) {
    copyStrided(
      { data: output.data, offset, strides },
      { data: x.data, offset: 0, strides: stridesOf(x.shape) },
      x.shape,
    );
    offset += sizeAt(x.shape, axis) * sizeAt(strides, axis);
  }
};

/** Converts the elements. */
export const cast: Kernel<{ readonly dtype: DType }> = (output, _parameters, x) => {
  output.data.set(x.data);
};

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
