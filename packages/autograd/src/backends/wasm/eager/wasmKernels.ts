import type { Backend, Kernel } from "../../../backend.ts";
import { matmul } from "../../js/matmul.ts";
import * as unary from "../../js/unary.ts";
import { unary as vector } from "../maths/elementwise.ts";
import { detectTarget } from "../runtime.ts";
import { Host } from "./host.ts";
import { functionKernel, productKernel } from "./kernels.ts";

/** Options of {@link wasmKernels}. */
export interface WasmKernelOptions {
  /** Keep to instructions that give the same bits on every machine. */
  readonly deterministic?: boolean;
  /** From how many elements on a function runs in WebAssembly; 128 unless said. */
  readonly elements?: number;
  /** From how many multiplications on a matrix product does; 4,096 unless said. */
  readonly multiplications?: number;
}

/**
 * An eager backend whose matrix products and transcendental functions run in WebAssembly, as those of the default
 * backend do, but with sizes of the caller's choice, with relaxed vector instructions where the machine has them,
 * and on a memory of its own. Ops on a tensor made with `tensor(data, { backend: wasmKernels() })`, and on all
 * that is computed from it, use it.
 */
export function wasmKernels(options: WasmKernelOptions = {}): Backend {
  const own = new Host(detectTarget(options));
  const host = (): Host => own;
  const accelerated = (name: keyof typeof vector, plain: Kernel): Kernel =>
    functionKernel(name, plain, vector[name], host, options.elements);
  return {
    name: "wasm kernels",
    matmul: productKernel(matmul, host, options.multiplications),
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
