import { checkOptions, kindOf } from "../arguments.ts";
import { attention as attend } from "../ops/attention.ts";
import { reshape, transpose } from "../ops/layout.ts";
import { checkKey } from "../random/checks.ts";
import { foldIn } from "../random.ts";
import { ShapeError, showShape } from "../shape.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { checkWidth, type DenseOptions, type DenseParams, denseKinds, layer } from "./dense.ts";
import type { Module } from "./module.ts";

/** The parameters of self-attention. */
export type AttentionParams = {
  readonly query: DenseParams;
  readonly key: DenseParams;
  readonly value: DenseParams;
  readonly output: DenseParams;
};

/** Options of self-attention. */
export interface AttentionOptions extends DenseOptions {
  /** In how many heads the features go, from 1; 1 unless said. */
  readonly heads?: number;
}

/**
 * Multi-head self-attention of a sequence: [n, tokens, features] → the same shape (Vaswani et al. 2017, section 3.2.2).
 *
 * @throws RangeError unless the features are a whole number from 1 and divide into the heads
 * @throws ShapeError from `apply` when x does not fit
 *
 * @example
 * ```ts
 * import { nn, random, zeros } from "@scoretape/autograd";
 *
 * const layer = nn.attention(8, { heads: 2 });
 * const parameters = layer.init(random.key(0));
 * console.log(layer.apply(parameters, zeros([1, 49, 8])).shape); // [ 1, 49, 8 ]
 * ```
 */
export function attention(features: number, options: AttentionOptions = {}): Module<AttentionParams> {
  const name = "nn.attention";
  checkOptions(name, options, { ...denseKinds, heads: "number" });
  const { heads = 1, ...dense } = options;
  for (const count of [features, heads]) checkWidth(name, count);
  if (features % heads !== 0) {
    throw new RangeError(`${name}: ${features} features do not divide into ${kindOf(heads)} heads`);
  }
  const part = (role: keyof AttentionParams): Module<DenseParams> =>
    layer(`${name}: ${role}`, features, features, dense);
  const [query, key, value, output] = [part("query"), part("key"), part("value"), part("output")] as const;
  return {
    init(seed) {
      checkKey(name, seed);
      return {
        query: query.init(foldIn(seed, 0)),
        key: key.init(foldIn(seed, 1)),
        value: value.init(foldIn(seed, 2)),
        output: output.init(foldIn(seed, 3)),
      };
    },
    apply(params, x) {
      checkTensor(name, x);
      if (x.rank !== 3 || x.shape[2] !== features) {
        throw new ShapeError(`${name}: x ${showShape(x.shape)}; give [n, tokens, ${features}]`);
      }
      if (typeof params !== "object" || params === null) {
        throw new TypeError(`${name}: params are ${kindOf(params)}; use those that this layer's init made`);
      }
      const [n = 0, tokens = 0] = x.shape;
      const byHead = (y: Tensor): Tensor =>
        transpose(reshape(y, [n, tokens, heads, features / heads]), [0, 2, 1, 3]);
      const read = attend(
        byHead(query.apply(params.query, x)),
        byHead(key.apply(params.key, x)),
        byHead(value.apply(params.value, x)),
      );
      return output.apply(params.output, reshape(transpose(read, [0, 2, 1, 3]), x.shape));
    },
  };
}
