import fc from "fast-check";
import type { DrawParameters, ShapeParameters } from "../../../src/backend.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { grid, shapes, vector, whole } from "../arbitrary.ts";
import { type Input, inputs, type OpCase, type OpCases } from "./opCase.ts";

const keys: fc.Arbitrary<Input> = vector(2, whole(0, 2 ** 32 - 1)).map((values) => ({
  shape: [2],
  values,
  dtype: "uint32",
  varies: false,
}));

const fromKey = <P extends object>(parameters: fc.Arbitrary<P>): fc.Arbitrary<OpCase<P>> =>
  fc.tuple(keys, parameters).map(([key, p]) => ({ parameters: p, inputs: [key] }));

const draw: fc.Arbitrary<OpCase<DrawParameters>> = fromKey(
  fc.record({ shape: shapes(), dtype: fc.constantFrom("float32", "float64") }),
);

/** Draws for a batch of rows of logits, repeated along axes before the batch's. */
const categorical: fc.Arbitrary<OpCase<ShapeParameters>> = fc
  .tuple(keys, shapes(0, 2), shapes(0, 1), whole(1, 3))
  .chain(([key, batch, before, categories]) =>
    inputs([...batch, categories], grid(-2, 2)).map((logits) => ({
      parameters: { shape: [...before, ...batch] as Shape },
      inputs: [key, { ...logits, varies: false }],
    })),
  )
  .filter(
    ({ parameters, inputs: args }) =>
      args.every(({ shape }) => sizeOf(shape) > 0) || sizeOf(parameters.shape) === 0,
  );

export const randomCases = {
  splitKey: fromKey(fc.record({ count: whole(0, 5) })),
  foldIn: fc
    .tuple(keys, fc.record({ data: fc.nat() }), fc.option(whole(0, 2 ** 32 - 1)))
    .map(([key, parameters, counter]) => ({
      parameters,
      inputs:
        counter === null ? [key] : [key, { shape: [], values: [counter], dtype: "uint32", varies: false }],
    })),
  randomBits: fromKey(fc.record({ shape: shapes() })),
  randomUniform: draw,
  randomNormal: draw,
  randomRademacher: draw,
  randomPermutation: fromKey(fc.record({ size: whole(0, 9) })),
  randomCategorical: categorical,
} satisfies OpCases;
