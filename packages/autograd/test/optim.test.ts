import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  capture,
  mul,
  nn,
  optim,
  random,
  square,
  sub,
  sum,
  type Tensor,
  type Tree,
  tensor,
  tree,
  valueAndGrad,
  zerosLike,
} from "../src/index.ts";
import { expectClose } from "./support/closeness.ts";

const runs = Number(process.env.SCORETAPE_RUNS ?? 100);
const float64 = { dtype: "float64" } as const;
const finite = fc.double({ min: -10, max: 10, noNaN: true });
const vector = fc.array(finite, { minLength: 1, maxLength: 5 });

const numbers = (x: Tree): number[] => tree.leaves(x).flatMap(({ data }) => [...data]);
const f64 = (data: readonly number[]): Tensor => tensor(data, float64);

/** The parameters after every update with the given gradients. */
function path<S extends Tree>(
  rule: optim.Transformation<S>,
  start: Tensor,
  gradientAt: (p: Tensor, step: number) => Tensor,
  steps: number,
): Tensor[] {
  let params = start;
  let state = rule.init(params);
  return Array.from({ length: steps }, (_, step) => {
    const [updates, next] = rule.update(gradientAt(params, step), state, params);
    state = next;
    params = optim.applyUpdates(params, updates);
    return params;
  });
}

describe("sgd", () => {
  test("on ½kp² is the power (1 − ηk)ᵗ", () => {
    const [rate, k, steps] = [0.1, 3, 20];
    const found = path(optim.sgd({ learningRate: rate }), f64([2, -1]), (p) => mul(k, p), steps);
    found.forEach((p, i) => {
      const factor = (1 - rate * k) ** (i + 1);
      expectClose(p.data, [2 * factor, -factor], 1e-12);
    });
  });

  test.each([false, true])("with momentum follows its recurrence (nesterov %s)", (nesterov) => {
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (g, mu) => {
          const rule = optim.sgd({ learningRate: 0.5, momentum: mu, nesterov });
          const found = path(rule, f64([1]), (_, step) => f64([g[step] ?? 0]), g.length);
          // The direction is Σ μ^(t−i) gᵢ; nesterov looks one step ahead: g + μ·(that).
          let p = 1;
          g.forEach((own, t) => {
            const velocity = g.slice(0, t + 1).reduce((total, gi, i) => total + mu ** (t - i) * gi, 0);
            p -= 0.5 * (nesterov ? own + mu * velocity : velocity);
            expectClose(found[t]?.data ?? [], [p], 1e-12);
          });
        },
      ),
      { seed: 1, numRuns: runs },
    );
  });
});

describe("adam", () => {
  const [rate, beta1, beta2, epsilon] = [0.01, 0.9, 0.999, 1e-8];

  /** Algorithm 1 of the paper, line by line, for one number. */
  function byHand(start: number, gradients: readonly number[], decay = 0): number[] {
    let [p, m, v] = [start, 0, 0];
    return gradients.map((g, i) => {
      const t = i + 1;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const [mHat, vHat] = [m / (1 - beta1 ** t), v / (1 - beta2 ** t)];
      p -= rate * (mHat / (Math.sqrt(vHat) + epsilon) + decay * p);
      return p;
    });
  }

  test.each([0, 0.1, 1, 2])("is the paper's algorithm (weight decay %d)", (weightDecay) => {
    fc.assert(
      fc.property(finite, fc.array(finite, { minLength: 1, maxLength: 10 }), (start, g) => {
        const rule =
          weightDecay === 0
            ? optim.adam({ learningRate: rate })
            : optim.adamw({ learningRate: rate, weightDecay });
        const found = path(rule, f64([start]), (_, step) => f64([g[step] ?? 0]), g.length);
        expectClose(numbers(found), byHand(start, g, weightDecay), 1e-9);
      }),
      { seed: 2, numRuns: runs },
    );
  });

  test("the first step is −η·sign(g) to float32 precision, whatever the size of g", () => {
    const g = tensor([1e-3, -1e-3, 2, -3e4, 0]);
    const rule = optim.adam({ learningRate: 1, epsilon: 1e-12 });
    const [updates] = rule.update(g, rule.init(zerosLike(g)), zerosLike(g));
    expectClose(updates.data, [-1, 1, -1, 1, 0], 2 ** -21);
  });

  test("float32 follows float64 through a thousand steps", () => {
    const gradient = (p: Tensor): Tensor => mul(p, 3);
    const [single] = path(optim.adam({ learningRate: 0.01 }), tensor([1, -2]), gradient, 1000).slice(-1);
    const [double] = path(optim.adam({ learningRate: 0.01 }), f64([1, -2]), gradient, 1000).slice(-1);
    expectClose(single?.data ?? [], [...(double?.data ?? [])], 1e-5);
  });

  test("converges on a quadratic with a cosine schedule", () => {
    const target = f64([3, -2, 0.5]);
    const learningRate = optim.cosineSchedule({ initial: 0.3, steps: 500 });
    const found = path(
      optim.adam({ learningRate }),
      f64([0, 0, 0]),
      (p) => mul(f64([1, 10, 100]), sub(p, target)),
      500,
    );
    expectClose(found.at(-1)?.data ?? [], [3, -2, 0.5], 1e-3);
  });

  test("the weight decay alone shrinks by 1 − ηλ", () => {
    const rule = optim.adamw({ learningRate: 0.1, weightDecay: 0.5 });
    const found = path(rule, f64([4, -8]), zerosLike, 3);
    expectClose(found.at(-1)?.data ?? [], [4 * 0.95 ** 3, -8 * 0.95 ** 3], 1e-12);
  });
});

describe("clipByGlobalNorm", () => {
  const clip = (g: Tree, max: number): Tree => {
    const rule = optim.clipByGlobalNorm(max);
    return rule.update(g, rule.init(g), g)[0];
  };

  test("keeps short gradients as they are, and shortens long ones to max in their direction", () => {
    fc.assert(
      fc.property(vector, vector, fc.double({ min: 0.01, max: 20, noNaN: true }), (a, b, max) => {
        const g = { a: f64(a), b: [f64(b)] };
        const length = Math.hypot(...a, ...b);
        const factor = Math.min(1, max / length);
        const clipped = clip(g, max);
        expectClose(
          numbers(clipped),
          numbers(g).map((x) => x * (length === 0 ? 1 : factor)),
          1e-12,
        );
        expect(Math.hypot(...numbers(clipped))).toBeLessThanOrEqual(max * (1 + 1e-14));
        if (length < max * (1 - 1e-14)) expect(numbers(clipped)).toEqual(numbers(g));
      }),
      { seed: 3, numRuns: runs },
    );
  });

  test("zero stays zero, and squares that overflow or underflow do not matter", () => {
    expect(numbers(clip([tensor([0, 0])], 1))).toEqual([0, 0]);
    expectClose(numbers(clip([tensor([3e30]), tensor([4e30])], 1)), [0.6, 0.8], 1e-6);
    expectClose(
      numbers(clip([tensor([3e-30]), tensor([4e-30])], 1e-30)).map((x) => x * 1e30),
      [0.6, 0.8],
      1e-6,
    );
  });

  test("what is not finite does not become finite", () => {
    expect(numbers(clip([tensor([Number.POSITIVE_INFINITY, 1])], 1))[0]).toBeNaN();
    expect(numbers(clip([tensor([Number.NaN, 1])], 1))).toEqual([Number.NaN, Number.NaN]);
  });

  test("counts tensors of both dtypes", () => {
    const [single, double] = tree.leaves(clip([tensor([3]), f64([4])], 1));
    expect([single?.dtype, double?.dtype]).toEqual(["float32", "float64"]);
    expectClose([...(single?.data ?? []), ...(double?.data ?? [])], [0.6, 0.8], 1e-6);
  });
});

describe("chain", () => {
  test("gives each part the updates of the one before", () => {
    const g = f64([30, 40]);
    const rule = optim.chain(optim.clipByGlobalNorm(1), optim.sgd({ learningRate: 0.1, momentum: 0.5 }));
    const [first, state] = rule.update(g, rule.init(g), g);
    const [second] = rule.update(g, state, g);
    expectClose(first.data, [-0.06, -0.08], 1e-12);
    expectClose(second.data, [-0.09, -0.12], 1e-12);
  });

  test("names the number of states that it needs", () => {
    const g = f64([1]);
    expect(() => optim.chain(optim.sgd({ learningRate: 1 })).update(g, [], g)).toThrow(/1 parts.* got 0/);
  });
});

describe("schedules", () => {
  const at = (schedule: optim.Schedule, step: number): number => schedule(tensor(step, float64)).item();

  test("cosine begins, halves, ends and stays", () => {
    const schedule = optim.cosineSchedule({ initial: 0.8, final: 0.2, steps: 10 });
    expect(at(schedule, 0)).toBeCloseTo(0.8, 12);
    expect(at(schedule, 5)).toBeCloseTo(0.5, 12);
    expect(at(schedule, 10)).toBeCloseTo(0.2, 12);
    expect(at(schedule, 1000)).toBeCloseTo(0.2, 12);
    expect(optim.cosineSchedule({ initial: 1, steps: 7 })(tensor(7)).item()).toBe(0);
  });

  test("warm-up rises by equal steps and then follows the schedule from its beginning", () => {
    const after = optim.cosineSchedule({ initial: 1, steps: 8 });
    const schedule = optim.warmUp(4, after);
    expectClose(
      [0, 1, 2, 3].map((step) => at(schedule, step)),
      [0.2, 0.4, 0.6, 0.8],
      1e-12,
    );
    for (let step = 0; step < 12; step++) expect(at(schedule, step + 4)).toBeCloseTo(at(after, step), 12);
    expect(at(optim.warmUp(0, 0.3), 0)).toBeCloseTo(0.3, 12);
    expect(at(optim.constantSchedule(0.3), 5)).toBe(0.3);
  });

  test("are counted from 0 by adam too", () => {
    const g = f64([1]);
    const found = path(optim.adam({ learningRate: (step) => step }), f64([0]), () => g, 3);
    expectClose(numbers(found), [0, -1, -3], 1e-6);
  });

  test("are counted from 0 and scale the updates of every dtype", () => {
    const params = [tensor([1]), f64([1])];
    const rule = optim.sgd({ learningRate: (step) => mul(step, 0.5) });
    let state = rule.init(params);
    for (const expected of [0, -0.5, -1]) {
      const [updates, next] = rule.update(params, state, params);
      state = next;
      expect(numbers(updates).map((u) => u + 0)).toEqual([expected, expected]);
      expect(tree.leaves(updates).map(({ dtype }) => dtype)).toEqual(["float32", "float64"]);
    }
  });
});

describe("ema", () => {
  test("debiased is the weighted mean of what it got", () => {
    fc.assert(
      fc.property(vector, fc.double({ min: 0, max: 0.9999, noNaN: true }), finite, (values, decay, start) => {
        const average = optim.ema(decay);
        let state = average.init(f64([start]));
        for (const value of values) state = average.update(f64([value]), state)[1];
        const weights = values.map((_, i) => decay ** (values.length - 1 - i));
        const total = weights.reduce((a, b) => a + b, 0);
        const expected = values.reduce((s, value, i) => s + (value * (weights[i] ?? 0)) / total, 0);
        expectClose(state.average.data, [expected], 1e-9);
      }),
      { seed: 4, numRuns: runs },
    );
  });

  test("biased begins at the first parameters", () => {
    const average = optim.ema(0.75, { debias: false });
    const [once, state] = average.update(f64([8]), average.init(f64([4])));
    const [twice] = average.update(f64([8]), state);
    expect([once.item(), twice.item()]).toEqual([5, 5.75]);
  });

  test("a constant stays itself in float32", () => {
    const average = optim.ema(0.999);
    const p = { a: tensor([0.1, 1e6]) };
    let state = average.init({ a: tensor([5, 5]) });
    for (let i = 0; i < 20; i++) state = average.update(p, state)[1];
    expectClose(state.average.a.data, [...p.a.data], 1e-6);
  });
});

describe("a whole training step", () => {
  test("is captured once and replayed with the eager step's numbers", () => {
    const net = nn.mlp([2, 4, 1]);
    const learningRate = optim.warmUp(2, optim.cosineSchedule({ initial: 0.05, steps: 20 }));
    const rule = optim.chain(optim.clipByGlobalNorm(0.5), optim.adamw({ learningRate }));
    const average = optim.ema(0.9);
    type Params = ReturnType<typeof net.init>;
    type Carry = { params: Params; state: readonly Tree[]; mean: optim.EmaState<Params> };
    const step = ({ params, state, mean }: Carry, x: Tensor): { carry: Carry; loss: Tensor } => {
      const [loss, grads] = valueAndGrad((p: Params) => sum(square(net.apply(p, x))))(params);
      const [updates, next] = rule.update(grads, state, params);
      const moved = optim.applyUpdates(params, updates);
      return { carry: { params: moved, state: next, mean: average.update(moved, mean)[1] }, loss };
    };
    const params = net.init(random.key(1));
    const start: Carry = { params, state: rule.init(params), mean: average.init(params) };
    const batch = (i: number): Tensor => random.normal(random.foldIn(random.key(2), i), [5, 2]);
    const program = capture(step)(start, batch(0));
    let eager = start;
    let replayed = tree.leaves(start);
    for (let i = 0; i < 5; i++) {
      const { carry, loss } = step(eager, batch(i));
      const outputs = program.replay([...replayed, batch(i)]);
      expect(tree.structureOf(carry)).toBe(tree.structureOf(eager));
      replayed = outputs.slice(0, -1);
      expect(numbers(replayed)).toEqual(numbers(carry));
      expect(numbers(outputs.slice(-1))).toEqual(numbers(loss));
      eager = carry;
    }
    expect(numbers(eager.params)).not.toEqual(numbers(params));
  });
});

describe("errors", () => {
  test("gradients and updates that do not fit the parameters", () => {
    const params = { a: tensor([1, 2]) };
    for (const rule of [optim.sgd({ learningRate: 1 }), optim.adam({ learningRate: 1 })]) {
      const state = rule.init(params);
      const update = rule.update as (grads: Tree, state: Tree, params: Tree) => unknown;
      expect(() => update({ a: tensor([1]) }, state, params)).toThrow(
        /gradient a is \[1\] float32.*\[2\] float32/,
      );
      expect(() => update({ a: f64([1, 2]) }, state, params)).toThrow(/float64/);
      expect(() => update({ b: tensor([1, 2]) }, state, params)).toThrow(/structures differ/);
    }
    const adam = optim.adam({ learningRate: 1 });
    const short = { ...adam.init(params), mean: { a: tensor([0]) } };
    expect(() => adam.update(params, short, params)).toThrow(/adam: mean a is \[1\] float32.*\[2\] float32/);
    const heavy = optim.sgd({ learningRate: 1, momentum: 0.5 });
    const wide = { ...heavy.init(params), velocity: { a: tensor([[0, 0]]) } };
    expect(() => heavy.update(params, wide, params)).toThrow(/sgd: velocity a is \[1, 2\].*\[2\]/);
    const long = { ...adam.init(params), step: tensor([0]) };
    expect(() => adam.update(params, long, params)).toThrow("adam: the state's step is a float32 tensor [1]");
    expect(() => optim.applyUpdates(params, { a: tensor([1]) })).toThrow(
      /optim\.applyUpdates: update a is \[1\]/,
    );
    const average = optim.ema(0.5);
    expect(() => average.update({ a: tensor([1]) }, average.init(params))).toThrow(/optim\.ema: parameter a/);
  });

  test("options out of range name themselves", () => {
    expect(() => optim.sgd({ learningRate: 0 })).toThrow("optim.sgd: learningRate is 0");
    expect(() => optim.sgd({ learningRate: 1, momentum: 1 })).toThrow("momentum is 1; it is in [0, 1)");
    expect(() => optim.sgd({ learningRate: 1, nesterov: true })).toThrow(/nesterov needs a momentum/);
    expect(() => optim.adam({ learningRate: Number.NaN })).toThrow(/learningRate is NaN/);
    expect(() => optim.adam({ learningRate: 1, beta2: 1 })).toThrow(/beta2 is 1/);
    expect(() => optim.adam({ learningRate: 1, epsilon: 0 })).toThrow(/epsilon is 0/);
    expect(() => optim.adamw({ learningRate: 1, weightDecay: -1 })).toThrow("optim.adamw: weightDecay is -1");
    expect(() => optim.clipByGlobalNorm(0)).toThrow(/max is 0/);
    expect(() => optim.ema(1)).toThrow(/decay is 1/);
    expect(() => optim.cosineSchedule({ initial: 1, steps: 0 })).toThrow(/steps is 0/);
    expect(() => optim.warmUp(1.5, 1)).toThrow(/steps is 1\.5/);
    const vectorRate = optim.sgd({ learningRate: () => tensor([1, 2]) });
    const g = tensor([1, 2]);
    expect(() => vectorRate.update(g, vectorRate.init(g), g)).toThrow(
      /schedule returned shape \[2\], not a scalar/,
    );
    expect(() => optim.adam({ learningRate: 1 }).init([])).toThrow(/hold no tensor/);
  });
});

test("the norm of no tensors at all is the number 0", () => {
  for (const nothing of [{}, [], { a: [], b: {} }]) {
    const norm = optim.globalNorm(nothing);
    expect([norm.shape, norm.item()]).toEqual([[], 0]);
    expect(optim.clipByGlobalNorm(1).update(nothing, [], nothing)[0]).toEqual(nothing);
  }
});
