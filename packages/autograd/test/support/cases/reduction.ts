import fc from "fast-check";
import type { AxesParameters, MatmulParameters } from "../../../src/backend.ts";
import { sizeOf } from "../../../src/shape.ts";
import { axesOf, broadcastable, grid, shapes, sizes, whole } from "../arbitrary.ts";
import { inputs, type OpCase, type OpCases } from "./opCase.ts";

const real = grid(-2, 2);
/** Away from 0, where the norm has its kink. */
const nonzero = fc.tuple(grid(0.5, 2), fc.constantFrom(-1, 1)).map(([magnitude, sign]) => magnitude * sign);

/** One argument, and axes to reduce that are neighbours, as every such op gets them. */
const alongAxes = (domain: fc.Arbitrary<number>): fc.Arbitrary<OpCase<AxesParameters>> =>
  shapes()
    .chain((shape) => fc.tuple(inputs(shape, domain), axesOf(shape, { neighbours: true })))
    .map(([x, axes]) => ({ parameters: { axes }, inputs: [x] }));

/** The same, where nothing empty is reduced. */
const alongFilledAxes = (domain: fc.Arbitrary<number>): fc.Arbitrary<OpCase<AxesParameters>> =>
  alongAxes(domain).filter(({ parameters, inputs: [x] }) =>
    parameters.axes.every((axis) => x?.shape[axis] !== 0),
  );

/** The same, with elements that are a quarter apart at least, so that each line has one extremum. */
const distinct: fc.Arbitrary<OpCase<AxesParameters>> = alongFilledAxes(real).chain(
  ({ parameters, inputs: args }) => {
    const numbers = args.flatMap(({ shape }) => Array.from({ length: sizeOf(shape) }, (_, i) => i));
    return fc
      .shuffledSubarray(numbers, { minLength: numbers.length, maxLength: numbers.length })
      .map((order) => ({
        parameters,
        inputs: args.map((x) => ({ ...x, values: order.map((k) => k / 4 - 2.0625) })),
      }));
  },
);

const cumsum = shapes(1, 4)
  .chain((shape) => fc.tuple(inputs(shape, real), whole(0, shape.length - 1), fc.boolean()))
  .map(([x, axis, reverse]) => ({ parameters: { axis, reverse }, inputs: [x] }));

/** Small matrices in batches, and now and then some that are large enough for the packed product. */
const matmul: fc.Arbitrary<OpCase<MatmulParameters>> = fc
  .record({
    batch: shapes(0, 2, whole(0, 2)),
    sizes: fc.oneof(
      { weight: 6, arbitrary: fc.tuple(sizes, sizes, sizes) },
      { weight: 1, arbitrary: fc.tuple(...[13, 13, 13].map((n) => whole(n, n + 2))) },
    ),
    transposeX: fc.boolean(),
    transposeY: fc.boolean(),
  })
  .chain(({ batch, sizes: [m = 1, k = 1, n = 1], transposeX, transposeY }) =>
    fc
      .tuple(
        inputs([...batch, ...(transposeX ? [k, m] : [m, k])], real),
        inputs([...batch, ...(transposeY ? [n, k] : [k, n])], real),
      )
      .map((both) => ({ parameters: { transposeX, transposeY }, inputs: both })),
  );

export const reductionCases = {
  matmul,
  sumTo: broadcastable
    .chain(({ small, large }) => fc.tuple(inputs(large, real), fc.constant(small)))
    .map(([x, shape]) => ({ parameters: { shape }, inputs: [x] })),
  max: distinct,
  min: distinct,
  logSumExp: alongFilledAxes(real),
  softmax: alongAxes(real),
  logSoftmax: alongAxes(real),
  norm: alongAxes(nonzero),
  unit: alongAxes(nonzero),
  cumsum,
} satisfies OpCases;
