import {
  add,
  capture,
  compile,
  cos,
  dot,
  expandDims,
  linspace,
  matmul,
  mean as meanOf,
  mul,
  neg,
  random,
  reshape,
  sin,
  slice,
  sub,
  type Tensor,
  type TensorLike,
  tensor,
  zeros,
} from "@scoretape/autograd";
import {
  type DiffusionProcess,
  type DiffusionWeighting,
  data,
  diffusionDenoisingScoreMatching,
  diffusionObjective,
  diffusionTimes,
  fisherDivergence,
  noiseConditionalMlp,
  type Score,
  type TimeConditionalScore,
  timeConditional,
  train,
  variancePreserving,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { namedProcesses } from "./support/diffusion.ts";
import { blurred, inverse, pointsWithKnownMoments, trace, whitePoints } from "./support/moments.ts";
import { normal } from "./support/normal.ts";
import { allPairs } from "./support/pairs.ts";
import { runs } from "./support/runs.ts";
import { linearScore, perceptron } from "./support/scores.ts";

const float64 = { dtype: "float64" } as const;
const weightings: readonly DiffusionWeighting[] = ["variance", "likelihood"];

/** A coefficient of a process as a number. */
function at(f: (t: Tensor) => Tensor, time: number): number {
  return f(tensor(time, float64)).item();
}

const weightAt: Record<DiffusionWeighting, (process: DiffusionProcess, time: number) => number> = {
  variance: (process, time) => at(process.deviation, time) ** 2,
  likelihood: (process, time) => at(process.diffusion, time) ** 2,
};

const problems = fc.record({
  seed: fc.nat(1_000_000),
  d: fc.integer({ min: 1, max: 5 }),
  time: fc.double({ min: 0.05, max: 1, noNaN: true }),
  weighting: fc.constantFrom(...weightings),
});

describe.each(namedProcesses)("diffusionDenoisingScoreMatching on %s", (_name, process) => {
  test("has its only linear minimiser at ∇log p_t, and its value there, of data with known moments", () => {
    fc.assert(
      fc.property(problems, ({ seed, d, time, weighting }) => {
        const { x: clean, mean, covariance } = pointsWithKnownMoments(seed, d);
        const { x, z } = allPairs(clean, whitePoints(d));
        const [alpha, sigma] = [at(process.scale, time), at(process.deviation, time)];
        const lambda = weightAt[weighting](process, time);
        // x(t) is of mean αμ and covariance α²Σ + σ²I.
        const precision = inverse(blurred(mul(alpha ** 2, covariance), sigma));
        const shift = matmul(reshape(mul(alpha, mean), [1, d]), precision);
        const optimum = linearScore(neg(precision), reshape(shift, [d]));
        const loss = (score: Score): Tensor =>
          diffusionDenoisingScoreMatching((y) => score(y), x, z, time, process, { weighting });

        const minimum = 0.5 * lambda * (d / sigma ** 2 - trace(precision));
        const scale = 1 + (lambda * d) / sigma ** 2;
        const [value, ...gradients] = optimum.valueAndGradients(loss);
        expectClose(value ?? zeros([]), tensor(minimum, float64), 1e-9 * scale);
        for (const gradient of gradients) expectClose(gradient, zeros(gradient.shape, float64), 1e-8 * scale);

        const other = linearScore(normal(seed, [d, d]), normal(seed + 1, [d])).score;
        const states = add(mul(alpha, x), mul(sigma, z));
        const divergence = mul(lambda, fisherDivergence(other, optimum.score, states));
        expectClose(tensor(loss(other).item() - minimum, float64), divergence, 1e-8 * scale);
      }),
      runs(20),
    );
  });

  test.each(weightings)("is ½λd·α²/(σ²(α² + σ²)) on N(0, I), weighting %s", (weighting) => {
    const d = 3;
    const { x, z } = allPairs(whitePoints(d), whitePoints(d));
    for (const time of [0.1, 0.5, 1]) {
      const [a, s] = [at(process.scale, time) ** 2, at(process.deviation, time) ** 2];
      const loss = diffusionDenoisingScoreMatching((y) => mul(-1 / (a + s), y), x, z, time, process, {
        weighting,
      });
      const expected = (0.5 * weightAt[weighting](process, time) * d * a) / (s * (a + s));
      expect(loss.item() / expected).toBeCloseTo(1, 9);
    }
  });

  test("takes each row at its own time, which the score receives as [n]", () => {
    const [n, d] = [4, 2];
    const [x, z, times] = [normal(1, [n, d]), normal(2, [n, d]), linspace(0.1, 1, n, float64)];
    const field = perceptron(4, d, sin).score;
    const score = (y: Tensor, t: TensorLike): Tensor => mul(field(y), expandDims(cos(t), 1));
    const row = (y: Tensor, r: number): Tensor => slice(y, [r, 0], [r + 1, d]);
    const separate = Array.from(times.data, (time, r) => {
      const atTime: TimeConditionalScore = (y) => score(y, tensor([time], float64));
      return diffusionDenoisingScoreMatching(atTime, row(x, r), row(z, r), time, process).item();
    });
    const values = diffusionDenoisingScoreMatching(score, x, z, times, process, { reduction: "none" });
    expectClose(values, tensor(separate, float64), 1e-12);
    const overall = diffusionDenoisingScoreMatching(score, x, z, times, process);
    expectClose(overall, meanOf(values), 1e-12);
  });
});

describe("diffusionObjective", () => {
  const process = variancePreserving();
  const set = data.gaussian({ mean: [0, 0] });
  const key = random.key(1);

  test.each(weightings)("is the loss at noise and times from its key, weighting %s", (weighting) => {
    const x = set.sample(random.key(0), 50);
    const score = timeConditional((y, sigma) => set.score(y, sigma), process);
    for (const method of ["systematic", "independent"] as const) {
      const noise = random.normal(random.foldIn(key, 0), x.shape);
      const times = diffusionTimes(random.foldIn(key, 1), 50, process, { method });
      const expected = diffusionDenoisingScoreMatching(score, x, noise, times, process, { weighting });
      const objective = diffusionObjective(process, { weighting, times: method });
      const actual = objective((y, sigma) => set.score(y, sigma), x, key);
      expect(actual.item()).toBe(expected.item());
    }
  });

  test("compiled it is the eager one", () => {
    const x = set.sample(random.key(0), 50);
    const objective = diffusionObjective(process);
    const loss = (y: Tensor, k: Tensor): Tensor => objective((p, sigma) => set.score(p, sigma), y, k);
    expect(compile(loss)(x, key).item()).toBeCloseTo(loss(x, key).item(), 5);
  });

  test("trains a network to the score of a Gaussian at the process's times", async () => {
    const model = noiseConditionalMlp({ dimension: 1, hidden: [32] });
    const points = data.gaussian({ mean: [0.5], covariance: [[0.5]] });
    const { averaged } = await train({
      model,
      objective: diffusionObjective(process),
      data: points.sample(random.key(2), 2000),
      key: random.key(3),
      steps: 1500,
    });
    const score = timeConditional((x, sigma) => model.apply(averaged, x, sigma), process);
    for (const time of [0.1, 0.3, 0.9]) {
      const t = tensor(time);
      const [alpha, variance] = [process.scale(t).item(), process.deviation(t).item() ** 2];
      const total = 0.5 * alpha ** 2 + variance;
      const x = add(0.5 * alpha, mul(Math.sqrt(total), random.normal(random.key(4), [500, 1])));
      const target = timeConditional((y, sigma) => points.score(y, sigma), process)(x, time);
      const error = sub(score(x, time), target);
      // Relative to the size of the score, 1/√total, of which each E‖s‖² is d/total.
      expect(meanOf(dot(error, error)).item() * total).toBeLessThan(0.03);
    }
  });
});

describe("what is refused", () => {
  const process = variancePreserving();
  const x = zeros([3, 2]);
  const score: TimeConditionalScore = (y) => neg(y);
  const loss = (times: TensorLike, noise = x, s = score): unknown =>
    diffusionDenoisingScoreMatching(s, x, noise, times, process);

  test.each<[string, () => unknown]>([
    ["the time is 0; times of the process lie in [0.001, 1]", () => loss(0)],
    ["the time of row 1 is 1.5; times of the process lie in [0.001, 1]", () => loss(tensor([1, 1.5, 1]))],
    ["the time is NaN; it must be finite", () => loss(Number.NaN)],
    ["the time has shape [2], x has [3, 2]", () => loss(tensor([1, 1]))],
    ["noise has shape [3, 1], x has [3, 2]", () => loss(0.5, zeros([3, 1]))],
    ["the score maps [3, 2] to [3]", () => loss(0.5, x, () => zeros([3]))],
    [
      'weighting is "snr"; it is "variance" or "likelihood"',
      // @ts-expect-error not a weighting
      () => diffusionDenoisingScoreMatching(score, x, x, 0.5, process, { weighting: "snr" }),
    ],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(`diffusionDenoisingScoreMatching: ${message}`);
  });

  test("not the ends of the time range, in either precision, nor a capture", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const points = zeros([2, 1], { dtype });
      for (const time of [process.minTime, 1]) {
        const times = tensor([time, time], { dtype });
        const value = diffusionDenoisingScoreMatching(score, points, points, times, process);
        expect(value.item()).toBe(0);
      }
    }
    const program = capture((t: Tensor) => diffusionDenoisingScoreMatching(score, x, x, t, process));
    expect(
      program(tensor([0.1, 0.2, 0.3]))
        .replay([tensor([0.1, 0.2, 0.3])])[0]
        ?.item(),
    ).toBe(0);
  });
});
