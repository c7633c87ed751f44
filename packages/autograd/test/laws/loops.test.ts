import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { capture, checkpoint, compile, js, stack, type Tensor, vmap, wasm } from "../../src/index.ts";
import { directions, vector } from "../support/arbitrary.ts";
import { exampleAt } from "../support/batches.ts";
import { expectTensorsEqual, expectTensorsNear } from "../support/closeness.ts";
import { testDerivatives } from "../support/derivativeLaws.ts";
import { contract, type Direction, directional, type VectorFunction, words } from "../support/derivatives.ts";
import { scaleOf } from "../support/distance.ts";
import { expectCompatible } from "../support/laws.ts";
import { loops } from "../support/loops.ts";
import { filledLike, problemOf } from "../support/problem.ts";
import { runs } from "../support/runs.ts";

const any = fc
  .tuple(loops("float64", { smooth: false }), directions)
  .map(([{ scanned, looped, x }, supply]) => ({ ...problemOf(scanned, x, supply), looped }));

describe("a scan over a random composition of ops", () => {
  const smooth = fc
    .tuple(loops("float64", { smooth: true, length: 3 }), directions)
    .map(([{ scanned, x }, supply]) => problemOf(scanned, x, supply));
  testDerivatives({ smooth, any }, 60);

  test("has the value and the derivatives of orders 1 to 3 of the host's loop, under checkpoint too", () => {
    fc.assert(
      fc.property(any, fc.boolean(), ({ looped, ...problem }, recomputes) => {
        const { f, x } = problem;
        const kept = checkpoint((...y: Tensor[]) => f(y));
        const c = problem.cotangent();
        const [plain, scanned] = [contract(looped, c), contract(recomputes ? (y) => kept(...y) : f, c)];
        const v: Direction[] = [problem.tangent(), problem.tangent(), problem.tangent()];
        for (const word of [0, 1, 2, 3].flatMap((order) => words(order).slice(0, 4))) {
          const expected = directional(plain, word, v)(x).item();
          const actual = directional(scanned, word, v)(x).item();
          expectCompatible(actual, expected, 1e-11 * (1 + Math.abs(expected)), `by ${word.join("")}`);
        }
      }),
      runs(25),
    );
  });
});

describe("a scan over a random composition of ops, of a batch,", () => {
  const batched = fc
    .tuple(loops("float64", { smooth: true, length: 3 }), directions, vector(9, fc.boolean()))
    .map(([{ scanned, looped, x }, supply, shared]) => {
      // Few of the arguments are shared, and the first never is.
      const axes = x.map((_, i) => (i > 0 && shared[i % 9] ? null : 0));
      const all = x.map((leaf, i) =>
        axes[i] === null ? leaf : stack([leaf, ...filledLike([leaf, leaf], supply)]),
      );
      const ofBatch = (f: VectorFunction) => vmap((...y: Tensor[]) => [...f(y)], { in: axes });
      const oneByOne: VectorFunction = (y) => {
        const results = [0, 1, 2].map((k) => looped(y.map((leaf, i) => exampleAt(leaf, axes[i] ?? null, k))));
        return (results[0] ?? []).map((_, i) => stack(results.flatMap((list) => list[i] ?? [])));
      };
      return { ...problemOf((y) => ofBatch(scanned)(...y), all, supply), oneByOne };
    });

  test("has the value and the derivatives of the host's loop on each example", () => {
    fc.assert(
      fc.property(batched, ({ oneByOne, ...problem }) => {
        const { f, x } = problem;
        const c = problem.cotangent();
        const v: Direction[] = [problem.tangent(), problem.tangent()];
        for (const word of [0, 1, 2].flatMap((order) => words(order))) {
          const [expected, actual] = [oneByOne, f].map((g) => directional(contract(g, c), word, v)(x).item());
          if (expected === undefined || actual === undefined) return;
          expectCompatible(actual, expected, 1e-10 * (1 + Math.abs(expected)), `by ${word.join("")}`);
        }
      }),
      runs(40),
    );
  });

  test("stays one loop in a program, and gives there what it gives eagerly", () => {
    fc.assert(
      fc.property(batched, ({ f, x }) => {
        const compiled = compile((...y: Tensor[]) => [...f(y)], { backend: js });
        expect(capture(f)(x).equations.filter(({ op }) => op === "scan")).toHaveLength(1);
        const eager = f(x);
        compiled(...x).forEach((actual, i) => {
          expectTensorsEqual(actual, eager[i] ?? actual, `output ${i}`);
        });
      }),
      runs(15),
    );
  });
});

describe("a compiled scan over a random composition of ops", () => {
  const switches = fc.record({
    deadCode: fc.boolean(),
    constants: fc.boolean(),
    algebra: fc.boolean(),
    commonSubexpressions: fc.boolean(),
    fusion: fc.boolean(),
    memoryReuse: fc.boolean(),
  });

  test("is one equation, and gives on the reference kernels the bits of the eager one, also when run again", () => {
    fc.assert(
      fc.property(
        loops("float32", { smooth: false }),
        directions,
        switches,
        ({ scanned, looped, x }, supply, passes) => {
          const f = (...y: Tensor[]): readonly Tensor[] => scanned(y);
          // All that is outside is a factor of the scalar that the body closes over.
          expect(
            capture(f)(...x)
              .equations.map(({ op }) => op)
              .slice(-2),
          ).toEqual(["mul", "scan"]);
          const compiled = compile(f, { backend: js, passes });
          for (const point of [x, problemOf(scanned, x, supply).tangent(), x]) {
            const eager = looped(point);
            compiled(...point).forEach((actual, i) => {
              expectTensorsEqual(actual, eager[i] ?? actual, `output ${i}`);
            });
          }
        },
      ),
      runs(60),
    );
  });

  test("gives in WebAssembly the values of the eager one, on threads too, and so do its gradients", () => {
    const backends = fc.constantFrom(wasm(), wasm({ threads: 2 }));
    const cases = loops("float32", { smooth: true });
    fc.assert(
      fc.property(
        cases,
        directions,
        switches,
        backends,
        ({ scanned, looped, x }, supply, passes, backend) => {
          const problem = problemOf(scanned, x, supply);
          const c = problem.cotangent();
          const v = problem.tangent();
          const both = (f: typeof scanned) => [...f(x), directional(contract(f, c), ["r"], [v])(x)];
          const compiled = compile(
            (...y: Tensor[]) => {
              return [...scanned(y), directional(contract(scanned, c), ["r"], [v])(y)];
            },
            { backend, passes },
          );
          const eager = both(looped);
          for (let call = 0; call < 2; call++) {
            compiled(...x).forEach((actual, i) => {
              const expected = eager[i] ?? actual;
              expectTensorsNear(actual, expected, 1e-4 * scaleOf(expected, ...x), `output ${i}`);
            });
          }
        },
      ),
      runs(40),
    );
  });
});
