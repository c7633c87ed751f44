import { checkOptions } from "../../../arguments.ts";
import type { Backend, ElementwiseParameters, Kernel, SumParameters } from "../../../backend.ts";
import * as binary from "../../js/binary.ts";
import { conv, convInput, convKernel } from "../../js/convolution.ts";
import { matmul } from "../../js/matmul.ts";
import * as unary from "../../js/unary.ts";
import { planConv, planConvInput, planConvKernel } from "../convolution/plan.ts";
import type { F32x4 } from "../emitter/vector.ts";
import * as arithmetic from "../maths/arithmetic.ts";
import * as comparison from "../maths/comparison.ts";
import type { Cost, Elementwise } from "../maths/elementwise.ts";
import * as exponential from "../maths/exponential.ts";
import * as logarithm from "../maths/logarithm.ts";
import * as logistic from "../maths/logistic.ts";
import { normalCdf } from "../maths/normalCdf.ts";
import * as polar from "../maths/polar.ts";
import { pow } from "../maths/power.ts";
import * as saturating from "../maths/saturating.ts";
import * as trigonometric from "../maths/trigonometric.ts";
import { targetOf } from "../runtime.ts";
import { convolutionKernel } from "./convolution.ts";
import { Host } from "./host.ts";
import { elementsWorth, elementwiseKernel, productKernel } from "./kernels.ts";
import { powerKernel } from "./power.ts";

/** Options of {@link wasmKernels}. */
export interface WasmKernelOptions {
  /** Relaxed SIMD: faster where the processor has fused multiply-adds, with last bits that differ between machines. */
  readonly relaxed?: boolean;
  /** From how many elements on an elementwise op runs in WebAssembly; unless said 128, and 1,024 for light ones. */
  readonly elements?: number;
  /** From how many multiplications on a matrix product or a convolution does; 4,096 unless said. */
  readonly multiplications?: number;
}

type Accelerated = ElementwiseParameters &
  Pick<SumParameters, "matmul" | "conv" | "convInput" | "convKernel">;

/** Every elementwise op has a kernel, and so have products and convolutions. */
type WasmKernels = { readonly [K in keyof Accelerated]: Kernel<Accelerated[K]> };

/**
 * An eager backend whose matrix products, convolutions and elementwise ops run in WebAssembly, as those of the default backend do,
 * but with sizes of the caller's choice, with relaxed SIMD where that is asked for, and on a memory of its own. Ops on a
 * tensor made with `tensor(data, { backend: wasmKernels() })`, and on all that is computed from it, use it.
 *
 * @throws Error when `relaxed` is asked for and the host has no relaxed SIMD
 */
export function wasmKernels(options: WasmKernelOptions = {}): Backend {
  checkOptions("wasmKernels", options, {
    relaxed: "boolean",
    elements: "number",
    multiplications: "number",
  });
  for (const [what, value] of Object.entries({
    elements: options.elements,
    multiplications: options.multiplications,
  })) {
    if (value !== undefined && !(value >= 0)) {
      throw new RangeError(`wasmKernels: ${what} is ${value}; it is a number from 0`);
    }
  }
  const own = new Host(targetOf("wasmKernels", options));
  const host = (): Host => own;
  const { elements } = options;
  const of =
    (cost: Cost) =>
    (name: string, plain: Kernel, compute: Elementwise<F32x4[]>): Kernel =>
      elementwiseKernel(name, plain, compute, host, elements ?? elementsWorth(cost));
  const [light, heavy] = [of("light"), of("heavy")];
  return {
    name: "wasm kernels",
    matmul: productKernel(matmul, host, options.multiplications),
    conv: convolutionKernel(conv, planConv, host, options.multiplications),
    convInput: convolutionKernel(convInput, planConvInput, host, options.multiplications),
    convKernel: convolutionKernel(convKernel, planConvKernel, host, options.multiplications),
    add: light("add", binary.add, arithmetic.add),
    sub: light("sub", binary.sub, arithmetic.sub),
    mul: light("mul", binary.mul, arithmetic.mul),
    div: light("div", binary.div, arithmetic.div),
    neg: light("neg", unary.neg, arithmetic.neg),
    abs: light("abs", unary.abs, arithmetic.abs),
    square: light("square", unary.square, arithmetic.square),
    sqrt: light("sqrt", unary.sqrt, arithmetic.sqrt),
    relu: light("relu", unary.relu, arithmetic.relu),
    maximum: light("maximum", binary.maximum, arithmetic.maximum),
    minimum: light("minimum", binary.minimum, arithmetic.minimum),
    sign: light("sign", unary.sign, comparison.sign),
    floor: light("floor", unary.floor, arithmetic.floor),
    round: light("round", unary.round, arithmetic.round),
    isNaN: light("isNaN", unary.isUndefined, comparison.isUndefined),
    greater: light("greater", binary.greater, comparison.greater),
    greaterEqual: light("greaterEqual", binary.greaterEqual, comparison.greaterEqual),
    less: light("less", binary.less, comparison.less),
    lessEqual: light("lessEqual", binary.lessEqual, comparison.lessEqual),
    equal: light("equal", binary.equal, comparison.equal),
    where: light("where", binary.where, comparison.where),
    pow: heavy("pow", binary.pow, pow),
    power: powerKernel(unary.power, host, elements),
    hypot: light("hypot", binary.hypot, polar.hypot),
    directionCosine: heavy("directionCosine", binary.directionCosine, polar.directionCosine),
    atan: heavy("atan", unary.atan, polar.atan),
    atan2: heavy("atan2", binary.atan2, polar.atan2),
    cos: heavy("cos", unary.cos, trigonometric.cos),
    erf: heavy("erf", unary.erf, saturating.erf),
    exp: heavy("exp", unary.exp, exponential.exp),
    expm1: heavy("expm1", unary.expm1, exponential.expm1),
    log: heavy("log", unary.log, logarithm.log),
    log1p: heavy("log1p", unary.log1p, logarithm.log1p),
    logisticDensity: heavy("logisticDensity", unary.logisticDensity, logistic.logisticDensity),
    normalCdf: heavy("normalCdf", unary.normalCdf, normalCdf),
    sechSquared: heavy("sechSquared", unary.sechSquared, saturating.sechSquared),
    sigmoid: heavy("sigmoid", unary.sigmoid, logistic.sigmoid),
    sin: heavy("sin", unary.sin, trigonometric.sin),
    softplus: heavy("softplus", unary.softplus, logistic.softplus),
    tanh: heavy("tanh", unary.tanh, saturating.tanh),
  } satisfies Backend & WasmKernels;
}
