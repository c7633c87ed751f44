import type { Kernel, MatmulParameters, Operand } from "../../../backend.ts";
import { sizeAt, sizeOf } from "../../../shape.ts";
import { fusedSignature } from "../fused/graph.ts";
import { fusedModule } from "../fused/loop.ts";
import { planMatmul } from "../matmul/plan.ts";
import type { EagerKernel, Host } from "./host.ts";

/** The functions of one argument that cost more than the copy to WebAssembly and back. */
export type Transcendental =
  | "cos"
  | "erf"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "logisticDensity"
  | "normalCdf"
  | "sechSquared"
  | "sigmoid"
  | "sin"
  | "softplus"
  | "tanh";

/** Where kernels run; `null` where there is no WebAssembly. */
export type HostSupplier = () => Host | null;

/** From how many elements on a function is worth the copy. */
export const ELEMENTS = 128;
/** From how many multiplications on a matrix product is. */
export const MULTIPLICATIONS = 4096;

/** A function that runs in WebAssembly on float32 tensors of at least so many elements, else plainly. */
export function functionKernel(
  name: Transcendental,
  plain: Kernel,
  hostOf: HostSupplier,
  elements: number = ELEMENTS,
): Kernel {
  const loop = {
    rank: 1,
    inputs: [[true]],
    nodes: [{ op: name, x: 0 }],
    outputs: [{ value: 1, axes: [true], sum: false }],
  } as const;
  const signature = fusedSignature(loop);
  return (output, parameters, x) => {
    const size = output.data.length;
    const host = size < elements || output.dtype !== "float32" ? null : hostOf();
    if (host === null) return plain(output, parameters, x);
    const kernel: EagerKernel = {
      signature,
      entry: "run",
      scratchBytes: 0,
      build: (target) => fusedModule(target, loop),
      place: ([at = 0], to) => [size, at, to, 0],
    };
    host.run(kernel, [x.data], output.data);
  };
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
