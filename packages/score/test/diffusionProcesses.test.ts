import {
  add,
  div,
  dot,
  exp,
  grad,
  jvp,
  linearize,
  linspace,
  max,
  min,
  mul,
  onesLike,
  random,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import {
  diffusionTimes,
  subVariancePreserving,
  timeConditional,
  varianceExploding,
  variancePreserving,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { exactDivergence } from "../src/diffusion/divergence.ts";
import { expectClose } from "./support/close.ts";
import { mixture, mixtureLogDensity, namedProcesses } from "./support/diffusion.ts";
import { normal } from "./support/normal.ts";
import { grid, integrate } from "./support/quadrature.ts";
import { columnOf, expectEqualCounts, expectMean, expectVariance } from "./support/samples.ts";

const float64 = { dtype: "float64" } as const;

describe.each(namedProcesses)("%s", (_name, process) => {
  const times = linspace(process.minTime + 0.01, 0.99, 40, float64);

  /** The derivative of a coefficient by central differences of fourth order, independent of the engine. */
  const slope = (f: (t: Tensor) => Tensor): Tensor => {
    const h = 1e-3;
    const at = (k: number): Tensor => f(add(times, k * h));
    return div(add(sub(at(-2), at(2)), mul(8, sub(at(1), at(-1)))), 12 * h);
  };

  test("its marginal solves the moment equations dα/dt = fα and dσ²/dt = 2fσ² + g²", () => {
    const [f, g] = [process.drift(times), process.diffusion(times)];
    const [alpha, sigma] = [process.scale(times), process.deviation(times)];
    expectClose(slope(process.scale), mul(f, alpha), 1e-7);
    const variance = slope((t) => square(process.deviation(t)));
    const expected = add(mul(mul(2, f), square(sigma)), square(g));
    expectClose(div(variance, expected), onesLike(times), 1e-6);
  });

  test("keeps the clean point and adds hardly any noise at the start, and forgets it at the end", () => {
    const [start, end] = [tensor(process.minTime, float64), tensor(1, float64)];
    expect(process.scale(start).item()).toBeCloseTo(1, 3);
    expect(process.deviation(start).item()).toBeLessThan(0.03);
    expect(process.scale(end).item() / process.deviation(end).item()).toBeLessThan(0.05);
  });

  test("keeps the dtype and the shape of the times", () => {
    for (const t of [tensor(0.5), tensor([[0.2, 0.4]]), tensor([0.5], float64)]) {
      for (const f of [process.drift, process.diffusion, process.scale, process.deviation]) {
        expect([f(t).shape, f(t).dtype]).toEqual([t.shape, t.dtype]);
      }
    }
  });

  test("run forwards from a point has the moments of the marginal", () => {
    const [n, steps, from, to] = [20_000, 200, process.minTime, 0.5];
    const h = (to - from) / steps;
    const at = (t: number): Tensor => tensor(t, float64);
    const start = at(from);
    const key = random.key(3);
    // At ε the point is already blurred.
    const z = random.normal(key, [n, 1], float64);
    let x = add(mul(1.5, process.scale(start)), mul(process.deviation(start), z));
    // Coefficients at the middle of a step: the scheme's moments then err by h² relative to 1.
    for (let i = 0; i < steps; i++) {
      const t = at(from + (i + 0.5) * h);
      const noise = random.normal(random.foldIn(key, i), [n, 1], float64);
      const contraction = mul(h, process.drift(t)).item();
      x = mul(1 + contraction + contraction ** 2 / 2, x);
      x = add(x, mul(mul(Math.sqrt(h) * (1 + contraction / 2), process.diffusion(t)), noise));
    }
    expectMean(columnOf(x, 0), 1.5 * process.scale(at(to)).item());
    expectVariance(columnOf(x, 0), process.deviation(at(to)).item() ** 2);
  });

  test("the density of its state solves the Fokker–Planck equation", () => {
    // ∂ₜ log p = −f·(d + x·∇log p) + ½g²·(Δ log p + ‖∇log p‖²)
    const x = normal(5, [20, 2], 2);
    const score = timeConditional((y, sigma) => mixture.score(y, sigma), process);
    for (const time of [0.05, 0.3, 0.8]) {
      const t = tensor(time, float64);
      const [, change] = jvp((s) => mixtureLogDensity(process, x, s), [t], [tensor(1, float64)]);
      const [s, push] = linearize((y: Tensor) => score(y, t), [x]);
      const transport = mul(process.drift(t), add(2, dot(x, s)));
      const spreading = add(exactDivergence(push, x), sum(square(s), { axis: 1 }));
      const expected = sub(mul(mul(0.5, square(process.diffusion(t))), spreading), transport);
      expectClose(change, expected, 1e-9);
    }
  });

  test("takes a noise-conditional score to the gradient of its state's log-density, with a time for each row", () => {
    const x = normal(6, [7, 2], 2);
    const t = linspace(0.1, 1, 7, float64);
    const score = timeConditional((y, sigma) => mixture.score(y, sigma), process)(x, t);
    const rows = Array.from({ length: 7 }, (_, i) => {
      const row = tensor([[...x.data.subarray(2 * i, 2 * i + 2)]], float64);
      return grad((y: Tensor) => sum(mixtureLogDensity(process, y, tensor(t.data[i] ?? 0, float64))))(row);
    });
    expectClose(
      score,
      tensor(
        rows.flatMap((row) => [...row.data]),
        { shape: [7, 2], ...float64 },
      ),
      1e-9,
    );
  });

  test("its prior draws what its density says, and is where the state ends", () => {
    const points = process.prior.sample(random.key(7), [20_000, 2]);
    const end = tensor(1, float64);
    const variance = process.deviation(end).item() ** 2;
    // σ(1) of a preserved variance is 1 to within e^(−B(1)).
    for (const j of [0, 1]) {
      expectMean(columnOf(points, j), 0);
      expectVariance(columnOf(points, j), variance);
    }
    const { points: x, volume } = grid(2, 8 * Math.sqrt(variance), 0.25 * Math.sqrt(variance));
    const density = exp(process.prior.logDensity(x));
    expect(integrate(onesLike(density), density, { points: x, volume })).toBeCloseTo(1, 10);
    const second = sum(square(x), { axis: 1 });
    expect(integrate(second, density, { points: x, volume }) / (2 * variance)).toBeCloseTo(1, 2);
    expect(process.prior.sample(random.key(7), [3, 1], float64).dtype).toBe("float64");
  });
});

describe("formulas of the paper", () => {
  const t = tensor([0.01, 0.3, 1], float64);

  test("variancePreserving: f = −½β, g = √β, α² + σ² = 1", () => {
    const process = variancePreserving({ betaMin: 0.1, betaMax: 20 });
    const beta = add(0.1, mul(19.9, t));
    expectClose(process.drift(t), mul(-0.5, beta));
    expectClose(process.diffusion(t), sqrt(beta));
    expectClose(add(square(process.scale(t)), square(process.deviation(t))), onesLike(t), 1e-14);
  });

  test("subVariancePreserving: its σ is the variance of variancePreserving", () => {
    const process = subVariancePreserving();
    const preserving = variancePreserving();
    expectClose(process.drift(t), preserving.drift(t));
    expectClose(process.scale(t), preserving.scale(t));
    expectClose(process.deviation(t), square(preserving.deviation(t)), 1e-14);
  });

  test("varianceExploding: σ in geometric progression from σ_min to σ_max, no drift", () => {
    const process = varianceExploding({ sigmaMin: 0.01, sigmaMax: 100 });
    const geometric = process.deviation(linspace(0, 1, 5, float64));
    expectClose(geometric, tensor([0.01, 0.1, 1, 10, 100], float64), 1e-12);
    expect([...process.drift(t).data]).toEqual([0, 0, 0]);
    expect([...process.scale(t).data]).toEqual([1, 1, 1]);
  });

  test.each([
    [
      "variancePreserving",
      variancePreserving(),
      variancePreserving({ betaMin: 0.1, betaMax: 20, minTime: 1e-3 }),
    ],
    [
      "subVariancePreserving",
      subVariancePreserving(),
      subVariancePreserving({ betaMin: 0.1, betaMax: 20, minTime: 1e-3 }),
    ],
    ["varianceExploding", varianceExploding(), varianceExploding({ sigmaMin: 0.01, sigmaMax: 50 })],
  ])("%s has the ends of the papers, unless it is given others", (_name, usual, said) => {
    expect(usual.minTime).toBe(said.minTime);
    for (const part of ["drift", "diffusion", "scale", "deviation"] as const) {
      expect(usual[part](t).toArray()).toEqual(said[part](t).toArray());
    }
  });

  test("ends that are equal make a process whose noise is always the same", () => {
    expect(varianceExploding({ sigmaMin: 2, sigmaMax: 2 }).deviation(t).toArray()).toEqual([2, 2, 2]);
    const beta = variancePreserving({ betaMin: 3, betaMax: 3 }).diffusion(t);
    expectClose(beta, mul(Math.sqrt(3), onesLike(t)));
  });

  test("small times keep their noise in float32", () => {
    for (const make of [variancePreserving, subVariancePreserving]) {
      const process = make({ minTime: 1e-5 });
      const exact = process.deviation(tensor(1e-5, float64)).item();
      expect(process.deviation(tensor(1e-5)).item() / exact).toBeCloseTo(1, 5);
    }
  });
});

describe("diffusionTimes", () => {
  const process = variancePreserving({ minTime: 0.1 });

  test("systematic times put one into each of n equal intervals", () => {
    for (const n of [1, 7, 100]) {
      for (const seed of [0, 1, 2]) {
        const times = diffusionTimes(random.key(seed), n, process);
        const places = [...times.data].map((t) => (((t - 0.1) / 0.9) * n) % n);
        // Sorted they are equally spaced, so each is in the interval of its rank or on its border.
        const sorted = places.sort((a, b) => a - b);
        sorted.forEach((place, rank) => {
          expect(Math.abs(place - rank - (sorted[0] ?? 0))).toBeLessThan(1e-4 * n);
        });
        expect(sorted[0]).toBeLessThan(1);
      }
    }
  });

  test.each(["systematic", "independent"] as const)("%s times are uniform on [ε, 1]", (method) => {
    const counts = new Array<number>(20).fill(0);
    const draws = Array.from({ length: 1000 }, (_, i) =>
      diffusionTimes(random.foldIn(random.key(4), i), 3, process, { method }),
    );
    for (const times of draws) {
      // One of the three, so that the counts are of independent times.
      const cell = Math.floor((((times.data[1] ?? 0) - 0.1) / 0.9) * 20);
      counts[cell] = (counts[cell] ?? 0) + 1;
      expect(min(times).item()).toBeGreaterThanOrEqual(Math.fround(0.1));
      expect(max(times).item()).toBeLessThanOrEqual(1);
    }
    expect(counts.length).toBe(20);
    expectEqualCounts(counts);
  });

  test("independent times of a batch are independent", () => {
    const { data: times } = diffusionTimes(random.key(5), 20_000, process, { method: "independent" });
    expectMean([...times], 0.55);
    const products = Array.from({ length: 10_000 }, (_, i) => {
      const [a = 0, b = 0] = times.slice(2 * i, 2 * i + 2);
      return (a - 0.55) * (b - 0.55);
    });
    expectMean(products, 0);
  });
});

test.each<[string, () => unknown]>([
  [
    "variancePreserving: betaMin is 0; it is a finite number above 0",
    () => variancePreserving({ betaMin: 0 }),
  ],
  [
    "variancePreserving: betaMax is Infinity",
    () => variancePreserving({ betaMax: Number.POSITIVE_INFINITY }),
  ],
  [
    "subVariancePreserving: betaMin 3 is above betaMax 2; exchange them",
    () => subVariancePreserving({ betaMin: 3, betaMax: 2 }),
  ],
  ["variancePreserving: minTime is 0; it lies between 0", () => variancePreserving({ minTime: 0 })],
  ["subVariancePreserving: minTime is 1;", () => subVariancePreserving({ minTime: 1 })],
  ["variancePreserving: minTime is NaN;", () => variancePreserving({ minTime: Number.NaN })],
  ["varianceExploding: sigmaMin is -1", () => varianceExploding({ sigmaMin: -1 })],
  [
    "varianceExploding: sigmaMin 9 is above sigmaMax 2",
    () => varianceExploding({ sigmaMin: 9, sigmaMax: 2 }),
  ],
  ["diffusionTimes: n is 0", () => diffusionTimes(random.key(0), 0, variancePreserving())],
  [
    'diffusionTimes: method is "sobol"; it is "systematic" or "independent"',
    // @ts-expect-error not a method
    () => diffusionTimes(random.key(0), 2, variancePreserving(), { method: "sobol" }),
  ],
  ["prior.logDensity: x has shape [2]", () => variancePreserving().prior.logDensity(tensor([1, 2]))],
])("%s", (message, attempt) => {
  expect(attempt).toThrow(message);
});
