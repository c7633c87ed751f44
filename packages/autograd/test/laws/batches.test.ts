import fc from "fast-check";
import { describe, test } from "vitest";
import { compile, js, stack, type Tensor, take, vmap, wasm } from "../../src/index.ts";
import { directions } from "../support/arbitrary.ts";
import { type BatchCase, batches, EXAMPLES, exampleAt, stacked } from "../support/batches.ts";
import { compositeSubjects, isSmooth, subjects } from "../support/cases/index.ts";
import { expectTensorsEqual, expectTensorsNear } from "../support/closeness.ts";
import { compositions } from "../support/compositions.ts";
import { contract, type Direction, directional, type VectorFunction, words } from "../support/derivatives.ts";
import { scaleOf } from "../support/distance.ts";
import { expectCompatible } from "../support/laws.ts";
import { filledLike } from "../support/problem.ts";
import { runs } from "../support/runs.ts";

/** Rounding errors of sums in another order. */
const ROUNDING = 1e-11;
/** Some ways to differentiate up to three times. */
const nests = [1, 2, 3].flatMap((order) => words(order).filter((_, i) => i % 3 === 0));

const places = Array.from({ length: EXAMPLES }, (_, k) => k);

/** A function of the arguments that vary. */
function varying({ x, varies }: BatchCase, f: (...x: Tensor[]) => Tensor): VectorFunction {
  return (moved) => {
    const supply = moved.values();
    return [f(...x.map((fixed, i) => (varies[i] ? (supply.next().value ?? fixed) : fixed)))];
  };
}

/** The entries of a list that belong to arguments that vary. */
const moving = <T>({ varies }: BatchCase, list: readonly T[]): T[] => list.filter((_, i) => varies[i]);

describe.each([...subjects, ...compositeSubjects])("$name of a batch", (subject) => {
  const kind = subject.op.traits.kind;
  const isExact = kind === "elementwise" || kind === "movement" || kind === "random";

  test("is that of each example", () => {
    fc.assert(
      fc.property(batches(subject, "float64"), ({ x, atOnce, oneByOne }) => {
        const [actual, expected] = [atOnce(...x), oneByOne(...x)];
        if (isExact) expectTensorsEqual(actual, expected, "values");
        else expectTensorsNear(actual, expected, ROUNDING * scaleOf(expected), "values");
      }),
      runs(30),
    );
  });

  test("is in a batch of batches that of each example", () => {
    fc.assert(
      fc.property(batches(subject, "float64"), fc.nat(3), ({ x, f, axes }, shared) => {
        // The outer batch holds the inner one in three orders, in all arguments but one at most.
        const outer = axes.map((axis, i) =>
          axis !== null && (axes.length === 1 || i !== shared) ? 0 : null,
        );
        if (outer.every((axis) => axis === null)) return;
        const twice = x.map((y, i) => {
          const axis = axes[i] ?? null;
          const order = (first: number): number[] => places.map((k) => (first + k) % EXAMPLES);
          return axis === null || outer[i] === null ? y : stack(places.map((k) => take(y, order(k), axis)));
        });
        const actual = vmap(vmap(f, { in: axes }), { in: outer })(...twice);
        const expected = stacked(stacked(f, axes, 0), outer, 0)(...twice);
        expectTensorsNear(actual, expected, ROUNDING * scaleOf(expected), "values");
      }),
      runs(10),
    );
  });
});

describe.each(subjects)("compiled $name of a batch", (subject) => {
  test("gives on the reference kernels the bits of the eager one, and in WebAssembly its values", () => {
    fc.assert(
      fc.property(batches(subject, "float32"), ({ x, atOnce }) => {
        const eager = atOnce(...x);
        expectTensorsEqual(compile(atOnce, { backend: js })(...x), eager, "on the reference kernels");
        const actual = compile(atOnce, { backend: wasm() })(...x);
        expectTensorsNear(actual, eager, 4e-6 * scaleOf(eager, ...x), "in WebAssembly");
      }),
      runs(8),
    );
  });
});

describe.each([...subjects.filter(isSmooth), ...compositeSubjects])("$name of a batch", (subject) => {
  test("has the derivatives of each example, to the third order", () => {
    fc.assert(
      fc.property(batches(subject, "float64"), directions, (batch, supply) => {
        const [actual, expected] = [batch.atOnce, batch.oneByOne].map((f) => varying(batch, f));
        if (actual === undefined || expected === undefined) return;
        const x = moving(batch, batch.x);
        const c = filledLike(expected(x), supply);
        const v: Direction[] = nests.map(() => filledLike(x, supply));
        for (const word of nests) {
          const [found, wanted] = [actual, expected].map((f) =>
            directional(contract(f, c), word, v)(x).item(),
          );
          const scale = 1 + Math.abs(wanted ?? 0);
          expectCompatible(found ?? 0, wanted ?? 0, 100 * ROUNDING * scale, `by ${word.join("")}`);
        }
      }),
      runs(6),
    );
  });

  test("has derivatives that are computed for all examples at once", () => {
    fc.assert(
      fc.property(batches(subject, "float64"), directions, (batch, supply) => {
        const { x, f, axes } = batch;
        const first = x.map((y, i) => exampleAt(y, axes[i] ?? null, 0));
        const c = filledLike([f(...first)], supply);
        const v: Direction[] = nests.map(() => filledLike(moving(batch, first), supply));
        for (const word of nests) {
          const slope = (...all: Tensor[]): Tensor =>
            directional(contract(varying({ ...batch, x: all }, f), c), word, v)(moving(batch, all));
          const [actual, expected] = [vmap(slope, { in: axes }), stacked(slope, axes, 0)].map((g) => g(...x));
          if (actual === undefined || expected === undefined) return;
          expected.data.forEach((value, i) => {
            const scale = 100 * ROUNDING * (1 + Math.abs(value));
            expectCompatible(actual.data[i] ?? 0, value, scale, `by ${word.join("")}, example ${i}`);
          });
        }
      }),
      runs(6),
    );
  });
});

describe("a random composition of ops, of a batch,", () => {
  test("is that of each example, and so are its derivatives", () => {
    fc.assert(
      fc.property(compositions("float64", { smooth: true, length: 6 }), directions, ({ f, x }, supply) => {
        const points = places.map((k) => (k === 0 ? x : filledLike(x, supply)));
        const c = filledLike(f(x), supply);
        const v: Direction[] = [0, 1].map(() => filledLike(x, supply));
        for (const word of [[], ...words(1), ...words(2)]) {
          const slope = (...y: Tensor[]): Tensor =>
            directional(
              contract((z) => f(z), c),
              word,
              v,
            )(y);
          const whole = x.map((_, i) => stack(points.flatMap((point) => point[i] ?? [])));
          const actual = vmap(slope)(...whole);
          points.forEach((point, k) => {
            const expected = slope(...point).item();
            expectCompatible(actual.data[k] ?? 0, expected, 1e-9 * (1 + Math.abs(expected)), word.join(""));
          });
        }
      }),
      runs(60),
    );
  });
});
