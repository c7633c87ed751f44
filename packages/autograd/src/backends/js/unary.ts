import type { Kernel } from "../../backend.ts";
import type { Values } from "../../dtype.ts";
import * as portable from "../../portable/index.ts";
import * as special from "./special.ts";

// One loop per op: a loop shared by all ops would call an unknown function per element.

/** A kernel from a loop that fills y from x. */
function unary(loop: (y: Values, x: Values) => void): Kernel {
  return (output, _parameters, x) => loop(output.data, x.data);
}

export const neg = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = -(x[i] as number);
});

export const square = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) {
    const v = x[i] as number;
    y[i] = v * v;
  }
});

export const sqrt = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(x[i] as number);
});

export const exp = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = portable.exp(x[i] as number);
});

export const expm1 = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = portable.expm1(x[i] as number);
});

export const log = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = portable.log(x[i] as number);
});

export const log1p = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = portable.log1p(x[i] as number);
});

export const sin = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = portable.sin(x[i] as number);
});

export const cos = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = portable.cos(x[i] as number);
});

export const atan = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = portable.atan(x[i] as number);
});

export const tanh = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = portable.tanh(x[i] as number);
});

/** 1/cosh²(x) = 4e/(1 + e)² with e = e^(−2|x|): keeps its digits where 1 − tanh² cancels. */
export const sechSquared = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) {
    const e = portable.exp(-2 * Math.abs(x[i] as number));
    y[i] = (4 * e) / ((1 + e) * (1 + e));
  }
});

/** 1/(1 + e^(−x)), from e^(−|x|) so that neither tail overflows or rounds to 0 early. */
export const sigmoid = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) {
    const v = x[i] as number;
    const e = portable.exp(-Math.abs(v));
    y[i] = (v < 0 ? e : 1) / (1 + e);
  }
});

/** σ(x)·σ(−x) = e/(1 + e)² with e = e^(−|x|). */
export const logisticDensity = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) {
    const e = portable.exp(-Math.abs(x[i] as number));
    y[i] = e / ((1 + e) * (1 + e));
  }
});

/** log(1 + eˣ) = max(x, 0) + log1p(e^(−|x|)). */
export const softplus = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) {
    const v = x[i] as number;
    y[i] = (v < 0 ? 0 : v) + portable.log1p(portable.exp(-Math.abs(v)));
  }
});

export const relu = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) {
    const v = x[i] as number;
    y[i] = v < 0 ? 0 : v;
  }
});

export const erf = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = special.erf(x[i] as number);
});

export const normalCdf = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = special.normalCdf(x[i] as number);
});

export const abs = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.abs(x[i] as number);
});

export const sign = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.sign(x[i] as number);
});

export const floor = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.floor(x[i] as number);
});

/** The nearest whole number, of two the even one. Beside 2⁵² a double has no other numbers. */
export const round = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) {
    const v = x[i] as number;
    const whole = v < 0 ? -(2 ** 52) : 2 ** 52;
    // A sum of 0 has the sign of v lost.
    y[i] = Math.abs(v) < 2 ** 52 ? v + whole - whole || v * 0 : v;
  }
});

export const isUndefined = /* @__PURE__ */ unary((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = Number.isNaN(x[i]) ? 1 : 0;
});

/** x to a fixed power. */
export const power: Kernel<{ readonly exponent: number }> = (output, { exponent }, input) => {
  const y = output.data;
  const x = input.data;
  for (let i = 0; i < y.length; i++) y[i] = portable.pow(x[i] as number, exponent);
};
