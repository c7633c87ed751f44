import fc from "fast-check";
import { reshape, slice, stack, type Tensor, vmap } from "../../src/index.ts";
import { bind } from "../../src/op.ts";
import { moveAxis } from "../../src/ops/layout.ts";
import type { Subject } from "./cases/index.ts";
import { type Input, materialize } from "./cases/opCase.ts";

/** How many examples there are in a batch. */
export const EXAMPLES = 3;

/** A function, arguments of which some hold a batch of examples, and two ways to the results of all. */
export interface BatchCase {
  readonly f: (...x: Tensor[]) => Tensor;
  readonly x: readonly Tensor[];
  /** Which arguments derivatives may move. */
  readonly varies: readonly boolean[];
  readonly axes: readonly (number | null)[];
  /** f of all examples at once. */
  readonly atOnce: (...x: Tensor[]) => Tensor;
  /** f of one example after another. */
  readonly oneByOne: (...x: Tensor[]) => Tensor;
}

/** The argument in example k: where all arguments change like this, they fit each other as before. */
export function inExample(input: Input, k: number): Input {
  const values = k % 2 === 0 ? input.values : input.values.toReversed();
  return { ...input, values: input.varies ? values.map((value) => value * (1 + k / 8)) : values };
}

/** Example k of those along an axis. */
export function exampleAt(x: Tensor, axis: number | null, k: number): Tensor {
  if (axis === null) return x;
  const first = moveAxis(x, axis, 0);
  const [, ...shape] = first.shape;
  return reshape(slice(first, [k, ...shape.map(() => 0)], [k + 1, ...shape]), shape);
}

/** f of each example, as a batch. */
export const stacked =
  (f: (...x: Tensor[]) => Tensor, axes: readonly (number | null)[], out: number) =>
  (...x: Tensor[]): Tensor =>
    stack(
      Array.from({ length: EXAMPLES }, (_, k) => f(...x.map((y, i) => exampleAt(y, axes[i] ?? null, k)))),
      out,
    );

/** Applications of an op to batches: along any axes, with some arguments that all examples share. */
export function batches({ op, cases }: Subject, dtype: "float32" | "float64"): fc.Arbitrary<BatchCase> {
  const places = fc.array(fc.option(fc.nat(11)), { minLength: 3, maxLength: 3 });
  return fc.tuple(cases, places, fc.nat(11), fc.nat(11)).map(([{ parameters, inputs }, drawn, first, at]) => {
    const f = (...x: Tensor[]): Tensor => bind(op, parameters, ...x);
    const isShared = inputs.every((_, i) => (drawn[i] ?? null) === null);
    const axes = inputs.map(({ shape }, i) => {
      const place = isShared && i === 0 ? first : (drawn[i] ?? null);
      return place === null ? null : place % (shape.length + 1);
    });
    const x = inputs.map((input, i) => {
      const axis = axes[i] ?? null;
      if (axis === null) return materialize(input, dtype);
      const parts = Array.from({ length: EXAMPLES }, (_, k) => materialize(inExample(input, k), dtype));
      return stack(parts, axis);
    });
    const out = at % (op.shape(parameters, ...inputs.map(({ shape }) => shape)).length + 1);
    return {
      f,
      x,
      varies: inputs.map(({ varies }) => varies),
      axes,
      atOnce: vmap(f, { in: axes, out }),
      oneByOne: stacked(f, axes, out),
    };
  });
}
