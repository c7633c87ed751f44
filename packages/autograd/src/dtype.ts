import { kindOf } from "./arguments.ts";

/**
 * What a tensor's elements are: `float32` everywhere, `float64` in the reference backend (for checks),
 * `uint32` for random keys and indices, which no differentiable op accepts.
 */
export type DType = "float32" | "float64" | "uint32";

/** The storage of a tensor: row-major, dense. */
export type Values = Float32Array | Float64Array | Uint32Array;

/** Throws unless a dtype is one of the three. */
export function checkDType(name: string, dtype: DType): void {
  if (dtype === "float32" || dtype === "float64" || dtype === "uint32") return;
  throw new TypeError(`${name}: dtype is ${kindOf(dtype)}; it is "float32", "float64" or "uint32"`);
}

/** Fresh storage, all zeros. @throws RangeError when there is no room for it */
export function allocate(name: string, dtype: DType, size: number): Values {
  try {
    switch (dtype) {
      case "float32":
        return new Float32Array(size);
      case "float64":
        return new Float64Array(size);
      case "uint32":
        return new Uint32Array(size);
    }
  } catch (cause) {
    throw new RangeError(`${name}: ${size} elements of ${dtype} are more than there is room for`, { cause });
  }
}

/** Whether data is a typed array of a tensor's dtypes. */
export function isValues(data: unknown): data is Values {
  return data instanceof Float32Array || data instanceof Float64Array || data instanceof Uint32Array;
}

/** Numbers as uint32. @throws RangeError where one is no whole number from 0 to 2³² − 1 */
export function wordsOf(name: string, numbers: Values): Uint32Array {
  const words = Uint32Array.from(numbers);
  const at = words.findIndex((word, i) => word !== numbers[i]);
  if (at < 0) return words;
  throw new RangeError(
    `${name}: element ${at} is ${numbers[at]}; those of uint32 are whole numbers from 0 to 2^32 - 1`,
  );
}

/** The dtype that a typed array stores. */
export function dtypeOf(values: Values): DType {
  if (values instanceof Float32Array) return "float32";
  return values instanceof Float64Array ? "float64" : "uint32";
}
