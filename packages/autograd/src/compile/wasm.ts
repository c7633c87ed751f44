import { js, type Operand } from "../backend.ts";
import type { ModuleBuilder, Target } from "../backends/wasm/emitter/module.ts";
import { fusedSignature } from "../backends/wasm/fused/graph.ts";
import { fusedModule, fusedScratchBytes } from "../backends/wasm/fused/loop.ts";
import { planMatmul } from "../backends/wasm/matmul/plan.ts";
import {
  compileModule,
  createMemory,
  detectTarget,
  instantiate,
  type KernelFunction,
  type Memory,
  type Module,
  supports,
} from "../backends/wasm/runtime.ts";
import type { Equation, Program, Variable } from "../interpret/program.ts";
import { type MemoryPlan, planMemory } from "../program/memory.ts";
import { applies } from "../program/rewriter.ts";
import { type Loop, type Step, schedule } from "../program/schedule.ts";
import { sizeAt, sizeOf } from "../shape.ts";
import { Dense } from "../tensor.ts";
import { pairDonations } from "./donation.ts";
import { view } from "./js.ts";
import { lowerLoop } from "./loop.ts";
import type { Executable, LoweringOptions, ProgramBackend } from "./lowering.ts";
import { Residence } from "./resident.ts";

/** Options of the WebAssembly backend. */
export interface WasmOptions {
  /**
   * Keep to instructions that give the same bits on every machine. Otherwise fused multiply-adds are used
   * where the host has them.
   */
  readonly deterministic?: boolean;
}

/**
 * Programs as WebAssembly: fused loops and matrix products in SIMD, everything in one memory. Ops without a
 * kernel of their own run on the reference kernels, on the same memory.
 */
export function wasm(options: WasmOptions = {}): ProgramBackend {
  const modules = new ModuleCache(detectTarget(options));
  return {
    name: "wasm",
    lower: (program, settings) => new Lowering(program, settings, modules).executable(),
  };
}

/** Whether the host can run {@link wasm} programs. */
export function hasWasm(): boolean {
  return supports({ relaxed: false });
}

/** Modules by the signature of their kernel: programs share them. */
class ModuleCache {
  private readonly modules = new Map<string, Module>();
  private readonly target: Target;

  constructor(target: Target) {
    this.target = target;
  }

  get(signature: string, build: (target: Target) => ModuleBuilder): Module {
    const known = this.modules.get(signature);
    if (known !== undefined) return known;
    const module = compileModule(build(this.target));
    this.modules.set(signature, module);
    return module;
  }
}

/** A kernel before its addresses are known to be final: what it needs beside its arrays. */
interface Kernel {
  readonly signature: string;
  readonly scratchBytes: number;
  readonly entry: string;
  build(target: Target): ModuleBuilder;
  parameters(scratch: number): number[];
}

/** Turns one program into an executable. */
class Lowering {
  private readonly program: Program;
  private readonly modules: ModuleCache;
  private readonly steps: readonly Step[];
  private readonly plan: MemoryPlan;
  private readonly memory: Memory;
  private readonly kernels: (Kernel | Equation)[];
  private readonly donations: ReturnType<typeof pairDonations>;
  private readonly instances = new Map<Module, (name: string) => KernelFunction>();
  private readonly bytes: number;

  constructor(program: Program, options: LoweringOptions, modules: ModuleCache) {
    this.program = program;
    this.modules = modules;
    this.steps = schedule(program, options);
    this.donations = pairDonations(program, options.donated ?? []);
    this.plan = planMemory(program, this.steps, {
      reuse: options.reuseMemory ?? true,
      donations: this.donations,
    });
    this.kernels = this.steps.flatMap((step) => this.kernelOf(step) ?? []);
    const scratch = Math.max(
      0,
      ...this.kernels.map((kernel) => ("entry" in kernel ? kernel.scratchBytes : 0)),
    );
    this.bytes = this.plan.end + scratch;
    this.memory = createMemory(this.bytes);
  }

  executable(): Executable {
    const { program, donations } = this;
    for (const { variable, value } of program.constants) this.viewOf(variable).set(value.data);
    const runs = this.kernels.map((kernel) => this.bound(kernel));
    const places = program.inputs.map((x) => new Residence(this.viewOf(x), x.shape, x.dtype));
    const moved = donations.filter((donation) => !this.plan.inPlace.includes(donation));
    const copies = moved.map(({ input, output }) => [this.viewOf(input), this.viewOf(output)] as const);
    const results = program.outputs.map((output, i) => {
      const isFirst = program.outputs.indexOf(output) === i;
      const donation = isFirst ? donations.find((d) => d.output === output) : undefined;
      const place = donation && places[program.inputs.indexOf(donation.input)];
      return { output, values: this.viewOf(output), place };
    });
    const settled = results.flatMap(({ place }) => place ?? []);
    return {
      run(values) {
        places.forEach((place, i) => {
          const value = values[i];
          if (value !== undefined) place.enter(value);
        });
        for (const place of settled) place.leave();
        for (const run of runs) run();
        const copied = results.map(({ output, values: from, place }) =>
          place === undefined ? new Dense(output.shape, from.slice(), output.dtype) : null,
        );
        for (const [to, from] of copies) to.set(from);
        return copied.flatMap((result, i) => result ?? results[i]?.place?.settle() ?? []);
      },
      describe: () => ({ backend: "wasm", steps: runs.length, bytes: this.bytes }),
      dispose() {
        runs.length = 0;
      },
    };
  }

  private kernelOf(step: Step): Kernel | Equation | null {
    if (step.kind === "alias") return null;
    if (step.kind === "loop") return this.loopKernel(step);
    return this.matmulKernel(step.equation) ?? step.equation;
  }

  private loopKernel(step: Loop): Kernel {
    const lowered = lowerLoop(step, (x) => this.scalarOf(x));
    const { kernel, sizes } = lowered;
    return {
      signature: fusedSignature(kernel),
      scratchBytes: fusedScratchBytes(kernel, sizes),
      entry: "run",
      build: (target) => fusedModule(target, kernel),
      parameters: (scratch) => [
        ...sizes,
        ...lowered.inputs.map((x) => this.address(x)),
        ...lowered.outputs.map((x) => this.address(x)),
        scratch,
      ],
    };
  }

  private matmulKernel(equation: Equation): Kernel | null {
    const { output, inputs } = equation;
    const [x, y] = inputs;
    if (!applies(equation, "matmul") || output.dtype !== "float32" || x === undefined || y === undefined)
      return null;
    const { transposeX, transposeY } = equation.parameters;
    const rank = output.shape.length;
    const plan = planMatmul({
      batches: sizeOf(output.shape.slice(0, -2)),
      rows: sizeAt(output.shape, rank - 2),
      columns: sizeAt(output.shape, rank - 1),
      depth: sizeAt(x.shape, transposeX ? rank - 2 : rank - 1),
      transposeA: transposeX,
      transposeB: transposeY,
    });
    return {
      signature: plan.signature,
      scratchBytes: plan.scratchBytes,
      entry: "matmul",
      build: (target) => plan.build(target),
      parameters: (scratch) =>
        plan.parameters({ a: this.address(x), b: this.address(y), c: this.address(output), scratch }),
    };
  }

  /** A kernel as a call without arguments. */
  private bound(kernel: Kernel | Equation): () => void {
    if (!("entry" in kernel)) {
      const [output, inputs] = [this.operand(kernel.output), kernel.inputs.map((x) => this.operand(x))];
      return () => kernel.fill?.(js, output, inputs);
    }
    const module = this.modules.get(kernel.signature, (target) => kernel.build(target));
    const instance = this.instances.get(module) ?? instantiate(module, this.memory);
    this.instances.set(module, instance);
    const call = instance(kernel.entry);
    const parameters = kernel.parameters(this.plan.end);
    return () => call(...parameters);
  }

  private address(variable: Variable): number {
    const offset = this.plan.offsets.get(variable);
    if (offset === undefined) throw new Error("compile: a value that is read was given no place in memory");
    return offset;
  }

  private viewOf(variable: Variable): Operand["data"] {
    return view(this.memory.buffer, variable, this.address(variable));
  }

  private operand(variable: Variable): Operand {
    return { ...variable, data: this.viewOf(variable) };
  }

  private scalarOf(variable: Variable): number | null {
    const constant = this.program.constants.find((entry) => entry.variable === variable);
    return constant?.value.size === 1 && constant.value.dtype === "float32" ? constant.value.item() : null;
  }
}
