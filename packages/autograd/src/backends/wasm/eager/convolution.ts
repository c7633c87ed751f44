import type { ConvolutionParameters, Kernel } from "../../../backend.ts";
import type { Shape } from "../../../shape.ts";
import { PRODUCT_SPEED } from "../cut.ts";
import type { PlannedKernel } from "../planned.ts";
import { type HostSupplier, MULTIPLICATIONS, plannedKernel } from "./kernels.ts";

/** The kernel of a contraction of two of a convolution's arrays. */
export type ConvolutionPlan = (parameters: ConvolutionParameters, x: Shape, y: Shape) => PlannedKernel;

/** A convolution that runs in WebAssembly on float32 tensors from so many multiplications on, else plainly. */
export function convolutionKernel(
  plain: Kernel<ConvolutionParameters>,
  plan: ConvolutionPlan,
  hostOf: HostSupplier,
  multiplications: number = MULTIPLICATIONS,
): Kernel<ConvolutionParameters> {
  const least = (2 * multiplications) / PRODUCT_SPEED;
  return plannedKernel(
    plain,
    (parameters, _output, x, y) => {
      const planned = plan(parameters, x, y);
      return (planned.cut?.time ?? 0) < least ? null : planned;
    },
    hostOf,
  );
}
