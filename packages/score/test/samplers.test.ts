import {
  add,
  capture,
  div,
  full,
  greater,
  mul,
  neg,
  ones,
  random,
  square,
  sub,
  type Tensor,
  type TensorLike,
  tensor,
  where,
  zeros,
  zerosLike,
} from "@scoretape/autograd";
import {
  type AnnealedLangevinConvention,
  type AnnealedLangevinStep,
  annealedLangevin,
  data,
  geometricSchedule,
  type LangevinStep,
  langevin,
  modeWeights,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { langevinStep } from "../src/samplers/walk.ts";
import { normal } from "./support/normal.ts";
import { columnOf, expectMean, expectNear, expectVariance } from "./support/samples.ts";

const key = random.key(16);

describe("langevin", () => {
  test.each([0.1, 0.5, 1, 2, 3])("on N(0, 1) with step %d has variance 1/(1 − ε/4)", (stepSize) => {
    // One step contracts by 1 − ε/2: after enough of them the start is forgotten to 1e-5 of the variance.
    const steps = Math.ceil(Math.log(1e-5) / Math.log(Math.max(0.3, Math.abs(1 - stepSize / 2))) / 2);
    const { samples } = langevin(neg, zeros([20_000, 1]), { stepSize, steps, key });
    expectMean(columnOf(samples, 0), 0);
    expectVariance(columnOf(samples, 0), 1 / (1 - stepSize / 4));
  });

  test.each([0.1, 1])(
    "from a point, t steps of size %d on N(2, 1) have the moments of the recursion",
    (stepSize) => {
      const score = (x: Tensor): Tensor => sub(2, x);
      const contraction = 1 - stepSize / 2;
      let [mean, variance] = [5, 0];
      for (const t of [1, 2, 3]) {
        mean = 2 + contraction * (mean - 2);
        variance = contraction ** 2 * variance + stepSize;
        const { samples } = langevin(score, full([20_000, 1], 5), { stepSize, steps: t, key });
        expectMean(columnOf(samples, 0), mean);
        expectVariance(columnOf(samples, 0), variance);
      }
    },
  );

  test("in several dimensions each axis has a recursion of its own", () => {
    const set = data.gaussian({
      mean: [1, -2],
      covariance: [
        [4, 0],
        [0, 0.25],
      ],
    });
    const [stepSize, steps] = [0.4, 20];
    const { samples } = langevin((x) => set.score(x), zeros([10_000, 2]), { stepSize, steps, key });
    for (const [j, variance] of [4, 0.25].entries()) {
      const mean = [1, -2][j] ?? 0;
      const contraction = 1 - stepSize / (2 * variance);
      const forgotten = 1 - contraction ** (2 * steps);
      expectMean(columnOf(samples, j), mean * (1 - contraction ** steps));
      expectVariance(columnOf(samples, j), (stepSize * forgotten) / (1 - contraction ** 2));
    }
  });

  test("the step is x + (ε/2)s + √ε z, in ops alone", () => {
    const [x, s, z] = [tensor([[1, 2]]), tensor([[10, 20]]), tensor([[0.5, -1]])];
    expect(langevinStep(x, s, z, 0.25).toArray()).toEqual([[1 + 1.25 + 0.25, 2 + 2.5 - 0.5]]);
    const program = capture((a: Tensor, b: Tensor, c: Tensor) => langevinStep(a, b, c, 0.25))(x, s, z);
    expect(program.replay([x, s, z])[0]?.toArray()).toEqual(langevinStep(x, s, z, 0.25).toArray());
  });

  test("the noise is new at every step, in every coordinate and chain", () => {
    const { trajectory } = langevin(zerosLike, zeros([2000, 2]), {
      stepSize: 0.5,
      steps: 4,
      key,
      trajectory: 1,
    });
    expectIndependentNoise(trajectory, () => Math.sqrt(0.5));
  });

  test("a longer run passes through the shorter one, and a chain does not depend on those after it", () => {
    const run = (n: number, steps: number): Tensor =>
      langevin(neg, zeros([n, 2]), { stepSize: 0.1, steps, key }).samples;
    const { trajectory } = langevin(neg, zeros([6, 2]), { stepSize: 0.1, steps: 9, key, trajectory: 3 });
    expect(trajectory.map((x) => x.toArray())).toEqual(
      [zeros([6, 2]), run(6, 3), run(6, 6), run(6, 9)].map((x) => x.toArray()),
    );
    expect([...run(3, 4).data]).toEqual([...run(6, 4).data.subarray(0, 6)]);
  });

  test("reports every step, and keeps nothing unless asked to", () => {
    const seen: LangevinStep[] = [];
    const { samples, trajectory } = langevin(neg, zeros([3, 2]), {
      stepSize: 0.1,
      steps: 4,
      key,
      onStep: (state) => seen.push(state),
    });
    expect(seen.map(({ step, steps }) => [step, steps])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
    expect(seen[3]?.x).toBe(samples);
    expect(trajectory).toEqual([]);
  });

  test("a chain that diverges is named, with the step and the remedy", () => {
    // Only where x > 5 does this score push outwards, tenfold at every step.
    const score = (x: Tensor): Tensor => where(greater(x, 5), mul(1e8, x), neg(x));
    const run = (): unknown =>
      langevin(
        score,
        tensor([
          [0, 0],
          [0, 1],
          [0, 9],
        ]),
        { stepSize: 0.1, steps: 100, key },
      );
    expect(run).toThrow(
      /langevin: chain 2 is Infinity in coordinate 1 after step 6 of 100, from \[.*\] with score Infinity and step size 0\.1; take a smaller step size/,
    );
  });

  test.each<[string, () => unknown]>([
    ["langevin: stepSize is 0; it is a finite number above 0", () => run({ stepSize: 0 })],
    ["langevin: stepSize is NaN", () => run({ stepSize: Number.NaN })],
    ["langevin: steps is 0; it is a whole number from 1", () => run({ steps: 0 })],
    [
      "langevin: chain 0 is NaN in coordinate 0 after step 1 of 3, from [0.000, 0.000] with score NaN",
      () => langevin((x) => mul(Number.NaN, x), zeros([1, 2]), { stepSize: 1, steps: 3, key }),
    ],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });

  function run(
    options: { stepSize?: number; steps?: number; trajectory?: number },
    x0 = zeros([2, 2]),
  ): unknown {
    return langevin(neg, x0, { stepSize: 0.1, steps: 3, key, ...options });
  }
});

/** All increments divided by their scale are standard normal, and uncorrelated between steps and coordinates. */
function expectIndependentNoise(states: readonly Tensor[], scale: (step: number) => number): void {
  const increments = states.slice(1).flatMap((x, i) => {
    const noise = div(sub(x, states[i] ?? x), scale(i));
    return [columnOf(noise, 0), columnOf(noise, 1)];
  });
  increments.forEach((a, i) => {
    expectVariance(a, 1, `increment ${i}`);
    for (const b of increments.slice(0, i)) {
      expectMean(
        a.map((value, chain) => value * (b[chain] ?? 0)),
        0,
        "correlation",
      );
      expectMean(
        a.slice(1).map((value, chain) => value * (b[chain] ?? 0)),
        0,
        "correlation of neighbours",
      );
    }
  });
}

describe("annealedLangevin", () => {
  // On N(0, τ²) blurred by σ a step is linear in x, so the variance follows a recursion.
  const score = (x: Tensor, sigma: TensorLike): Tensor =>
    div(neg(x), typeof sigma === "number" ? 0.5 + sigma ** 2 : add(0.5, square(sigma)));

  test.each([[0.1], [0.7]])(
    "at each level has the variance that step and noise of size ε·σᵢ²/σ_L² give (ε = %d)",
    (stepSize) => {
      const sigmas = [3, 1.5, 0.5];
      let variance = 4;
      const states: AnnealedLangevinStep[] = [];
      annealedLangevin(score, mul(2, random.normal(random.key(8), [20_000, 1])), {
        sigmas,
        stepSize: stepSize * 0.1,
        stepsPerLevel: 5,
        key,
        onStep: (state) => states.push(state),
      });
      expect(states.length).toBe(15);
      for (const { level, levels, sigma, stepSize: own, step, steps, x } of states) {
        expect([levels, steps]).toEqual([3, 5]);
        expect(sigma).toBe(sigmas[level - 1]);
        expect(own).toBeCloseTo((stepSize * 0.1 * sigma ** 2) / 0.25, 12);
        variance = (1 - own / (2 * (0.5 + sigma ** 2))) ** 2 * variance + own;
        if (step === 5) expectVariance(columnOf(x, 0), variance, `level ${level}`);
      }
    },
  );

  test("the noise is new at every step of every level", () => {
    const { trajectory } = annealedLangevin((x) => zerosLike(x), zeros([2000, 2]), {
      sigmas: [2, 1],
      stepSize: 0.1,
      stepsPerLevel: 2,
      key,
      trajectory: 1,
    });
    expectIndependentNoise(trajectory, (step) => Math.sqrt(step < 2 ? 0.4 : 0.1));
  });

  test("one level is a Langevin run at that level", () => {
    const x0 = random.normal(random.key(2), [4, 2]);
    const annealed = annealedLangevin(score, x0, { sigmas: [0.7], stepSize: 0.1, stepsPerLevel: 6, key });
    const plain = langevin((x) => score(x, 0.7), x0, { stepSize: 0.1, steps: 6, key: random.foldIn(key, 0) });
    expectNear(annealed.samples.data, plain.samples.data, 1e-6);
  });

  test("ε of the 2020 convention is 2ε of the 2019 one, bit for bit", () => {
    const x0 = random.normal(random.key(2), [50, 3]);
    const run = (convention: AnnealedLangevinConvention, stepSize: number): Tensor =>
      annealedLangevin(score, x0, { sigmas: [3, 1, 0.4], stepSize, convention, stepsPerLevel: 7, key })
        .samples;
    expect(run("song-ermon-2020", 0.013).data).toEqual(run("song-ermon-2019", 0.026).data);
    expect(run("song-ermon-2020", 0.013).data).not.toEqual(run("song-ermon-2019", 0.013).data);
  });

  test("the conventions are x + (ε/2)s + √ε z and x + εs + √(2ε) z", () => {
    const x0 = normal(3, [4, 2]);
    for (const convention of ["song-ermon-2019", "song-ermon-2020"] as const) {
      const options = { sigmas: [2, 1], stepSize: 0.1, convention, stepsPerLevel: 1, key };
      let x = x0;
      const sizes: number[] = [];
      const { samples } = annealedLangevin(score, x0, { ...options, onStep: (s) => sizes.push(s.stepSize) });
      for (const [i, sigma] of options.sigmas.entries()) {
        const epsilon = 0.1 * sigma ** 2;
        const noise = random.normal(random.foldIn(random.foldIn(key, i), 0), [4, 2], { dtype: "float64" });
        const [drift, spread] =
          convention === "song-ermon-2019" ? [epsilon / 2, epsilon] : [epsilon, 2 * epsilon];
        x = add(x, add(mul(drift, score(x, sigma)), mul(Math.sqrt(spread), noise)));
      }
      expectNear(samples.data, x.data, 1e-12);
      expect(sizes).toEqual([0.4, 0.1]);
    }
  });

  test("the final denoising adds σ_L²·s(x, σ_L), the posterior mean", () => {
    const x0 = random.normal(random.key(2), [4, 2], { dtype: "float64" });
    const options = { sigmas: tensor([2, 0.5]), stepSize: 0.1, stepsPerLevel: 3, key };
    const { samples } = annealedLangevin(score, x0, options);
    const denoised = annealedLangevin(score, x0, { ...options, finalDenoise: true }).samples;
    // For N(0, ½) and σ² = ¼ the posterior mean of x is ⅔x.
    expectNear(denoised.data, mul(2 / 3, samples).data, 1e-12);
  });

  test("runs eagerly a score that reads elements, to the same samples", () => {
    const reading = (x: Tensor, sigma: TensorLike): Tensor =>
      mul(-1 / (0.5 + (typeof sigma === "number" ? sigma : sigma.item()) ** 2), x);
    const options = { sigmas: [2, 1], stepSize: 0.1, stepsPerLevel: 3, key };
    const x0 = ones([5, 2]);
    const eager = annealedLangevin(reading, x0, { ...options, backend: "eager" }).samples.data;
    const compiled = annealedLangevin(score, x0, options).samples.data;
    eager.forEach((value, i) => {
      expect(compiled[i]).toBeCloseTo(value, 5);
    });
    expect(() => annealedLangevin(reading, x0, options)).toThrow("reading the elements");
  });

  test("keeps every k-th state, counted over the levels", () => {
    const { trajectory, samples } = annealedLangevin(score, zeros([5, 2]), {
      sigmas: [2, 1],
      stepSize: 0.1,
      stepsPerLevel: 3,
      key,
      trajectory: 2,
    });
    expect(trajectory.length).toBe(4);
    expect(trajectory[3]).toBe(samples);
  });

  test.each<[string, () => unknown]>([
    ["annealedLangevin: sigmas is empty", () => run({ sigmas: [] })],
    ["annealedLangevin: sigma 1 is 2 after 1; noise levels decrease", () => run({ sigmas: [1, 2] })],
    ["annealedLangevin: sigma 1 is 0; it is a finite number above 0", () => run({ sigmas: [1, 0] })],
    ["annealedLangevin: stepsPerLevel is 0", () => run({ stepsPerLevel: 0 })],
    ["annealedLangevin: stepSize is -1", () => run({ stepSize: -1 })],
    [
      "annealedLangevin: convention is ncsn; it is song-ermon-2019 or song-ermon-2020",
      () => run(JSON.parse('{ "convention": "ncsn" }')),
    ],
    [
      "annealedLangevin: chain 0 is NaN in coordinate 0 after step 1 of 3 at level 2 of 2 (sigma 1), from [",
      () => run({}, zeros([2, 2]), (x, sigma) => mul(x, div(sub(sigma, 1), sub(sigma, 1)))),
    ],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });

  function run(
    options: { sigmas?: number[]; stepSize?: number; stepsPerLevel?: number; trajectory?: number },
    x0 = zeros([2, 2]),
    s: (x: Tensor, sigma: TensorLike) => Tensor = score,
  ): unknown {
    return annealedLangevin(s, x0, { sigmas: [2, 1], stepSize: 0.1, stepsPerLevel: 3, key, ...options });
  }
});

describe("two modes with the exact score (Song & Ermon 2019, figure 3)", () => {
  const chains = 4000;
  const x0 = random.uniform(random.key(1), [chains, 2], { low: -8, high: 8 });

  /** The reference weights are of 40,000 chains. */
  function expectWeight(samples: Tensor, weight: number): void {
    const [larger] = modeWeights(
      samples,
      tensor([
        [5, 5],
        [-5, -5],
      ]),
    );
    const error = Math.sqrt(weight * (1 - weight) * (1 / chains + 1 / 40_000));
    expect(Math.abs((larger?.weight ?? 0) - weight) / error, `weight ${larger?.weight}`).toBeLessThan(3);
  }

  test("Langevin leaves the modes with the weights of their basins: 0.508 for 0.8", () => {
    const { samples } = langevin((x) => data.twoModes.score(x), x0, { stepSize: 0.1, steps: 1000, key });
    expectWeight(samples, 0.508);
  });

  test("annealed over ten levels it nearly finds them: 0.784", () => {
    // The levels are total standard deviations of the modes: two points, blurred by them.
    const points = data.gaussianMixture({
      weights: [0.8, 0.2],
      means: [
        [5, 5],
        [-5, -5],
      ],
      standardDeviations: 0,
    });
    const { samples } = annealedLangevin((x, sigma) => points.score(x, sigma), x0, {
      sigmas: geometricSchedule(20, 1, 10),
      stepSize: 0.1,
      stepsPerLevel: 100,
      key,
    });
    expectWeight(samples, 0.784);
    const upper = columnOf(samples, 0).filter((value) => value > 0);
    expectMean(upper, 5);
    expectVariance(upper, 1 / (1 - 0.1 / 4));
  });
});
