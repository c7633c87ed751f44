import fc from "fast-check";
import type { DType } from "../../src/dtype.ts";
import { bind, type Op } from "../../src/op.ts";
import { sizeOf } from "../../src/shape.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { directions } from "./arbitrary.ts";
import type { Subject } from "./cases/index.ts";
import { materialize, type OpCase } from "./cases/opCase.ts";
import type { Direction, VectorFunction } from "./derivatives.ts";

/** A function at a point, and directions to try its derivatives on. */
export interface Problem {
  readonly f: VectorFunction;
  readonly x: readonly Tensor[];
  /** A new tangent with every call. */
  tangent(): Direction;
  /** A new cotangent with every call. */
  cotangent(): Direction;
}

/** Tensors of the shapes and dtypes of others, filled from a supply of numbers. */
export function filledLike(like: readonly Tensor[], supply: Iterator<number>): Tensor[] {
  return like.map(({ shape, dtype }) =>
    tensor(
      Array.from({ length: sizeOf(shape) }, () => Number(supply.next().value)),
      { shape, dtype },
    ),
  );
}

/** A function at a point as a problem. */
export function problemOf(f: VectorFunction, x: readonly Tensor[], supply: Iterator<number>): Problem {
  const like = f(x);
  return { f, x, tangent: () => filledLike(x, supply), cotangent: () => filledLike(like, supply) };
}

/** An op as a function of those of its arguments that vary. */
export function functionOf(
  op: Op<object>,
  { parameters, inputs }: OpCase,
  dtype: Exclude<DType, "uint32">,
): { readonly f: VectorFunction; readonly x: readonly Tensor[] } {
  const all = inputs.map((input) => materialize(input, dtype));
  const f: VectorFunction = (x) => {
    const supply = x.values();
    return [
      bind(
        op,
        parameters,
        ...all.map((fixed, i) => (inputs[i]?.varies ? (supply.next().value ?? fixed) : fixed)),
      ),
    ];
  };
  return { f, x: all.filter((_, i) => inputs[i]?.varies) };
}

/** Applications of an op in float64, as problems. */
export function problems({ op, cases }: Subject): fc.Arbitrary<Problem> {
  return fc.tuple(cases, directions).map(([application, supply]) => {
    const { f, x } = functionOf(op, application, "float64");
    return problemOf(f, x, supply);
  });
}
