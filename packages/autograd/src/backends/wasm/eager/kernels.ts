import type { Kernel, MatmulParameters } from "../../../backend.ts";
import { productSizes } from "../../productSizes.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { F32x4 } from "../emitter/vector.ts";
import type { Elementwise } from "../maths/elementwise.ts";
import { planMatmul } from "../matmul/plan.ts";
import { ALIGNMENT, type EagerKernel, type Host } from "./host.ts";

/** Where kernels run; `null` where there is no WebAssembly. */
export type HostSupplier = () => Host | null;

/** From how many elements on a function is worth the copy. */
export const ELEMENTS = 128;
/** From how many multiplications on a matrix product is. */
export const MULTIPLICATIONS = 4096;

/** Bytes of a vector, and of those that a loop computes side by side. */
const VECTOR = 16;
const BLOCK = ALIGNMENT / 2;

/** A function that runs in WebAssembly on float32 tensors of at least so many elements, else plainly. */
export function functionKernel(
  name: string,
  plain: Kernel,
  compute: Elementwise<[F32x4]>,
  hostOf: HostSupplier,
  elements: number = ELEMENTS,
): Kernel {
  return (output, parameters, x) => {
    const size = output.data.length;
    const host = size < elements || output.dtype !== "float32" ? null : hostOf();
    if (host === null) return plain(output, parameters, x);
    const kernel: EagerKernel = {
      signature: name,
      entry: "run",
      scratchBytes: 0,
      build: (target) => functionModule(target, compute),
      place: ([from = 0], to) => [from, to, 4 * size],
    };
    host.run(kernel, [x.data], output.data);
  };
}

/**
 * A module with `run(address of x, address of y, bytes)`: y = f(x), by whole blocks of vectors. What the last block
 * computes behind the end of y is nobody's: the host's arrays begin on multiples of a block.
 */
function functionModule(target: Target, compute: Elementwise<[F32x4]>): ModuleBuilder {
  const module = new ModuleBuilder(target);
  module.define("run", ["from", "to", "bytes"], (f, { from, to, bytes }) => {
    f.range(0, bytes, BLOCK, (i) => {
      for (let offset = 0; offset < BLOCK; offset += VECTOR) {
        f.store(to.add(i), compute(f, f.let(F32x4.load(from.add(i), offset))), offset);
      }
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
  return (output, parameters, x, y) => {
    const sizes = productSizes(parameters, x.shape, output.shape);
    const isSmall = sizes.rows * sizes.columns * sizes.depth < multiplications;
    const host = isSmall || output.dtype !== "float32" ? null : hostOf();
    if (host === null) return plain(output, parameters, x, y);
    const { transposeX: transposeA, transposeY: transposeB } = parameters;
    const plan = planMatmul({ ...sizes, transposeA, transposeB });
    const kernel: EagerKernel = {
      signature: plan.signature,
      entry: "matmul",
      scratchBytes: plan.scratchBytes,
      build: (target) => plan.build(target),
      place: ([a = 0, b = 0], c, scratch) => plan.parameters({ a, b, c, scratch }),
    };
    host.run(kernel, [x.data, y.data], output.data);
  };
}
