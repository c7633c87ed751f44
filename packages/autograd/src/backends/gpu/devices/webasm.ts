import { tuneBeforeBuild } from "../eager/tuning.ts";
import { outputSize } from "../kernels/source.ts";
import { arrayInput, openLibrary } from "../library.ts";
import type { ComputeDevice } from "./contract.ts";
import { synchronousDevice } from "./synchronous.ts";

/** Opens GPU.js in WebAssembly: no GPU, but the same kernels on any machine. */
export function openWebasm(): ComputeDevice {
  const device = synchronousDevice<Float32Array>({
    library: openLibrary("webasm"),
    mode: "webasm",
    kernelClass: "WebAssemblyKernel",
    adapter: "WebAssembly on this processor",
    software: true,
    mostPerThread: 4,
    settings: {},
    lost: () => null,
    prepare: ({ kernel }) => tuneBeforeBuild(kernel),
    outputOf: (grid) => grid,
    run: (kernel, inputs, source) => {
      const returned = kernel(...inputs.map((values, i) => inputOf(values, source.inputs[i] ?? [])));
      const values = returned instanceof Float32Array ? returned : flattened(returned, outputSize(source));
      if (values.length !== outputSize(source)) {
        throw new RangeError(
          `GPU.js returned ${values.length} elements where ${outputSize(source)} were due`,
        );
      }
      return values;
    },
    arrays: {
      upload: (values) => values.slice(),
      share: (values) => values,
      read: (values, size) => values.slice(0, size),
      free: () => {},
    },
  });
  // Here the processor draws as fast as a kernel of GPU.js, and there is nothing to upload.
  return { ...device, draws: false };
}

/** The first elements of an array, as a kernel takes them. */
function inputOf(values: Float32Array, sizes: readonly number[]): ReturnType<typeof arrayInput> {
  const size = sizes.reduce((product, n) => product * n, 1);
  return arrayInput(values.length === size ? values : values.subarray(0, size), sizes);
}

/** The elements of nested arrays, which a version of GPU.js that cannot be tuned returns. */
function flattened(returned: unknown, size: number): Float32Array {
  const values = new Float32Array(size);
  let at = 0;
  const collect = (x: unknown): void => {
    if (x instanceof Float32Array) {
      values.set(x, at);
      at += x.length;
    } else if (Array.isArray(x)) x.forEach(collect);
    else throw new TypeError("GPU.js returned something other than numbers");
  };
  collect(returned);
  return values;
}
