import type { Values } from "../../../dtype.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import type { PlannedKernel } from "../planned.ts";
import {
  compileModule,
  createMemory,
  instantiate,
  type KernelFunction,
  type Memory,
  type Module,
} from "../runtime.ts";

/** Arrays in the memory begin on multiples of so many bytes. */
export const ALIGNMENT = 64;

/** The memory at first, in bytes: the operands of a product of 512 × 512 matrices fit. */
const CAPACITY = 1 << 22;

/** One memory that kernels run on in turn, made anew when a call needs a larger one. */
export class Host {
  private readonly target: Target;
  private readonly modules = new Map<string, Module>();
  private readonly instances = new Map<string, KernelFunction>();
  private memory: Memory;
  private capacity = CAPACITY;

  constructor(target: Target) {
    this.target = target;
    this.memory = createMemory(this.capacity);
  }

  /** Copies the inputs in, runs the kernel, and copies its output out. */
  run(kernel: PlannedKernel, inputs: readonly Values[], output: Values): void {
    const ends: number[] = [];
    let end = 0;
    for (const { length } of [...inputs, output]) {
      ends.push(end);
      end = aligned(end + Float32Array.BYTES_PER_ELEMENT * length);
    }
    this.reserve(end + kernel.scratchBytes);
    inputs.forEach((input, i) => {
      new Float32Array(this.memory.buffer, ends[i], input.length).set(input);
    });
    const to = ends[inputs.length] ?? 0;
    this.functionOf(kernel)(...kernel.place(ends, to, end));
    output.set(new Float32Array(this.memory.buffer, to, output.length));
  }

  /** Compiles a module and does not keep it: throws where that is not allowed. */
  probe(): void {
    compileModule(new ModuleBuilder(this.target));
  }

  /** The kernel on the memory of now. */
  private functionOf({ signature, entry, build }: PlannedKernel): KernelFunction {
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
    while (this.capacity < bytes) this.capacity *= 2;
    this.memory = createMemory(this.capacity);
    this.instances.clear();
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
