import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { philox } from "../src/backends/js/philox.ts";
import { add, capture, cast, grad, jvp, mul, sum, type Tensor, tensor } from "../src/index.ts";
import * as random from "../src/random.ts";
import { average, correlationScore, kolmogorov } from "./statistics.ts";

const RUNS = { seed: 20110, numRuns: Number(process.env.SCORETAPE_RUNS ?? 100) };
const seeds = fc.nat(Number.MAX_SAFE_INTEGER).map(random.key);

describe("draws", () => {
  const draws = {
    bits: random.bits,
    uniform: random.uniform,
    normal: random.normal,
    rademacher: random.rademacher,
  };

  test.each(Object.entries(draws))(
    "%s: a longer draw starts with a shorter one, whatever the shape",
    (_, draw) => {
      fc.assert(
        fc.property(seeds, fc.nat(9), fc.nat(9), fc.nat(9), (key, rows, columns, more) => {
          const short = draw(key, [rows, columns]);
          expect(short.shape).toEqual([rows, columns]);
          const long = draw(key, [rows * columns + more]);
          expect(short.data).toEqual(long.data.subarray(0, rows * columns));
        }),
        RUNS,
      );
    },
  );

  test("draw i is word i mod 4 of block i div 4", () => {
    fc.assert(
      fc.property(seeds, fc.nat(5000), (key, i) => {
        const block = new Uint32Array(4);
        philox(block, i >> 2, 0, 0, 0, key.data[0] ?? 0, key.data[1] ?? 0);
        expect(random.bits(key, [i + 1]).data[i]).toBe(block[i & 3]);
      }),
      RUNS,
    );
  });

  test("uniform numbers and signs are the high bits of the words, in both dtypes", () => {
    const key = random.key(1);
    const words = [...random.bits(key, [1001]).data];
    for (const dtype of ["float32", "float64"] as const) {
      const uniform = random.uniform(key, [1001], { dtype });
      const signs = random.rademacher(key, [1001], { dtype });
      expect([uniform.dtype, signs.dtype]).toEqual([dtype, dtype]);
      expect([...uniform.data]).toEqual(words.map((w) => Math.floor(w / 256) / 2 ** 24));
      expect([...signs.data]).toEqual(words.map((w) => (w < 2 ** 31 ? 1 : -1)));
    }
  });

  test("float64 normals are the float32 ones", () => {
    const key = random.key(2);
    const wide = random.normal(key, [7, 143], { dtype: "float64" });
    expect(wide.data).toBeInstanceOf(Float64Array);
    expect([...wide.data]).toEqual([...random.normal(key, [7, 143]).data]);
  });

  test("uniform numbers stay in their interval", () => {
    const end = fc.oneof(
      fc.float({ noNaN: true, min: -(2 ** 99), max: 2 ** 99 }),
      fc.float({ noNaN: true, min: -1, max: 1 }),
    );
    fc.assert(
      fc.property(seeds, end, end, fc.constantFrom("float32", "float64"), (key, a, b, dtype) => {
        fc.pre(a !== b);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        for (const x of random.uniform(key, [50], { low, high, dtype }).data) {
          expect(x).toBeGreaterThanOrEqual(low);
          expect(x).toBeLessThanOrEqual(high);
        }
      }),
      RUNS,
    );
    const x = random.uniform(random.key(3), [1 << 16], { low: -2, high: 6 }).data;
    expect(kolmogorov(x, (v) => (v + 2) / 8)).toBeLessThan(1.95);
  });
});

test("uniform numbers are low + (high − low)·u, also where an end is 0 or 1, or they are 1 apart", () => {
  const ends = [-2, -1, 0, 0.5, 1, 2, 3];
  const u = random.uniform(random.key(4), [20]).data;
  for (const low of ends) {
    for (const high of ends.filter((end) => end > low)) {
      const x = random.uniform(random.key(4), [20], { low, high }).data;
      expect([...x]).toEqual([...u].map((share) => Math.fround(Math.fround((high - low) * share) + low)));
    }
  }
});

describe("keys", () => {
  test("seeds: the two halves of the number", () => {
    expect([...random.key(2 ** 53 - 1).data]).toEqual([0xffffffff, 0x1fffff]);
    expect([...random.key(5).data]).toEqual([5, 0]);
    expect(random.key(5).dtype).toBe("uint32");
  });

  test("key i of a split is the same whatever n", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 9 }), fc.nat(9), (key, n, more) => {
        const few = random.split(key, n).map((child) => [...child.data]);
        const many = random.split(key, n + more).map((child) => [...child.data]);
        expect(few).toEqual(many.slice(0, n));
      }),
      RUNS,
    );
    expect(random.split(random.key(7))).toHaveLength(2);
    expect(random.split(random.key(7), 0)).toEqual([]);
  });

  test("children, folds, their parent and seeds nearby share no words and do not correlate", () => {
    const parent = random.key(8);
    const keys = [
      parent,
      random.key(9),
      random.key(8 + 2 ** 32),
      ...random.split(parent, 40),
      ...[0, 1, 2, 3, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1].map((i) => random.foldIn(parent, i)),
      ...random.split(random.foldIn(parent, 0), 10),
      ...Array.from({ length: 10 }, (_, i) => random.foldIn(random.foldIn(parent, 1), i)),
    ];
    const children = keys.slice(3);
    const words = [
      ...keys.flatMap((key) => [...random.bits(key, [100]).data]),
      ...children.flatMap(({ data }) => [...data]),
    ];
    expect(new Set(words).size).toBe(words.length);

    const streams = keys.map((key) => random.normal(key, [4096]).data);
    const scores = streams.flatMap((x, i) => streams.slice(0, i).map((y) => correlationScore(x, y)));
    expect(Math.max(...scores.map(Math.abs))).toBeLessThan(5.2);
    const spread = average(scores, (score) => score ** 2) - 1;
    expect(Math.abs(spread) * Math.sqrt(scores.length / 2)).toBeLessThan(4.5);
  });

  test("a key in use is not changed", () => {
    const key = random.key(10);
    random.normal(key, [5]);
    random.split(key, 3);
    random.permutation(key, 5);
    expect([...key.data]).toEqual([10, 0]);
  });
});

describe("transforms", () => {
  const drawAll = (parent: Tensor): Tensor[] => {
    const [key = parent, other = parent] = random.split(parent, 3);
    const child = random.foldIn(key, 4);
    return [
      random.bits(child, [3]),
      random.uniform(child, [3], { low: 1, high: 3 }),
      random.normal(child, [2, 3]),
      random.rademacher(child, [3]),
      random.sphere(other, [5, 2], { dtype: "float64" }),
      random.permutation(child, 6),
      random.categorical(child, tensor([[0, 1]]), [4, 1]),
    ];
  };

  test("a captured program draws from the key it is run with", () => {
    const program = capture(drawAll)(random.key(0));
    for (const seed of [20, 21]) {
      const [replayed, eager] = [program.replay([random.key(seed)]), drawAll(random.key(seed))];
      expect(replayed.map((x) => [x.dtype, x.shape, x.data])).toEqual(
        eager.map((x) => [x.dtype, x.shape, x.data]),
      );
    }
  });

  test("draws are constants to derivatives", () => {
    const key = random.key(22);
    const logits = tensor([0, 1, 2]);
    const f = (x: Tensor): Tensor => {
      const category = cast(random.categorical(key, x, [3]), "float32");
      return sum(mul(x, add(random.normal(key, [3]), category)));
    };
    const expected = add(random.normal(key, [3]), cast(random.categorical(key, logits, [3]), "float32"));
    expect(grad(f)(logits).data).toEqual(expected.data);
    expect(jvp(f, [logits], [tensor([0, 0, 1])])[1].item()).toBe(expected.data[2]);
  });
});

describe("errors", () => {
  const key = random.key(0);
  const logits = tensor([[0, 1, 2]]);
  test.each<[string, () => unknown]>([
    ["random.key: seed is -1; it is a whole number from 0 to 2^53 - 1", () => random.key(-1)],
    ["random.key: seed is 0.5; it is", () => random.key(0.5)],
    ["random.key: seed is 9007199254740992; it is", () => random.key(2 ** 53)],
    ["random.key: seed is NaN; it is", () => random.key(Number.NaN)],
    ["random.split: n is -1; it is", () => random.split(key, -1)],
    ["random.foldIn: i is 1.5; it is", () => random.foldIn(key, 1.5)],
    ["random.permutation: n is -3; it is", () => random.permutation(key, -3)],
    ["random.normal: axis 1 of shape [2, -1] is -1; sizes are", () => random.normal(key, [2, -1])],
    [
      "random.uniform: low 1 and high 1 bound no interval in float32",
      () => random.uniform(key, [2], { low: 1 }),
    ],
    ["random.uniform: low 0 and high NaN bound", () => random.uniform(key, [2], { high: Number.NaN })],
    [
      "random.uniform: low -3e+38 and high 3e+38 bound",
      () => random.uniform(key, [2], { low: -3e38, high: 3e38 }),
    ],
    ["random.sphere: shape [] has no last axis", () => random.sphere(key, [])],
    ["random.sphere: shape [3, 0] has no last axis", () => random.sphere(key, [3, 0])],
    ["random.categorical: logits of shape [] have no categories", () => random.categorical(key, tensor(1))],
    ["random.categorical: shape [1, 2] does not end in [1]", () => random.categorical(key, logits, [1, 2])],
    ["random.categorical: shape [] does not end in [1]", () => random.categorical(key, logits, [])],
    ["random.categorical: logits are uint32", () => random.categorical(key, key)],
    [
      "random.categorical: the largest logit of row 1 of [2, 2] is NaN",
      () =>
        random.categorical(
          key,
          tensor([
            [0, 1],
            [Number.NaN, 0],
          ]),
        ),
    ],
    [
      "random.categorical: the largest logit of row 0 of [1] is -Infinity",
      () => random.categorical(key, tensor([Number.NEGATIVE_INFINITY])),
    ],
    [
      "random.categorical: the largest logit of row 0 of [2] is Infinity",
      () => random.categorical(key, tensor([Number.POSITIVE_INFINITY, 0])),
    ],
  ])("%s", (message, call) => {
    expect(call).toThrow(message);
  });

  test("what is not a key is named, in every function", () => {
    const notKey = tensor([1, 2, 3]);
    const calls: Record<string, () => unknown> = {
      split: () => random.split(notKey),
      foldIn: () => random.foldIn(notKey, 1),
      bits: () => random.bits(notKey, [1]),
      uniform: () => random.uniform(notKey, [1]),
      normal: () => random.normal(notKey, [1]),
      rademacher: () => random.rademacher(notKey, [1]),
      sphere: () => random.sphere(notKey, [1]),
      permutation: () => random.permutation(notKey, 1),
      categorical: () => random.categorical(notKey, tensor([0])),
    };
    for (const [name, call] of Object.entries(calls)) {
      expect(call).toThrow(`random.${name}: expects a key from random.key, got a float32 tensor [3]`);
    }
    expect(() => random.normal(random.bits(key, [4, 2]), [1])).toThrow("got a uint32 tensor [4, 2]");
    const untyped = (...values: unknown[]): unknown => Reflect.apply(random.normal, null, values);
    expect(() => untyped(5, [1])).toThrow("random.normal: expects a key from random.key, got 5");
    expect(() => untyped([key, key], [1])).toThrow("got an array; give one of its elements");
    expect(() => untyped(key, [1], { dtype: "uint32" })).toThrow(
      'random.normal: dtype is "uint32"; it is "float32" or',
    );
  });
});
