import {
  type CompiledKernel,
  createKernel,
  destroyKernel,
  kernelClassOf,
  type Library,
  matrixInput,
} from "../library.ts";
import { type Destination, readResult } from "./readout.ts";
import { type ProductSizes, productSource } from "./source.ts";
import { tuneAfterBuild, tuneBeforeBuild } from "./tuning.ts";

/** How kernels are made, and of which class they must be when they run. */
export interface Maker {
  readonly library: Library;
  readonly kernelClass: string;
  readonly tuned: boolean;
}

/** A compiled kernel for products of fixed sizes. */
export class Product {
  readonly #maker: Maker;
  readonly #sizes: ProductSizes;
  readonly #kernel: CompiledKernel;
  readonly #rowsPerThread: 1 | 4;
  #checked = false;

  constructor(maker: Maker, sizes: ProductSizes) {
    const { text, grid, rowsPerThread } = productSource(sizes);
    this.#maker = maker;
    this.#sizes = sizes;
    this.#rowsPerThread = rowsPerThread;
    this.#kernel = createKernel(maker.library, text, grid);
    if (maker.tuned) tuneBeforeBuild(this.#kernel.kernel);
  }

  /**
   * Multiplies two matrices into `data`, from `offset` on. Throws when a kernel of another class ran than the
   * one due, or when, the first time, sampled elements are wrong.
   */
  run(data: Float32Array, offset: number, x: Float32Array, y: Float32Array): void {
    const { transposeX, transposeY, rows, depth, columns } = this.#sizes;
    const result = this.#kernel(
      transposeX ? matrixInput(x, rows, depth) : matrixInput(x, depth, rows),
      transposeY ? matrixInput(y, depth, columns) : matrixInput(y, columns, depth),
    );
    const ran = kernelClassOf(this.#kernel);
    if (ran !== this.#maker.kernelClass) {
      throw new Error(`GPU.js ran a ${ran} in place of a ${this.#maker.kernelClass}`);
    }
    const to: Destination = { data, offset, rows, columns };
    readResult(to, result, this.#rowsPerThread);
    if (this.#checked) return;
    this.#checkElement(to, rows - 1, columns - 1, x, y);
    this.#checkElement(to, rows >> 1, columns >> 1, x, y);
    if (this.#maker.tuned) tuneAfterBuild(this.#kernel.kernel, this.#rowsPerThread);
    this.#checked = true;
  }

  destroy(): void {
    destroyKernel(this.#maker.library, this.#kernel);
  }

  /**
   * Throws unless an element c = Σ a·b is within 4·K·2⁻²⁴·Σ|a·b| of its value, twice what K float32 additions
   * and products can lose in the worst order. A driver that computes in 16 bits or stops a loop early does not.
   */
  #checkElement(to: Destination, row: number, column: number, x: Float32Array, y: Float32Array): void {
    const { transposeX, transposeY, rows, depth, columns } = this.#sizes;
    let sum = 0;
    let magnitude = 0;
    let flushed = depth * SMALLEST_NORMAL;
    for (let k = 0; k < depth; k++) {
      const a = x[transposeX ? k * rows + row : row * depth + k] as number;
      const b = y[transposeY ? column * depth + k : k * columns + column] as number;
      sum += a * b;
      magnitude += Math.abs(a * b);
      // A GPU may take subnormal numbers for zero.
      if (Math.abs(a) < SMALLEST_NORMAL || Math.abs(b) < SMALLEST_NORMAL) flushed += Math.abs(a * b);
    }
    // An overflow, an infinity or a NaN proves nothing.
    if (!(magnitude < LARGEST)) return;
    const found = to.data[to.offset + row * columns + column] as number;
    if (!(Math.abs(found - sum) <= depth * 2 ** -22 * magnitude + flushed)) {
      throw new RangeError(`GPU.js computed ${found} for element [${row}, ${column}], which is ${sum}`);
    }
  }
}

const SMALLEST_NORMAL = 2 ** -126;
const LARGEST = 2 ** 127;
