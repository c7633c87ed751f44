import {
  add,
  div,
  greater,
  isConcrete,
  mul,
  neg,
  random,
  type Tensor,
  type TensorLike,
  tensor,
  where,
  zeros,
} from "@scoretape/autograd";
import {
  type DiffusionProcess,
  data,
  dormandPrince,
  eulerMaruyama,
  heun,
  logLikelihood,
  modeWeights,
  predictorCorrector,
  probabilityFlow,
  type ReverseDiffusionOptions,
  type ReverseDiffusionStep,
  type Samples,
  type TimeConditionalScore,
  varianceExploding,
  variancePreserving,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { correctorStep } from "../src/diffusion/predictorCorrector.ts";
import { coefficientsAt, type NormalMoments, namedProcesses, stateMoments } from "./support/diffusion.ts";
import { clean, corrected, reverseRecursion, scoreUnder } from "./support/recursions.ts";
import { columnOf, expectMean, expectNear, expectVariance } from "./support/samples.ts";

const key = random.key(16);
const float64 = { dtype: "float64" } as const;

describe.each(namedProcesses)("with the exact score of a Gaussian under %s", (_name, process) => {
  const score = scoreUnder(process);
  const start = process.prior.sample(random.key(1), [20_000, 1]);
  const end = stateMoments(process, clean, process.minTime);

  test.each([20, 100])("eulerMaruyama in %d steps has the moments of its recursion", (steps) => {
    const { samples } = eulerMaruyama(score, start, process, { steps, key });
    const { mean, variance } = reverseRecursion(process, steps);
    expectMean(columnOf(samples, 0), mean);
    expectVariance(columnOf(samples, 0), variance);
  });

  test.each([
    [50, 0.2],
    [10, 0.4],
  ])(
    "predictorCorrector in %d steps with two corrections of ratio %d has the moments of its recursion",
    (steps, signalToNoise) => {
      const options = { steps, key, signalToNoise, correctorSteps: 2 };
      const { samples } = predictorCorrector(score, start, process, options);
      const twice = (after: NormalMoments, target: NormalMoments): NormalMoments =>
        corrected(corrected(after, target, signalToNoise), target, signalToNoise);
      const { mean, variance } = reverseRecursion(process, steps, twice);
      expectMean(columnOf(samples, 0), mean);
      expectVariance(columnOf(samples, 0), variance);
    },
  );

  test.each([
    ["dormandPrince", dormandPrince({ relativeTolerance: 1e-6, absoluteTolerance: 1e-6 }), 2e-5],
    ["heun", heun({ steps: 300 }), 5e-3],
  ] as const)(
    "probabilityFlow by %s maps every point as the optimal transport does",
    (_solver, solver, tolerance) => {
      const x1 = process.prior.sample(random.key(1), [50, 1]);
      const { samples } = probabilityFlow(score, x1, process, { solver });
      const from = stateMoments(process, clean, 1);
      const stretch = Math.sqrt(end.variance / from.variance);
      const expected = add(end.mean, mul(stretch, add(x1, -from.mean)));
      expectNear(samples.data, expected.data, tolerance);
    },
  );

  describe("from a time in the middle", () => {
    const startTime = 0.4;
    const there = stateMoments(process, clean, startTime);
    const noisy = add(there.mean, mul(Math.sqrt(there.variance), random.normal(random.key(9), [20_000, 1])));

    test("eulerMaruyama has the moments of its recursion", () => {
      const { samples } = eulerMaruyama(score, noisy, process, { steps: 40, startTime, key });
      const to = reverseRecursion(process, 40, (after) => after, { startTime, ...there });
      expectMean(columnOf(samples, 0), to.mean);
      expectVariance(columnOf(samples, 0), to.variance);
    });

    test("probabilityFlow maps every point as the optimal transport does", () => {
      const times: number[] = [];
      const solver = heun({ steps: 200 });
      const onStep = ({ time }: { readonly time: number }) => times.push(time);
      const { samples } = probabilityFlow(score, noisy, process, { solver, startTime, onStep });
      const stretch = Math.sqrt(end.variance / there.variance);
      expectNear(samples.data, add(end.mean, mul(stretch, add(noisy, -there.mean))).data, 5e-3);
      expect(Math.max(...times)).toBeLessThan(startTime);
    });

    test("none is at the data or beyond the noise", () => {
      for (const time of [process.minTime, 1.5, Number.NaN]) {
        const message = `startTime is ${time}; it lies above ${process.minTime}, where the process is at the data`;
        const options = { steps: 4, startTime: time, key };
        expect(() => eulerMaruyama(score, noisy, process, options)).toThrow(`eulerMaruyama: ${message}`);
        const flow = { solver: heun({ steps: 4 }), startTime: time };
        expect(() => probabilityFlow(score, noisy, process, flow)).toThrow(`probabilityFlow: ${message}`);
      }
    });
  });

  test("the probability flow from a sample leads back to its start", () => {
    const solver = dormandPrince({ relativeTolerance: 1e-8, absoluteTolerance: 1e-8 });
    const x1 = process.prior.sample(random.key(1), [20, 1], float64);
    const { samples } = probabilityFlow(score, x1, process, { solver });
    expectNear(logLikelihood(score, samples, process, { solver }).latent.data, x1.data, 1e-6);
  });

  test("the final denoising is the posterior mean of the clean point", () => {
    const x1 = process.prior.sample(random.key(2), [10, 1], float64);
    const { scale, deviation } = coefficientsAt(process, process.minTime);
    const posterior = (x: number): number => {
      const gain = (clean.variance * scale) / end.variance;
      return clean.mean + gain * (x - end.mean);
    };
    expect(deviation).toBeGreaterThan(0);
    for (const sample of [
      (finalDenoise: boolean) => eulerMaruyama(score, x1, process, { steps: 9, key, finalDenoise }),
      (finalDenoise: boolean) => predictorCorrector(score, x1, process, { steps: 9, key, finalDenoise }),
      (finalDenoise: boolean) =>
        probabilityFlow(score, x1, process, { solver: heun({ steps: 9 }), finalDenoise }),
    ]) {
      const noisy = sample(false).samples;
      expectNear(sample(true).samples.data, noisy.data.map(posterior), 1e-11);
    }
  });
});

describe("with the exact score of a mixture", () => {
  const weights = [0.3, 0.7];
  const means = [
    [2, -1],
    [-2, 1],
  ];
  const set = data.gaussianMixture({ weights, means, standardDeviations: [0.3, 0.5] });
  const n = 4000;

  const samplers: Record<string, (process: DiffusionProcess, start: Tensor) => Tensor> = {
    eulerMaruyama: (process, start) =>
      eulerMaruyama(scoreUnder(process, set), start, process, { steps: 300, key }).samples,
    predictorCorrector: (process, start) =>
      predictorCorrector(scoreUnder(process, set), start, process, { steps: 200, key, signalToNoise: 0.1 })
        .samples,
    "probabilityFlow by dormandPrince": (process, start) =>
      probabilityFlow(scoreUnder(process, set), start, process, { solver: dormandPrince() }).samples,
    "probabilityFlow by heun": (process, start) =>
      probabilityFlow(scoreUnder(process, set), start, process, { solver: heun({ steps: 100 }) }).samples,
  };

  describe.each([
    ["variancePreserving", variancePreserving()],
    ["varianceExploding", varianceExploding({ sigmaMin: 0.01, sigmaMax: 40 })],
  ])("%s", (_name, process) => {
    test.each(Object.entries(samplers))(
      "%s finds the modes with their weights and widths",
      (_sampler, sample) => {
        const samples = sample(process, process.prior.sample(random.key(3), [n, 2]));
        const modes = modeWeights(samples, tensor(means));
        modes.forEach(({ weight }, k) => {
          const expected = weights[k] ?? 0;
          const error = Math.sqrt((expected * (1 - expected)) / n);
          expect(Math.abs(weight - expected) / error, `weight ${weight}`).toBeLessThan(3.5);
        });
        const upper = columnOf(samples, 0).filter((value) => value > 0);
        // The bias of the variance is at most 2 % with these steps, below three standard errors, 12 %.
        expectMean(upper, 2);
        expectVariance(upper, 0.09);
      },
    );
  });

  test("its mean and covariance come out of the probability flow", () => {
    const process = variancePreserving();
    const samples = samplers["probabilityFlow by dormandPrince"]?.(
      process,
      process.prior.sample(random.key(5), [20_000, 2]),
    );
    const [a, b] = [columnOf(samples ?? zeros([1, 2]), 0), columnOf(samples ?? zeros([1, 2]), 1)];
    const within = 0.3 * 0.09 + 0.7 * 0.25;
    expectMean(a, -0.8);
    expectMean(b, 0.4);
    expectVariance(a, within + 16 * 0.21);
    expectVariance(b, within + 4 * 0.21);
    expectMean(
      a.map((value, i) => (value + 0.8) * ((b[i] ?? 0) - 0.4)),
      -8 * 0.21,
    );
  });
});

const stochastic: Record<
  string,
  (
    score: TimeConditionalScore,
    x1: Tensor,
    process: DiffusionProcess,
    options: ReverseDiffusionOptions,
  ) => Samples
> = { eulerMaruyama, predictorCorrector };

describe.each(Object.entries(stochastic))("%s", (name, sample) => {
  const process = variancePreserving();
  const score = scoreUnder(process);
  const start = process.prior.sample(random.key(4), [5, 1]);
  const run = (options: Partial<ReverseDiffusionOptions> = {}, x1 = start, s = score): Samples =>
    sample(s, x1, process, { steps: 6, key, ...options });

  test("reports every step with its number and time", () => {
    const seen: ReverseDiffusionStep[] = [];
    const { samples } = run({ onStep: (state) => seen.push(state) });
    expect(seen.map(({ step, steps }) => [step, steps])).toEqual([1, 2, 3, 4, 5, 6].map((step) => [step, 6]));
    seen.forEach(({ time }, i) => {
      expect(time).toBeCloseTo(1 - ((i + 1) * 0.999) / 6, 12);
    });
    expect(seen.at(-1)?.time).toBe(process.minTime);
    expect(seen.at(-1)?.x).toBe(samples);
  });

  test("has eagerly the same samples, of a score that may read elements", () => {
    const reading = (x: Tensor, time: TensorLike): Tensor =>
      score(x, typeof time === "number" ? time : time.item());
    for (const finalDenoise of [false, true]) {
      const eager = run({ backend: "eager", finalDenoise }, start, reading).samples;
      expectNear(eager.data, run({ finalDenoise }).samples.data, 1e-5);
    }
    expect(() => run({}, start, reading)).toThrow("reading the elements");
  });

  test.each<[string, () => unknown]>([
    ["steps is 0; it is a whole number from 1", () => run({ steps: 0 })],
    [
      "row 0 is NaN in coordinate 0 after step 1 of 6 (time 0.8335), from [9.000]; take more steps, or mend the score",
      () => run({}, tensor([[9], [0]]), (x) => where(greater(x, 5), Number.NaN, neg(x))),
    ],
    [
      "the result of the final denoising is NaN",
      () =>
        run({ finalDenoise: true }, start, (x, time) =>
          typeof time !== "number" && isConcrete(time) ? div(mul(0, x), 0) : score(x, time),
        ),
    ],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(`${name}: ${message}`);
  });
});

test("the corrector is x + e·s + √(2e)·z with e = 2(r‖z‖/‖s‖)², of mean norms", () => {
  const rows = (...values: number[]): Tensor => tensor(values, { shape: [2, 2], ...float64 });
  const [x, s, z] = [rows(1, 2, 3, 4), rows(3, 4, 0, 1), rows(1, 0, 0, -2)];
  // ‖z‖ = 1.5 and ‖s‖ = 3, so that e = ½r².
  const e = 0.5 * 0.2 ** 2;
  const expected = add(x, add(mul(e, s), mul(Math.sqrt(2 * e), z)));
  expectNear(correctorStep(x, s, z, 0.2).data, expected.data, 1e-14);
});

describe("eulerMaruyama", () => {
  const process = variancePreserving();

  test("coordinates and rows have noise of their own", () => {
    const { samples } = eulerMaruyama((x) => mul(0, x), zeros([5000, 2]), process, { steps: 1, key });
    const [a, b] = [columnOf(samples, 0), columnOf(samples, 1)];
    expectVariance(a, 0.999 * coefficientsAt(process, 1).diffusion ** 2);
    for (const other of [b, a.slice(1)]) {
      expectMean(
        other.map((value, i) => value * (a[i] ?? 0)),
        0,
      );
    }
  });
});

describe("probabilityFlow", () => {
  const process = variancePreserving();
  const score = scoreUnder(process);
  const start = process.prior.sample(random.key(4), [5, 1]);

  test.each([
    ["heun", heun({ steps: 4 })],
    ["dormandPrince", dormandPrince()],
  ])("by %s reports every step, keeps every k-th state, and counts evaluations", (_solver, solver) => {
    const times: number[] = [];
    const { samples, trajectory, evaluations } = probabilityFlow(score, start, process, {
      solver,
      trajectory: 2,
      onStep({ step, time, x }) {
        times.push(time);
        expect(step).toBe(times.length);
        expect(x.shape).toEqual([5, 1]);
      },
    });
    expect(times.every((time, i) => time < (times[i - 1] ?? 1))).toBe(true);
    expect(times.at(-1)).toBe(process.minTime);
    expect(trajectory.length).toBe(1 + Math.floor(times.length / 2));
    expect(trajectory[0]).toBe(start);
    expect(samples.shape).toEqual([5, 1]);
    expect(evaluations).toBeGreaterThanOrEqual(2 * times.length);
  });

  test.each<[string, () => unknown]>([
    ["probabilityFlow: x1 has shape [3], not [n, d]", () => run(zeros([3]))],
    ["probabilityFlow: trajectory is 0", () => run(start, score, 0)],
    ["probabilityFlow: the score maps [5, 1] to [5]", () => run(start, () => zeros([5]))],
    ["heun: row 0 is NaN in coordinate 0 after step 1 of 4", () => run(start, (x) => div(mul(0, x), 0))],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });

  function run(x1: Tensor, s: TimeConditionalScore = score, trajectory = 1): unknown {
    return probabilityFlow(s, x1, process, { solver: heun({ steps: 4 }), trajectory });
  }
});

test.each<[string, { correctorSteps?: number; signalToNoise?: number }]>([
  ["predictorCorrector: correctorSteps is 0; it is a whole number from 1", { correctorSteps: 0 }],
  ["predictorCorrector: signalToNoise is 0; it is a finite number above 0", { signalToNoise: 0 }],
])("%s", (message, options) => {
  const process = variancePreserving();
  expect(() =>
    predictorCorrector(scoreUnder(process), zeros([1, 1]), process, { steps: 1, key, ...options }),
  ).toThrow(message);
});
