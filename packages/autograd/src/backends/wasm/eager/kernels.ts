import type { Kernel, MatmulParameters, Operand } from "../../../backend.ts";
import { sizeAt, sizeOf } from "../../../shape.ts";
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
    const problem = problemOf(output, parameters, x);
    const isSmall = problem.rows * problem.columns * problem.depth < multiplications;
    const host = isSmall || output.dtype !== "float32" ? null : hostOf();
    if (host === null) return plain(output, parameters, x, y);
    const plan = planMatmul(problem);
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

function problemOf(
  output: Operand,
  { transposeX, transposeY }: MatmulParameters,
  x: Operand,
): Parameters<typeof planMatmul>[0] {
  const rank = output.shape.length;
  return {
    batches: sizeOf(output.shape.slice(0, -2)),
    rows: sizeAt(output.shape, rank - 2),
    columns: sizeAt(output.shape, rank - 1),
    depth: sizeAt(x.shape, transposeX ? rank - 2 : rank - 1),
    transposeA: transposeX,
    transposeB: transposeY,
  };
}
