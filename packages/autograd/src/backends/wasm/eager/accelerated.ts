import type { ConvolutionParameters, Kernel, MatmulParameters } from "../../../backend.ts";
import type { F32x4 } from "../emitter/vector.ts";
import type { Cost, Elementwise } from "../maths/elementwise.ts";
import { type ConvolutionPlan, convolutionKernel } from "./convolution.ts";
import { Host } from "./host.ts";
import { elementsWorth, elementwiseKernel, productKernel } from "./kernels.ts";
import { type PowerParameters, powerKernel } from "./power.ts";

let shared: Host | null | undefined;

/**
 * The memory and the compiled kernels that the default backend uses: a cache, of which no result depends. Vector
 * instructions without relaxed ones: the same bits on every machine. `null` where there is no WebAssembly, or a
 * page's policy forbids to compile it.
 */
function sharedHost(): Host | null {
  if (shared !== undefined) return shared;
  try {
    const host = new Host({ relaxed: false });
    host.probe();
    shared = host;
  } catch {
    shared = null;
  }
  return shared;
}

/** The kernel of the default backend for an elementwise op, from its reference kernel and its form for vectors. */
export function acceleratedElementwise(
  name: string,
  plain: Kernel,
  compute: Elementwise<F32x4[]>,
  cost: Cost,
): Kernel {
  return elementwiseKernel(name, plain, compute, sharedHost, elementsWorth(cost));
}

/** The same for powers, by the name of the op that takes the exponent as a parameter. */
export function acceleratedPower(plain: Kernel<PowerParameters>): Kernel<PowerParameters> {
  return powerKernel(plain, sharedHost);
}

/** The kernel of the default backend for matrix products, from the reference kernel. */
export function acceleratedProduct(plain: Kernel<MatmulParameters>): Kernel<MatmulParameters> {
  return productKernel(plain, sharedHost);
}

/** The same for convolutions, from the kernel for their sizes. */
export function acceleratedConvolution(
  plain: Kernel<ConvolutionParameters>,
  plan: ConvolutionPlan,
): Kernel<ConvolutionParameters> {
  return convolutionKernel(plain, plan, sharedHost);
}
