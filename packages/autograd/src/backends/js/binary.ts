import type { Kernel } from "../../backend.ts";
import type { Values } from "../../dtype.ts";
import * as portable from "../../portable/index.ts";

// One loop per op: a loop shared by all ops would call an unknown function per element.

/** A kernel from a loop that fills z from x and y. */
function binary(loop: (z: Values, x: Values, y: Values) => void): Kernel {
  return (output, _parameters, x, y) => loop(output.data, x.data, y.data);
}

export const add = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = (x[i] as number) + (y[i] as number);
});

export const sub = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = (x[i] as number) - (y[i] as number);
});

export const mul = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = (x[i] as number) * (y[i] as number);
});

export const div = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = (x[i] as number) / (y[i] as number);
});

export const pow = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = portable.pow(x[i] as number, y[i] as number);
});

export const atan2 = /* @__PURE__ */ binary((z, y, x) => {
  for (let i = 0; i < z.length; i++) z[i] = portable.atan2(y[i] as number, x[i] as number);
});

export const hypot = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = portable.hypot(x[i] as number, y[i] as number);
});

export const directionCosine = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = cosineOf(x[i] as number, y[i] as number);
});

/** x/√(x² + y²); where x or y is infinite, of the direction in which the point lies. */
function cosineOf(x: number, y: number): number {
  const length = portable.hypot(x, y);
  if (length < Number.POSITIVE_INFINITY) return x / length;
  const [u, v] = [unitOfInfinite(x), unitOfInfinite(y)];
  // Both may be finite: then their length alone is too large.
  return u === 0 && v === 0 ? cosineOf(x / 2, y / 2) : u / portable.hypot(u, v);
}

/** ±1 for ±∞, 0 for finite numbers. */
function unitOfInfinite(x: number): number {
  return Number.isFinite(x) ? 0 : Number.isNaN(x) ? x : Math.sign(x);
}

export const maximum = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = Math.max(x[i] as number, y[i] as number);
});

export const minimum = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = Math.min(x[i] as number, y[i] as number);
});

export const greater = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = (x[i] as number) > (y[i] as number) ? 1 : 0;
});

export const greaterEqual = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = (x[i] as number) >= (y[i] as number) ? 1 : 0;
});

export const less = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = (x[i] as number) < (y[i] as number) ? 1 : 0;
});

export const lessEqual = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = (x[i] as number) <= (y[i] as number) ? 1 : 0;
});

export const equal = /* @__PURE__ */ binary((z, x, y) => {
  for (let i = 0; i < z.length; i++) z[i] = x[i] === y[i] ? 1 : 0;
});

/** a where the condition is not 0, b elsewhere. */
export const where: Kernel = (output, _parameters, condition, a, b) => {
  const z = output.data;
  const choose = condition.data;
  const x = a.data;
  const y = b.data;
  for (let i = 0; i < z.length; i++) z[i] = (choose[i] !== 0 ? x[i] : y[i]) as number;
};
