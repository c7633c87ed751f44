import fc from "fast-check";
import { describe, test } from "vitest";
import { compositeSubjects, isSmooth, subjects } from "../support/cases/index.ts";
import {
  agreesWithFiniteDifferences,
  hasTaylorDerivatives,
  isAdjoint,
  isLinear,
  partialsCommute,
} from "../support/laws.ts";
import { problems } from "../support/problem.ts";
import { runs } from "../support/runs.ts";

const differentiable = [...subjects.filter(isSmooth), ...compositeSubjects];

// The values do not tell the derivatives of two: stopGradient's is zero by decree, and displace moves in a time that is 0.
const BY_DECREE = ["stopGradient", "displace"];
describe.each(differentiable.filter(({ name }) => !BY_DECREE.includes(name)))("$name", (subject) => {
  test("agrees with finite differences to the third order", () => {
    fc.assert(
      fc.property(problems(subject), (problem) => agreesWithFiniteDifferences(problem)),
      runs(12),
    );
  });
});

describe.each(differentiable)("$name", (subject) => {
  test("has a vjp that is the transpose of its jvp", () => {
    fc.assert(fc.property(problems(subject), isAdjoint), runs(20));
  });

  test("has a jvp that is linear in the tangent", () => {
    fc.assert(fc.property(problems(subject), isLinear), runs(20));
  });

  test("has mixed partials that commute", () => {
    fc.assert(
      fc.property(problems(subject), (problem) => partialsCommute(problem)),
      runs(8),
    );
  });

  test("has the same derivatives in one pass to second order", () => {
    fc.assert(
      fc.property(problems(subject), (problem) => hasTaylorDerivatives(problem)),
      runs(8),
    );
  });
});
