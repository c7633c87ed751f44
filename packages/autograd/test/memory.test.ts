import { describe, expect, test } from "vitest";
import type { Kernel } from "../src/backend.ts";
import * as unary from "../src/backends/js/unary.ts";
import {
  add,
  grad,
  matmul,
  mean,
  mul,
  sin,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  tree,
  valueAndGrad,
  vjp,
} from "../src/index.ts";
import * as random from "../src/random.ts";
import { collectLater, reachable } from "./support/heap.ts";

const MEGABYTE = 2 ** 20;

test("10,000 training steps do not grow the heap", () => {
  const key = random.key(3);
  const x = random.normal(random.foldIn(key, 0), [8, 2]);
  const target = sin(x);
  let parameters: { w: Tensor; b: Tensor; v: Tensor } = {
    w: random.normal(random.foldIn(key, 1), [2, 4]),
    b: tensor([0, 0, 0, 0]),
    v: random.normal(random.foldIn(key, 2), [4, 2]),
  };
  const loss = ({ w, b, v }: typeof parameters): Tensor =>
    mean(square(sub(matmul(tanh(add(matmul(x, w), b)), v), target)));
  const train = (steps: number): number => {
    let value = Number.NaN;
    for (let i = 0; i < steps; i++) {
      const [l, gradient] = valueAndGrad(loss)(parameters);
      parameters = tree.zip((p, g) => sub(p, mul(0.05, g)), parameters, gradient);
      value = l.item();
    }
    return value;
  };
  const start = train(500);
  const before = reachable();
  const end = train(10_000);
  const after = reachable();
  expect(end).toBeLessThan(start);
  // A thousandth of what the steps allocate: each makes some twenty tensors of a few hundred bytes.
  expect(after.objects - before.objects).toBeLessThan(MEGABYTE / 2);
  expect(after.arrays - before.arrays).toBeLessThan(MEGABYTE / 8);
});

describe("the tape of a gradient", () => {
  const SIZE = 2 ** 16;
  const BYTES = 4 * SIZE;
  const DEPTH = 12;

  test("is dropped entry by entry while the sweep goes on", () => {
    // The derivative of sin takes a cosine: the kernel runs once for each entry of the sweep, last entry first.
    const held: number[] = [];
    const cos: Kernel = (output, parameters, input) => {
      held.push(reachable().arrays);
      unary.cos(output, parameters, input);
    };
    const x = tensor(new Float32Array(SIZE), { backend: { name: "watching", cos } });
    const chain = (y: Tensor): Tensor => {
      let z = y;
      for (let i = 0; i < DEPTH; i++) z = sin(z);
      return sum(z);
    };
    grad(chain)(x);
    expect(held).toHaveLength(DEPTH);
    const [first = 0, last = 0] = [held[0], held.at(-1)];
    expect((first - last) / BYTES).toBeGreaterThan(DEPTH - 3);

    held.length = 0;
    const [out, pull] = vjp(chain, [x]);
    pull(out);
    const [start = 0, end = 0] = [held[0], held.at(-1)];
    expect((start - end) / BYTES).toBeLessThan(0);
  });

  test("is gone once the gradient is there, with everything that the function computed", async () => {
    const witnesses: WeakRef<Tensor>[] = [];
    const watch = (y: Tensor): Tensor => {
      witnesses.push(new WeakRef(y));
      return y;
    };
    const gradient = grad((y: Tensor) => sum(watch(square(watch(sin(watch(y)))))))(tensor([1, 2, 3]));
    await collectLater();
    expect(witnesses.map((reference) => reference.deref())).toEqual([undefined, undefined, undefined]);
    expect(gradient.size).toBe(3);
  });

  test("stays as long as a pullback may need it, and no longer", async () => {
    const witnesses: WeakRef<Tensor>[] = [];
    let pull: ((c: Tensor) => readonly Tensor[]) | null = vjp(
      (y: Tensor) => {
        const z = sin(y);
        witnesses.push(new WeakRef(z));
        return square(z);
      },
      [tensor([1, 2, 3])],
    )[1];
    await collectLater();
    expect(pull(tensor([1, 1, 1]))[0]?.size).toBe(3);
    pull = null;
    await collectLater();
    expect(witnesses.map((reference) => reference.deref())).toEqual([undefined]);
  });
});
