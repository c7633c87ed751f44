import { expect, test } from "vitest";
import { stableHlo } from "../../src/export.ts";
import type { Tensor } from "../../src/index.ts";
import { largestDifference, scaleOf } from "../support/distance.ts";
import { hasModules, runInPython } from "../support/engines.ts";
import { applicationsOf, type Example, loops, trainingStep } from "../support/exported.ts";

const isDue = await hasModules(["jax"], process.env.SCORETAPE_REQUIRE_XLA !== undefined);
if (!isDue)
  console.log("XLA: left out, for python3 cannot import jax; SCORETAPE_REQUIRE_XLA=1 makes that a failure");

/** Rounding errors of some steps in float32, for values of size 1. */
const FLOAT32 = 4e-6;
/** Of a normal number below 8, two units in the last place. */
const NORMALS = 2 * 2 ** -21;
const exact: ReadonlySet<string> = new Set(["sort", "argSort", "argMax", "argMin", "cummax", "max", "min"]);

/** Fails unless the results are within what each one may be off. */
function expectResults(
  actual: readonly Tensor[],
  expected: readonly Tensor[],
  tolerances: readonly number[],
): void {
  expect(actual.map(({ shape, dtype }) => [shape, dtype])).toEqual(
    expected.map(({ shape, dtype }) => [shape, dtype]),
  );
  const wrong = expected.flatMap((y, i) => {
    const difference = largestDifference(actual[i]?.data ?? [], y.data) / scaleOf(y);
    return difference <= (tolerances[i] ?? 0) ? [] : [`result ${i}: off by ${difference}`];
  });
  expect(wrong).toEqual([]);
}

test.skipIf(!isDue)(
  "XLA computes every op, loops and a training step as the reference does",
  async () => {
    const kinds = (["elementwise", "movement", "sum", "lines", "random"] as const).map((kind) => {
      const { ops, ...example } = applicationsOf(kind, 3);
      const tolerances = ops.map(({ name }) => {
        if (name === "randomNormal") return NORMALS;
        return kind === "movement" || kind === "random" || exact.has(name) ? 0 : FLOAT32;
      });
      return { example, tolerances };
    });
    const whole = (example: Example): { example: Example; tolerances: readonly number[] } => ({
      example,
      tolerances: Array<number>(100).fill(FLOAT32),
    });
    const all = [...kinds, whole(loops()), whole(trainingStep())];
    const jobs = all.map(({ example: { f, x } }) => ({ program: stableHlo(f, [...x]).text, inputs: x }));
    const results = await runInPython(
      new URL("xla.py", import.meta.url),
      new URL("../../python", import.meta.url),
      jobs,
    );
    all.forEach(({ example: { f, x }, tolerances }, i) => {
      expectResults(results[i] ?? [], f(...x), tolerances);
    });
  },
  180_000,
);
