import {
  add,
  concat,
  expandDims,
  mul,
  neg,
  normalCdf,
  random,
  slice,
  stack,
  type Tensor,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { effectiveSampleSize, hmc, langevin, mala, modeSwitches, modeWeights, rHat } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalQuantile } from "../src/metrics/normalQuantile.ts";
import { autoregression } from "./support/autoregression.ts";
import { banana, standardNormal } from "./support/energies.ts";
import { runs } from "./support/runs.ts";
import { expectNear } from "./support/samples.ts";

/** Chains as lists of numbers. */
type Chains = number[][];

const trajectoryOf = (chains: Chains): Tensor => {
  const steps = chains[0]?.length ?? 0;
  const rows = Array.from({ length: steps }, (_, t) => chains.map((chain) => [chain[t] ?? Number.NaN]));
  return tensor(rows, { dtype: "float64", shape: [steps, chains.length, 1] });
};

const chainsOf = (trajectory: Tensor): Chains => {
  const [steps = 0, chains = 0] = trajectory.shape;
  return Array.from({ length: chains }, (_, m) =>
    Array.from({ length: steps }, (_, t) => trajectory.data[t * chains + m] ?? Number.NaN),
  );
};

/** The definitions, term by term. */
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const variance = (values: readonly number[]): number =>
  sum(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1);
const pooled = (chains: Chains): number => {
  const n = chains[0]?.length ?? 0;
  const between = chains.length > 1 ? variance(chains.map(mean)) : 0;
  return ((n - 1) / n) * mean(chains.map(variance)) + between;
};
const split = (chains: Chains): Chains =>
  chains.flatMap((chain) => [
    chain.slice(0, Math.floor(chain.length / 2)),
    chain.slice(Math.ceil(chain.length / 2)),
  ]);

function sizeByDefinition(chains: Chains): number {
  const n = chains[0]?.length ?? 0;
  const rho = Array.from({ length: n }, (_, t) => {
    if (t === 0) return 1;
    const gamma = chains.map((chain) => {
      const deviations = chain.map((value) => value - mean(chain));
      const products = deviations.flatMap((a, i) => deviations.map((b, j) => (j - i === t ? a * b : 0)));
      return sum(products) / n;
    });
    return 1 - (mean(chains.map(variance)) - mean(gamma)) / pooled(chains);
  });
  // As Stan's package posterior has it: lags in place, and the last pair, of which only its even lag counts, unsmoothed.
  const pair = (t: number): number => (rho[t] ?? 0) + (rho[t + 1] ?? 0);
  let last = 0;
  while (pair(last) > 0 && last < n - 5) last += 2;
  const smooth = [...rho];
  for (let t = 2; t <= last - 2; t += 2) {
    const before = (smooth[t - 2] ?? 0) + (smooth[t - 1] ?? 0);
    if (pair(t) > before) smooth.fill(before / 2, t, t + 2);
  }
  const total = n * chains.length;
  const tau = -1 + 2 * sum(smooth.slice(0, Math.max(last, 1))) + Math.max(0, rho[last] ?? 0);
  return total / Math.max(tau, 1 / Math.log10(total));
}

function normalScores(chains: Chains): Chains {
  const all = chains.flat();
  const rank = (value: number): number =>
    all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2;
  return chains.map((chain) => [
    ...normalQuantile(chain.map((value) => (rank(value) - 0.375) / (all.length + 0.25))),
  ]);
}

function rHatByDefinition(chains: Chains): number {
  const sorted = chains.flat().sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  const median = mean([sorted[Math.floor(half)] ?? 0, sorted[Math.ceil(half)] ?? 0]);
  const foldedChains = chains.map((chain) => chain.map((value) => Math.abs(value - median)));
  return Math.max(
    ...[chains, foldedChains].map((each) => {
      const scores = normalScores(split(each));
      return Math.sqrt(pooled(scores) / mean(scores.map(variance)));
    }),
  );
}

/** Random walks and noise, with repeated values. */
const someChains = fc
  .record({
    seed: fc.nat(1_000_000),
    chains: fc.integer({ min: 1, max: 4 }),
    steps: fc.integer({ min: 8, max: 30 }),
    phi: fc.double({ min: -0.8, max: 0.95, noNaN: true }),
    // Chains that do not mix: their autocorrelations are positive at every lag.
    apart: fc.constantFrom(0, 0, 4),
  })
  .map(({ seed, chains, steps, phi, apart }) =>
    chainsOf(autoregression(seed, phi, steps, chains)).map((chain, m) =>
      chain.map((value) => Math.round(value * 8) / 8 + apart * m),
    ),
  );

describe("effective sample size", () => {
  test("is that of the definition", () => {
    fc.assert(
      fc.property(someChains, (chains) => {
        const trajectory = trajectoryOf(chains);
        expectNear(
          [
            ...effectiveSampleSize(trajectory),
            ...effectiveSampleSize(trajectory, { split: false }),
            ...effectiveSampleSize(trajectory, { rankNormalized: true }),
          ],
          [
            sizeByDefinition(split(chains)),
            sizeByDefinition(chains),
            sizeByDefinition(normalScores(split(chains))),
          ],
          1e-9,
        );
      }),
      runs(60),
    );
  });

  // By a program written after the R code of Stan's package posterior: its ess_mean and ess_bulk, and without halves.
  test.each([
    ["mix", 40, 0, [180.05203863294915, 166.62557438956844, 161.41363634958944]],
    ["do not mix", 40, 20, [5.097960597728665, 5.6698195983181545, 2.260861212133325]],
    ["do not mix, and are short", 24, 20, [6.113927493480762, 6.78000528774574, 2.4410682907176176]],
    ["are too short for a second pair", 10, 20, [20, 20, 3.388170421543974]],
  ] as const)("is Stan's for chains that %s", (_, steps, apart, expected) => {
    const chains = [0, 1, 2, 3].map((m) =>
      Array.from({ length: steps }, (_, t) => ((7 * t * t + 3 * m) % 11) + apart * m),
    );
    const trajectory = trajectoryOf(chains);
    expectNear(
      [
        ...effectiveSampleSize(trajectory),
        ...effectiveSampleSize(trajectory, { rankNormalized: true }),
        ...effectiveSampleSize(trajectory, { split: false }),
      ],
      expected,
      1e-9,
    );
  });

  // Over 40 seeds the estimates spread by less than 5 %.
  test.each([0, 0.5, 0.9, -0.5])("of an autoregression is n(1 − φ)/(1 + φ) (φ = %d)", (phi) => {
    const [steps, chains] = [5000, 8];
    const expected = (steps * chains * (1 - phi)) / (1 + phi);
    const trajectory = autoregression(1, phi, steps, chains);
    for (const options of [{}, { split: false }, { rankNormalized: true }]) {
      const [size = 0] = effectiveSampleSize(trajectory, options);
      expect(Math.abs(size / expected - 1), `${size} of ${expected}`).toBeLessThan(0.15);
    }
  });

  test("is the number of independent draws whose mean is as precise", () => {
    const [phi, steps, runsOfOne] = [0.8, 400, 600];
    const means = chainsOf(autoregression(2, phi, steps, runsOfOne)).map(mean);
    const [size = 0] = effectiveSampleSize(autoregression(3, phi, steps, 50));
    // The variance of 600 means has a relative standard error of √(2/600) = 0.058.
    expect(Math.abs((variance(means) * size) / 50 - 1)).toBeLessThan(0.25);
  });

  test("counts chains that disagree as hardly more than one each", () => {
    const apart = concat([autoregression(1, 0, 500, 4), add(10, autoregression(2, 0, 500, 4))], 1);
    expect(effectiveSampleSize(apart)[0]).toBeLessThan(16);
    expect(effectiveSampleSize(autoregression(1, 0, 500, 8))[0]).toBeGreaterThan(3000);
  });

  test("heavy tails: the bulk size does not see a monotone change of the coordinate", () => {
    const chains = autoregression(4, 0.3, 300, 2);
    const cubed = mul(chains, mul(chains, chains));
    expect(effectiveSampleSize(cubed, { rankNormalized: true })).toEqual(
      effectiveSampleSize(chains, { rankNormalized: true }),
    );
  });
});

describe("R̂", () => {
  test("is that of the definition, in each form", () => {
    fc.assert(
      fc.property(someChains, (chains) => {
        const trajectory = trajectoryOf(chains);
        const plain = (each: Chains): number => Math.sqrt(pooled(each) / mean(each.map(variance)));
        expectNear(rHat(trajectory), [rHatByDefinition(chains)], 1e-9);
        expectNear(rHat(trajectory, { method: "split" }), [plain(split(chains))], 1e-9);
        if (chains.length > 1) expectNear(rHat(trajectory, { method: "classic" }), [plain(chains)], 1e-9);
      }),
      runs(60),
    );
  });

  test("is about 1 for chains of one distribution, and above 1.01 for others", () => {
    const [a, b] = [autoregression(1, 0.5, 2000, 3), autoregression(2, 0.5, 2000, 1)];
    const with_ = (other: Tensor): Tensor => concat([a, other], 1);
    const expectAlike = (trajectory: Tensor, method: "classic" | "split" | "rank-normalized"): void => {
      expect(Math.abs((rHat(trajectory, { method })[0] ?? 0) - 1), method).toBeLessThan(0.01);
    };
    const expectApart = (trajectory: Tensor, method: "classic" | "split" | "rank-normalized"): void => {
      expect(rHat(trajectory, { method })[0], method).toBeGreaterThan(1.01);
    };
    for (const method of ["classic", "split", "rank-normalized"] as const) {
      expectAlike(with_(b), method);
      expectApart(with_(add(0.7, b)), method);
    }
    // A wider chain is only seen by the folded ranks.
    expectAlike(with_(mul(3, b)), "classic");
    expectApart(with_(mul(3, b)), "rank-normalized");
    // A drift within the chains is only seen by their halves.
    const drift = tensor(
      Array.from({ length: 2000 }, (_, t) => [[t / 1000]]),
      { dtype: "float64" },
    );
    expectAlike(add(with_(b), drift), "classic");
    expectApart(add(with_(b), drift), "split");
    expectApart(add(with_(b), drift), "rank-normalized");
  });

  test("equal chains have R̂ just below 1", () => {
    const one = autoregression(1, 0, 100, 1);
    const [value = 0] = rHat(concat([one, one, one], 1), { method: "classic" });
    expect(value).toBeCloseTo(Math.sqrt(99 / 100), 12);
  });

  test("is infinite for chains that stand still in different places", () => {
    const still = tensor(Array.from({ length: 6 }, () => [[0], [1]]));
    expect(rHat(still, { method: "classic" })).toEqual([Number.POSITIVE_INFINITY]);
    expect(rHat(still)).toEqual([Number.POSITIVE_INFINITY]);
    // ρₜ = 1 at every lag that counts: of halves of three steps ρ₀ alone, and τ = 2.
    expect(effectiveSampleSize(still)).toEqual([6]);
    const longer = tensor(Array.from({ length: 16 }, () => [[0], [1]]));
    expect(effectiveSampleSize(longer)).toEqual([4]);
  });
});

test("the normal quantile is the inverse of the distribution function", () => {
  const p = [1e-12, 1e-6, 0.01, 0.3, 0.5, 0.7, 0.975, 1 - 1e-6];
  const z = normalQuantile(p);
  expectNear(normalCdf(tensor(z)).data, p, 1e-15);
  expect(z[0]).toBeCloseTo(-7.034483825301131, 9);
  expect(z[6]).toBeCloseTo(1.959963984540054, 12);
  expect(normalQuantile([0, 1]).every(Number.isFinite)).toBe(true);
});

describe("mode switches", () => {
  const centres = tensor([
    [-1, 0],
    [1, 0],
    [0, 3],
  ]);

  test("are the changes of the nearest centre, as modeWeights assigns it", () => {
    const places = [-1.2, -0.4, 0.7, 1.5, -0.1, 0.2];
    const first = places.map((x) => [x, 0.5]);
    const second = places.map((_, t) => [0, t < 4 ? 5 : -0.1]);
    const trajectory = first.map((point, t) => tensor([point, second[t] ?? []]));
    const { total, perChain, transitions } = modeSwitches(trajectory, centres);
    expect(perChain).toEqual([3, 1]);
    expect(total).toBe(4);
    expect(transitions).toEqual([
      [2, 2, 0],
      [1, 1, 0],
      [1, 0, 3],
    ]);
    const visits = modeWeights(concat(trajectory.slice(0, -1)), centres).map(({ count }) => count);
    expect(transitions.map(sum)).toEqual(visits);
  });

  test("of a two-state Markov chain have its rate", () => {
    const [stay, steps, chains] = [0.9, 500, 20];
    const u = random.uniform(random.key(5), [steps, chains]).data;
    const x = new Float64Array(steps * chains).fill(1);
    for (let i = chains; i < x.length; i++) x[i] = ((u[i] ?? 0) < stay ? 1 : -1) * (x[i - chains] ?? 0);
    const { total } = modeSwitches(tensor(x, { shape: [steps, chains, 1] }), {
      count: 2,
      assign: ([value = 0]) => (value > 0 ? 1 : 0),
    });
    const moves = (steps - 1) * chains;
    expect(Math.abs(total - moves * 0.1) / Math.sqrt(moves * 0.09)).toBeLessThan(4);
  });
});

describe("of trajectories as samplers keep them", () => {
  const key = random.key(9);

  test("Langevin steps on N(0, 1) have the autocorrelation 1 − ε/2", () => {
    const x0 = random.normal(random.key(1), [8, 1]);
    const { trajectory } = langevin(neg, x0, { stepSize: 0.4, steps: 4000, trajectory: 1, key });
    const [size = 0] = effectiveSampleSize(trajectory);
    expect(Math.abs(size / ((32_000 * 0.2) / 1.8) - 1)).toBeLessThan(0.15);
    expect(rHat(trajectory)[0]).toBeLessThan(1.01);
  });

  test("hmc mixes better than mala on a banana, for equal steps", () => {
    const options = { stepSize: 0.3, warmUpSteps: 200, steps: 500, trajectory: 1, key };
    const x0 = zeros([4, 2]);
    const [energy, least] = [banana(0.5), (sizes: number[]): number => Math.min(...sizes)];
    const langevinSize = least(effectiveSampleSize(mala(energy, x0, options).trajectory));
    const hamiltonian = hmc(energy, x0, { ...options, leapfrogSteps: [3, 6] }).trajectory;
    expect(least(effectiveSampleSize(hamiltonian))).toBeGreaterThan(2 * langevinSize);
    expect(rHat(hamiltonian).every((r) => r < 1.02)).toBe(true);
  });

  test("a list of states and one tensor are the same, coordinate by coordinate", () => {
    const { trajectory } = mala(standardNormal, zeros([3, 2]), {
      stepSize: 1,
      steps: 50,
      trajectory: 1,
      key,
    });
    const all = stack(trajectory);
    const coordinate = (j: number): Tensor => slice(all, [0, 0, j], [51, 3, j + 1]);
    for (const diagnostic of [effectiveSampleSize, rHat]) {
      expect(diagnostic(all)).toEqual(diagnostic(trajectory));
      expect(diagnostic(all)).toEqual([0, 1].flatMap((j) => diagnostic(coordinate(j))));
    }
  });

  test.each<[string, () => unknown]>([
    ["rHat: the trajectory has 0 states; give at least 4", () => rHat([])],
    ["effectiveSampleSize: the trajectory has 3 states", () => effectiveSampleSize(zeros([3, 2, 1]))],
    ["rHat: the trajectory has shape [5, 2], not [steps, chains, d]", () => rHat(zeros([5, 2]))],
    ["rHat: coordinate 0 is 0 in every state of every chain", () => rHat(zeros([5, 2, 1]))],
    [
      "rHat: the classic method compares chains",
      () => rHat(autoregression(1, 0, 9, 1), { method: "classic" }),
    ],
    [
      "rHat: state 1 of the trajectory has shape [2, 1], state 0 has [3, 1]",
      () => rHat([zeros([3, 1]), zeros([2, 1]), zeros([3, 1]), zeros([3, 1])]),
    ],
    [
      "effectiveSampleSize: state 2 of the trajectory is NaN at [1, 0]",
      () => effectiveSampleSize(tensor([1, 2, 3, 4, 5, Number.NaN, 7, 8], { shape: [4, 2, 1] })),
    ],
    [
      "modeSwitches: the trajectory has 1 states; give at least 2",
      () => modeSwitches([zeros([1, 1])], zeros([1, 1])),
    ],
    [
      "modeSwitches: modes have 1 coordinates, x has 2",
      () => modeSwitches([zeros([1, 2]), zeros([1, 2])], expandDims(zeros([1]), 1)),
    ],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });
});
