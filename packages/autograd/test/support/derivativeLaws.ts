import fc from "fast-check";
import { test } from "vitest";
import {
  agreesWithFiniteDifferences,
  hasTaylorDerivatives,
  isAdjoint,
  isLinear,
  partialsCommute,
} from "./laws.ts";
import type { Problem } from "./problem.ts";
import { runs } from "./runs.ts";

/** The laws that the derivatives of every function obey, tried on random ones; `count`: how often the cheapest are. */
export function testDerivatives(
  { smooth, any }: { readonly smooth: fc.Arbitrary<Problem>; readonly any: fc.Arbitrary<Problem> },
  count: number,
): void {
  const some = (share: number): ReturnType<typeof runs> => runs(Math.round(share * count));

  test("agrees with finite differences to the third order", () => {
    fc.assert(
      fc.property(smooth, (problem) => agreesWithFiniteDifferences(problem, { wild: "skip" })),
      { ...some(0.75), maxSkipsPerRun: 1 },
    );
  });

  test("has a vjp that is the transpose of its jvp", () => {
    fc.assert(fc.property(any, isAdjoint), some(1));
  });

  test("has a jvp that is linear in the tangent", () => {
    fc.assert(fc.property(any, isLinear), some(1));
  });

  test("has mixed partials that commute", () => {
    fc.assert(
      fc.property(any, (problem) => partialsCommute(problem, { kinks: "some" })),
      some(0.3),
    );
  });

  test("has the same derivatives in one pass to second order", () => {
    fc.assert(
      fc.property(any, (problem) => hasTaylorDerivatives(problem, { kinks: "some" })),
      some(0.3),
    );
  });
}
