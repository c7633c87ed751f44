import fc from "fast-check";
import type { None } from "../../../src/backend.ts";
import { sizeOf } from "../../../src/shape.ts";
import { grid, shapes, vector, whole } from "../arbitrary.ts";
import { inputs, type OpCase, type OpCases } from "./opCase.ts";

/** Numbers in [−size, size]; zero too, where a rule may treat it apart. */
const within = (size: number): fc.Arbitrary<number> =>
  fc.oneof({ weight: 6, arbitrary: grid(-size, size) }, { weight: 1, arbitrary: fc.constant(0) });

const real = within(2);
const positive = grid(0.5, 3);
const nonzero = fc.tuple(positive, fc.constantFrom(-1, 1)).map(([magnitude, sign]) => magnitude * sign);

/** One argument, with elements from a domain. */
const unary = (domain: fc.Arbitrary<number>): fc.Arbitrary<OpCase<None>> =>
  shapes()
    .chain((shape) => inputs(shape, domain))
    .map((x) => ({ parameters: {}, inputs: [x] }));

/** Two arguments of one shape, each with its own domain. */
const binary = (first: fc.Arbitrary<number>, second: fc.Arbitrary<number>): fc.Arbitrary<OpCase<None>> =>
  shapes()
    .chain((shape) => fc.tuple(inputs(shape, first), inputs(shape, second)))
    .map((both) => ({ parameters: {}, inputs: both }));

/** Two arguments that are nowhere near each other. */
const apart: fc.Arbitrary<OpCase<None>> = shapes()
  .chain((shape) => fc.tuple(inputs(shape, real), vector(sizeOf(shape), nonzero)))
  .map(([x, gaps]) => ({
    parameters: {},
    inputs: [x, { ...x, values: x.values.map((value, i) => value + (gaps[i] ?? 1)) }],
  }));

/** Points (x, y), given as y and x, in every direction but that of negative x, where the angle jumps. */
const awayFromCut: fc.Arbitrary<OpCase<None>> = fc.oneof(binary(nonzero, real), binary(real, positive));

/** Numbers between whole ones, and between halves. */
const betweenHalves = fc.tuple(whole(-6, 6), grid(0.1, 0.4)).map(([halves, part]) => halves / 2 + part);

const power = fc
  .oneof(
    fc.tuple(fc.constantFrom(-2, -1, -0.5, 0, 0.5, 1, 2, 2.5, 3), fc.constant(positive)),
    fc.tuple(fc.constantFrom(-3, -1, 0, 1, 2, 4), fc.constant(nonzero)),
  )
  .chain(([exponent, domain]) =>
    unary(domain).map(({ inputs: [...x] }) => ({ parameters: { exponent }, inputs: x })),
  );

const where = shapes()
  .chain((shape) => fc.tuple(inputs(shape, fc.constantFrom(0, 1)), inputs(shape, real), inputs(shape, real)))
  .map(([condition, a, b]) => ({ parameters: {}, inputs: [{ ...condition, varies: false }, a, b] }));

export const elementwiseCases = {
  neg: unary(within(4)),
  square: unary(within(4)),
  sqrt: unary(positive),
  exp: unary(within(4)),
  expm1: unary(within(4)),
  log: unary(positive),
  log1p: unary(grid(-0.5, 3)),
  sin: unary(within(4)),
  cos: unary(within(4)),
  atan: unary(within(4)),
  tanh: unary(within(4)),
  logisticDensity: unary(within(8)),
  sechSquared: unary(within(4)),
  sigmoid: unary(within(4)),
  softplus: unary(within(4)),
  relu: unary(nonzero),
  erf: unary(within(4)),
  normalCdf: unary(within(4)),
  abs: unary(nonzero),
  sign: unary(nonzero),
  floor: unary(betweenHalves),
  round: unary(betweenHalves),
  isNaN: unary(real),
  power,
  add: binary(real, real),
  sub: binary(real, real),
  mul: binary(real, real),
  div: binary(real, nonzero),
  pow: binary(positive, real),
  atan2: awayFromCut,
  hypot: binary(nonzero, real),
  directionCosine: binary(real, nonzero),
  maximum: apart,
  minimum: apart,
  where,
  greater: apart,
  greaterEqual: apart,
  less: apart,
  lessEqual: apart,
  equal: apart,
} satisfies OpCases;
