import { expect, test } from "vitest";
import { pairDonations } from "../../src/compile/donation.ts";
import { add, capture, mul, type Tensor, tensor } from "../../src/index.ts";

const pair = tensor([1, 2]);

test("each donated input gives its place to one output of its shape, in order", () => {
  const program = capture((a: Tensor, b: Tensor, c: Tensor) => [mul(c, 2), add(a, 1), add(b, 1)])(
    pair,
    pair,
    tensor([[1, 2]]),
  );
  const places = pairDonations(program, [true, true, true]);
  expect(
    places.map(({ input, output }) => [program.inputs.indexOf(input), program.outputs.indexOf(output)]),
  ).toEqual([
    [0, 1],
    [1, 2],
    [2, 0],
  ]);
  expect(pairDonations(program, [false, true, false])).toHaveLength(1);
});

test("an output that is an input itself, or was there before, takes over nothing", () => {
  const program = capture((a: Tensor) => {
    const b = add(a, 1);
    return [a, b, b];
  })(pair);
  expect(pairDonations(program, [true]).map(({ output }) => program.outputs.indexOf(output))).toEqual([1]);
});
