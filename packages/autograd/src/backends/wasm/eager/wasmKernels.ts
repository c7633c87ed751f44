import type { Backend, Kernel } from "../../../backend.ts";
import * as binary from "../../js/binary.ts";
import { matmul } from "../../js/matmul.ts";
import * as unary from "../../js/unary.ts";
import type { F32x4 } from "../emitter/vector.ts";
import * as vector from "../maths/elementwise.ts";
import { detectTarget } from "../runtime.ts";
import { Host } from "./host.ts";
import { ARITHMETIC_ELEMENTS, elementwiseKernel, productKernel } from "./kernels.ts";
import { powerKernel } from "./power.ts";

/** Options of {@link wasmKernels}. */
export interface WasmKernelOptions {
  /** Keep to instructions that give the same bits on every machine. */
  readonly deterministic?: boolean;
  /** From how many elements on an elementwise op runs in WebAssembly; unless said 128, and 1,024 for arithmetic. */
  readonly elements?: number;
  /** From how many multiplications on a matrix product does; 4,096 unless said. */
  readonly multiplications?: number;
}

/**
 * An eager backend whose matrix products, arithmetic and functions run in WebAssembly, as those of the default
 * backend do, but with sizes of the caller's choice, with relaxed vector instructions where the machine has them,
 * and on a memory of its own. Ops on a tensor made with `tensor(data, { backend: wasmKernels() })`, and on all
 * that is computed from it, use it.
 */
export function wasmKernels(options: WasmKernelOptions = {}): Backend {
  const own = new Host(detectTarget(options));
  const host = (): Host => own;
  const { elements } = options;
  const accelerated = (name: keyof typeof vector.unary, plain: Kernel): Kernel =>
    elementwiseKernel(name, plain, vector.unary[name], host, elements);
  const arithmetic = (name: string, plain: Kernel, compute: vector.Elementwise<F32x4[]>): Kernel =>
    elementwiseKernel(name, plain, compute, host, elements ?? ARITHMETIC_ELEMENTS);
  return {
    name: "wasm kernels",
    matmul: productKernel(matmul, host, options.multiplications),
    add: arithmetic("add", binary.add, vector.binary.add),
    sub: arithmetic("sub", binary.sub, vector.binary.sub),
    mul: arithmetic("mul", binary.mul, vector.binary.mul),
    div: arithmetic("div", binary.div, vector.binary.div),
    square: arithmetic("square", unary.square, vector.unary.square),
    sqrt: arithmetic("sqrt", unary.sqrt, vector.unary.sqrt),
    relu: arithmetic("relu", unary.relu, vector.unary.relu),
    pow: elementwiseKernel("pow", binary.pow, vector.binary.pow, host, elements),
    power: powerKernel(unary.power, host, elements),
    cos: accelerated("cos", unary.cos),
    erf: accelerated("erf", unary.erf),
    exp: accelerated("exp", unary.exp),
    expm1: accelerated("expm1", unary.expm1),
    log: accelerated("log", unary.log),
    log1p: accelerated("log1p", unary.log1p),
    logisticDensity: accelerated("logisticDensity", unary.logisticDensity),
    normalCdf: accelerated("normalCdf", unary.normalCdf),
    sechSquared: accelerated("sechSquared", unary.sechSquared),
    sigmoid: accelerated("sigmoid", unary.sigmoid),
    sin: accelerated("sin", unary.sin),
    softplus: accelerated("softplus", unary.softplus),
    tanh: accelerated("tanh", unary.tanh),
  };
}
