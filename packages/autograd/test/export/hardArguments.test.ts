import { describe, expect, test } from "vitest";
import { lowered } from "../../src/export/lower.ts";
import { capture, js, tensor } from "../../src/index.ts";
import { applied, hardArguments, hardSubjects, shown } from "../support/hardArguments.ts";
import { evaluate } from "../support/primitives/evaluate.ts";

/** Below this, a relative error means nothing: numbers of float32 lose digits. */
const SMALLEST_NORMAL = 2 ** -126;

describe.each(hardSubjects)("$name in primitives", (subject) => {
  test("is the reference at the arguments where functions go wrong", () => {
    const inputs = hardArguments(subject);
    const x = inputs.map((values) => tensor(values, { backend: js }));
    const f = applied(subject);
    const expected = f(...x).data;
    const [actual = []] = evaluate(lowered("test", capture(f)(...x)), inputs);
    const wrong = [...expected].flatMap((due, i) => {
      const value = Number(actual[i]);
      const isRight =
        Object.is(value, due) || Math.abs(value - due) <= 3e-6 * Math.abs(due) + SMALLEST_NORMAL;
      return isRight
        ? []
        : [`at ${inputs.map((values) => shown(values[i]))}: ${shown(value)}, not ${shown(due)}`];
    });
    expect(wrong).toEqual([]);
  });
});
