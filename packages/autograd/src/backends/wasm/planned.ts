import type { Cut } from "./cut.ts";
import type { ModuleBuilder, Target } from "./emitter/module.ts";

/** A kernel for an op's sizes, before its arrays have places. */
export interface PlannedKernel {
  /** Equal for kernels that run on the same module. */
  readonly signature: string;
  /** The name of the module's function. */
  readonly entry: string;
  readonly scratchBytes: number;
  build(target: Target): ModuleBuilder;
  /** Addresses of the inputs, of the output and of scratch memory behind it as the parameters of the function. */
  place(inputs: readonly number[], output: number, scratch: number): readonly number[];
  /** How its work can be cut; absent where it cannot be. */
  readonly cut?: Cut | undefined;
}
