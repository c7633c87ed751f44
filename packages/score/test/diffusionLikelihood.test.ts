import {
  add,
  broadcastTo,
  cast,
  div,
  exp,
  linspace,
  mean,
  mul,
  random,
  reshape,
  sin,
  slice,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor,
  zeros,
} from "@scoretape/autograd";
import {
  type DiffusionProcess,
  data,
  dormandPrince,
  heun,
  logLikelihood,
  probes,
  subVariancePreserving,
  type TimeConditionalScore,
  timeConditional,
  varianceExploding,
  variancePreserving,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { mixture, mixtureLogDensity, namedProcesses, stateMoments } from "./support/diffusion.ts";
import { normal } from "./support/normal.ts";
import { expectMean } from "./support/samples.ts";

const float64 = { dtype: "float64" } as const;

function solverTo(tolerance: number) {
  return dormandPrince({ relativeTolerance: tolerance, absoluteTolerance: tolerance });
}

function largest(difference: Tensor): number {
  return Math.max(...difference.data.map(Math.abs));
}

describe("of a mixture, with its exact score", () => {
  const x = mixture.sample(random.key(0), 200);

  /** log p_t, in float64. */
  const logDensityAt = (process: DiffusionProcess, y: Tensor, time: number): Tensor =>
    mixtureLogDensity(process, cast(y, "float64"), tensor(time, float64));

  describe.each([
    ["variancePreserving", variancePreserving({ minTime: 1e-5 })],
    ["subVariancePreserving", subVariancePreserving({ minTime: 1e-5 })],
    ["varianceExploding", varianceExploding({ sigmaMin: 0.01, sigmaMax: 50 })],
  ])("%s", (_name, process) => {
    const score = timeConditional((y, sigma) => mixture.score(y, sigma), process);
    /** The process with p_1 itself in the place of its limit. */
    const withoutPriorError: DiffusionProcess = {
      ...process,
      prior: { ...process.prior, logDensity: (y) => cast(logDensityAt(process, y, 1), "float32") },
    };

    test.each([
      [1e-3, 1e-2],
      [1e-5, 2e-4],
      [1e-6, 2e-5],
    ])("in float32 to tolerance %d is within %d of log p_ε in every row", (tolerance, bound) => {
      const { nats } = logLikelihood(score, x, withoutPriorError, { solver: solverTo(tolerance) });
      const error = sub(cast(nats, "float64"), logDensityAt(process, x, process.minTime));
      expect(largest(error)).toBeLessThan(bound);
      expect(Math.abs(mean(error).item())).toBeLessThan(bound / 10);
    });

    test("with its prior is within 0.001 of the data's mean log-density, blur included", () => {
      const { nats } = logLikelihood(score, x, process, { solver: solverTo(1e-5) });
      const error = sub(cast(nats, "float64"), mixture.logDensity(cast(x, "float64")));
      expect(Math.abs(mean(error).item())).toBeLessThan(1e-3);
      // In single rows the prior is wrong by what p_1 still knows of the means.
      expect(largest(error)).toBeLessThan(0.1);
    });
  });

  const process = variancePreserving();
  const score = timeConditional((y, sigma) => mixture.score(y, sigma), process);
  const options = { solver: solverTo(1e-4) };

  test("with all basis probes the sliced divergence is the exact one", () => {
    const y = slice(x, [0, 0], [20, 2]);
    const exact = logLikelihood(score, y, process, options);
    const sliced = logLikelihood(score, y, process, { ...options, probes: probes.basis(y.shape) });
    expectClose(sliced.nats, exact.nats, 2e-6);
    expectClose(sliced.latent, exact.latent, 2e-6);
  });

  test.each(["rademacher", "gaussian", "sphere"] as const)("with %s probes it is unbiased", (kind) => {
    const y = broadcastTo(tensor([[-0.5, 0]]), [2000, 2]);
    // With equal steps the estimate is linear in the estimates of the divergence.
    const solver = heun({ steps: 60 });
    const exact = logLikelihood(score, tensor([[-0.5, 0]]), process, { solver }).nats.item();
    const { nats } = logLikelihood(score, y, process, {
      solver,
      probes: probes[kind](random.key(3), y.shape),
    });
    expectMean([...nats.data], exact, kind);
    expect(new Set(nats.data).size).toBeGreaterThan(1);
  });

  test("several probes of a row give the mean of their estimates", () => {
    const y = slice(cast(x, "float64"), [0, 0], [3, 2]);
    const solver = heun({ steps: 20 });
    const three = probes.gaussian(random.key(4), [3, 3, 2], float64);
    const together = logLikelihood(score, y, process, { solver, probes: three }).nats;
    const separate = [0, 1, 2].map((k) => {
      const one = reshape(slice(three, [k, 0, 0], [k + 1, 3, 2]), [3, 2]);
      return logLikelihood(score, y, process, { solver, probes: one }).nats;
    });
    const total = separate.reduce((a, b) => add(a, b));
    expectClose(together, div(total, 3), 1e-12);
  });

  test("bits per dimension are −nats/(d·log 2)", () => {
    const { nats, bitsPerDimension } = logLikelihood(score, x, process, options);
    expectClose(bitsPerDimension, mul(-1 / (2 * Math.LN2), nats), 1e-6);
  });

  test("compiled it is the eager one", () => {
    const y = slice(x, [0, 0], [5, 2]);
    const eager = logLikelihood(score, y, process, { ...options, backend: "eager" });
    const compiled = logLikelihood(score, y, process, options);
    expectClose(compiled.nats, eager.nats, 1e-5);
    expect(compiled.evaluations).toBe(eager.evaluations);
  });
});

describe.each(namedProcesses)("under %s", (_name, process) => {
  test("of a Gaussian is the density of the affine map from the prior", () => {
    const [clean, d] = [{ mean: 0.7, variance: 0.36 }, 3];
    const set = data.gaussian({
      mean: [0.7, 0.7, 0.7],
      covariance: [
        [0.36, 0, 0],
        [0, 0.36, 0],
        [0, 0, 0.36],
      ],
    });
    const score = timeConditional((y, sigma) => set.score(y, sigma), process);
    const x = add(0.7, normal(1, [10, d], 0.6));
    const [start, end] = [stateMoments(process, clean, process.minTime), stateMoments(process, clean, 1)];
    const stretch = Math.sqrt(end.variance / start.variance);
    const latent = add(end.mean, mul(stretch, sub(x, start.mean)));
    const expected = add(process.prior.logDensity(latent), d * Math.log(stretch));
    const result = logLikelihood(score, x, process, { solver: solverTo(1e-8) });
    expectClose(result.nats, expected, 1e-6);
    expectClose(result.latent, latent, 1e-6);
    // J is a multiple of I, for which one probe of signs is exact.
    const signs = probes.rademacher(random.key(2), x.shape, float64);
    const sliced = logLikelihood(score, x, process, { solver: solverTo(1e-8), probes: signs });
    expectClose(sliced.nats, expected, 1e-6);
  });

  test("whatever the score, the densities integrate to 1", () => {
    // In units of the state's spread √v, a score that is no log-density's: −u + 0.3·sin 2u, and more.
    const score: TimeConditionalScore = (y, time) => {
      const t = typeof time === "number" ? tensor(time, float64) : time;
      const spread = sqrt(add(square(process.scale(t)), square(process.deviation(t))));
      const u = div(y, spread);
      return div(sub(mul(0.3, sin(add(mul(2, u), t))), u), spread);
    };
    const [points, halfWidth] = [401, 8];
    const x = reshape(linspace(-halfWidth, halfWidth, points, float64), [points, 1]);
    const { nats } = logLikelihood(score, x, process, { solver: solverTo(1e-6) });
    const density = exp(nats).data;
    // Nothing is lost beyond the ends of the interval.
    expect(Math.max(density[0] ?? 1, density.at(-1) ?? 1)).toBeLessThan(1e-9);
    const integral = (mean(exp(nats)).item() * points * 2 * halfWidth) / (points - 1);
    expect(integral).toBeCloseTo(1, 5);
  });
});

test.each<[string, () => unknown]>([
  ["logLikelihood: x has shape [3], not [n, d]", () => run(zeros([3]))],
  ["logLikelihood: x is NaN at [0, 0]", () => run(tensor([[Number.NaN]]))],
  ["logLikelihood: probes have shape [2, 2], x has [3, 1]", () => run(zeros([3, 1]), zeros([2, 2]))],
  ["logLikelihood: the score maps [3, 1] to [3]", () => run(zeros([3, 1]), undefined, () => zeros([3]))],
])("%s", (message, attempt) => {
  expect(attempt).toThrow(message);
});

function run(x: Tensor, v?: Tensor, score: TimeConditionalScore = (y) => mul(-1, y)): unknown {
  const solver = heun({ steps: 2 });
  return logLikelihood(score, x, variancePreserving(), v === undefined ? { solver } : { solver, probes: v });
}
