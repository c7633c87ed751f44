import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { capture, checkpoint, type Tensor } from "../../src/index.ts";
import { directions } from "../support/arbitrary.ts";
import { expectTensorsEqual } from "../support/closeness.ts";
import { compositions } from "../support/compositions.ts";
import { testDerivatives } from "../support/derivativeLaws.ts";
import { contract, type Direction, directional, words } from "../support/derivatives.ts";
import { expectCompatible } from "../support/laws.ts";
import { problemOf } from "../support/problem.ts";
import { runs } from "../support/runs.ts";

const any = fc
  .tuple(compositions("float64", { smooth: false }), directions)
  .map(([{ f, x }, supply]) => problemOf(f, x, supply));

describe("a random composition of ops", () => {
  const smooth = fc
    .tuple(compositions("float64", { smooth: true, length: 6 }), directions)
    .map(([{ f, x }, supply]) => problemOf(f, x, supply));
  testDerivatives({ smooth, any }, 200);

  test("replays, when captured, to its eager values, at other points too", () => {
    fc.assert(
      fc.property(compositions("float32", { smooth: false, length: 12 }), directions, ({ f, x }, supply) => {
        const program = capture((...y: Tensor[]) => f(y))(...x);
        const elsewhere = problemOf(f, x, supply).tangent();
        for (const point of [x, elsewhere]) {
          const eager = f(point);
          const replayed = program.replay(point);
          expect(replayed).toHaveLength(eager.length);
          eager.forEach((expected, i) => {
            const actual = replayed[i];
            if (actual === undefined) throw new Error("one value for each output");
            expectTensorsEqual(actual, expected, `output ${i}`);
          });
        }
      }),
      runs(150),
    );
  });

  test("has under checkpoint the same value and derivatives of orders 1 to 3", () => {
    fc.assert(
      fc.property(any, (problem) => {
        const { f, x } = problem;
        const kept = checkpoint((...y: Tensor[]) => f(y));
        const c = problem.cotangent();
        const [plain, recomputed] = [contract(f, c), contract((y) => kept(...y), c)];
        const v: Direction[] = [problem.tangent(), problem.tangent(), problem.tangent()];
        for (const word of [0, 1, 2, 3].flatMap((order) => words(order).slice(0, 4))) {
          const expected = directional(plain, word, v)(x).item();
          const actual = directional(recomputed, word, v)(x).item();
          expectCompatible(actual, expected, 1e-11 * (1 + Math.abs(expected)), `by ${word.join("")}`);
        }
      }),
      runs(40),
    );
  });
});
