import type { AxesParameters, AxisParameters, Kernel, ShapeParameters } from "../../backend.ts";
import type { Values } from "../../dtype.ts";
import { exp, log1p } from "../../portable/index.ts";
import { broadcastRuns, type Split, splitAt } from "./strided.ts";

/** Sums over the axes along which the result would be repeated; in double precision, in index order. */
export const sumTo: Kernel<ShapeParameters> = (output, _parameters, x) => {
  const runs = broadcastRuns(output.shape, x.shape);
  const from = x.data;
  const total = new Float64Array(output.data.length);
  let read = 0;
  const accumulate = (level: number, offset: number, stride: number): void => {
    const run = runs[level];
    if (run === undefined) return;
    const { size, repeated } = run;
    const inner = repeated ? stride : stride / size;
    if (level < runs.length - 1) {
      for (let i = 0; i < size; i++) accumulate(level + 1, repeated ? offset : offset + i * inner, inner);
      return;
    }
    const add = repeated ? addSum : addEach;
    add(total, offset, from, read, size);
    read += size;
  };
  if (runs.length === 0 && from.length === 1) total[0] = from[0] as number;
  else if (from.length > 0) accumulate(0, 0, total.length);
  output.data.set(total);
};

/** Adds the sum of neighbouring elements to one total. */
function addSum(total: Float64Array, at: number, x: Values, start: number, count: number): void {
  let sum = total[at] as number;
  for (let i = 0; i < count; i++) sum += x[start + i] as number;
  total[at] = sum;
}

/** Adds neighbouring elements to as many totals. */
function addEach(total: Float64Array, at: number, x: Values, start: number, count: number): void {
  for (let i = 0; i < count; i++) total[at + i] = (total[at + i] as number) + (x[start + i] as number);
}

/** A kernel that treats each line along the reduced axes on its own. */
function alongLines(
  line: (y: Values, yStart: number, x: Values, xStart: number, count: number, step: number) => void,
  outputPerLine: (split: Split) => number,
): Kernel<AxesParameters> {
  return (output, { axes }, x) => {
    const split = splitAt(x, axes);
    const { outer, middle, inner } = split;
    const perLine = outputPerLine(split);
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < inner; j++) {
        line(output.data, i * perLine * inner + j, x.data, i * middle * inner + j, middle, inner);
      }
    }
  };
}

const reduced = (): number => 1;
const sameLength = (split: Split): number => split.middle;

function largest(x: Values, start: number, count: number, step: number): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < count; k++) best = Math.max(best, x[start + k * step] as number);
  return best;
}

export const max = /* @__PURE__ */ alongLines((y, at, x, start, count, step) => {
  y[at] = largest(x, start, count, step);
}, reduced);

export const min = /* @__PURE__ */ alongLines((y, at, x, start, count, step) => {
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < count; k++) best = Math.min(best, x[start + k * step] as number);
  y[at] = best;
}, reduced);

export const prod = /* @__PURE__ */ alongLines((y, at, x, start, count, step) => {
  let product = 1;
  for (let k = 0; k < count; k++) product *= x[start + k * step] as number;
  y[at] = product;
}, reduced);

/** log Σ e^(x − top): one largest element makes 1 of the sum, the rest may be too small to add to it. */
function logOfSum(x: Values, start: number, count: number, step: number, top: number): number {
  let rest = 0;
  let isTopFound = false;
  for (let k = 0; k < count; k++) {
    const value = x[start + k * step] as number;
    if (value === top && !isTopFound) isTopFound = true;
    else rest += exp(value - top);
  }
  return log1p(rest);
}

/** log Σ eˣ, shifted by the largest element, which may be infinite. */
export const logSumExp = /* @__PURE__ */ alongLines((y, at, x, start, count, step) => {
  const top = largest(x, start, count, step);
  y[at] = Number.isFinite(top) ? top + logOfSum(x, start, count, step, top) : top;
}, reduced);

export const softmax = /* @__PURE__ */ alongLines((y, at, x, start, count, step) => {
  const top = largest(x, start, count, step);
  let sum = 0;
  for (let k = 0; k < count; k++) sum += exp((x[start + k * step] as number) - top);
  for (let k = 0; k < count; k++) y[at + k * step] = exp((x[start + k * step] as number) - top) / sum;
}, sameLength);

export const logSoftmax = /* @__PURE__ */ alongLines((y, at, x, start, count, step) => {
  const top = largest(x, start, count, step);
  const log = logOfSum(x, start, count, step, top);
  for (let k = 0; k < count; k++) y[at + k * step] = (x[start + k * step] as number) - top - log;
}, sameLength);

/** √Σx², scaled by the largest magnitude so that no square overflows or vanishes. */
function lengthOf(x: Values, start: number, count: number, step: number): number {
  let scale = 0;
  for (let k = 0; k < count; k++) scale = Math.max(scale, Math.abs(x[start + k * step] as number));
  if (scale === 0 || scale === Number.POSITIVE_INFINITY) return scale;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const ratio = (x[start + k * step] as number) / scale;
    sum += ratio * ratio;
  }
  return scale * Math.sqrt(sum);
}

export const norm = /* @__PURE__ */ alongLines((y, at, x, start, count, step) => {
  y[at] = lengthOf(x, start, count, step);
}, reduced);

/** x/‖x‖, and 0 for x = 0. */
export const unit = /* @__PURE__ */ alongLines((y, at, x, start, count, step) => {
  const length = lengthOf(x, start, count, step);
  for (let k = 0; k < count; k++) {
    y[at + k * step] = length === 0 ? 0 : (x[start + k * step] as number) / length;
  }
}, sameLength);

/** Running sums along an axis, from its start or from its end. */
export const cumsum: Kernel<AxisParameters & { readonly reverse: boolean }> = (
  output,
  { axis, reverse },
  x,
) => {
  const { outer, middle, inner } = splitAt(x, [axis]);
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      let sum = 0;
      for (let k = 0; k < middle; k++) {
        const at = (i * middle + (reverse ? middle - 1 - k : k)) * inner + j;
        sum += x.data[at] as number;
        output.data[at] = sum;
      }
    }
  }
};
