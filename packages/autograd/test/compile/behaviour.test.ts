import { describe, expect, test, vi } from "vitest";
import {
  add,
  compile,
  div,
  exp,
  grad,
  greater,
  js,
  log,
  matmul,
  max,
  mul,
  random,
  sigmoid,
  softplus,
  sqrt,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  wasm,
  where,
} from "../../src/index.ts";
import { expectTensorsEqual } from "../support/closeness.ts";
import { reachable } from "../support/heap.ts";

const backends = [
  ["js", js],
  ["wasm", wasm()],
] as const;

const mean = (x: Tensor): Tensor => div(sum(x), x.size);

describe.each(backends)("compile on %s", (_name, backend) => {
  test("runs the function once per structure, shape and dtype of the arguments", () => {
    const f = vi.fn((x: Tensor): Tensor => mul(x, 2));
    const compiled = compile(f, { backend });
    compiled(tensor([1, 2]));
    compiled(tensor([3, 4]));
    expect(f).toHaveBeenCalledTimes(1);
    expect(compiled(tensor([1, 2, 3])).toArray()).toEqual([2, 4, 6]);
    expect(compiled(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
    expect(f).toHaveBeenCalledTimes(3);
    expect(compiled(tensor([5, 6])).toArray()).toEqual([10, 12]);
    expect(f).toHaveBeenCalledTimes(3);
  });

  test("returns trees, inputs, constants and repeated values, each in a tensor of its own", () => {
    const constant = tensor([7, 8]);
    const compiled = compile(
      (x: Tensor) => {
        const y = add(x, 1);
        return { same: x, constant, twice: [y, y], nested: { z: mul(y, y) } };
      },
      { backend },
    );
    const first = compiled(tensor([1, 2]));
    const second = compiled(tensor([10, 20]));
    expect(first.same.toArray()).toEqual([1, 2]);
    expect(first.constant.toArray()).toEqual([7, 8]);
    expect(first.twice.map((y) => y.toArray())).toEqual([
      [2, 3],
      [2, 3],
    ]);
    expect(second.nested.z.toArray()).toEqual([121, 441]);
  });

  test("lets two compiled functions run in turns, and one inside another", () => {
    const double = compile((x: Tensor) => mul(x, 2), { backend });
    const increment = compile((x: Tensor) => add(x, 1), { backend });
    const both = compile((x: Tensor) => increment(double(x)), { backend });
    for (const value of [1, 2, 3]) {
      const x = tensor([value]);
      expect(increment(double(x)).toArray()).toEqual([2 * value + 1]);
      expect(both(x).toArray()).toEqual([2 * value + 1]);
    }
  });

  test("is the function itself under a transform, also with a traced value from outside", () => {
    const cube = compile((x: Tensor) => mul(x, mul(x, x)), { backend });
    expect(grad((x: Tensor) => sum(cube(x)))(tensor([2])).toArray()).toEqual([12]);
    const closing = (w: Tensor): Tensor =>
      sum(compile((x: Tensor) => mul(x, w), { backend })(tensor([3, 4])));
    expect(grad(closing)(tensor([1, 1])).toArray()).toEqual([3, 4]);
  });

  test("rejects control flow that reads a value, and says what to do", () => {
    const f = compile((x: Tensor) => (x.item() > 0 ? x : mul(x, 2)), { backend });
    expect(() => f(tensor(1))).toThrow(/reading the elements .* captured.*where/);
    expect(compile((x: Tensor) => where(greater(x, 0), x, mul(x, 2)), { backend })(tensor(-1)).item()).toBe(
      -2,
    );
  });

  test("draws from a key that is an argument: another key, other numbers, the eager ones", () => {
    const f = (key: Tensor): Tensor => random.normal(key, [5, 3]);
    const compiled = compile(f, { backend });
    for (const seed of [1, 2]) expectTensorsEqual(compiled(random.key(seed)), f(random.key(seed)), "normals");
  });

  test("passes NaN and infinities through like the eager ops", () => {
    const x = tensor([Number.NaN, Infinity, -Infinity, 0, -0, 1e30, -1e30, 3]);
    const ops: ((y: Tensor) => Tensor)[] = [
      exp,
      log,
      sqrt,
      tanh,
      sigmoid,
      softplus,
      (y) => mul(y, 0),
      (y) => sub(y, y),
      (y) => max(y),
      (y) => sum(y),
      (y) => div(1, y),
    ];
    for (const f of ops) {
      const [actual, eager] = [compile(f, { backend })(x), f(x)];
      actual.data.forEach((value, i) => {
        const expected = eager.data[i] ?? 0;
        const classOf = (v: number): string => (Number.isFinite(v) ? "finite" : String(v));
        expect(classOf(value), `${f.name || f} of ${x.data[i]}`).toBe(classOf(expected));
      });
    }
  });

  test("handles empty tensors and tensors of one element", () => {
    const f = compile((x: Tensor, w: Tensor) => [sum(exp(x)), add(matmul(x, w), 1)], { backend });
    const [total, product] = f(tensor([], { shape: [0, 3] }), tensor([[1], [2], [3]]));
    expect(total?.item()).toBe(0);
    expect(product?.shape).toEqual([0, 1]);
    expect(f(tensor([[2]]), tensor([[3]]))[1]?.toArray()).toEqual([[7]]);
  });

  test("donated state stays in place: the same numbers, and a clear error where it was given away unread", () => {
    const step = (w: Tensor, m: Tensor, x: Tensor): readonly [Tensor, Tensor, Tensor] => {
      const g = grad((v: Tensor) => mean(softplus(matmul(x, v))))(w);
      const next = add(mul(0.9, m), g);
      return [sub(w, mul(0.1, next)), next, mean(w)];
    };
    const donating = compile(step, { backend, donate: [0, 1] });
    const x = tensor([
      [1, 2],
      [3, -1],
      [0.5, 0.25],
    ]);
    let [w, m] = [tensor([[0.5], [-0.5]]), tensor([[0], [0]])];
    let [v, n] = [w, m];
    const start = w;
    for (let i = 0; i < 5; i++) {
      const loss = step(w, m, x)[2].item();
      [w, m] = step(w, m, x);
      const [nextV, nextN, donatedLoss] = donating(v, n, x);
      expect(donatedLoss.item()).toBeCloseTo(loss, 6);
      [v, n] = [nextV, nextN];
    }
    w.data.forEach((value, i) => {
      expect(v.data[i]).toBeCloseTo(value, 6);
    });
    expect(start.toArray()).toEqual([[0.5], [-0.5]]);
  });
});

test("an unread donated tensor of an earlier call throws on wasm; one that was read keeps its elements", () => {
  const next = compile((x: Tensor) => add(x, 1), { backend: wasm(), donate: [0] });
  const first = next(tensor([1, 2, 3]));
  expect(first.toArray()).toEqual([2, 3, 4]);
  const second = next(first);
  const third = next(second);
  expect(first.toArray()).toEqual([2, 3, 4]);
  expect(() => second.toArray()).toThrow(/donated.*read it before/);
  expect(third.toArray()).toEqual([4, 5, 6]);
});

test("a function compiled on wasm really runs there, and its programs are freed by dispose", () => {
  const compiled = compile((x: Tensor) => exp(mul(x, 2)), { backend: wasm() });
  expect(compiled.explain(tensor([1, 2]))).toMatch(
    /1 fused loops and 0 calls of kernels; .* on the backend wasm/,
  );
  compiled(tensor([1]));
  compiled.dispose();
  expect(compiled(tensor([0])).item()).toBe(1);
});

test.each(backends)(
  "100,000 replays on %s do not grow memory",
  (_name, backend) => {
    const step = compile(
      (w: Tensor, x: Tensor): readonly [Tensor, Tensor] => {
        const g = grad((v: Tensor) => mean(softplus(matmul(x, v))))(w);
        return [sub(w, mul(0.001, g)), mean(w)];
      },
      { backend, donate: [0] },
    );
    const x = random.normal(random.key(1), [4, 3]);
    let w = random.normal(random.key(2), [3, 1]);
    const replay = (times: number): void => {
      for (let i = 0; i < times; i++) w = step(w, x)[0];
    };
    replay(20_000);
    const before = reachable();
    replay(80_000);
    const after = reachable();
    expect(after.arrays - before.arrays).toBeLessThan(100_000);
    expect(after.objects - before.objects).toBeLessThan(1_000_000);
  },
  60_000,
);

test("explain lists equations, operations and bytes after each pass, and they fall", () => {
  const f = (w: Tensor, x: Tensor): Tensor => grad((v: Tensor) => sum(tanh(matmul(x, v))))(w);
  const text = compile(f).explain(
    tensor([[1], [2]]),
    tensor([
      [1, 2],
      [3, 4],
    ]),
  );
  const equations = [...text.matchAll(/^[a-z ]+?\s+(\d+)\s/gm)].map(([, count]) => Number(count));
  expect(text).toMatch(/pass +equations +operations +bytes/);
  expect(equations.at(-1)).toBeLessThan(equations[0] ?? 0);
});
