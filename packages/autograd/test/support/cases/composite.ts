import fc from "fast-check";
import { add, capture, cos, mul, sin, sum, type Tensor, tensor, zerosLike } from "../../../src/index.ts";
import type { JumpParameters } from "../../../src/ops/choice.ts";
import { pair } from "../../../src/ops/construct.ts";
import type { CustomParameters } from "../../../src/transforms/customDerivative.ts";
import { joined, type ProgramParameters, parted } from "../../../src/transforms/programOp.ts";
import { grid, shapes } from "../arbitrary.ts";
import { inputs, type OpCase } from "./opCase.ts";

const real = grid(-2, 2);

/** (x, y) ↦ (sin(x)·y, Σx), as one op. */
const checkpoint: fc.Arbitrary<OpCase<ProgramParameters>> = shapes(0, 3)
  .chain((shape) => fc.tuple(inputs(shape, real), inputs(shape, real)))
  .map(([x, y]) => {
    const example = tensor(x.values, { shape: x.shape, dtype: "float64" });
    const program = capture((a: Tensor, b: Tensor) => [mul(sin(a), b), sum(a)])(example, example);
    return { parameters: { program }, inputs: [x, y] };
  });

/** The same, whose derivative is said: by one rule or by the other. */
const customDerivative: fc.Arbitrary<OpCase<CustomParameters>> = fc
  .tuple(checkpoint, fc.boolean())
  .map(([{ parameters, inputs: both }, pushes]) => {
    const likeOutputs = parameters.program.outputs;
    const push: CustomParameters["push"] = (x, t) => {
      const [[a, b], [da, db]] = [pair(x), pair(t)];
      return joined([add(mul(mul(cos(a), b), da), mul(sin(a), db)), sum(da)]);
    };
    const pull: CustomParameters["pull"] = (x, cotangent) => {
      const [[a, b], [c, d]] = [pair(x), pair(parted(cotangent, likeOutputs))];
      return [add(mul(mul(cos(a), b), c), d), mul(sin(a), c)];
    };
    return {
      parameters: { ...parameters, count: 2, push: pushes ? push : null, pull: pushes ? null : pull },
      inputs: both,
    };
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
  customDerivative,
  displace,
  jump,
  silu: unary({}),
  gelu: unary({}),
  bell: fc.constantFrom(0.5, 1).chain((rate) => unary({ rate })),
};
