import fc from "fast-check";
import { describe, test } from "vitest";
import { subjects } from "../support/cases/index.ts";
import { agreesWithFiniteDifferences, isAdjoint, isLinear, partialsCommute } from "../support/laws.ts";
import { problems } from "../support/problem.ts";
import { runs } from "../support/runs.ts";

/** Draws take keys: nothing that a derivative could be taken in. */
const isDraw = (name: string): boolean => /^(random|splitKey|foldIn)/.test(name);
/** The one op whose derivative is zero by decree. */
const isStop = (name: string): boolean => name === "stopGradient";

describe.each(subjects.filter(({ name }) => !isDraw(name)))("$name", (subject) => {
  test.skipIf(isStop(subject.name))("agrees with finite differences to the third order", () => {
    fc.assert(
      fc.property(problems(subject), (problem) => agreesWithFiniteDifferences(problem)),
      runs(12),
    );
  });

  test("has a vjp that is the transpose of its jvp", () => {
    fc.assert(fc.property(problems(subject), isAdjoint), runs(20));
  });

  test("has a jvp that is linear in the tangent", () => {
    fc.assert(fc.property(problems(subject), isLinear), runs(20));
  });

  test("has mixed partials that commute", () => {
    fc.assert(fc.property(problems(subject), partialsCommute), runs(8));
  });
});
