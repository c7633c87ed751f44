import { describe, expect, test } from "vitest";
import {
  concat,
  erf,
  expm1,
  log1p,
  logSoftmax,
  logSumExp,
  mul,
  norm,
  reshape,
  sigmoid,
  slice,
  softplus,
  type Tensor,
  tanh,
  tensor,
  variance,
} from "../src/index.ts";
import { erfIntegral } from "./support/definitions.ts";
import { directional, words } from "./support/derivatives.ts";

/** The value of a function of one number, and its first three derivatives. */
type Jet = readonly [number, number, number, number];

/** What the functions are compared with: formulas in double precision in which nothing cancels. */
type Truth = (x: number) => Jet;

const SMALLEST_NORMAL = 2 ** -126;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;
const ULP = 2 ** -23;

const POINTS = [1e-30, -1e-30, 0, 1, -1, 30, -30, 100, -100, 1e4, -1e4];

/** How a function is compared. */
interface Comparison {
  readonly points?: readonly number[];
  /** Of the expected value, or of `scale` where that is larger. */
  readonly ulps?: number;
  /** What the terms that make the derivative of an order amount to, where they cancel in it by nature. */
  readonly scale?: (x: number, order: number) => number;
}

/**
 * Compares f and its derivatives to the third order, by every nesting of forward and reverse mode, with the
 * truth wherever float32 can hold it; what is smaller than the normal numbers may be flushed to zero.
 */
function expectAccurate(f: (x: Tensor) => Tensor, truth: Truth, comparison: Comparison = {}): void {
  const { points = POINTS, ulps = 4, scale = () => 0 } = comparison;
  const phi = ([x = tensor(Number.NaN)]: readonly Tensor[]): Tensor => f(x);
  const failures = points.map(Math.fround).flatMap((x) =>
    truth(x).flatMap((expected, order) => {
      if (Math.abs(expected) > LARGEST) return [];
      const tolerance = Math.max(ulps * ULP * Math.max(Math.abs(expected), scale(x, order)), SMALLEST_NORMAL);
      return words(order).flatMap((word) => {
        const derivative = directional(
          phi,
          word,
          word.map(() => [tensor(1)]),
        );
        const actual = derivative([tensor(x)]).item();
        // NaN for a derivative that does not exist: no number then.
        const isRight = Number.isNaN(expected)
          ? !Number.isFinite(actual)
          : Math.abs(actual - expected) <= tolerance;
        if (isRight) return [];
        return [`order ${order} (${word.join("")}) at ${x}: ${actual}, not ${expected}`];
      });
    }),
  );
  expect(failures).toEqual([]);
}

/** σ = 1/(1 + e^(−x)) and its derivatives. */
function logistic(x: number): Jet {
  const e = Math.exp(-Math.abs(x));
  const slope = e / (1 + e) ** 2;
  return [
    (x < 0 ? e : 1) / (1 + e),
    slope,
    (Math.sign(x) * slope * Math.expm1(-Math.abs(x))) / (1 + e),
    slope * (1 - 6 * slope),
  ];
}

function softplusJet(x: number): Jet {
  const [value, first, second] = logistic(x);
  return [Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), value, first, second];
}

function tanhJet(x: number): Jet {
  const e = Math.exp(-2 * Math.abs(x));
  const slope = (4 * e) / (1 + e) ** 2;
  const value = Math.tanh(x);
  return [value, slope, -2 * value * slope, slope * (4 - 6 * slope)];
}

function expm1Jet(x: number): Jet {
  return [Math.expm1(x), Math.exp(x), Math.exp(x), Math.exp(x)];
}

function log1pJet(x: number): Jet {
  return [Math.log1p(x), 1 / (1 + x), -1 / (1 + x) ** 2, 2 / (1 + x) ** 3];
}

function erfJet(x: number): Jet {
  const peak = 2 / Math.sqrt(Math.PI);
  const slope = peak * Math.exp(-x * x);
  return [erfIntegral(x), slope, -2 * x * slope, slope * (4 * x * x - 2)];
}

/** ‖(x, 1)‖ = √(x² + 1). */
function hypotenuseJet(x: number): Jet {
  const length = Math.hypot(x, 1);
  return [length, x / length, length ** -3, -3 * x * length ** -5];
}

/** x and other numbers, as a vector. */
const beside = (x: Tensor, ...others: number[]): Tensor => concat([mul(x, tensor([1])), tensor(others)]);

describe("the value and three derivatives in float32, from 1e-30 to 1e4, of", () => {
  test("softplus", () => {
    expectAccurate(softplus, softplusJet);
  });
  test("sigmoid", () => {
    expectAccurate(sigmoid, logistic);
  });
  test("tanh", () => {
    expectAccurate(tanh, tanhJet);
  });
  test("expm1", () => {
    expectAccurate(expm1, expm1Jet);
  });
  test("log1p", () => {
    expectAccurate(log1p, log1pJet, { points: POINTS.filter((x) => x > -1) });
  });
  test("erf", () => {
    expectAccurate(erf, erfJet);
  });

  // The third derivative of logSumExp is a third moment of weights, and cancels where these are symmetric.
  const secondDerivative = (x: number, order: number): number => (order === 3 ? logistic(x)[1] : 0);

  test("logSumExp beside 0, which is softplus", () => {
    expectAccurate((x) => logSumExp(beside(x, 0)), softplusJet, { scale: secondDerivative });
  });
  test("logSumExp beside two zeros, which is a shifted softplus", () => {
    const shifted = (x: number): Jet => {
      const [value, first, second, third] = softplusJet(x - Math.LN2);
      return [value + Math.LN2, first, second, third];
    };
    expectAccurate((x) => logSumExp(beside(x, 0, 0)), shifted, { scale: secondDerivative });
  });
  test("logSumExp of equal elements", () => {
    expectAccurate(
      (x) => logSumExp(mul(x, tensor([1, 1]))),
      (x) => [x + Math.LN2, 1, 0, 0],
    );
  });

  test("logSoftmax beside 0, which is a softplus too", () => {
    const mirrored = (x: number): Jet => {
      const [value, first, second, third] = softplusJet(-x);
      return [-value, first, -second, third];
    };
    const first = (x: Tensor): Tensor => reshape(slice(logSoftmax(beside(x, 0)), [0], [1]), []);
    expectAccurate(first, mirrored, { scale: secondDerivative });
  });

  test("norm beside 1", () => {
    expectAccurate((x) => norm(beside(x, 1)), hypotenuseJet);
  });
  test.each([[[3, 4]], [[1]], [[-5, 0, 0]]])(
    "norm along the ray %j, with derivative 0 at 0 and no second one",
    (direction) => {
      const length = Math.hypot(...direction);
      // Third derivatives are made of terms of the size of 1/x², which float32 cannot hold at 1e-30.
      const none = (x: number): number => (x === 0 ? Number.NaN : 0);
      const third = (x: number): number => (x !== 0 && x * x < 1e-38 ? Number.POSITIVE_INFINITY : none(x));
      expectAccurate(
        (x) => norm(mul(x, tensor(direction))),
        (x) => [length * Math.abs(x), length * Math.sign(x), none(x), third(x)],
        { scale: (x, order) => (x === 0 || order < 2 ? 0 : length ** 2 * Math.abs(x) ** (1 - order)) },
      );
    },
  );
  test("variance", () => {
    expectAccurate(
      (x) => variance(mul(x, tensor([1, 3]))),
      (x) => [x * x, 2 * x, 2, 0],
    );
    expectAccurate(
      (x) => variance(beside(x, 0)),
      (x) => [(x * x) / 4, x / 2, 0.5, 0],
    );
    expectAccurate(
      (x) => variance(mul(x, tensor([1, 1, 1]))),
      () => [0, 0, 0, 0],
    );
  });
});
