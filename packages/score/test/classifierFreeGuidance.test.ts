import {
  add,
  div,
  expandDims,
  grad,
  js,
  mul,
  random,
  sub,
  sum,
  type Tensor,
  type TensorLike,
  take,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { type ConditionalScore, classifierFreeGuidance, data, ddim, karrasSchedule } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { columnOf, expectMean, expectNear, expectVariance, rowsOf } from "./support/samples.ts";

const [weights, means] = [
  [0.2, 0.5, 0.3],
  [
    [-2, 0],
    [1, 1],
    [0, -3],
  ],
];
const deviation = 0.6;
const set = data.gaussianMixture({ weights, means, standardDeviations: deviation });
const centers = tensor(means, { dtype: "float64" });
const classes = tensor(Uint32Array.of(0, 1, 2, 1, 0));
const n = 5;
const x = normal(3, [n, 2], 2);

/** The score of the classes' normal distributions, and without a condition that of the mixture. */
const score: ConditionalScore<Tensor> = (y, sigma, condition) => {
  if (condition === undefined) return set.score(y, sigma);
  return mul(-1 / varianceAt(sigma), sub(y, take(centers, condition, 0)));
};
const varianceAt = (sigma: TensorLike): number =>
  deviation ** 2 + (typeof sigma === "number" ? sigma : sigma.item()) ** 2;

describe("classifierFreeGuidance", () => {
  test("is the gradient of log q(x | c) + w·log q(c | x), at every σ and w", () => {
    const logWeights = tensor(weights.map(Math.log), { dtype: "float64" });
    for (const sigma of [0.1, 1, 5]) {
      for (const scale of [-2, -1, -0.4, 0, 0.5, 3]) {
        const guided = classifierFreeGuidance(score, { condition: classes, scale });
        const logDensity = (y: Tensor): Tensor => {
          const joint = add(
            take(logWeights, classes, 0),
            mul(-0.5 / varianceAt(sigma), sum(mul(off(y), off(y)), { axis: 1 })),
          );
          const posterior = sub(joint, set.logDensity(y, sigma));
          return sum(add(joint, mul(scale, posterior)));
        };
        expectClose(guided(x, sigma), grad(logDensity)(x), 1e-9);
      }
    }
  });

  test("takes a scale for each row", () => {
    const scales = [0, -1, 2, 0.5, 7];
    const all = classifierFreeGuidance(score, {
      condition: classes,
      scale: tensor(scales, { dtype: "float64" }),
    })(x, 0.7);
    scales.forEach((scale, row) => {
      const own = classifierFreeGuidance(score, { condition: classes, scale })(x, 0.7);
      expectNear(rowsOf(all)[row] ?? [], rowsOf(own)[row] ?? [0], 1e-12);
    });
  });

  test("evaluates the score once where one of the two has no part", () => {
    const evaluated = (scale: number): boolean[] => {
      const seen: boolean[] = [];
      const counting: ConditionalScore<Tensor> = (y, _sigma, condition) => {
        seen.push(condition === classes);
        return y;
      };
      classifierFreeGuidance(counting, { condition: classes, scale })(x, 1);
      return seen;
    };
    expect(evaluated(0)).toEqual([true]);
    expect(evaluated(-1)).toEqual([false]);
    expect(evaluated(1)).toEqual([true, false]);
  });

  test("leads samplers, compiled and eager alike, to the points that it speaks of", () => {
    // With the scale 0 to the classes' own normal distributions.
    const rows = 6000;
    const condition = tensor(Uint32Array.from({ length: rows }, (_, i) => i % 3));
    const own = tensor(means);
    const score32: ConditionalScore<Tensor> = (y, sigma, c) => {
      if (c === undefined) return set.score(y, sigma);
      return div(sub(take(own, c, 0), y), add(deviation ** 2, mul(sigma, sigma)));
    };
    const guided = classifierFreeGuidance(score32, { condition, scale: 0 });
    const start = mul(20, random.normal(random.key(1), [rows, 2]));
    const sigmas = karrasSchedule({ sigmaMin: 0.01, sigmaMax: 20, steps: 200 });
    const { samples } = ddim(guided, start, { sigmas });
    for (const k of [0, 1, 2]) {
      const values = columnOf(samples, 0).filter((_, i) => i % 3 === k);
      expectMean(values, means[k]?.[0] ?? Number.NaN);
      expectVariance(values, deviation ** 2);
    }
    const few = { sigmas: sigmas.slice(-3) };
    const strong = classifierFreeGuidance(score32, { condition, scale: 2 });
    expect(ddim(strong, start, { ...few, backend: js }).samples.data).toEqual(
      ddim(strong, start, { ...few, backend: "eager" }).samples.data,
    );
  });

  test("refuses a condition or a scale of other rows, and none", () => {
    const guided = classifierFreeGuidance(score, { condition: classes, scale: 1 });
    expect(() => guided(zeros([4, 2], { dtype: "float64" }), 1)).toThrow(
      "classifierFreeGuidance: x has 4 rows, the condition has shape [5]; give it a row for each",
    );
    const scale = zeros([4], { dtype: "float64" });
    expect(() => classifierFreeGuidance(score, { condition: classes, scale })(x, 1)).toThrow(
      "classifierFreeGuidance: scale has shape [4], x has [5, 2]",
    );
    const nothing: Tensor[] = [];
    const any = (y: Tensor): Tensor => y;
    expect(() => classifierFreeGuidance(any, { condition: nothing, scale: 1 })).toThrow(
      "classifierFreeGuidance: the condition is an empty array; give a tensor",
    );
    expect(() => classifierFreeGuidance(score, { condition: classes, scale: Number.NaN })).toThrow(
      "classifierFreeGuidance: scale is NaN; it is a finite number, or one for each row, [n]",
    );
  });

  test("takes a condition of several parts", () => {
    const parts = { center: take(centers, classes, 0), width: tensor([1, 2, 3, 4, 5], { dtype: "float64" }) };
    const of: ConditionalScore<typeof parts> = (y, _sigma, condition) =>
      condition === undefined ? mul(0, y) : mul(expandDims(condition.width, 1), sub(condition.center, y));
    const guided = classifierFreeGuidance(of, { condition: parts, scale: 1 });
    expectClose(guided(x, 1), mul(2, of(x, 1, parts)));
  });
});

/** What a row is off the mean of its class. */
function off(y: Tensor): Tensor {
  return sub(y, take(centers, classes, 0));
}
