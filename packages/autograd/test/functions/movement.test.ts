import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  broadcastTo,
  concat,
  expandDims,
  flip,
  grad,
  pad,
  reshape,
  slice,
  squeeze,
  stack,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
} from "../../src/index.ts";
import { shapes } from "../support/arbitrary.ts";
import { expectTensorsEqual } from "../support/closeness.ts";
import { expectDefined, tensors } from "../support/defined.ts";
import { indexed } from "../support/definitions.ts";
import { runs } from "../support/runs.ts";

describe("movement", () => {
  const x = tensor([
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ]);

  test("reshape infers one size", () => {
    expect(reshape(x, [3, -1]).shape).toEqual([3, 2]);
    expect(reshape(tensor([]), [-1, 2]).shape).toEqual([0, 2]);
    expect(reshape(x, [-1]).toArray()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("expandDims and squeeze undo each other", () => {
    expect([0, 1, 3, -1, -4].map((axis) => expandDims(x, axis).shape)).toEqual([
      [1, 1, 2, 3],
      [1, 1, 2, 3],
      [1, 2, 3, 1],
      [1, 2, 3, 1],
      [1, 1, 2, 3],
    ]);
    expect(squeeze(expandDims(x, 2), 2).toArray()).toEqual(x.toArray());
    expect(squeeze(expandDims(x, -1)).shape).toEqual([2, 3]);
    expect(squeeze(x, [-3]).shape).toEqual([2, 3]);
    expect(squeeze(x, []).shape).toEqual([1, 2, 3]);
  });

  test("transpose reverses the axes unless said", () => {
    fc.assert(
      fc.property(
        shapes().chain((shape) => tensors(shape)),
        (y) => {
          const from = indexed(y);
          expectDefined(transpose(y), y.shape.toReversed(), (index) => from.at(index.toReversed()));
          expectTensorsEqual(transpose(transpose(y)), y, "twice");
        },
      ),
      runs(25),
    );
    expect(transpose(x, [-1, 0, 1]).toArray()).toEqual(transpose(x, [2, 0, 1]).toArray());
  });

  test("slice counts negative bounds from the end", () => {
    expect(slice(x, [0, -1, 1], [1, 2, -1]).toArray()).toEqual([[[5]]]);
    expect(slice(x, [0, 1, 2], [1, 1, 3]).shape).toEqual([1, 0, 1]);
  });

  test("pad, flip and broadcastTo do nothing where there is nothing to do", () => {
    expect(
      pad(x, [
        [0, 0],
        [0, 0],
        [0, 0],
      ]),
    ).toBe(x);
    expect(broadcastTo(x, [1, 2, 3])).toBe(x);
    expect(flip(x).toArray()).toEqual([
      [
        [6, 5, 4],
        [3, 2, 1],
      ],
    ]);
    expect(flip(x, -1).toArray()).toEqual([
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
    ]);
  });

  test("stack makes an axis along which take finds the parts again, and concat joins along one", () => {
    const parts = [tensor([1, 2]), tensor([3, 4]), tensor([5, 6])];
    for (const axis of [0, 1, -1, -2]) {
      parts.forEach((part, i) => {
        expectTensorsEqual(take(stack(parts, axis), i, axis), part, `part ${i} along ${axis}`);
      });
    }
    expect(concat([x, x], -1).shape).toEqual([1, 2, 6]);
    expect(concat(parts).toArray()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("more tensors are joined than a call can have arguments", () => {
    const numbers = new Float32Array(200_001).map((_, i) => i);
    const joined = stack(Array.from(numbers, (number) => tensor(number)));
    expectTensorsEqual(joined, tensor(numbers), "stack");
  });

  test("take replaces its axis by the shape of the indices", () => {
    expect(take(x, [2, 2, 0], -1).toArray()).toEqual([
      [
        [3, 3, 1],
        [6, 6, 4],
      ],
    ]);
    expect(take(x, 1, 1).toArray()).toEqual([[4, 5, 6]]);
    const indices = tensor(
      [
        [0, 1],
        [1, 1],
      ],
      { dtype: "uint32" },
    );
    expect(take(x, indices, 1).shape).toEqual([1, 2, 2, 3]);
    expect(grad((y: Tensor) => sum(take(y, indices, 1)))(x).toArray()).toEqual([
      [
        [1, 1, 1],
        [3, 3, 3],
      ],
    ]);
  });
});

test("an axis that is no number is told as such, for other functions take { axis }", () => {
  const x = tensor([[1, 2]]);
  const options = { axis: 0 } as unknown as number;
  for (const call of [() => take(x, 0, options), () => stack([x], options), () => expandDims(x, options)]) {
    expect(call).toThrow(/axis is an object; it is a whole number/);
  }
});
