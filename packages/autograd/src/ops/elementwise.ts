import type { KernelParameters, None } from "../backend.ts";
import * as binaryKernels from "../backends/js/binary.ts";
import * as unaryKernels from "../backends/js/unary.ts";
import { acceleratedPower } from "../backends/wasm/eager/accelerated.ts";
import * as arithmetic from "../backends/wasm/maths/arithmetic.ts";
import * as exponential from "../backends/wasm/maths/exponential.ts";
import * as logarithm from "../backends/wasm/maths/logarithm.ts";
import * as logistic from "../backends/wasm/maths/logistic.ts";
import * as power from "../backends/wasm/maths/power.ts";
import * as saturating from "../backends/wasm/maths/saturating.ts";
import * as trigonometric from "../backends/wasm/maths/trigonometric.ts";
import { bind, defineOp, type Op } from "../op.ts";
import { type Tensor, type TensorLike, zerosLike } from "../tensor.ts";
import { add, mul, neg, sub } from "./arithmetic.ts";
import { equal, greater, jumping, lessEqual, where } from "./choice.ts";
import { composed, vanishing } from "./composed.ts";
import { elementByElement, firstShape, lift, perArgument } from "./construct.ts";
import { type Binary, binary, scaling, transcendental, type Unary, unary } from "./pointwise.ts";

// Powers and exponentials

/** x². */
export const square: Unary = /* @__PURE__ */ unary(
  "square",
  unaryKernels.square,
  arithmetic.square,
  "instruction",
  (x) => mul(2, x),
);

/** √x; its derivative at 0 is infinite. */
export const sqrt: Unary = /* @__PURE__ */ unary(
  "sqrt",
  unaryKernels.sqrt,
  arithmetic.sqrt,
  "light",
  (_x, y) => div(0.5, y),
);

/** eˣ. */
export const exp: Unary = /* @__PURE__ */ transcendental(
  "exp",
  unaryKernels.exp,
  exponential.exp,
  (_x, y) => y,
);

/** eˣ − 1, accurate near 0. */
export const expm1: Unary = /* @__PURE__ */ transcendental(
  "expm1",
  unaryKernels.expm1,
  exponential.expm1,
  (x) => exp(x),
);

/** The natural logarithm. */
export const log: Unary = /* @__PURE__ */ transcendental("log", unaryKernels.log, logarithm.log, (x) =>
  div(1, x),
);

/** log(1 + x), accurate near 0. */
export const log1p: Unary = /* @__PURE__ */ transcendental(
  "log1p",
  unaryKernels.log1p,
  logarithm.log1p,
  (x) => div(1, add(1, x)),
);

// Circular and hyperbolic functions

/** sin x, x in radians. */
export const sin: Unary = /* @__PURE__ */ transcendental("sin", unaryKernels.sin, trigonometric.sin, (x) =>
  cos(x),
);

/** cos x, x in radians. */
export const cos: Unary = /* @__PURE__ */ transcendental("cos", unaryKernels.cos, trigonometric.cos, (x) =>
  neg(sin(x)),
);

/** tanh x. */
export const tanh: Unary = /* @__PURE__ */ transcendental("tanh", unaryKernels.tanh, saturating.tanh, (x) =>
  sechSquared(x),
);

/** 1/cosh² x, the derivative of tanh, with full relative accuracy in its tails. */
export const sechSquared: Unary = /* @__PURE__ */ transcendental(
  "sechSquared",
  unaryKernels.sechSquared,
  saturating.sechSquared,
  (x, y) => mul(-2, mul(y, tanh(x))),
);

// Activations

/** The logistic function 1/(1 + e^(−x)). */
export const sigmoid: Unary = /* @__PURE__ */ transcendental(
  "sigmoid",
  unaryKernels.sigmoid,
  logistic.sigmoid,
  (x) => logisticDensity(x),
);

/** σ(x)·σ(−x), the derivative of the logistic function, with full relative accuracy in its tails. */
export const logisticDensity: Unary = /* @__PURE__ */ transcendental(
  "logisticDensity",
  unaryKernels.logisticDensity,
  logistic.logisticDensity,
  (x, y) => neg(mul(y, tanh(mul(0.5, x)))),
);

/** log(1 + eˣ). */
export const softplus: Unary = /* @__PURE__ */ transcendental(
  "softplus",
  unaryKernels.softplus,
  logistic.softplus,
  (x) => sigmoid(x),
);

export const siluOf = /* @__PURE__ */ composed<None>(
  "silu",
  (_, x) => vanishing(x, sigmoid(x)),
  (_, x) => add(sigmoid(x), vanishing(x, logisticDensity(x))),
);

/** x·σ(x) (swish). */
export function silu(x: TensorLike): Tensor {
  return siluOf({}, x);
}

// Quotients and general powers

/** x/y. */
export const div: Binary = /* @__PURE__ */ binary(
  /* @__PURE__ */ elementByElement("div", binaryKernels.div, arithmetic.div, "light"),
  (_x, y) => div(1, y),
  (_x, y, quotient) => neg(div(quotient, y)),
);

/** x^y for tensors y: ∂/∂x = y·x^(y−1), 0 where x and y are, and ∂/∂y = x^y·log x, 0 where x is and y > 0. */
export const powOfTensor: Binary = /* @__PURE__ */ binary(
  /* @__PURE__ */ elementByElement("pow", binaryKernels.pow, power.pow, "heavy"),
  (x, y) => mul(y, powOfTensor(where(mul(equal(x, 0), equal(y, 0)), 1, x), sub(y, 1))),
  (x, y, z) => {
    const vanishes = mul(equal(x, 0), greater(y, 0));
    // Its own derivative in x, about y·x^(y−1)·log x, is infinite at 0 unless y > 1.
    return jumping(where(vanishes, 0, mul(z, log(where(vanishes, 1, x)))), [x, y], (at, exponent) =>
      mul(equal(at, 0), lessEqual(exponent, 1)),
    );
  },
);

export const powerOp: Op<KernelParameters["power"]> = /* @__PURE__ */ defineOp({
  name: "power",
  traits: {
    kind: "elementwise",
    cost: "heavy",
    lanes:
      ({ exponent }) =>
      (f, x) =>
        power.power(f, x, exponent),
  },
  kernel: unaryKernels.power,
  accelerated: /* @__PURE__ */ acceleratedPower(unaryKernels.power),
  shape: firstShape,
  derivative: ({ exponent }, _output, ...inputs) =>
    perArgument(
      inputs.map((x) =>
        scaling(() =>
          exponent === 0 ? zerosLike(x) : mul(exponent, bind(powerOp, { exponent: exponent - 1 }, x)),
        ),
      ),
      add,
    ),
});

/** x to the power of a number or of a tensor. A negative x needs a whole number. */
export function pow(x: TensorLike, exponent: TensorLike): Tensor {
  if (typeof exponent !== "number") return powOfTensor(x, exponent);
  return bind(powerOp, { exponent }, lift("pow", x));
}
