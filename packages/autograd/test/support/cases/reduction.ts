import fc from "fast-check";
import type {
  AxesParameters,
  AxisParameters,
  ConvolutionParameters,
  DirectedAxisParameters,
  MatmulParameters,
} from "../../../src/backend.ts";
import { placesOf } from "../../../src/backends/convolutionSizes.ts";
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

/** Some arguments of one shape, and one of its axes. */
const alongAxis = (count: number, domain: fc.Arbitrary<number>): fc.Arbitrary<OpCase<AxisParameters>> =>
  shapes(1, 4)
    .chain((shape) =>
      fc.tuple(
        fc.tuple(...Array.from({ length: count }, () => inputs(shape, domain))),
        whole(0, shape.length - 1),
      ),
    )
    .map(([x, axis]) => ({ parameters: { axis }, inputs: x }));

/** The same, from the start of the axis or from its end. */
const directed = (
  count: number,
  domain: fc.Arbitrary<number>,
): fc.Arbitrary<OpCase<DirectedAxisParameters>> =>
  fc
    .tuple(alongAxis(count, domain), fc.boolean())
    .map(([{ parameters, inputs: x }, reverse]) => ({ parameters: { ...parameters, reverse }, inputs: x }));

/** Elements that are nowhere near each other, along one of some filled axes. */
const distinctAlongAxis: fc.Arbitrary<OpCase<AxisParameters>> = distinct
  .filter(({ inputs: [x] }) => x !== undefined && x.shape.length > 0 && !x.shape.includes(0))
  .chain(({ inputs: x }) =>
    whole(0, (x[0]?.shape.length ?? 1) - 1).map((axis) => ({ parameters: { axis }, inputs: x })),
  );

/** Elements of which some are 0. */
const withZeros = fc.oneof({ weight: 3, arbitrary: real }, { weight: 1, arbitrary: fc.constant(0) });

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

/** A convolution of any geometry over one or two axes, and the shapes of its three arrays. */
const convolution = fc
  .tuple(whole(1, 2), fc.record({ n: whole(0, 2), groups: whole(1, 2), c: whole(1, 2), o: whole(1, 2) }))
  .chain(([axes, { n, groups, c, o }]) => {
    const each = (least: number, most: number) =>
      fc.array(whole(least, most), { minLength: axes, maxLength: axes });
    return fc
      .record({
        image: each(1, 5),
        window: each(1, 3),
        stride: each(1, 3),
        before: each(0, 2),
        after: each(0, 2),
        dilation: each(1, 2),
        groups: fc.constant(groups),
      })
      .map((parameters) => ({
        parameters,
        x: [n, ...parameters.image, groups * c],
        kernel: [...parameters.window, c, groups * o],
        y: [n, ...placesOf(parameters), groups * o],
      }));
  });

/** The contraction of two of a convolution's three arrays. */
const contraction = (first: "x" | "y", second: "kernel" | "y"): fc.Arbitrary<OpCase<ConvolutionParameters>> =>
  convolution.chain(({ parameters, ...shapes }) =>
    fc
      .tuple(inputs(shapes[first], real), inputs(shapes[second], real))
      .map((both) => ({ parameters, inputs: both })),
  );

export const reductionCases = {
  matmul,
  conv: contraction("x", "kernel"),
  convInput: contraction("y", "kernel"),
  convKernel: contraction("x", "y"),
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
  prod: alongAxes(withZeros),
  cumsum: directed(1, real),
  linearRecurrence: directed(2, withZeros),
  logCumSumExp: alongAxis(1, real),
  cummax: distinctAlongAxis,
  sort: distinctAlongAxis,
  argSort: distinctAlongAxis,
  argMax: distinctAlongAxis,
  argMin: distinctAlongAxis,
} satisfies OpCases;
