import { describe, expect, test } from "vitest";
import type { Backend } from "../src/backend.ts";
import * as unary from "../src/backends/js/unary.ts";
import {
  add,
  capture,
  cast,
  checkpoint,
  exp,
  grad,
  jvp,
  linearize,
  matmul,
  mul,
  sin,
  softplus,
  sum,
  type Tensor,
  tanh,
  tensor,
  vjp,
} from "../src/index.ts";
import * as random from "../src/random.ts";
import { expectTensorsEqual, expectTensorsNear } from "./support/closeness.ts";
import { modes } from "./support/derivatives.ts";
import { reachable } from "./support/heap.ts";

type Wrap = (f: (...x: Tensor[]) => Tensor) => (...x: Tensor[]) => Tensor;
const plain: Wrap = (f) => f;
const checkpointed: Wrap = (f) => checkpoint(f);

const w = tensor(
  [
    [0.5, -1],
    [2, 0.25],
  ],
  { dtype: "float64" },
);
const x = tensor([[0.3, -0.7]], { dtype: "float64" });
const v = tensor([[1, -2]], { dtype: "float64" });

describe("checkpoint is the function itself, to the derivatives", () => {
  /** An energy of x whose layers close over w, which may be a tracer of any level. */
  const energy = (wrap: Wrap, weights: Tensor, y: Tensor): Tensor => {
    const layer = wrap((z) => softplus(matmul(z, weights)));
    const scaled = wrap((z) => mul(z, sum(weights)));
    return sum(mul(scaled(layer(layer(y))), y));
  };

  const modeNames = ["f", "r", "l"] as const;
  test.each(modeNames)("of its arguments, by %s", (mode) => {
    const first = (wrap: Wrap): Tensor => modes[mode](([y = x]) => energy(wrap, w, y), [v])([x]);
    expectTensorsNear(first(checkpointed), first(plain), 1e-13, "first");
    for (const inner of modeNames) {
      const second = (wrap: Wrap): Tensor =>
        modes[mode](
          modes[inner](([y = x]) => energy(wrap, w, y), [v]),
          [v],
        )([x]);
      expectTensorsNear(second(checkpointed), second(plain), 1e-12, `second by ${inner}`);
    }
  });

  test.each(modeNames)("of what it closes over, by %s", (mode) => {
    for (const inner of modeNames) {
      const mixed = (wrap: Wrap): Tensor =>
        modes[mode](
          ([weights = w]) => modes[inner](([y = x]) => energy(wrap, weights, y), [v])([x]),
          [
            tensor(
              [
                [1, 2],
                [-1, 0.5],
              ],
              { dtype: "float64" },
            ),
          ],
        )([w]);
      expectTensorsNear(mixed(checkpointed), mixed(plain), 1e-12, `mixed by ${inner}`);
    }
  });

  test("in functions that are checkpointed again", () => {
    const f = (wrap: Wrap): Tensor => grad((y: Tensor) => energy((g) => wrap(wrap(g)), w, y))(x);
    expectTensorsNear(f(checkpointed), f(plain), 1e-13, "gradient");
  });

  test("of trees, of results without elements, and of numbers drawn inside", () => {
    const key = random.key(7);
    const f = ({ a, k }: { a: Tensor; k: Tensor }) => ({
      noisy: [add(a, random.normal(k, a.shape, { dtype: "float64" }))],
      total: sum(exp(a)),
      nothing: tensor([], { dtype: "float64" }),
      same: a,
    });
    const [expected, pull] = vjp((a: Tensor) => f({ a, k: key }), [x]);
    const [actual, pullAgain] = vjp((a: Tensor) => checkpoint(f)({ a, k: key }), [x]);
    expect(JSON.stringify(actual)).toBe(JSON.stringify(expected));
    expectTensorsEqual(pullAgain(expected)[0], pull(expected)[0], "cotangent");
  });
});

describe("checkpoint recomputes", () => {
  /** A backend that counts how often its tanh runs. */
  function counting(): { readonly backend: Backend; readonly count: () => number } {
    let calls = 0;
    const backend: Backend = {
      name: "counting",
      tanh: (output, parameters, input) => {
        calls += 1;
        unary.tanh(output, parameters, input);
      },
    };
    return { backend, count: () => calls };
  }
  const chain = (y: Tensor): Tensor => tanh(tanh(tanh(y)));

  test("nothing for a value, and every op once for a gradient", () => {
    const { backend, count } = counting();
    const y = tensor([0.5], { backend });
    checkpoint(chain)(y);
    expect(count()).toBe(3);
    const [, pull] = vjp((z: Tensor) => checkpoint(chain)(z), [y]);
    expect(count()).toBe(6);
    pull(tensor([1], { backend }));
    expect(count()).toBe(9);
    grad((z: Tensor) => sum(chain(z)))(y);
    expect(count()).toBe(12);
  });

  test("one segment at a time when there are several", () => {
    const { backend, count } = counting();
    const y = tensor([0.5], { backend });
    const f = (z: Tensor): Tensor => sum(checkpoint(chain)(checkpoint(chain)(z)));
    grad(f)(y);
    expect(count()).toBe(12);
  });

  test("once per level when they are nested, the inner ones in the outer one's sweep", () => {
    const { backend, count } = counting();
    const y = tensor([0.5], { backend });
    const inner = checkpoint(chain);
    const outer = checkpoint((z: Tensor) => inner(inner(z)));
    grad((z: Tensor) => sum(outer(z)))(y);
    expect(count()).toBe(18);
  });

  test("in each push of a linearization, whose values are the same", () => {
    const { backend, count } = counting();
    const y = tensor([0.5], { backend });
    const [, push] = linearize((z: Tensor) => checkpoint(chain)(z), [y]);
    const before = count();
    const one = tensor([1], { backend });
    expectTensorsEqual(push(one), jvp(chain, [y], [one])[1], "tangent");
    expect(count() - before).toBeGreaterThanOrEqual(3);
  });
});

test("checkpoint keeps its arguments only", () => {
  const size = 2 ** 16;
  const deep = (y: Tensor): Tensor => {
    let z = y;
    for (let i = 0; i < 32; i++) z = sin(z);
    return z;
  };
  const kept = (f: (y: Tensor) => Tensor): number => {
    const y = tensor(new Float32Array(size));
    const before = reachable().arrays;
    const [out, pull] = vjp(f, [y]);
    const after = reachable().arrays;
    expect(pull(out)[0].size).toBe(size);
    return (after - before) / (4 * size);
  };
  expect(kept(deep)).toBeGreaterThan(31);
  expect(kept((y) => checkpoint(deep)(y))).toBeLessThan(3);
});

test("a checkpoint is in a captured program as its equations, nested ones too", () => {
  const f = checkpoint((y: Tensor) => checkpoint((z: Tensor) => mul(sin(z), y))(y));
  const program = capture(f)(tensor([1, 2]));
  expect(String(program)).toMatchInlineSnapshot(`
    "inputs a: [2]
    b: [2] = sin a
    c: [2] = mul b a
    outputs c"
  `);
});

test("a checkpoint has results of one dtype", () => {
  const f = (y: Tensor): Tensor[] => [y, cast(y, "float64")];
  expect(() => checkpoint(f)(tensor([1]))).toThrow(/dtypes differ: float32 and float64/);
});
