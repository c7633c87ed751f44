import type { Kernel, KernelParameters, None } from "../backend.ts";
import * as binaryKernels from "../backends/js/binary.ts";
import * as unaryKernels from "../backends/js/unary.ts";
import { acceleratedPower } from "../backends/wasm/eager/accelerated.ts";
import type { F32x4 } from "../backends/wasm/emitter/vector.ts";
import * as arithmetic from "../backends/wasm/maths/arithmetic.ts";
import * as comparisons from "../backends/wasm/maths/comparison.ts";
import type { Cost, Elementwise } from "../backends/wasm/maths/elementwise.ts";
import * as exponential from "../backends/wasm/maths/exponential.ts";
import * as logarithm from "../backends/wasm/maths/logarithm.ts";
import * as logistic from "../backends/wasm/maths/logistic.ts";
import * as normal from "../backends/wasm/maths/normal-cdf.ts";
import * as power from "../backends/wasm/maths/power.ts";
import * as saturating from "../backends/wasm/maths/saturating.ts";
import * as trigonometric from "../backends/wasm/maths/trigonometric.ts";
import { bind, defineOp, type Op, type OpDeclaration } from "../op.ts";
import { type Tensor, type TensorLike, zerosLike } from "../tensor.ts";
import { add, mul, neg, sub } from "./arithmetic.ts";
import { broadcastTogether } from "./broadcast.ts";
import {
  constant,
  elementByElement,
  firstShape,
  type LinearMap,
  lift,
  type PlainName,
  pair,
  perArgument,
} from "./construct.ts";

/** ∂output/∂argument, from the arguments followed by the output, all of one shape. */
type PartialDerivative = (...argumentsAndOutput: Tensor[]) => Tensor;

/** A function of one argument that works element by element. */
export interface Unary {
  (x: TensorLike): Tensor;
  readonly op: Op<None>;
}

/** A function of two arguments that works element by element; they are broadcast together. */
export interface Binary {
  (x: TensorLike, y: TensorLike): Tensor;
  readonly op: Op<None>;
}

/** Multiplication by a partial derivative, which is its own transpose. Computed at the first use, once. */
function scaling(partial: () => Tensor): LinearMap {
  let known: Tensor | null = null;
  const scale = (direction: Tensor): Tensor => {
    known ??= partial();
    return mul(known, direction);
  };
  return { jvp: scale, vjp: scale };
}

/** An op that works element by element, from its partial derivatives: they serve JVP and VJP alike. */
function elementwise(
  declaration: Omit<OpDeclaration<PlainName>, "derivative">,
  ...partials: PartialDerivative[]
): Op<None> {
  return defineOp<PlainName>({
    ...declaration,
    derivative: (_parameters, output, ...inputs) =>
      perArgument(
        partials.map((partial) => scaling(() => partial(...inputs, output))),
        add,
      ),
  });
}

function asUnary(op: Op<None>): Unary {
  return Object.assign((x: TensorLike): Tensor => bind(op, {}, lift(op.name, x)), { op });
}

function unary(
  name: PlainName,
  kernel: Kernel,
  lanes: Elementwise<[F32x4]>,
  cost: Cost,
  partial: PartialDerivative,
): Unary {
  return asUnary(elementwise(elementByElement(name, kernel, lanes, cost), partial));
}

/** A function of one argument that takes tens of instructions. */
function transcendental(
  name: PlainName,
  kernel: Kernel,
  lanes: Elementwise<[F32x4]>,
  partial: PartialDerivative,
): Unary {
  return unary(name, kernel, lanes, "heavy", partial);
}

function asBinary(op: Op<None>): Binary {
  const apply = (x: TensorLike, y: TensorLike): Tensor =>
    bind(op, {}, ...pair(broadcastTogether(op.name, [x, y])));
  return Object.assign(apply, { op });
}

function binary(
  declaration: Omit<OpDeclaration<PlainName>, "derivative">,
  partialX: PartialDerivative,
  partialY: PartialDerivative,
): Binary {
  return asBinary(elementwise(declaration, partialX, partialY));
}

/** 1 or 0, with a derivative of zero. */
function comparison(
  name: PlainName,
  kernel: Kernel,
  lanes: Elementwise<[F32x4, F32x4]>,
  commutative = false,
): Binary {
  return asBinary(
    constant<PlainName>(elementByElement(name, kernel, lanes, "light", { commutative, finite: true })),
  );
}

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

/** max(x, 0), with derivative 0 at 0. */
export const relu: Unary = /* @__PURE__ */ unary(
  "relu",
  unaryKernels.relu,
  arithmetic.relu,
  "instruction",
  (x) => greater(x, 0),
);

/** x·σ(x) (swish). */
export function silu(x: TensorLike): Tensor {
  const input = lift("silu", x);
  return mul(input, sigmoid(input));
}

/** x·Φ(x), with the exact Φ by erf (Hendrycks & Gimpel 2016), not its tanh approximation. */
export function gelu(x: TensorLike): Tensor {
  const input = lift("gelu", x);
  return mul(input, normalCdf(input));
}

// Error functions

/** erf(x) = 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf: Unary = /* @__PURE__ */ transcendental("erf", unaryKernels.erf, saturating.erf, (x) =>
  mul(2 / Math.sqrt(Math.PI), exp(neg(square(x)))),
);

/** Φ(x), the distribution function of the standard normal, with full relative accuracy in its lower tail. */
export const normalCdf: Unary = /* @__PURE__ */ transcendental(
  "normalCdf",
  unaryKernels.normalCdf,
  normal.normalCdf,
  (x) => mul(1 / Math.sqrt(2 * Math.PI), exp(mul(-0.5, square(x)))),
);

// Magnitudes

/** |x|, with derivative 0 at 0. */
export const abs: Unary = /* @__PURE__ */ unary("abs", unaryKernels.abs, arithmetic.abs, "instruction", (x) =>
  sign(x),
);

export const signOp = /* @__PURE__ */ constant<PlainName>(
  /* @__PURE__ */ elementByElement("sign", unaryKernels.sign, comparisons.sign, "light"),
);

/** −1, 0 or 1; no gradient. */
export function sign(x: TensorLike): Tensor {
  return bind(signOp, {}, lift("sign", x));
}

/** The larger of x and y; at equality each has half of the derivative. */
export const maximum: Binary = /* @__PURE__ */ binary(
  /* @__PURE__ */ elementByElement("maximum", binaryKernels.maximum, arithmetic.maximum, "light", {
    commutative: true,
  }),
  (x, y) => add(greater(x, y), mul(0.5, equal(x, y))),
  (x, y) => add(less(x, y), mul(0.5, equal(x, y))),
);

/** The smaller of x and y; at equality each has half of the derivative. */
export const minimum: Binary = /* @__PURE__ */ binary(
  /* @__PURE__ */ elementByElement("minimum", binaryKernels.minimum, arithmetic.minimum, "light", {
    commutative: true,
  }),
  (x, y) => add(less(x, y), mul(0.5, equal(x, y))),
  (x, y) => add(greater(x, y), mul(0.5, equal(x, y))),
);

/** x held between two bounds. */
export function clamp(x: TensorLike, low: TensorLike, high: TensorLike): Tensor {
  const [input = 0, least = 0, most = 0] = broadcastTogether("clamp", [x, low, high]);
  return minimum(maximum(input, least), most);
}

// Quotients and general powers

/** x/y. */
export const div: Binary = /* @__PURE__ */ binary(
  /* @__PURE__ */ elementByElement("div", binaryKernels.div, arithmetic.div, "light"),
  (_x, y) => div(1, y),
  (_x, y, quotient) => neg(div(quotient, y)),
);

/** x^y for tensors y: ∂/∂x = y·x^(y−1), 0 where x and y are, and ∂/∂y = x^y·log x, 0 where x is. */
export const powOfTensor: Binary = /* @__PURE__ */ binary(
  /* @__PURE__ */ elementByElement("pow", binaryKernels.pow, power.pow, "heavy"),
  (x, y) => mul(y, powOfTensor(where(mul(equal(x, 0), equal(y, 0)), 1, x), sub(y, 1))),
  (x, _y, z) => where(equal(x, 0), 0, mul(z, log(where(equal(x, 0), 1, x)))),
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

// Comparisons and choice

/** 1 where x > y, else 0; no gradient. */
export const greater: Binary = /* @__PURE__ */ comparison(
  "greater",
  binaryKernels.greater,
  comparisons.greater,
);
/** 1 where x ≥ y, else 0; no gradient. */
export const greaterEqual: Binary = /* @__PURE__ */ comparison(
  "greaterEqual",
  binaryKernels.greaterEqual,
  comparisons.greaterEqual,
);
/** 1 where x < y, else 0; no gradient. */
export const less: Binary = /* @__PURE__ */ comparison("less", binaryKernels.less, comparisons.less);
/** 1 where x ≤ y, else 0; no gradient. */
export const lessEqual: Binary = /* @__PURE__ */ comparison(
  "lessEqual",
  binaryKernels.lessEqual,
  comparisons.lessEqual,
);
/** 1 where x = y, else 0; no gradient. */
export const equal: Binary = /* @__PURE__ */ comparison(
  "equal",
  binaryKernels.equal,
  comparisons.equal,
  true,
);

/** The part of a direction where the condition holds, or where it does not. */
function selecting(condition: Tensor, holds: boolean): LinearMap {
  const select = (t: Tensor): Tensor => (holds ? where(condition, t, 0) : where(condition, 0, t));
  return { jvp: select, vjp: select };
}

export const whereOp = /* @__PURE__ */ defineOp<PlainName>({
  .../* @__PURE__ */ elementByElement("where", binaryKernels.where, comparisons.where, "light"),
  derivative: (_parameters, _output, condition) =>
    perArgument(condition ? [null, selecting(condition, true), selecting(condition, false)] : [], add),
});

/** a where the condition is not 0, b elsewhere; all three broadcast together. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  return bind(whereOp, {}, ...broadcastTogether("where", [condition, a, b]));
}
