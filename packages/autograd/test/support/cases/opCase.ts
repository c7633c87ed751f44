import type fc from "fast-check";
import type { KernelName, KernelParameters } from "../../../src/backend.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { type Tensor, tensor } from "../../../src/tensor.ts";
import { vector } from "../arbitrary.ts";

/** One argument of an op. */
export interface Input {
  readonly shape: Shape;
  readonly values: readonly number[];
  /** `float` is whichever floating dtype a law is about. */
  readonly dtype: "float" | "uint32";
  /** Whether laws about derivatives move it; indices, keys and conditions stay. */
  readonly varies: boolean;
}

/** One application of an op: away from kinks and poles by more than finite differences step. */
export interface OpCase<Parameters extends object = object> {
  readonly parameters: Parameters;
  readonly inputs: readonly Input[];
}

/** Generators of applications, by the op's name. */
export type OpCases = { readonly [K in KernelName]?: fc.Arbitrary<OpCase<KernelParameters[K]>> };

/** Arguments that vary. */
export function inputs(shape: Shape, element: fc.Arbitrary<number>): fc.Arbitrary<Input> {
  return vector(sizeOf(shape), element).map((values) => ({ shape, values, dtype: "float", varies: true }));
}

/** The argument as a tensor. */
export function materialize({ shape, values, dtype }: Input, float: "float32" | "float64"): Tensor {
  return tensor(values, { shape, dtype: dtype === "float" ? float : dtype });
}
