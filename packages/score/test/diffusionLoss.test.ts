import {
  add,
  capture,
  compile,
  dot,
  mean as meanOf,
  mul,
  neg,
  random,
  sub,
  type Tensor,
  tensor,
  zeros,
} from "@scoretape/autograd";
import {
  type DiffusionWeighting,
  data,
  diffusionDenoisingScoreMatching,
  diffusionObjective,
  diffusionTimes,
  noiseConditionalMlp,
  type TimeConditionalScore,
  timeConditional,
  train,
  variancePreserving,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";

const weightings: readonly DiffusionWeighting[] = ["variance", "likelihood"];

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

describe("diffusionDenoisingScoreMatching", () => {
  const process = variancePreserving();
  const x = zeros([3, 2]);
  const score: TimeConditionalScore = (y) => neg(y);

  test("refuses a weighting that is none", () => {
    const options = JSON.parse('{ "weighting": "snr" }');
    expect(() => diffusionDenoisingScoreMatching(score, x, x, 0.5, process, options)).toThrow(
      'diffusionDenoisingScoreMatching: weighting is "snr"; it is "variance" or "likelihood"',
    );
  });

  test("takes the ends of the time range, in either precision, and times that are captured", () => {
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
