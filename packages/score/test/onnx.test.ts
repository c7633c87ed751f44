import { readFileSync } from "node:fs";
import {
  add,
  broadcastTo,
  mul,
  random,
  type Tensor,
  type TensorLike,
  valueAndGrad,
} from "@scoretape/autograd";
import { fromOnnx } from "@scoretape/autograd/onnx";
import {
  annealedLangevin,
  data,
  exactScoreMatching,
  fisherDivergenceByLevel,
  geometricSchedule,
  langevin,
  probes,
  slicedScoreMatchingVR,
  slicedWasserstein,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";

// A score that PyTorch learned on "moons" by denoising, at noise levels from 0.1 to 3; onnx/moons.py made it.

const { params, apply } = fromOnnx(readFileSync(new URL("onnx/moons.onnx", import.meta.url)));
const scoreOf =
  (p: typeof params) =>
  (x: Tensor, sigma: TensorLike): Tensor =>
    apply(p, x, broadcastTo(sigma, [x.shape[0] ?? 0]));
const score = scoreOf(params);
const levels = [3, 1, 0.3, 0.1];

describe("a score from PyTorch", () => {
  test("is near the exact one at every level that it was trained at", () => {
    for (const { sigma, relative } of fisherDivergenceByLevel(score, data.moons, levels, {
      key: random.key(0),
      samples: 500,
    })) {
      expect(relative, `σ = ${sigma}`).toBeLessThan(0.1);
    }
  });

  test("has a sliced loss that is the exact one with all directions as probes, and its gradient", () => {
    const x = add(data.moons.sample(random.key(1), 64), mul(0.3, random.normal(random.key(2), [64, 2])));
    const at = (p: typeof params) => (y: Tensor) => scoreOf(p)(y, 0.3);
    const basis = probes.basis(x.shape);
    const [sliced, exact] = [
      valueAndGrad((p: typeof params) => slicedScoreMatchingVR(at(p), x, basis))(params),
      valueAndGrad((p: typeof params) => exactScoreMatching(at(p), x))(params),
    ];
    expect(sliced[0].item()).toBeCloseTo(exact[0].item(), 4);
    // The loss is about minus half of the squared length of the score: far below 0 where it was learned.
    expect(exact[0].item()).toBeLessThan(-1);
  });

  test("is sampled from, at one level and down all", () => {
    const start = mul(3, random.normal(random.key(3), [500, 2]));
    const { samples } = annealedLangevin(score, start, {
      sigmas: geometricSchedule(3, 0.1, 10),
      stepSize: 0.004,
      stepsPerLevel: 40,
      key: random.key(4),
    });
    const exact = add(
      data.moons.sample(random.key(5), 500),
      mul(0.1, random.normal(random.key(6), [500, 2])),
    );
    expect(slicedWasserstein(samples, exact, { key: random.key(7) })).toBeLessThan(0.25);
    const one = langevin((x: Tensor) => score(x, 3), start, { stepSize: 0.5, steps: 20, key: random.key(8) });
    expect(one.samples.shape).toEqual([500, 2]);
  });
});
