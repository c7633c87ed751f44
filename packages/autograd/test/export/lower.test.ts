import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowered } from "../../src/export/lower.ts";
import { add, capture, grad, mean, sin, type Tensor, tensor } from "../../src/index.ts";
import { bind } from "../../src/op.ts";
import { materialize } from "../support/cases/opCase.ts";
import { largestDifference, scaleOf } from "../support/distance.ts";
import { exportedSubjects } from "../support/exported.ts";
import { loops } from "../support/loops.ts";
import { evaluate } from "../support/primitives/evaluate.ts";
import { runs } from "../support/runs.ts";

/** Rounding errors of some steps in float32, for values of size 1. */
const FLOAT32 = 4e-6;
const FLOAT64 = 1e-12;
/** Of functions that are written as ratios of the accuracy of float32. */
const RATIO = 2e-7;
const ratios: ReadonlySet<string> = new Set(["erf", "normalCdf"]);
/** What has to agree bit by bit beside movements and draws. */
const exact: ReadonlySet<string> = new Set([
  "sort",
  "argSort",
  "argMax",
  "argMin",
  "cummax",
  "max",
  "min",
  "abs",
  "neg",
]);

describe.each(["float32", "float64"] as const)("lower, then evaluate, is the reference, in %s", (float) => {
  test.each(exportedSubjects)("$name", ({ name, op, cases }) => {
    const { kind } = op.traits;
    const isExact = kind === "movement" || kind === "random" || exact.has(name);
    const tolerance = isExact ? 0 : float === "float32" ? FLOAT32 : ratios.has(name) ? RATIO : FLOAT64;
    fc.assert(
      fc.property(cases, ({ parameters, inputs }) => {
        const x = inputs.map((input) => materialize(input, float));
        const f = (...args: Tensor[]): Tensor => bind(op, parameters, ...args);
        const expected = f(...x);
        const region = lowered("test", capture(f)(...x));
        const [actual = []] = evaluate(
          region,
          x.map(({ data }) => Array.from(data)),
        );
        const [output] = region.outputs;
        expect([output?.shape, output?.type]).toEqual([expected.shape, expected.dtype]);
        const difference = largestDifference(actual.map(Number), expected.data) / scaleOf(expected, ...x);
        if (difference > tolerance) {
          throw new Error(`[${actual}], expected [${expected.data}], off by ${difference}`);
        }
      }),
      runs(30),
    );
  });
});

const zero = tensor(0, { dtype: "float64" });

/** The function's results as primitives give them. */
function evaluated(f: (...x: Tensor[]) => Tensor[], x: readonly Tensor[]): number[][] {
  const results = evaluate(
    lowered("test", capture(f)(...x)),
    x.map(({ data }) => Array.from(data)),
  );
  return results.map((elements) => elements.map(Number));
}

test("a loop in primitives is the loop of the reference, and so is its derivative", () => {
  fc.assert(
    fc.property(loops("float64", { smooth: true }), ({ scanned, x: [first = zero, ...rest] }) => {
      const loss = (y: Tensor): Tensor =>
        scanned([y, ...rest]).reduce((sum, part) => add(sum, mean(sin(part))), zero);
      const results = ([y = zero, ...others]: Tensor[]): Tensor[] => [
        ...scanned([y, ...others]),
        grad(loss)(y),
      ];
      const expected = results([first, ...rest]);
      const actual = evaluated((...all) => results(all), [first, ...rest]);
      expected.forEach((y, i) => {
        // Some of the loops apply the functions that are ratios.
        expect(largestDifference(actual[i] ?? [], y.data) / scaleOf(y)).toBeLessThanOrEqual(RATIO);
      });
    }),
    runs(30),
  );
});
