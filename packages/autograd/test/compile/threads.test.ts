import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { wasmBackend } from "../../src/compile/wasm/backend.ts";
import {
  add,
  compile,
  concat,
  conv,
  div,
  exp,
  flip,
  grad,
  jvp,
  logSumExp,
  matmul,
  max,
  mean,
  mul,
  nn,
  optim,
  random,
  sin,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  tree,
  valueAndGrad,
  wasm,
} from "../../src/index.ts";
import { expectTensorsNear } from "../support/closeness.ts";
import { scaleOf } from "../support/distance.ts";
import { runs } from "../support/runs.ts";
import { repeatUntil, type Watched, watched } from "../support/threads.ts";

/** A share for every stretch of rows, however short its time. */
const FINEST = 1;
const pools = [wasmBackend({ threads: 2 }, FINEST), wasmBackend({ threads: 3 }, FINEST)] as const;
const one = watched(wasmBackend({ threads: 1 }, FINEST));
const [two, three] = [watched(pools[0]), watched(pools[1])];

// The workers start with the second run of a program, and stay for as long as one does.
const residents = [two, three].map((backend) => compile((x: Tensor) => tanh(x), { backend }));
for (const resident of [...residents, ...residents]) resident(random.normal(random.key(1), [64]));
afterAll(() => {
  for (const pool of pools) pool.dispose();
});

/** Shares that workers have run so far. */
const sharesRun = (backend: Watched): number => backend.use().sharesRun.reduce((a, b) => a + b, 0);

/** Fails unless every pair of elements has the same bits; all NaNs count as one. */
function expectBits(actual: readonly Tensor[], expected: readonly Tensor[], what: string): void {
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  actual.forEach(({ data }, output) => {
    const like = expected[output]?.data ?? [];
    for (let i = 0; i < data.length; i++) {
      if (Object.is(data[i], like[i])) continue;
      throw new Error(`${what}: output ${output} [${i}] is ${data[i]}, and ${like[i]} on one thread`);
    }
  });
}

/** Fails unless a function has the same bits on 1, 2 and 3 threads, in runs of which the workers do a part. */
function expectSameBits(f: (...x: Tensor[]) => Tensor[], ...x: Tensor[]): void {
  const single = compile(f, { backend: one });
  const expected = single(...x);
  for (const backend of [two, three]) {
    const compiled = compile(f, { backend });
    const compare = (): void => expectBits(compiled(...x), expected, `${backend.use().count} threads`);
    compiled(...x);
    compare();
    if (backend.use().count > 1) {
      const before = sharesRun(backend);
      repeatUntil(() => sharesRun(backend) > before, compare, "workers have run a share");
    }
    compiled.dispose();
  }
  single.dispose();
}

/** Steps of a composition; x and y are matrices, or batches of them. */
const rules: readonly ((x: Tensor, y: Tensor) => Tensor)[] = [
  (x) => softplus(x),
  (x) => sin(x),
  (x) => exp(tanh(x)),
  (x) => sqrt(add(1, square(x))),
  (x) => add(x, mean(x, { axis: 0, keepDims: true })),
  (x) => mul(tanh(x), sum(tanh(x), { axis: -1, keepDims: true })),
  (x) => sub(x, mean(x)),
  (x) => div(x, add(1, mean(square(x)))),
  (x) => add(x, sum(sin(x), { axis: x.shape.map((_, i) => i).slice(0, -1), keepDims: true })),
  (x) => div(matmul(tanh(x), sin(x), { transposeY: true }), x.shape.at(-1) ?? 1),
  (x) => div(matmul(tanh(x), sin(x), { transposeX: true }), x.shape.at(-2) ?? 1),
  (x) => tanh(transpose(x)),
  (x) => flip(x, [0]),
  (x) => concat([x, tanh(x)], 0),
  (x, y) => (x.shape.join() === y.shape.join() ? sub(mul(x, sin(y)), y) : mul(x, mean(tanh(y)))),
  (x, y) => (x.shape.at(-1) === y.shape.at(-2) && x.rank === y.rank ? tanh(matmul(tanh(x), y)) : x),
];

/** Larger results are dropped. */
const LARGEST = 30_000;

interface Step {
  readonly rule: number;
  readonly first: number;
  readonly second: number;
}

/** All results of the steps in turn, and the sum of the last. */
function composition(steps: readonly Step[]): (...x: Tensor[]) => Tensor[] {
  return (...inputs) => {
    const nodes = [...inputs];
    for (const { rule, first, second } of steps) {
      const [x, y] = [nodes.at(-1 - (first % nodes.length)), nodes[second % nodes.length]];
      const result = x && y && rules[rule % rules.length]?.(x, y);
      if (result !== undefined && result.size <= LARGEST) nodes.push(result);
    }
    return [...nodes.slice(inputs.length), sum(nodes.at(-1) ?? tensor(0))];
  };
}

/** A training by sliced score matching, one step compiled: the parameters and the optimiser's state after it. */
function training(backend: Watched): () => Tensor[] {
  const net = nn.mlp([2, 48, 48, 2], { activation: "softplus" });
  const adam = optim.adam({ learningRate: 1e-2 });
  const start = net.init(random.key(4));
  type Parameters = typeof start;
  const advance = compile(
    (params: Parameters, state: ReturnType<typeof adam.init>, x: Tensor, key: Tensor) => {
      const v = random.rademacher(key, x.shape);
      const loss = (p: Parameters): Tensor => {
        const [s, derivative] = jvp((y: Tensor) => net.apply(p, y), [x], [v]);
        const along = square(sum(mul(v, s), { axis: -1 }));
        return mean(add(sum(mul(v, derivative), { axis: -1 }), mul(0.5, along)));
      };
      const [value, gradient] = valueAndGrad(loss)(params);
      const [updates, next] = adam.update(gradient, state, params);
      return [optim.applyUpdates(params, updates), next, value] as const;
    },
    { backend, donate: [0, 1] },
  );
  return () => {
    let [params, state] = [start, adam.init(start)];
    let loss = tensor(0);
    for (let i = 0; i < 12; i++) {
      const key = random.foldIn(random.key(5), i);
      const x = random.normal(key, [67, 2]);
      [params, state, loss] = advance(params, state, x, key);
    }
    return [...tree.leaves([params, state]), loss];
  };
}

describe("the same bits on 1, 2 and 3 threads", () => {
  const step = fc.record({ rule: fc.nat(1000), first: fc.nat(2), second: fc.nat(1000) });
  const shapes = fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 40 })),
    fc.tuple(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 9 }),
    ),
  );

  test("a convolution and its gradients have the same bits on any number of threads", () => {
    const step = (x: Tensor, kernel: Tensor): Tensor[] => {
      const loss = (image: Tensor, weights: Tensor): Tensor =>
        sum(square(conv(image, weights, { stride: 2, groups: 2 })));
      return [...tree.leaves(grad((both: [Tensor, Tensor]) => loss(...both))([x, kernel])), loss(x, kernel)];
    };
    const [x, kernel] = [
      random.normal(random.key(1), [5, 9, 7, 6]),
      random.normal(random.key(2), [3, 3, 3, 10]),
    ];
    expectSameBits(step, x, kernel);
  });

  test("for random compositions, also with NaN and infinity in them", () => {
    fc.assert(
      fc.property(
        shapes,
        fc.array(step, { minLength: 2, maxLength: 8 }),
        fc.constantFrom(0.5, 0.5, 0.5, Number.NaN, Infinity),
        (shape, steps, odd) => {
          const x = random.normal(random.key(steps.length), shape);
          const y = tensor(
            Array.from(x.data, (value, i) => (i === x.size >> 1 ? odd : value)),
            { shape },
          );
          expectSameBits(composition(steps), x, y);
        },
      ),
      runs(40),
    );
  });

  test.each([
    [33, 7, 5],
    [47, 300, 21],
    [100, 3, 70],
    [129, 64, 1],
    [1, 64, 129],
    [513, 2, 3],
  ])("for products %i×%i×%i, transposed in all ways, with an odd number of rows", (m, k, n) => {
    const make = (seed: number, ...shape: number[]): Tensor => random.normal(random.key(seed), shape);
    for (const transposeX of [false, true]) {
      for (const transposeY of [false, true]) {
        const x = transposeX ? make(1, k, m) : make(1, m, k);
        const y = transposeY ? make(2, n, k) : make(2, k, n);
        const f = (...z: Tensor[]): Tensor[] => [matmul(z[0] ?? x, z[1] ?? y, { transposeX, transposeY })];
        expectSameBits(f, x, y);
        const [expected, actual] = [f(x, y)[0] ?? x, compile(f, { backend: three })(x, y)[0] ?? x];
        expectTensorsNear(actual, expected, 1e-5 * scaleOf(expected), "product");
      }
    }
  });

  test("for a product that takes so long that the threads that are done sleep", () => {
    const x = random.normal(random.key(7), [500, 400]);
    expectSameBits((...z) => [matmul(z[0] ?? x, z[0] ?? x, { transposeY: true })], x);
  });

  test.each([2, 3, 11])("for products of %i matrices", (batch) => {
    const x = random.normal(random.key(1), [batch, 37, 9]);
    const y = random.normal(random.key(2), [batch, 9, 18]);
    expectSameBits((...z) => [matmul(z[0] ?? x, z[1] ?? y)], x, y);
  });

  test("for sums over rows, columns and everything, which stay near those of the eager engine", () => {
    for (const shape of [[2000, 3], [515, 64], [7, 5000], [9999]]) {
      const x = random.normal(random.key(3), shape);
      const f = (...z: Tensor[]): Tensor[] => {
        const y = softplus(z[0] ?? x);
        return [sum(y), sum(y, { axis: 0 }), sum(y, { axis: -1 }), y];
      };
      expectSameBits(f, x);
      const expected = f(x);
      compile(f, { backend: three })(x).forEach((actual, i) => {
        const near = expected[i] ?? actual;
        expectTensorsNear(actual, near, 4e-6 * scaleOf(near), `sum ${i} of [${shape}]`);
      });
    }
  });

  test("for sums over axes apart from each other, and for lines", () => {
    for (const shape of [
      [9, 50, 4, 8],
      [3, 7, 2, 5, 33],
      [40, 6, 1, 3],
    ]) {
      const x = random.normal(random.key(3), shape);
      const last = shape.length - 1;
      const f = (...z: Tensor[]): Tensor[] => {
        const y = softplus(z[0] ?? x);
        const lines = [-1, 1].flatMap((axis) => [
          softmax(y, { axis }),
          logSumExp(y, { axis }),
          max(y, { axis, keepDims: true }),
        ]);
        return [sum(y, { axis: [1, last] }), sum(y, { axis: 1 }), sum(y, { axis: [0, 2] }), ...lines];
      };
      expectSameBits(f, x);
      f(x).forEach((near, i) => {
        const actual = compile(f, { backend: three })(x)[i] ?? near;
        expectTensorsNear(actual, near, 1e-6 * scaleOf(near), `result ${i} of [${shape}]`);
      });
    }
  });

  test("for the state of a training over several steps, kept in place", () => {
    const expected = training(one)();
    expect(expected.flatMap(({ data }) => [...data]).every(Number.isFinite)).toBe(true);
    for (const backend of [two, three]) {
      const train = training(backend);
      train();
      expect(backend.use().dividedSteps).toBeGreaterThan(5);
      const before = backend.use().sharesRun;
      const all = (): boolean => backend.use().sharesRun.every((n, i) => n > (before[i] ?? 0));
      repeatUntil(all, () => expectBits(train(), expected, "training"), "every worker has run a share");
    }
  });

  test("for programs that take turns, on one set of workers and on two", () => {
    const x = random.normal(random.key(6), [90, 20]);
    const functions = [
      (y: Tensor) => matmul(y, y, { transposeY: true }),
      (y: Tensor) => sum(softplus(y), { axis: 0 }),
      (y: Tensor) => div(y, add(1, sum(square(y), { axis: -1, keepDims: true }))),
    ];
    const expected = functions.map((f) => compile(f, { backend: one })(x));
    const compiled = [two, three, two].map((backend) => functions.map((f) => compile(f, { backend })));
    const turn = (): void => {
      for (const row of compiled) {
        expectBits(
          row.map((f) => f(x)),
          expected,
          "in turns",
        );
      }
    };
    turn();
    const before = [two, three].map(sharesRun);
    const both = (): boolean => [two, three].every((backend, i) => sharesRun(backend) > (before[i] ?? 0));
    repeatUntil(both, turn, "both sets of workers have run shares");
    for (const f of compiled.flat()) f.dispose();
  });
});

test("small steps stay on the calling thread, and the description says so", () => {
  const backend = watched(wasm({ threads: 2 }));
  const f = compile((x: Tensor) => sum(softplus(matmul(x, x))), { backend });
  f(random.normal(random.key(1), [16, 16]));
  expect(backend.use()).toEqual({
    count: 1,
    dividedSteps: 0,
    sharesRun: [],
    reason: "no step is large enough to be divided",
  });
  expect(f.explain(tensor([[1]]))).toMatch(/; 1 thread: no step is large enough to be divided$/);
  expect(f.explain(random.normal(random.key(1), [128, 128]))).toMatch(
    /; steps divided between 2 threads: 2$/,
  );
  expect(compile((x: Tensor) => tanh(x)).explain(tensor(1))).not.toMatch(/thread/);
});

test.each([0, -1, 1.5, 65, Number.NaN])("%d threads are refused", (threads) => {
  expect(() => wasm({ threads })).toThrow(`wasm: threads is a whole number from 1 to 64, not ${threads}`);
});

test("a program that no memory can hold is refused", () => {
  const f = compile((x: Tensor) => [matmul(x, x, { transposeY: true }), x], {
    backend: wasm({ threads: 2 }),
  });
  expect(() => f(random.normal(random.key(1), [33_000, 1]))).toThrow(
    /compile: the program needs 43\d* bytes.*smaller/,
  );
});
