import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  all,
  and,
  any,
  compile,
  grad,
  isFinite as isNumber,
  isNaN as isUndefined,
  mul,
  not,
  or,
  type Tensor,
  tensor,
  wasm,
  zeros,
} from "../../src/index.ts";
import { axesOf, filledSizes, shapes } from "../support/arbitrary.ts";
import { expectDefined, tensors } from "../support/defined.ts";
import { indexed, indicesOf } from "../support/definitions.ts";
import { runs } from "../support/runs.ts";

const numbers = [0, -0, 1, -2.5, Infinity, -Infinity, Number.NaN];

describe("logic", () => {
  test.each([
    ["eager", <A extends Tensor[]>(f: (...x: A) => Tensor) => f],
    ["compiled", <A extends Tensor[]>(f: (...x: A) => Tensor) => compile(f, { backend: wasm() })],
  ])("takes 0 for false and all else for true, %s", (_, run) => {
    const x = tensor(numbers);
    const truths = numbers.map((value) => value !== 0);
    const found = (f: (y: Tensor) => Tensor) => [...run(f)(x).data].map(Boolean);
    expect(found((y) => not(y))).toEqual(truths.map((truth) => !truth));
    expect(found((y) => isUndefined(y))).toEqual(numbers.map(Number.isNaN));
    expect(found((y) => isNumber(y))).toEqual(numbers.map(Number.isFinite));
    for (const [i, other] of numbers.entries()) {
      expect(found((y) => and(y, other))).toEqual(truths.map((truth) => truth && (truths[i] ?? false)));
      expect(found((y) => or(other, y))).toEqual(truths.map((truth) => truth || (truths[i] ?? false)));
    }
  });

  test("any and all are those of each line, and of what a mask leaves", () => {
    const marks = fc.constantFrom(0, 0, 1, Number.NaN);
    const cases = shapes(0, 3, filledSizes).chain((shape) =>
      fc.tuple(
        tensors(shape, marks),
        tensors(shape, fc.constantFrom(0, 1)),
        axesOf(shape, { neighbours: false }),
      ),
    );
    fc.assert(
      fc.property(cases, ([x, mask, axes]) => {
        const [from, kept] = [indexed(x), indexed(mask)];
        const along = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
        const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
        const lineOf = (index: readonly number[], masked: boolean): boolean[] =>
          indicesOf(along)
            .map((offset) => offset.map((i, axis) => i + (index[axis] ?? 0)))
            .filter((at) => !masked || kept.at(at) !== 0)
            .map((at) => from.at(at) !== 0);
        const options = { axis: axes, keepDims: true };
        expectDefined(all(x, options), shape, (index) => Number(lineOf(index, false).every(Boolean)));
        expectDefined(any(x, options), shape, (index) => Number(lineOf(index, false).some(Boolean)));
        const where = { ...options, where: mask };
        expectDefined(all(x, where), shape, (index) => Number(lineOf(index, true).every(Boolean)));
        expectDefined(any(x, where), shape, (index) => Number(lineOf(index, true).some(Boolean)));
      }),
      runs(60),
    );
    expect([all(zeros([0])).item(), any(zeros([0])).item()]).toEqual([1, 0]);
  });

  test("has no gradient, and names itself", () => {
    expect(grad((x: Tensor) => any(mul(x, and(x, not(x)))))(tensor([1, 0])).toArray()).toEqual([0, 0]);
    const words = tensor([1], { dtype: "uint32" });
    for (const [name, f] of Object.entries({ all, any, not, isFinite: isNumber, isNaN: isUndefined })) {
      expect(() => f(words)).toThrow(new RegExp(`^${name}: .*uint32`));
    }
    expect(() => and(words, words)).toThrow(/^and: .*uint32/);
    expect(() => or(tensor([1, 2]), zeros([3]))).toThrow(/^or: cannot broadcast \[2\] with \[3\]/);
  });
});
