import { allocate } from "../../../dtype.ts";
import { matmul as reference } from "../../js/matmul.ts";
import { kernelClassFor, openLibrary } from "../library.ts";
import { contextOf, rendererOf, SOFTWARE } from "../renderer.ts";
import type { GpuMode } from "./contract.ts";
import { type Maker, Product } from "./product.ts";
import type { ProductSizes } from "./source.ts";

/** GPU.js running in one mode, found to multiply right. */
export interface Device extends Maker {
  readonly mode: GpuMode;
  /** What the driver calls itself; `null` outside the WebGL modes. */
  readonly renderer: string | null;
  /** Whether the GPU has dropped the context: all that it computes from then on is zeros. */
  lost(): boolean;
  close(): Promise<void>;
}

/** Opens a mode, and multiplies two known matrices in it. Throws with the reason when it cannot be used. */
export function openDevice(mode: GpuMode, allowSoftware: boolean): Device {
  const library = openLibrary(mode);
  const maker: Maker = { library, kernelClass: kernelClassFor(mode), tuned: false };
  try {
    // The first kernel brings the context, by which the renderer is known. It stays: GPU.js frees a context
    // only with a kernel that has it.
    const probe = new Product(maker, PROBE);
    const renderer = rendererOf(library);
    if (!allowSoftware && renderer !== null && SOFTWARE.test(renderer)) {
      throw new Error(`it is drawn in software, by ${renderer}; allowSoftware: true accepts that`);
    }
    multiplyKnown(probe);
    return {
      ...maker,
      tuned: multipliesTuned({ ...maker, tuned: true }),
      mode,
      renderer,
      lost: () => contextOf(library)?.isContextLost?.() === true,
      close: () => library.destroy(),
    };
  } catch (error) {
    // Whatever freeing it may meet, the reason above is the one to tell.
    library.destroy().catch(() => undefined);
    throw error;
  }
}

/** Sizes that use the form of four rows a thread, with rows and columns that do not fill it. */
const PROBE: ProductSizes = { transposeX: true, transposeY: false, rows: 5, depth: 9, columns: 6 };

function multipliesTuned(maker: Maker): boolean {
  const product = new Product(maker, PROBE);
  try {
    // Twice: part of the tuning happens after the first run.
    multiplyKnown(product);
    multiplyKnown(product);
    return true;
  } catch {
    return false;
  } finally {
    product.destroy();
  }
}

function multiplyKnown(product: Product): void {
  const { rows, depth, columns, transposeX, transposeY } = PROBE;
  const x = Float32Array.from({ length: rows * depth }, (_, i) => ((i * 7) % 11) - 5);
  const y = Float32Array.from({ length: depth * columns }, (_, i) => ((i * 5) % 13) - 6);
  const found = new Float32Array(rows * columns);
  product.run(found, 0, x, y);
  const wanted = allocate("gpuBackend", "float32", rows * columns);
  reference(
    { shape: [rows, columns], dtype: "float32", data: wanted },
    { transposeX, transposeY },
    { shape: [depth, rows], dtype: "float32", data: x },
    { shape: [depth, columns], dtype: "float32", data: y },
  );
  // Small whole numbers: every product and sum is exact.
  const wrong = found.findIndex((value, i) => value !== wanted[i]);
  if (wrong !== -1) throw new Error(`it multiplies wrong: ${found[wrong]} in place of ${wanted[wrong]}`);
}
