import type { DType } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";

/** What a safetensors file holds. */
export interface Safetensors {
  /** The tensors by their names: float32, float64 or uint32. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Texts beside them. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes that are no whole safetensors file, or that hold a type of element that there is no tensor of. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
}

/** The name under which a header keeps its texts. */
export const METADATA = "__metadata__";

/** The format's own limit, which keeps a damaged length from asking for all the memory. */
export const LONGEST_HEADER = 100_000_000;

/** The number of bytes in front of the header, which say how long it is. */
export const PREFIX = 8;

/** Each type of element that can be read: its bytes in the file, and what it becomes. */
export const stored = {
  F64: { bytes: 8, dtype: "float64" },
  F32: { bytes: 4, dtype: "float32" },
  U32: { bytes: 4, dtype: "uint32" },
  F16: { bytes: 2, dtype: "float32" },
  BF16: { bytes: 2, dtype: "float32" },
} as const satisfies Record<string, { bytes: number; dtype: DType }>;

/** The name of a type of element in a file. */
export type StoredDType = keyof typeof stored;

/** How each of a tensor's types is written. */
export const written = { float64: "F64", float32: "F32", uint32: "U32" } as const satisfies Record<
  DType,
  StoredDType
>;
