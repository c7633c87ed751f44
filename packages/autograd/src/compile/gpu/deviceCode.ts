import type { Values } from "../../dtype.ts";
import type { Variable } from "../../interpret/program.ts";
import type { Tensor } from "../../tensor.ts";
import type { ArrayId, Code } from "./code.ts";

/** Where an output of a program is after a run. */
export type Result =
  | { readonly kind: "array"; readonly variable: Variable; readonly array: ArrayId }
  | { readonly kind: "host"; readonly variable: Variable }
  | { readonly kind: "constant"; readonly value: Tensor };

/** A program as commands for a device and its host. */
export interface DeviceCode {
  readonly code: Code;
  /** The inputs that the device reads, with their arrays. */
  readonly uploads: readonly { readonly input: number; readonly array: ArrayId }[];
  /** The inputs that the host reads. */
  readonly hostInputs: readonly number[];
  /** What the arrays of constants hold. */
  readonly constants: readonly { readonly array: ArrayId; readonly values: Values }[];
  readonly results: readonly Result[];
  /** Outputs that become an input's value after a run. */
  readonly donations: readonly { readonly input: number; readonly result: number }[];
  /** The value whose elements an alias shares. */
  rootOf(variable: Variable): Variable;
}

/** What the lowering knows of a device. */
export interface DeviceTraits {
  readonly mostPerThread: 1 | 4;
  readonly draws: boolean;
}
