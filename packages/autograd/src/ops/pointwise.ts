import type { Kernel, None } from "../backend.ts";
import type { F32x4 } from "../backends/wasm/emitter/vector.ts";
import type { Cost, Elementwise } from "../backends/wasm/maths/elementwise.ts";
import { bind, defineOp, type Op, type OpDeclaration } from "../op.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { broadcastTogether } from "./broadcast.ts";
import { elementByElement, type LinearMap, lift, type PlainName, pair, perArgument } from "./construct.ts";
import { chosen, confined, once } from "./reach.ts";

// What ops that work element by element are made with.

/** ∂output/∂argument, from the arguments followed by the output, all of one shape. */
export type PartialDerivative = (...argumentsAndOutput: Tensor[]) => Tensor;

/** A function of one argument that works element by element. */
export interface Unary {
  (x: TensorLike): Tensor;
  readonly op: Op<None>;
}

/** A function of two arguments that works element by element; they are broadcast together. */
export interface Binary {
  (x: TensorLike, y: TensorLike): Tensor;
  readonly op: Op<None>;
}

/** Multiplication by a partial derivative, which is its own transpose. Computed at the first use, once. */
export function scaling(partial: () => Tensor): LinearMap {
  const factor = once(partial);
  const scale = (direction: Tensor): Tensor => mul(factor(), direction);
  return { jvp: scale, vjp: (cotangent, reach) => confined(scale(cotangent), reach) };
}

/** The part of a direction where a condition holds, scaled; elsewhere the function is flat in this argument. */
export function choosing(
  choose: (direction: Tensor) => Tensor,
  scale: (direction: Tensor) => Tensor = (direction) => direction,
): LinearMap {
  return {
    jvp: (tangent) => choose(scale(tangent)),
    vjp: (cotangent, reach) => chosen(choose, scale(cotangent), reach),
  };
}

/** An op that works element by element, from its partial derivatives: they serve JVP and VJP alike. */
function elementwise(
  declaration: Omit<OpDeclaration<PlainName>, "derivative">,
  ...partials: PartialDerivative[]
): Op<None> {
  return defineOp<PlainName>({
    ...declaration,
    derivative: (_parameters, output, ...inputs) =>
      perArgument(
        partials.map((partial) => scaling(() => partial(...inputs, output))),
        add,
      ),
  });
}

export function asUnary(op: Op<None>): Unary {
  return Object.assign((x: TensorLike): Tensor => bind(op, {}, lift(op.name, x)), { op });
}

export function unary(
  name: PlainName,
  kernel: Kernel,
  lanes: Elementwise<[F32x4]>,
  cost: Cost,
  partial: PartialDerivative,
): Unary {
  return asUnary(elementwise(elementByElement(name, kernel, lanes, cost), partial));
}

/** A function of one argument that takes tens of instructions. */
export function transcendental(
  name: PlainName,
  kernel: Kernel,
  lanes: Elementwise<[F32x4]>,
  partial: PartialDerivative,
): Unary {
  return unary(name, kernel, lanes, "heavy", partial);
}

export function asBinary(op: Op<None>): Binary {
  const apply = (x: TensorLike, y: TensorLike): Tensor =>
    bind(op, {}, ...pair(broadcastTogether(op.name, [x, y])));
  return Object.assign(apply, { op });
}

export function binary(
  declaration: Omit<OpDeclaration<PlainName>, "derivative">,
  partialX: PartialDerivative,
  partialY: PartialDerivative,
): Binary {
  return asBinary(elementwise(declaration, partialX, partialY));
}
