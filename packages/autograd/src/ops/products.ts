import { checkOptions } from "../arguments.ts";
import type { MatmulParameters } from "../backend.ts";
import * as kernels from "../backends/js/matmul.ts";
import { acceleratedProduct } from "../backends/wasm/eager/accelerated.ts";
import { bind } from "../op.ts";
import {
  broadcastShapes,
  normalizeAxis,
  type Shape,
  ShapeError,
  sameShape,
  showShape,
  sizeAt,
} from "../shape.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast.ts";
import { bilinear, sums } from "./construct.ts";
import { reshape } from "./layout.ts";
import { sum } from "./reduce.ts";

/** C = X·Y with either operand read transposed, so that no derivative has to copy one. */
export const matmulOp = /* @__PURE__ */ bilinear(
  {
    name: "matmul",
    traits: sums,
    kernel: kernels.matmul,
    accelerated: /* @__PURE__ */ acceleratedProduct(kernels.matmul),
    shape: (parameters, x, y = []) => [...x.slice(0, -2), ...productShape(x, y, parameters)],
  },
  add,
  (cotangent, y, { transposeX, transposeY }) =>
    transposeX ? product(y, cotangent, transposeY, true) : product(cotangent, y, false, !transposeY),
  (cotangent, x, { transposeX, transposeY }) =>
    transposeY ? product(cotangent, x, true, transposeX) : product(x, cotangent, !transposeX, false),
);

function product(x: Tensor, y: Tensor, transposeX: boolean, transposeY: boolean): Tensor {
  return bind(matmulOp, { transposeX, transposeY }, x, y);
}

/** The last two sizes of the product. */
function productShape(
  x: Shape,
  y: Shape,
  { transposeX, transposeY }: MatmulParameters,
): readonly [number, number] {
  const [rows, depth] = lastTwo(x, transposeX);
  const [inner, columns] = lastTwo(y, transposeY);
  if (depth !== inner) {
    throw new ShapeError(
      `matmul: inner dimensions differ: ${showShape(x)}${transposeX ? "ᵀ" : ""} @ ` +
        `${showShape(y)}${transposeY ? "ᵀ" : ""} (${depth} vs ${inner})`,
    );
  }
  return [rows, columns];
}

function lastTwo(shape: Shape, transposed: boolean): readonly [number, number] {
  const first = sizeAt(shape, shape.length - 2);
  const second = sizeAt(shape, shape.length - 1);
  return transposed ? [second, first] : [first, second];
}

const transpositions = { transposeX: "boolean", transposeY: "boolean" } as const;

/**
 * The matrix product over the last two axes: [..., m, k] @ [..., k, n] → [..., m, n]. The axes before them
 * are broadcast.
 *
 * @param options which operands to read transposed (their last two axes swapped), at no cost
 * @throws ShapeError when an operand has fewer than two axes, the inner sizes differ, or the axes before do
 *   not broadcast
 */
export function matmul(x: Tensor, y: Tensor, options: Partial<MatmulParameters> = {}): Tensor {
  checkTensor("matmul", x);
  checkTensor("matmul", y, "y");
  checkOptions("matmul", options, transpositions);
  const { transposeX = false, transposeY = false } = options;
  for (const { shape } of [x, y]) {
    if (shape.length < 2) {
      throw new ShapeError(
        `matmul: ${showShape(x.shape)} @ ${showShape(y.shape)}: both need at least two axes; ` +
          "use dot for vectors, or expandDims",
      );
    }
  }
  if (sameShape(x.shape.slice(0, -2), y.shape.slice(0, -2))) return product(x, y, transposeX, transposeY);
  productShape(x.shape, y.shape, { transposeX, transposeY });
  if (y.rank === 2 && !transposeX) return matmulOfRows(x, y, transposeY);
  const both = `matmul: ${showShape(x.shape)} @ ${showShape(y.shape)}, axes before the last two`;
  const batch = broadcastShapes(both, x.shape.slice(0, -2), y.shape.slice(0, -2));
  const widen = (operand: Tensor): Tensor => broadcastTo(operand, [...batch, ...operand.shape.slice(-2)]);
  return product(widen(x), widen(y), transposeX, transposeY);
}

/** Many matrices times one: a single product with all rows, nothing repeated. */
function matmulOfRows(x: Tensor, y: Tensor, transposeY: boolean): Tensor {
  const outer = x.shape.slice(0, -1);
  const depth = sizeAt(x.shape, x.rank - 1);
  const rows = outer.reduce((total, size) => total * size, 1);
  const flat = product(reshape(x, [rows, depth]), y, false, transposeY);
  return reshape(flat, [...outer, sizeAt(flat.shape, 1)]);
}

/** Σ x·y along an axis (the last one unless said); the other axes are broadcast. */
export function dot(x: Tensor, y: Tensor, axis = -1): Tensor {
  checkTensor("dot", x);
  checkTensor("dot", y, "y");
  const shape = broadcastShapes("dot", x.shape, y.shape);
  return sum(mul(x, y), { axis: normalizeAxis("dot", axis, shape) });
}

/** All products of an element of x with one of y: shape [...x.shape, ...y.shape]. */
export function outer(x: Tensor, y: Tensor): Tensor {
  checkTensor("outer", x);
  checkTensor("outer", y, "y");
  const column = reshape(x, [...x.shape, ...y.shape.map(() => 1)]);
  return mul(column, y);
}
