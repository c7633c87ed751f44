import type { MatmulParameters } from "../backend.ts";
import { type Shape, sizeAt, sizeOf } from "../shape.ts";

/** The sizes of a batch of products of matrices: [rows, depth] by [depth, columns]. */
export interface ProductSizes {
  readonly batches: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** The sizes of a matmul, from the shapes of its first operand and of its result. */
export function productSizes({ transposeX }: MatmulParameters, x: Shape, output: Shape): ProductSizes {
  const rank = output.length;
  return {
    batches: sizeOf(output.slice(0, -2)),
    rows: sizeAt(output, rank - 2),
    columns: sizeAt(output, rank - 1),
    depth: sizeAt(x, transposeX ? rank - 2 : rank - 1),
  };
}
