import type { ModuleBuilder, Target } from "../../src/backends/wasm/emitter/module.ts";
import {
  compileModule,
  createMemory,
  instantiate,
  type KernelFunction,
  type Module,
  supports,
} from "../../src/backends/wasm/runtime.ts";

/** The targets of this host. */
export const targets: Target[] = [{ relaxed: false }, { relaxed: true }].filter(supports);

const modules = new Map<string, Module>();
const memory = createMemory(32 << 20);
const FENCE = 1234567;

/** Arrays in a WebAssembly memory, with marks between them that no kernel may touch. */
export class Sandbox {
  private next = 4096;
  private seed = 1;
  private readonly fences: number[] = [];
  readonly memory = memory;

  /** A new array of numbers between −1 and 1, at an address that is only a multiple of four. */
  array(size: number): { readonly at: number; readonly values: Float32Array<ArrayBuffer> } {
    this.fence();
    const at = this.next;
    const values = new Float32Array(memory.buffer, at, size);
    for (let i = 0; i < size; i++) values[i] = this.random();
    this.next += 4 * size;
    this.fence();
    return { at, values };
  }

  words(size: number): { readonly at: number; readonly values: Uint32Array<ArrayBuffer> } {
    const { at } = this.array(size);
    return { at, values: new Uint32Array(memory.buffer, at, size) };
  }

  private random(): number {
    this.seed = (Math.imul(this.seed, 1664525) + 1013904223) | 0;
    return this.seed / 2 ** 31;
  }

  private fence(): void {
    new Float32Array(memory.buffer)[this.next / 4] = FENCE;
    this.fences.push(this.next);
    this.next += 4;
  }

  kernel(signature: string, build: () => ModuleBuilder, name: string): KernelFunction {
    const module = modules.get(signature) ?? compileModule(build());
    modules.set(signature, module);
    return instantiate(module, memory)(name);
  }

  checkFences(): void {
    const values = new Float32Array(memory.buffer);
    for (const at of this.fences) {
      if (values[at / 4] !== FENCE) throw new Error(`a kernel wrote past the end of an array, at ${at}`);
    }
  }
}

/** An element that is known to exist. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`no element ${index} in a list of ${list.length}`);
  return element;
}
