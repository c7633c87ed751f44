import type { None } from "../backend.ts";
import * as kernels from "../backends/js/unary.ts";
import * as normal from "../backends/wasm/maths/normalCdf.ts";
import * as saturating from "../backends/wasm/maths/saturating.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { composed, vanishing } from "./composed.ts";
import { exp, square } from "./elementwise.ts";
import { transcendental, type Unary } from "./pointwise.ts";

/** e^(−rate·x²), with derivatives that are 0 at ±∞. */
export const bell = /* @__PURE__ */ composed<{ readonly rate: number }>(
  "bell",
  ({ rate }, x) => exp(mul(-rate, square(x))),
  ({ rate }, x, y) => mul(-2 * rate, vanishing(x, y)),
);

/** The density of the standard normal. */
function normalDensity(x: Tensor): Tensor {
  return mul(1 / Math.sqrt(2 * Math.PI), bell({ rate: 0.5 }, x));
}

/** erf(x) = 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf: Unary = /* @__PURE__ */ transcendental("erf", kernels.erf, saturating.erf, (x) =>
  mul(2 / Math.sqrt(Math.PI), bell({ rate: 1 }, x)),
);

/** Φ(x), the distribution function of the standard normal, with full relative accuracy in its lower tail. */
export const normalCdf: Unary = /* @__PURE__ */ transcendental(
  "normalCdf",
  kernels.normalCdf,
  normal.normalCdf,
  (x) => normalDensity(x),
);

export const geluOf = /* @__PURE__ */ composed<None>(
  "gelu",
  (_, x) => vanishing(x, normalCdf(x)),
  (_, x) => add(normalCdf(x), vanishing(x, normalDensity(x))),
);

/** x·Φ(x), with the exact Φ by erf (Hendrycks & Gimpel 2016), not its tanh approximation. */
export function gelu(x: TensorLike): Tensor {
  return geluOf({}, x);
}
