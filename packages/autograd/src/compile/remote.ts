import { type Backend, eager } from "../backend.ts";
import type { DType, Values } from "../dtype.ts";
import { type Shape, showShape } from "../shape.ts";
import { Dense, Tensor } from "../tensor.ts";
import * as tree from "../tree.ts";

/** A tensor whose elements are on a device until somebody reads them. */
export abstract class RemoteTensor extends Tensor {
  readonly shape: Shape;
  readonly dtype: DType = "float32";
  readonly backend: Backend = eager;
  private copy: Values | null = null;

  constructor(shape: Shape) {
    super();
    this.shape = shape;
  }

  get data(): Values {
    if (this.copy === null) {
      throw new Error(
        `the elements of a tensor of shape ${showShape(this.shape)} are on the device that computed them; ` +
          "await read(x) brings them here",
      );
    }
    return this.copy;
  }

  /** The elements, brought here once; `data` has them from then on. */
  async fetch(): Promise<Values> {
    this.copy ??= await this.transfer();
    return this.copy;
  }

  protected abstract transfer(): Promise<Values>;
}

/**
 * Brings the elements of tensors here that a device has computed: those of a tree of results of a function that was
 * compiled for a GPU. Tensors that are here already stay what they are.
 *
 * @throws when a tensor is gone, because the function that computed it has run again, or the device is lost
 *
 * @example
 * ```ts
 * import { compile, mul, read, type Tensor, tensor } from "@scoretape/autograd";
 * import { gpu } from "@scoretape/autograd/gpu";
 *
 * const backend = await gpu({ mode: "webasm" });
 * const double = compile((x: Tensor) => mul(2, x), { backend });
 * const y = await read(await double(tensor([1, 2])));
 * await backend.dispose();
 * console.log(y.toArray()); // [ 2, 4 ]
 * ```
 */
export async function read<T extends tree.TreeOf<T>>(values: T): Promise<T> {
  const { leaves, unflatten } = tree.flatten(values, "read");
  const here = await Promise.all(
    leaves.map(async (leaf) =>
      leaf instanceof RemoteTensor ? new Dense(leaf.shape, await leaf.fetch(), leaf.dtype) : leaf,
    ),
  );
  return unflatten(here);
}
