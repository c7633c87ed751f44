import { expect, test } from "vitest";
import { pairDonations } from "../../src/compile/donation.ts";
import { add, capture, compile, matmul, mul, type Tensor, tensor, zeros } from "../../src/index.ts";

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

test("what is read after a donated input's successor is computed is still what it was", () => {
  // The successor comes first in the program, and the input is read once more after it.
  const step = (p: Tensor, x: Tensor): readonly [Tensor, Tensor] => {
    const next = add(p, x);
    return [next, matmul(mul(next, 1), p)];
  };
  const [p, x] = [
    tensor([
      [1, 2],
      [3, 4],
    ]),
    tensor([
      [10, 20],
      [30, 40],
    ]),
  ];
  const [next, product] = step(p, x);
  const run = compile(step, { donate: [0] });
  const [donated, after] = run(run(p, zeros([2, 2]))[0], x);
  expect(donated.toArray()).toEqual(next.toArray());
  expect(after.toArray()).toEqual(product.toArray());
});

test("what lives in the place of one argument may be another one", () => {
  const fibonacci = compile((a: Tensor, b: Tensor) => [b, add(a, b)] as const, { donate: [0, 1] });
  let numbers: readonly [Tensor, Tensor] = [tensor(0), tensor(1)];
  for (let i = 0; i < 10; i++) numbers = fibonacci(...numbers);
  expect(numbers.map((x) => x.item())).toEqual([55, 89]);

  const apart = compile((a: Tensor, b: Tensor) => [add(a, 1), mul(b, 2)] as const, { donate: [0, 1] });
  const [first, second] = apart(tensor(0), tensor(1));
  expect(apart(second, first).map((x) => x.item())).toEqual([3, 2]);

  const one = compile((a: Tensor, b: Tensor) => [add(a, 1), mul(b, 2)] as const, { donate: [0] });
  expect(one(tensor(9), one(tensor(0), tensor(1))[0]).map((x) => x.item())).toEqual([10, 2]);
});

test("a call whose argument is gone changes nothing", () => {
  const step = compile((a: Tensor, b: Tensor) => [add(a, 1), mul(b, 2)] as const, { donate: [0, 1] });
  const [, gone] = step(tensor(0), tensor(1));
  const [a, b] = step(tensor(2), tensor(3));
  expect(() => step(tensor(7), gone)).toThrow(/donated/);
  expect([a, b].map((x) => x.item())).toEqual([3, 6]);
});
