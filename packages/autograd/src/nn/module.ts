import type { Key } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import type { TreeOf } from "../tree.ts";

/** A function with parameters, as a pair of pure functions: the parameters live with the caller. */
export interface Module<P extends TreeOf<P>> {
  /** Fresh parameters, drawn from the key. */
  init(key: Key): P;
  /** The value at x with the given parameters. */
  apply(params: P, x: Tensor): Tensor;
}
