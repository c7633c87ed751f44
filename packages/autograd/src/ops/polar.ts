import * as binaryKernels from "../backends/js/binary.ts";
import * as unaryKernels from "../backends/js/unary.ts";
import * as vectorized from "../backends/wasm/maths/polar.ts";
import { add, mul, neg } from "./arithmetic.ts";
import { abs, equal, where } from "./choice.ts";
import { elementByElement } from "./construct.ts";
import { div, square } from "./elementwise.ts";
import { type Binary, binary, transcendental, type Unary } from "./pointwise.ts";

/**
 * atan x = ∫₀ˣ dt/(1 + t²), the angle in radians whose tangent is x, from −π/2 to π/2.
 *
 * @example
 * ```ts
 * import { atan } from "@scoretape/autograd";
 *
 * console.log((4 * atan(1).item()).toFixed(5)); // 3.14159
 * ```
 */
export const atan: Unary = /* @__PURE__ */ transcendental("atan", unaryKernels.atan, vectorized.atan, (x) => {
  // At ±∞ the slope is 0, and so are its derivatives.
  const isInfinite = equal(abs(x), Number.POSITIVE_INFINITY);
  return where(isInfinite, 0, div(1, add(1, square(where(isInfinite, 0, x)))));
});

// Of the point (x, y): its angle, its distance from (0, 0), and x over that distance. Each derivative is a product of the
// other two, in which nothing cancels. At (0, 0), where there is none, it is NaN.

/**
 * The angle in radians of the point (x, y), from −π to π; of a zero y it has the sign. The derivatives are −y/(x² + y²) in
 * x and x/(x² + y²) in y, NaN at (0, 0).
 *
 * @example
 * ```ts
 * import { atan2 } from "@scoretape/autograd";
 *
 * console.log((atan2(1, -1).item() / Math.PI).toFixed(5)); // 0.75000
 * ```
 */
export const atan2: Binary = /* @__PURE__ */ binary(
  /* @__PURE__ */ elementByElement("atan2", binaryKernels.atan2, vectorized.atan2, "heavy"),
  (y, x) => div(directionCosine(x, y), hypot(x, y)),
  (y, x) => neg(div(directionCosine(y, x), hypot(x, y))),
);

/**
 * √(x² + y²), without overflow on the way. The derivatives are x/√(x² + y²) and y/√(x² + y²), NaN at (0, 0).
 *
 * @example
 * ```ts
 * import { hypot } from "@scoretape/autograd";
 *
 * console.log(hypot(3e30, 4e30).item().toPrecision(3)); // 5.00e+30
 * ```
 */
export const hypot: Binary = /* @__PURE__ */ binary(
  /* @__PURE__ */ elementByElement("hypot", binaryKernels.hypot, vectorized.hypot, "light", {
    commutative: true,
  }),
  (x, y) => directionCosine(x, y),
  (x, y) => directionCosine(y, x),
);

/** x/√(x² + y²), the cosine of the angle of the point (x, y); NaN at (0, 0). */
export const directionCosine: Binary = /* @__PURE__ */ binary(
  /* @__PURE__ */ elementByElement(
    "directionCosine",
    binaryKernels.directionCosine,
    vectorized.directionCosine,
    "heavy",
  ),
  (x, y) => div(square(directionCosine(y, x)), hypot(x, y)),
  (x, y, cosine) => neg(div(mul(cosine, directionCosine(y, x)), hypot(x, y))),
);
