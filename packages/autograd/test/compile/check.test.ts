import { describe, expect, test } from "vitest";
import { add, compile, mul, pow, random, square, sum, type Tensor, tensor } from "../../src/index.ts";

const x = tensor([1, 2, 3]);

describe("compile with { check: true }", () => {
  let calls = 0;
  const weights = tensor([1, 2, 3]);
  const impure: Record<string, [f: (x: Tensor) => Tensor, parts: string[]]> = {
    "Math.random": [(y) => mul(Math.random(), y), ["constant 0, [3] float32", "argument of mul", "at [0]"]],
    "the clock": [(y) => add(y, performance.now()), ["constant 0, [3] float32, an argument of add"]],
    "a counter": [(y) => mul(y, calls++), ["constant 0", "in one capture", "in another"]],
    "elements that f writes to": [
      (y) => {
        weights.data[1] = (weights.data[1] ?? 0) + 1;
        return mul(y, weights);
      },
      ["constant 0, [3] float32", "at [1]"],
    ],
    "a parameter of an op": [(y) => pow(y, 2 + (calls++ % 2)), ["equation 0", "exponent"]],
    "which op": [(y) => (calls++ % 2 === 0 ? square(y) : mul(y, 2)), ["equation 0 is square"]],
    "how many ops": [(y) => (calls++ % 2 === 0 ? sum(y) : y), ["equation 0"]],
  };

  test.each(Object.entries(impure))("%s is noticed at once", (_, [f, parts]) => {
    const run = (): unknown => compile(f, { check: true })(x);
    expect(run).toThrow(/^compile: the function reads something that changes/);
    for (const part of parts) expect(run).toThrow(part);
    expect(() => compile(f)(x)).not.toThrow();
  });

  test("a result of another structure is noticed", () => {
    const f = compile((y: Tensor): Record<string, Tensor> => ({ [`y${calls++}`]: y }), { check: true });
    expect(() => f(x)).toThrow("the result is");
  });

  test("what changes between calls is noticed at the next one", () => {
    const offset = tensor([0, 0, 0]);
    const f = compile((y: Tensor) => add(y, offset), { check: true });
    expect(f(x).toArray()).toEqual([1, 2, 3]);
    expect(f(x).toArray()).toEqual([1, 2, 3]);
    offset.data[2] = 5;
    expect(() => f(x)).toThrow("is 0 in one capture and 5 in another at [2]");
    f.dispose();
  });

  test("a function of its arguments alone passes, with NaN among its constants", () => {
    const key = random.key(0);
    const f = (y: Tensor): Tensor =>
      add(mul(y, tensor([Number.NaN, 0, 1])), random.normal(random.foldIn(key, 1), [3]));
    const checked = compile(f, { check: true });
    expect(checked(x).toArray()).toEqual(compile(f)(x).toArray());
    expect(checked(x).toArray()).toEqual(compile(f)(x).toArray());
  });
});
