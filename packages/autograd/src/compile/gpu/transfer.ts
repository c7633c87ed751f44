import { roundKeys } from "../../backends/gpu/kernels/draws.ts";
import type { Values } from "../../dtype.ts";
import { ShapeError } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { RemoteTensor } from "../remote.ts";
import type { Conversion } from "./code.ts";

/** The elements of a tensor, brought here if they are on a device. */
export async function elementsOf(value: Tensor): Promise<Values> {
  return value instanceof RemoteTensor ? value.fetch() : value.data;
}

/** Elements as they go to the device. */
export function floats(values: Values): Float32Array {
  if (values instanceof Float32Array) return values;
  throw new TypeError("gpu: only float32 goes to the device");
}

/** The elements of a value as the device needs them. */
export function convert(values: Values, conversion: Conversion): Float32Array {
  switch (conversion.kind) {
    case "elements":
      return floats(values);
    case "key":
      return roundKeys(values[0] ?? 0, values[1] ?? 0);
    case "indices": {
      const { op, axis, size } = conversion;
      values.forEach((index, position) => {
        if (!Number.isInteger(index) || index < 0 || index >= size) {
          throw new ShapeError(
            `${op}: index ${index} at position ${position} is outside axis ${axis} of size ${size}; ` +
              `indices are whole numbers from 0 to ${size - 1}`,
          );
        }
      });
      return values instanceof Float32Array ? values : Float32Array.from(values);
    }
  }
}
