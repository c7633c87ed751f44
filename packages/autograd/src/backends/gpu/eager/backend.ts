import { checkOptions as checkKinds, kindOf } from "../../../arguments.ts";
import type { Operand } from "../../../backend.ts";
import { sizeAt, sizeOf } from "../../../shape.ts";
import { matmul as reference } from "../../js/matmul.ts";
import { gpuJs } from "../library.ts";
import { LeastRecentlyUsed } from "./cache.ts";
import type { GpuBackend, GpuMode, GpuOptions } from "./contract.ts";
import { type Device, openDevice } from "./device.ts";
import { Product } from "./product.ts";
import { keyOf, type ProductSizes } from "./source.ts";

/** What `"auto"` tries, in order. */
const AUTOMATIC: readonly GpuMode[] = ["webgl2", "webasm"];

/**
 * The multiplications from which a product is faster on GPU.js than on the reference kernel. A WebGL call
 * costs 0.1 to 1 ms of uploading and reading back, a WebAssembly call some 5 µs; cpu mode never pays, and
 * who asks for it wants it to run.
 */
const PAYS_FROM: Record<GpuMode, number> = { webgl2: 2 ** 20, headlessgl: 2 ** 20, webasm: 2 ** 15, cpu: 0 };

/**
 * A backend whose matrix products run on GPU.js, synchronously and in float32; every other op, and whatever
 * GPU.js is not for (float64, products below the threshold, empty ones), runs on the reference kernels.
 *
 * One kernel is compiled for each transposition and sizes, with the sizes in its text: a program that
 * changes its batch size at every step compiles at every step. A kernel's first result is checked in two
 * elements against the sum in double precision.
 *
 * @throws TypeError or RangeError for an option out of its range
 * @throws Error in strict mode, when the mode asked for cannot run here: the message says why
 *
 * @example
 * ```ts
 * const gpu = gpuBackend({ mode: "webasm" });
 * const x = tensor([[1, 2], [3, 4]], { backend: gpu });
 * ```
 */
export function gpuBackend(options: GpuOptions = {}): GpuBackend {
  checkKinds("gpuBackend", options, {
    mode: "any",
    strict: "boolean",
    threshold: "number",
    allowSoftware: "boolean",
    cacheSize: "number",
  });
  gpuJs("gpuBackend");
  const { mode: asked = "auto", strict = false, allowSoftware = false, cacheSize = 64 } = options;
  checkOptions(asked, options.threshold, cacheSize);
  const refusals: string[] = [];
  const device = openFirst(candidates(asked, strict), allowSoftware, refusals);
  if (device === null && strict) {
    throw new Error(
      `gpuBackend: mode "${asked}" cannot run here (${refusals.join("; ")}); ` +
        'take mode "auto", or leave strict out to let another mode step in',
    );
  }
  const threshold =
    options.threshold ?? (device === null ? Number.POSITIVE_INFINITY : PAYS_FROM[device.mode]);
  const counts = { gpuCalls: 0, launches: 0, plainCalls: 0, failures: 0, evictions: 0 };
  let lastFailure: string | null = null;
  let disposed = false;
  // A string is the reason why GPU.js cannot do these sizes.
  const products = new LeastRecentlyUsed<Product | string>(cacheSize, (product) => {
    if (typeof product === "string") return;
    product.destroy();
    if (!disposed) counts.evictions++;
  });

  /** The kernel for these sizes; throws where there is none. */
  const productFor = (on: Device, sizes: ProductSizes): Product => {
    const key = keyOf(sizes);
    const known = products.get(key);
    if (typeof known === "string") throw new Error(known);
    if (known !== undefined) return known;
    const product = new Product(on, sizes);
    products.set(key, product);
    return product;
  };

  /** Computes a whole batch; throws, and leaves the output to be computed again, when any of it fails. */
  const multiply = (on: Device, sizes: ProductSizes, output: Operand, x: Operand, y: Operand): void => {
    const { rows, depth, columns } = sizes;
    const c = floats(output);
    const a = floats(x);
    const b = floats(y);
    const product = productFor(on, sizes);
    const batches = sizeOf(output.shape.slice(0, -2));
    for (let batch = 0; batch < batches; batch++) {
      const aStart = batch * rows * depth;
      const bStart = batch * depth * columns;
      product.run(
        c,
        batch * rows * columns,
        a.subarray(aStart, aStart + rows * depth),
        b.subarray(bStart, bStart + depth * columns),
      );
      counts.launches++;
    }
    if (on.lost()) throw new Error("the GPU dropped its context; make a new backend");
  };

  return {
    name: device === null ? "gpu.js" : `gpu.js ${device.mode}`,
    matmul: (output, parameters, x, y) => {
      if (disposed) throw new Error("matmul: this gpuBackend was disposed of; make a new one");
      const sizes = sizesOf(parameters.transposeX, parameters.transposeY, output, x);
      const work = sizes.rows * sizes.depth * sizes.columns;
      const empty = work === 0 || sizeOf(output.shape) === 0;
      if (device !== null && output.dtype === "float32" && !empty && work >= threshold) {
        try {
          multiply(device, sizes, output, x, y);
          counts.gpuCalls++;
          return;
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          if (strict) {
            throw new Error(`matmul: GPU.js failed on ${keyOf(sizes)} in mode "${device.mode}": ${reason}`, {
              cause: error,
            });
          }
          counts.failures++;
          lastFailure = reason;
          // Evicts the kernel that failed.
          products.set(keyOf(sizes), reason);
        }
      }
      counts.plainCalls++;
      reference(output, parameters, x, y);
    },
    stats: () => ({
      asked,
      mode: device?.mode ?? null,
      kernelClass: device?.kernelClass ?? null,
      renderer: device?.renderer ?? null,
      tuned: device?.tuned ?? false,
      refusals: [...refusals],
      ...counts,
      lastFailure,
      kernels: [...products.values()].filter((product) => typeof product !== "string").length,
    }),
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      products.clear();
      await device?.close();
    },
  };
}

function candidates(asked: GpuMode | "auto", strict: boolean): readonly GpuMode[] {
  if (asked === "auto") return AUTOMATIC;
  return strict ? [asked] : [asked, ...AUTOMATIC.filter((mode) => mode !== asked)];
}

function openFirst(modes: readonly GpuMode[], allowSoftware: boolean, refusals: string[]): Device | null {
  for (const mode of modes) {
    try {
      return openDevice(mode, allowSoftware);
    } catch (error) {
      refusals.push(`${mode}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return null;
}

function sizesOf(transposeX: boolean, transposeY: boolean, output: Operand, x: Operand): ProductSizes {
  const rank = output.shape.length;
  return {
    transposeX,
    transposeY,
    rows: sizeAt(output.shape, rank - 2),
    depth: sizeAt(x.shape, transposeX ? rank - 2 : rank - 1),
    columns: sizeAt(output.shape, rank - 1),
  };
}

function floats(x: Operand): Float32Array {
  if (x.data instanceof Float32Array) return x.data;
  throw new TypeError(`GPU.js computes in float32, not ${x.dtype}`);
}

function checkOptions(mode: string, threshold: number | undefined, cacheSize: number): void {
  const modes = ["auto", ...Object.keys(PAYS_FROM)];
  if (!modes.includes(mode)) {
    throw new TypeError(`gpuBackend: no mode ${kindOf(mode)}; there are ${modes.join(", ")}`);
  }
  if (threshold !== undefined && !(threshold >= 0)) {
    throw new RangeError(`gpuBackend: threshold ${threshold} is not a number of multiplications, 0 or more`);
  }
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 1) {
    throw new RangeError(`gpuBackend: cacheSize ${cacheSize} is not a whole number of kernels, 1 or more`);
  }
}
