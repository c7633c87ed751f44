import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  compile,
  grad,
  js,
  jvp,
  matmul,
  mul,
  random,
  repeat,
  scan,
  square,
  stack,
  sum,
  type Tensor,
  tanh,
  tensor,
  wasm,
  zeros,
} from "../src/index.ts";
import { expectTensorsEqual, expectTensorsNear } from "./support/closeness.ts";

type Wrap = <A extends readonly Tensor[], R extends Tensor | readonly Tensor[]>(
  f: (...x: A) => R,
) => (...x: A) => R;
const ways: readonly (readonly [string, Wrap])[] = [
  ["eager", (f) => f],
  ["on the reference kernels", (f) => compile(f, { backend: js })],
  ["in WebAssembly", (f) => compile(f, { backend: wasm() })],
];

describe.each(ways)("%s", (_, wrap) => {
  test("carries may change places, or come from a row or a constant", () => {
    const swapped = wrap((a: Tensor, b: Tensor) =>
      repeat(5, ([x, y]: readonly [Tensor, Tensor]) => [y, x] as const, [a, b] as const),
    );
    expect(swapped(tensor(1), tensor(2)).map((x) => x.item())).toEqual([2, 1]);
    const taken = wrap((xs: Tensor) =>
      scan(
        ([, b]: readonly [Tensor, Tensor, Tensor], x: Tensor) => [[b, x, tensor(7)] as const, [b] as const],
        [tensor(0), tensor(0), tensor(0)] as const,
        xs,
      ).flat(),
    );
    const [first, second, third, before] = taken(tensor([1, 2, 3]));
    expect([first, second, third].map((x) => x?.item())).toEqual([2, 3, 7]);
    expect(before?.toArray()).toEqual([0, 1, 2]);
  });

  test("a body that never runs leaves the carry and gives no rows", () => {
    const none = wrap((x: Tensor) => scan((c: Tensor, row: Tensor) => [mul(c, 2), row], x, zeros([0, 3])));
    const [last, rows] = none(tensor([1, 2]));
    expect(last?.toArray()).toEqual([1, 2]);
    expect(rows?.shape).toEqual([0, 3]);
    const slope = wrap((x: Tensor) => grad((y: Tensor) => sum(repeat(0, (c: Tensor) => square(c), y)))(x));
    expect(slope(tensor([3, 4])).toArray()).toEqual([1, 1]);
  });

  test("loops stand in loops, and each has its derivative", () => {
    const power = (x: Tensor): Tensor => repeat(2, (c: Tensor) => repeat(2, (d: Tensor) => mul(d, x), c), x);
    const value = wrap(power);
    const second = wrap((x: Tensor) => grad(grad(power))(x));
    expect(value(tensor(2)).item()).toBe(32);
    expect(second(tensor(2)).item()).toBe(20 * 8); // (x⁵)″ = 20x³
  });

  test("a key that is folded by the number of the run draws what the host would draw", () => {
    const key = random.key(5);
    const drawn = wrap((k: Tensor) =>
      repeat(
        4,
        (total: Tensor, i: Tensor) => add(total, random.normal(random.foldIn(k, i), [3])),
        zeros([3]),
      ),
    );
    const expected = [0, 1, 2, 3].reduce<Tensor>(
      (total, i) => add(total, random.normal(random.foldIn(key, i), [3])),
      zeros([3]),
    );
    expectTensorsNear(drawn(key), expected, 1e-6, "sum of draws");
  });

  test("backwards, rows stay where they were", () => {
    const sums = wrap((x: Tensor) =>
      scan((c: Tensor, row: Tensor) => [add(c, row), add(c, row)], tensor(0), x, { reverse: true }),
    );
    expect(sums(tensor([1, 2, 3]))[1]?.toArray()).toEqual([6, 5, 3]);
  });

  test("what a body closes over may be traced at any level", () => {
    const f = (x: Tensor, y: Tensor): Tensor =>
      jvp((v: Tensor) => sum(repeat(3, (c: Tensor) => mul(mul(c, v), y), x)), [y], [x])[1];
    // Of x·(vy)³ at v = y, along x: 3x²y⁵; its derivative by y is 15x²y⁴ − and by x 6xy⁵.
    const slopes = wrap((x: Tensor, y: Tensor) => {
      const [dx, dy] = grad(([a, b]: readonly [Tensor, Tensor]) => f(a, b))([x, y] as const);
      return [dx, dy] as const;
    });
    expect(slopes(tensor(2), tensor(1)).map((x) => x.item())).toEqual([12, 2 * 2 * 3 * 5]);
  });
});

describe("in memory", () => {
  const w = mul(0.2, random.normal(random.key(1), [16, 16]));
  const step = (x: Tensor, y: Tensor): Tensor => tanh(add(matmul(x, w), y));
  const bytesOf = (f: (x: Tensor) => Tensor): number => {
    const compiled = compile(f, { backend: wasm() });
    const text = compiled.explain(zeros([8, 16]));
    compiled.dispose();
    return Number(/([\d,]+) bytes of memory/.exec(text)?.[1]?.replaceAll(",", ""));
  };

  test("a loop needs no more for more runs, and little more than its body", () => {
    const runs = (n: number) => (x: Tensor) => repeat(n, (c: Tensor) => step(c, x), x);
    expect(bytesOf(runs(1000)) - bytesOf(runs(10))).toBeLessThanOrEqual(4 * 1000); // the numbers of the runs
    expect(bytesOf(runs(10))).toBeLessThanOrEqual(bytesOf((x) => step(x, x)) + 4 * 3 * 8 * 16 + 64);
  });

  test("a donated carry stays where it is: what a call gives is where the next one begins", () => {
    const f = compile((x: Tensor, y: Tensor) => repeat(3, (c: Tensor) => step(c, y), x), { donate: [0] });
    const [x, y] = [random.normal(random.key(2), [8, 16]), random.normal(random.key(3), [8, 16])];
    let state = x;
    let expected = x;
    for (let call = 0; call < 3; call++) {
      state = f(state, y);
      for (let run = 0; run < 3; run++) expected = step(expected, y);
    }
    expectTensorsNear(state, expected, 1e-5, "after nine steps");
    f(state, y);
    const before = f(f(x, y), y);
    f(before, y);
    expect(() => before.data).toThrow("was donated to a compiled function that has run again");
  });

  test("rows that nothing reads are not kept", () => {
    const f = (x: Tensor): Tensor => scan((c: Tensor, _: Tensor) => [mul(c, 2), c], x, zeros([1000]))[0];
    expect(bytesOf(f)).toBeLessThan(4 * 1000 * 8 * 16);
    expect(compile(f).program(zeros([8, 16])).outputs).toHaveLength(1);
  });
});

test("a loop is one equation, whose body is written below it", () => {
  const program = capture((x: Tensor) => repeat(7, (c: Tensor) => mul(c, x), x))(tensor(2));
  expect(program.equations).toHaveLength(1);
  expect(String(program)).toContain("scan{length: 7, invariants: 1, carries: 1}");
  expect(String(program)).toContain("    inputs a: [], b: [], c: [] uint32");
  expectTensorsEqual(program.replay([tensor(2)])[0] ?? zeros([]), tensor(256), "replayed");
});

describe("errors say what and where", () => {
  const keep = (c: Tensor): readonly [Tensor, readonly []] => [c, []];
  test.each([
    [() => scan(keep, tensor(0), []), "scan: xs holds no tensor; say { length }"],
    [() => scan(keep, tensor(0), tensor(1)), "a tensor of xs is a scalar; axis 0 is what is looped over"],
    [
      () => scan((c: Tensor) => [c, []] as const, tensor(0), [zeros([2]), zeros([3])] as const),
      "tensor 1 of xs is [3], whose axis 0 has not the length 2 of the first one",
    ],
    [() => scan(keep, tensor(0), zeros([2]), { length: 3 }), "has not the length 3, which was asked for"],
    [() => scan(keep, tensor(0), [], { length: -1 }), "scan: length is -1; it is a whole number from 0"],
    [
      () => repeat(2, (c: Tensor) => stack([c, c]), zeros([2])),
      "tensor 0 of the carry is [2] float32, and f returned [2, 2] float32 for it",
    ],
    [() => repeat(1.5, (c: Tensor) => c, zeros([])), "repeat: n is 1.5; it is a whole number from 0"],
    [
      () => scan(((c: Tensor) => c) as never, tensor(0), zeros([2])),
      "it returns [carry, y], with [] for no y",
    ],
    [
      () => repeat(2, (c: Tensor) => (c.item() > 0 ? c : mul(c, 2)), tensor(1)),
      "reading the elements of a tensor of shape [] while a program is captured",
    ],
    [() => random.foldIn(random.key(0), tensor(1)), "random.foldIn: i is a tensor [] float32"],
  ])("%#", (run, message) => {
    expect(run).toThrow(message);
  });
});
