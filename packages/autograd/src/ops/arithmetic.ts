import type { None } from "../backend.ts";
import * as binary from "../backends/js/binary.ts";
import * as unary from "../backends/js/unary.ts";
import * as vectorized from "../backends/wasm/maths/arithmetic.ts";
import { bind, defineOp, type Op, type OpDeclaration } from "../op.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { broadcastTogether } from "./broadcast.ts";
import {
  bilinear,
  elementByElement,
  type LinearMap,
  lift,
  type PlainName,
  pair,
  perArgument,
} from "./construct.ts";
import { within } from "./reach.ts";

const unchanged: LinearMap = { jvp: (tangent) => tangent, vjp: within };
const negated: LinearMap = {
  jvp: (tangent) => neg(tangent),
  vjp: (cotangent, reach) => within(neg(cotangent), reach),
};

/** A sum of two arguments, each with the sign of its map. */
function signedSum(
  declaration: Omit<OpDeclaration<PlainName>, "derivative">,
  maps: readonly LinearMap[],
): Op<None> {
  return defineOp<PlainName>({ ...declaration, derivative: () => perArgument(maps, add) });
}

export const addOp = /* @__PURE__ */ signedSum(
  /* @__PURE__ */ elementByElement("add", binary.add, vectorized.add, "instruction", { commutative: true }),
  [unchanged, unchanged],
);
export const subOp = /* @__PURE__ */ signedSum(
  /* @__PURE__ */ elementByElement("sub", binary.sub, vectorized.sub, "instruction"),
  [unchanged, negated],
);

export const negOp = /* @__PURE__ */ defineOp<PlainName>({
  .../* @__PURE__ */ elementByElement("neg", unary.neg, vectorized.neg, "instruction"),
  derivative: () => perArgument([negated], add),
});

export const mulOp = /* @__PURE__ */ bilinear(
  /* @__PURE__ */ elementByElement("mul", binary.mul, vectorized.mul, "instruction", { commutative: true }),
  add,
  (cotangent, y) => mul(cotangent, y),
  (cotangent, x) => mul(x, cotangent),
  { elementwise: true },
);

function applyTwo(op: Op<None>, x: TensorLike, y: TensorLike): Tensor {
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
  return bind(negOp, {}, lift("neg", x));
}
