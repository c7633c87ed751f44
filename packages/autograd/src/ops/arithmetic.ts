import type { Kernel } from "../backend.ts";
import * as binary from "../backends/js/binary.ts";
import * as unary from "../backends/js/unary.ts";
import { acceleratedArithmetic } from "../backends/wasm/eager/accelerated.ts";
import type { F32x4 } from "../backends/wasm/emitter/vector.ts";
import * as vectorized from "../backends/wasm/maths/arithmetic.ts";
import type { Elementwise } from "../backends/wasm/maths/elementwise.ts";
import { bind, defineOp, type Op } from "../op.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { broadcastTogether } from "./broadcast.ts";
import { bilinear, firstShape, type LinearMap, lift, linear, pair, perArgument } from "./construct.ts";

const unchanged: LinearMap = { jvp: (tangent) => tangent, vjp: (cotangent) => cotangent };
const negated: LinearMap = { jvp: (tangent) => neg(tangent), vjp: (cotangent) => neg(cotangent) };

/** A sum of two arguments, each with the sign of its map. */
function signedSum(
  name: "add" | "sub",
  kernel: Kernel,
  compute: Elementwise<[F32x4, F32x4]>,
  maps: readonly LinearMap[],
): Op<Record<string, never>> {
  return defineOp<typeof name>({
    name,
    kernel,
    accelerated: acceleratedArithmetic(name, kernel, compute),
    shape: firstShape,
    derivative: () => perArgument(maps, add),
  });
}

export const addOp = /* @__PURE__ */ signedSum("add", binary.add, vectorized.add, [unchanged, unchanged]);
export const subOp = /* @__PURE__ */ signedSum("sub", binary.sub, vectorized.sub, [unchanged, negated]);

export const negOp = /* @__PURE__ */ linear(
  { name: "neg", kernel: unary.neg, shape: firstShape },
  (cotangent) => neg(cotangent),
);

export const mulOp = /* @__PURE__ */ bilinear(
  {
    name: "mul",
    kernel: binary.mul,
    accelerated: /* @__PURE__ */ acceleratedArithmetic("mul", binary.mul, vectorized.mul),
    shape: firstShape,
  },
  add,
  (cotangent, y) => mul(cotangent, y),
  (cotangent, x) => mul(x, cotangent),
);

function applyTwo(op: Op<Record<string, never>>, x: TensorLike, y: TensorLike): Tensor {
  return bind(op, {}, ...pair(broadcastTogether(op.name, [x, y])));
}

/** x + y, broadcast. */
export function add(x: TensorLike, y: TensorLike): Tensor {
  return applyTwo(addOp, x, y);
}

/** x − y, broadcast. */
export function sub(x: TensorLike, y: TensorLike): Tensor {
  return applyTwo(subOp, x, y);
}

/** x·y element by element, broadcast. */
export function mul(x: TensorLike, y: TensorLike): Tensor {
  return applyTwo(mulOp, x, y);
}

/** −x. */
export function neg(x: TensorLike): Tensor {
  return bind(negOp, {}, lift(x, x));
}
