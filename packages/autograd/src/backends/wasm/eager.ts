import type { Backend, Kernel, MatmulParameters } from "../../backend.ts";
import { sizeAt, sizeOf } from "../../shape.ts";
import { matmul as plainMatmul } from "../js/matmul.ts";
import {
  cos,
  erf,
  exp,
  expm1,
  log,
  log1p,
  normalCdf,
  sechSquared,
  sigmoid,
  sin,
  softplus,
  tanh,
} from "../js/unary.ts";
import type { ModuleBuilder, Target } from "./emitter/module.ts";
import { fusedSignature } from "./fused/graph.ts";
import { fusedModule } from "./fused/loop.ts";
import { planMatmul } from "./matmul/plan.ts";
import {
  compileModule,
  createMemory,
  detectTarget,
  instantiate,
  type KernelFunction,
  type Memory,
  type Module,
} from "./runtime.ts";

/** Options of {@link wasmKernels}. */
export interface WasmKernelOptions {
  /** Keep to instructions that give the same bits on every machine. */
  readonly deterministic?: boolean;
  /** From how many elements on a function runs in WebAssembly; 128 unless said. */
  readonly elements?: number;
  /** From how many multiplications on a matrix product does; 4,096 unless said. */
  readonly multiplications?: number;
}

/** The functions of one argument that cost more than the copy to WebAssembly and back. */
type Transcendental =
  | "cos"
  | "erf"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "normalCdf"
  | "sechSquared"
  | "sigmoid"
  | "sin"
  | "softplus"
  | "tanh";

/**
 * An eager backend whose matrix products and transcendental functions run in WebAssembly, on float32 tensors
 * from a size on where the copy pays; everything else runs on the reference kernels. Ops on a tensor made with
 * `tensor(data, { backend: wasmKernels() })`, and on all that is computed from it, use it.
 */
export function wasmKernels(options: WasmKernelOptions = {}): Backend {
  const { elements = 128, multiplications = 4096 } = options;
  const host = new Host(detectTarget(options));
  const unary = (name: Transcendental, plain: Kernel): Kernel => {
    const kernel = {
      rank: 1,
      inputs: [[true]],
      nodes: [{ op: name, x: 0 }],
      outputs: [{ value: 1, axes: [true], sum: false }],
    } as const;
    const signature = fusedSignature(kernel);
    return (output, parameters, x) => {
      const size = output.data.length;
      if (size < elements || output.dtype !== "float32") return plain(output, parameters, x);
      host.run(
        signature,
        (target) => fusedModule(target, kernel),
        "run",
        [x.data],
        output.data,
        ([at = 0], to) => [size, at, to, 0],
      );
    };
  };
  const matmul: Kernel<MatmulParameters> = (output, parameters, x, y) => {
    const { transposeX, transposeY } = parameters;
    const rank = output.shape.length;
    const problem = {
      batches: sizeOf(output.shape.slice(0, -2)),
      rows: sizeAt(output.shape, rank - 2),
      columns: sizeAt(output.shape, rank - 1),
      depth: sizeAt(x.shape, transposeX ? rank - 2 : rank - 1),
      transposeA: transposeX,
      transposeB: transposeY,
    };
    if (output.dtype !== "float32" || problem.rows * problem.columns * problem.depth < multiplications) {
      return plainMatmul(output, parameters, x, y);
    }
    const plan = planMatmul(problem);
    const place = ([a = 0, b = 0]: readonly number[], c: number, scratch: number): number[] =>
      plan.parameters({ a, b, c, scratch });
    host.run(
      plan.signature,
      (target) => plan.build(target),
      "matmul",
      [x.data, y.data],
      output.data,
      place,
      plan.scratchBytes,
    );
  };
  return {
    name: "wasm kernels",
    matmul,
    cos: unary("cos", cos),
    erf: unary("erf", erf),
    exp: unary("exp", exp),
    expm1: unary("expm1", expm1),
    log: unary("log", log),
    log1p: unary("log1p", log1p),
    normalCdf: unary("normalCdf", normalCdf),
    sechSquared: unary("sechSquared", sechSquared),
    sigmoid: unary("sigmoid", sigmoid),
    sin: unary("sin", sin),
    softplus: unary("softplus", softplus),
    tanh: unary("tanh", tanh),
  };
}

/** Addresses of the inputs, of the output and of scratch memory as the parameters of a function. */
type Place = (inputs: readonly number[], output: number, scratch: number) => readonly number[];

/** One memory that kernels run on in turn, made anew when a call needs a larger one. */
class Host {
  private readonly target: Target;
  private readonly modules = new Map<string, Module>();
  private readonly instances = new Map<string, KernelFunction>();
  private memory: Memory;
  private capacity = 1 << 22;

  constructor(target: Target) {
    this.target = target;
    this.memory = createMemory(this.capacity);
  }

  run(
    signature: string,
    build: (target: Target) => ModuleBuilder,
    entry: string,
    inputs: readonly ArrayLike<number>[],
    output: { readonly length: number; set(values: ArrayLike<number>): void },
    place: Place,
    scratchBytes = 0,
  ): void {
    const ends: number[] = [];
    let end = 0;
    for (const { length } of [...inputs, output]) {
      ends.push(end);
      end = aligned(end + 4 * length);
    }
    this.reserve(end + scratchBytes);
    inputs.forEach((input, i) => {
      new Float32Array(this.memory.buffer, ends[i], input.length).set(input);
    });
    const to = ends[inputs.length] ?? 0;
    this.function(signature, build, entry)(...place(ends, to, end));
    output.set(new Float32Array(this.memory.buffer, to, output.length));
  }

  private function(
    signature: string,
    build: (target: Target) => ModuleBuilder,
    entry: string,
  ): KernelFunction {
    const known = this.instances.get(signature);
    if (known !== undefined) return known;
    const module = this.modules.get(signature) ?? compileModule(build(this.target));
    this.modules.set(signature, module);
    const made = instantiate(module, this.memory)(entry);
    this.instances.set(signature, made);
    return made;
  }

  private reserve(bytes: number): void {
    if (bytes <= this.capacity) return;
    this.capacity = 2 ** Math.ceil(Math.log2(bytes));
    this.memory = createMemory(this.capacity);
    this.instances.clear();
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
