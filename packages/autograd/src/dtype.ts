/**
 * What a tensor's elements are: `float32` everywhere, `float64` in the reference backend (for checks),
 * `uint32` for random keys and indices, which no differentiable op accepts.
 */
export type DType = "float32" | "float64" | "uint32";

/** The storage of a tensor: row-major, dense. */
export type Values = Float32Array | Float64Array | Uint32Array;

/** Fresh storage, all zeros. */
export function allocate(dtype: DType, size: number): Values {
  switch (dtype) {
    case "float32":
      return new Float32Array(size);
    case "float64":
      return new Float64Array(size);
    case "uint32":
      return new Uint32Array(size);
  }
}

/** The dtype that a typed array stores. */
export function dtypeOf(values: Values): DType {
  if (values instanceof Float32Array) return "float32";
  return values instanceof Float64Array ? "float64" : "uint32";
}
