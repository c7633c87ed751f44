import fc from "fast-check";
import { capture, mul, sin, sum, type Tensor, tensor, zerosLike } from "../../../src/index.ts";
import type { JumpParameters } from "../../../src/ops/choice.ts";
import type { CheckpointParameters } from "../../../src/transforms/checkpoint.ts";
import { grid, shapes } from "../arbitrary.ts";
import { inputs, type OpCase } from "./opCase.ts";

const real = grid(-2, 2);

/** (x, y) ↦ (sin(x)·y, Σx), as one op. */
const checkpoint: fc.Arbitrary<OpCase<CheckpointParameters>> = shapes(0, 3)
  .chain((shape) => fc.tuple(inputs(shape, real), inputs(shape, real)))
  .map(([x, y]) => {
    const example = tensor(x.values, { shape: x.shape, dtype: "float64" });
    const program = capture((a: Tensor, b: Tensor) => [mul(sin(a), b), sum(a)])(example, example);
    return { parameters: { program }, inputs: [x, y] };
  });

/** y, at time 0. */
const displace: fc.Arbitrary<OpCase> = shapes()
  .chain((shape) => fc.tuple(inputs(shape, real), inputs(shape, real)))
  .map(([y, s]) => ({
    parameters: {},
    inputs: [y, { shape: [], values: [0], dtype: "float", varies: true }, { ...s, varies: false }],
  }));

/** A value that jumps nowhere. */
const jump: fc.Arbitrary<OpCase<JumpParameters>> = shapes()
  .chain((shape) => fc.tuple(inputs(shape, real), inputs(shape, real)))
  .map((both) => ({ parameters: { jumps: zerosLike }, inputs: both }));

/** One argument, under parameters. */
const unary = <P extends object>(parameters: P): fc.Arbitrary<OpCase<P>> =>
  shapes()
    .chain((shape) => inputs(shape, real))
    .map((x) => ({ parameters, inputs: [x] }));

/** Of the ops that stand for several, in float64. */
export const compositeCases = {
  checkpoint,
  displace,
  jump,
  silu: unary({}),
  gelu: unary({}),
  bell: fc.constantFrom(0.5, 1).chain((rate) => unary({ rate })),
};
