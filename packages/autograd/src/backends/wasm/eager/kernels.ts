import type { Kernel, MatmulParameters, Operand } from "../../../backend.ts";
import type { Values } from "../../../dtype.ts";
import type { Shape } from "../../../shape.ts";
import { productSizes } from "../../productSizes.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { F32x4 } from "../emitter/vector.ts";
import type { Cost, Elementwise } from "../maths/elementwise.ts";
import { planMatmul } from "../matmul/plan.ts";
import type { PlannedKernel } from "../planned.ts";
import { ALIGNMENT, type Host } from "./host.ts";

/** Where kernels run; `null` where there is no WebAssembly. */
export type HostSupplier = () => Host | null;

/** From how many elements on a transcendental function is worth the copy. */
export const ELEMENTS = 128;
/** From how many elements on a light op is: it is done nearly as soon as it is copied. */
const LIGHT_ELEMENTS = 1024;
/** From how many multiplications on a matrix product is. */
export const MULTIPLICATIONS = 4096;

/** From how many elements on an elementwise op is worth the copy, by what it costs. */
export function elementsWorth(cost: Cost): number {
  return cost === "heavy" ? ELEMENTS : LIGHT_ELEMENTS;
}

/** Bytes of a vector, and of those that a loop computes side by side. */
const VECTOR = 16;
const BLOCK = ALIGNMENT;
/** Elements that are copied, computed and copied back at a time: all three stay in the cache. */
const CHUNK = 1 << 14;

/** An elementwise op that runs in WebAssembly on float32 tensors of at least so many elements, else plainly. */
export function elementwiseKernel<P>(
  name: string,
  plain: Kernel<P>,
  compute: Elementwise<F32x4[]>,
  hostOf: HostSupplier,
  elements: number = ELEMENTS,
): Kernel<P> {
  return (output, parameters, ...inputs) => {
    const size = output.data.length;
    const host = size < elements || output.dtype !== "float32" ? null : hostOf();
    if (host === null) return plain(output, parameters, ...inputs);
    const kernel: PlannedKernel = {
      signature: name,
      entry: "run",
      scratchBytes: 0,
      build: (target) => elementwiseModule(target, inputs.length, compute),
      place: (from, to, end) => [to, end, ...from],
    };
    for (let start = 0; start < size; start += CHUNK) {
      const chunk = ({ data }: Operand): Values => data.subarray(start, start + CHUNK);
      host.run(kernel, inputs.map(chunk), chunk(output));
    }
  };
}

/**
 * A module with `run(address of y, its end, addresses of the x)`: y = f(x, ...), by whole blocks of vectors. What
 * the last block computes behind the end of y is nobody's: the host's arrays begin on multiples of a block.
 */
function elementwiseModule(target: Target, arity: number, compute: Elementwise<F32x4[]>): ModuleBuilder {
  const module = new ModuleBuilder(target);
  const inputs = Array.from({ length: arity }, (_, i) => `from ${i}` as const);
  module.define("run", ["to", "end", ...inputs], (f, { to, end }, [, , ...from]) => {
    f.range(0, end.sub(to), BLOCK, (i) => {
      const vectors = Array.from({ length: BLOCK / VECTOR }, (_, k) => () => {
        const x = from.map((address) => f.let(F32x4.load(address.add(i), VECTOR * k)));
        return f.let(compute(f, ...x));
      });
      f.abreast(vectors).forEach((y, k) => {
        f.store(to.add(i), y, VECTOR * k);
      });
    });
  });
  return module;
}

/** A matrix product that runs in WebAssembly on float32 tensors from so many multiplications on, else plainly. */
export function productKernel(
  plain: Kernel<MatmulParameters>,
  hostOf: HostSupplier,
  multiplications: number = MULTIPLICATIONS,
): Kernel<MatmulParameters> {
  const plan: Plan<MatmulParameters> = (parameters, output, x) => {
    const sizes = productSizes(parameters, x, output);
    if (sizes.rows * sizes.columns * sizes.depth < multiplications) return null;
    const { transposeX: transposeA, transposeY: transposeB } = parameters;
    return planMatmul({ ...sizes, transposeA, transposeB });
  };
  return plannedKernel(plain, plan, hostOf);
}

/** A kernel for shapes of an output and of two inputs; `null` where the reference kernel is as good. */
export type Plan<P> = (parameters: P, output: Shape, x: Shape, y: Shape) => PlannedKernel | null;

/** An op of two arguments that runs in WebAssembly on float32 tensors of the sizes that `plan` has a kernel for, else plainly. */
export function plannedKernel<P>(plain: Kernel<P>, plan: Plan<P>, hostOf: HostSupplier): Kernel<P> {
  return (output, parameters, x, y) => {
    const planned = output.dtype === "float32" ? plan(parameters, output.shape, x.shape, y.shape) : null;
    const host = planned && hostOf();
    if (planned === null || host === null) plain(output, parameters, x, y);
    else host.run(planned, [x.data, y.data], output.data);
  };
}
