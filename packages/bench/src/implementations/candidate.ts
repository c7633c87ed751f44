import type { Launch } from "../worker/connection.ts";
import type { Workload } from "../workloads/workload.ts";

/** Whose work it is. */
export type Family =
  | "scoretape"
  | "jax-js"
  | "TensorFlow.js"
  | "GPU.js"
  | "PyTorch"
  | "JAX"
  | "XLA"
  | "ONNX Runtime"
  | "NumPy"
  | "Node";

/** One implementation in one variant, on one runtime. */
export interface Candidate {
  /** Such as `scoretape/wasm-2`, with `@` and a version behind on a runtime other than this one. */
  readonly id: string;
  readonly family: Family;
  readonly variant: string;
  /** What the variant is, in words. */
  readonly title: string;
  /** Whether the variant is for the workload; where not, another of its family is. */
  handles(workload: Workload): boolean;
  /** Whether a quick run measures it. */
  quick(workload: Workload): boolean;
  /** How to start it, or why it cannot be started here. */
  readonly launch: Launch | { readonly absent: string };
}

/** A variant of an implementation, before it is known where it runs. */
export type Variant = Pick<Candidate, "variant" | "title" | "handles" | "quick">;
