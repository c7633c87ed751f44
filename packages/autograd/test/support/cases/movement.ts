import fc from "fast-check";
import { type Shape, sizeAt, sizeOf } from "../../../src/shape.ts";
import { axesOf, broadcastable, grid, shapes, sizes, vector, whole } from "../arbitrary.ts";
import { type Input, inputs, type OpCase, type OpCases } from "./opCase.ts";

const real = grid(-2, 2);

/** One argument of a generated shape, with parameters that fit the shape. */
function oneInput<P extends object>(
  shape: fc.Arbitrary<Shape>,
  parametersFor: (shape: Shape) => fc.Arbitrary<P>,
): fc.Arbitrary<OpCase<P>> {
  return shape
    .chain((s) => fc.tuple(inputs(s, real), parametersFor(s)))
    .map(([x, parameters]) => ({ parameters, inputs: [x] }));
}

/** Other shapes with as many elements. */
const regrouped = (shape: Shape): fc.Arbitrary<Shape> =>
  fc.constantFrom<Shape>([sizeOf(shape)], [1, ...shape], [...shape, 1], shape.toReversed(), [
    sizeOf(shape.slice(0, 1)),
    sizeOf(shape.slice(1)),
  ]);

/** A box inside a shape. */
const box = (shape: Shape): fc.Arbitrary<{ start: number[]; end: number[] }> =>
  fc.tuple(...shape.map((size) => fc.tuple(whole(0, size), whole(0, size)))).map((bounds) => ({
    start: bounds.map(([a, b]) => Math.min(a, b)),
    end: bounds.map(([a, b]) => Math.max(a, b)),
  }));

const widths = (shape: Shape): fc.Arbitrary<{ before: number[]; after: number[] }> =>
  fc.record({ before: vector(shape.length, whole(0, 2)), after: vector(shape.length, whole(0, 2)) });

/** One to three arguments whose sizes differ along the axis only. */
const concat: fc.Arbitrary<OpCase<{ axis: number }>> = shapes(1, 3).chain((shape) =>
  fc
    .tuple(whole(0, shape.length - 1), fc.array(sizes, { minLength: 1, maxLength: 3 }))
    .chain(([axis, lengths]) =>
      fc
        .tuple(...lengths.map((length) => inputs(shape.with(axis, length), real)))
        .map((parts) => ({ parameters: { axis }, inputs: parts })),
    ),
);

/** Row numbers below `size`, of any shape, as numbers or as uint32. */
function indicesBelow(size: number): fc.Arbitrary<Input> {
  const shape = size === 0 ? fc.constant<Shape>([0]) : shapes(0, 2);
  return shape
    .chain((s) => fc.tuple(inputs(s, whole(0, Math.max(0, size - 1))), fc.constantFrom("float", "uint32")))
    .map(([input, dtype]): Input => ({ ...input, dtype, varies: false }));
}

const take: fc.Arbitrary<OpCase<{ axis: number }>> = shapes(1, 3).chain((shape) =>
  fc
    .nat(shape.length - 1)
    .chain((axis) => fc.tuple(inputs(shape, real), indicesBelow(sizeAt(shape, axis)), fc.constant(axis)))
    .map(([x, indices, axis]) => ({ parameters: { axis }, inputs: [x, indices] })),
);

const scatterAdd: fc.Arbitrary<OpCase<{ axis: number; size: number }>> = fc
  .tuple(shapes(0, 2), sizes)
  .chain(([rest, size]) =>
    fc.tuple(fc.constant(rest), fc.constant(size), whole(0, rest.length), indicesBelow(size)),
  )
  .chain(([rest, size, axis, indices]) =>
    inputs([...rest.slice(0, axis), ...indices.shape, ...rest.slice(axis)], real).map((x) => ({
      parameters: { axis, size },
      inputs: [x, indices],
    })),
  );

/** Elements, and places along one of their axes, in lines of some other length. */
const takeAlong: fc.Arbitrary<OpCase<{ axis: number }>> = shapes(1, 3)
  .chain((shape) => fc.tuple(fc.constant(shape), whole(0, shape.length - 1), sizes))
  .filter(([shape, axis, count]) => count === 0 || shape[axis] !== 0)
  .chain(([shape, axis, count]) =>
    fc
      .tuple(inputs(shape, real), placesAlong(shape.with(axis, count), sizeAt(shape, axis)))
      .map(([x, places]) => ({ parameters: { axis }, inputs: [x, places] })),
  );

/** Elements, and the places of other lines that they are added to. */
const scatterAddAlong: fc.Arbitrary<OpCase<{ axis: number; size: number }>> = shapes(1, 3)
  .chain((shape) => fc.tuple(fc.constant(shape), whole(0, shape.length - 1), sizes))
  .filter(([shape, _axis, size]) => size > 0 || sizeOf(shape) === 0)
  .chain(([shape, axis, size]) =>
    fc
      .tuple(inputs(shape, real), placesAlong(shape, size))
      .map(([x, places]) => ({ parameters: { axis, size }, inputs: [x, places] })),
  );

/** Places below `size`, as numbers or as uint32. */
function placesAlong(shape: Shape, size: number): fc.Arbitrary<Input> {
  return fc
    .tuple(inputs(shape, whole(0, Math.max(0, size - 1))), fc.constantFrom("float", "uint32"))
    .map(([input, dtype]): Input => ({ ...input, dtype, varies: false }));
}

export const movementCases = {
  takeAlong,
  scatterAddAlong,
  cast: oneInput(shapes(), () => fc.constantFrom({ dtype: "float32" }, { dtype: "float64" })),
  stopGradient: oneInput(shapes(), () => fc.constant({})),
  reshape: oneInput(shapes(), (shape) => regrouped(shape).map((other) => ({ shape: other }))),
  broadcastTo: broadcastable
    .chain(({ small, large }) => fc.tuple(inputs(small, real), fc.constant(large)))
    .map(([x, shape]) => ({ parameters: { shape }, inputs: [x] })),
  transpose: oneInput(shapes(), (shape) => {
    const axes = shape.map((_, axis) => axis);
    return fc
      .shuffledSubarray(axes, { minLength: axes.length, maxLength: axes.length })
      .map((order) => ({ axes: order }));
  }),
  slice: oneInput(shapes(), box),
  pad: oneInput(shapes(0, 3), widths),
  flip: oneInput(shapes(), (shape) => axesOf(shape, { neighbours: false }).map((axes) => ({ axes }))),
  concat,
  take,
  scatterAdd,
} satisfies OpCases;
