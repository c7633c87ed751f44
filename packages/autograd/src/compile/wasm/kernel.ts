import type { Cut } from "../../backends/wasm/cut.ts";
import type { ModuleBuilder, Target } from "../../backends/wasm/emitter/module.ts";
import { type FusedKernel, fusedSignature } from "../../backends/wasm/fused/graph.ts";
import { fusedModule } from "../../backends/wasm/fused/loop.ts";
import { compileModule, type Module } from "../../backends/wasm/runtime.ts";

/** A function of a module; modules are shared by signature. */
export interface KernelCode {
  readonly signature: string;
  /** The name of the function. */
  readonly entry: string;
  build(target: Target): ModuleBuilder;
}

/** A kernel on its arrays, before its scratch memory has a place. */
export interface Kernel extends KernelCode {
  readonly scratchBytes: number;
  parameters(scratch: number): number[];
  /** How its work can be cut; absent where it cannot be. */
  readonly cut?: Cut | undefined;
}

/** A kernel with all its addresses and sizes. */
export interface KernelCall {
  readonly code: KernelCode;
  readonly parameters: readonly number[];
}

/** The code of a fused loop. */
export function loopCode(kernel: FusedKernel): KernelCode {
  return { signature: fusedSignature(kernel), entry: "run", build: (target) => fusedModule(target, kernel) };
}

/** Modules by the signature of their kernel: programs share them. */
export class ModuleCache {
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
