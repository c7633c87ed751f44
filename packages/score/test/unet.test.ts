import {
  add,
  broadcastTo,
  cast,
  compile,
  grad,
  jacobian,
  mul,
  random,
  reshape,
  type Shape,
  slice,
  sum,
  type Tensor,
  type TensorLike,
  tensor,
  tree,
} from "@scoretape/autograd";
import {
  ancestral,
  classifierFreeGuidance,
  ddim,
  denoisingScoreMatching,
  dpmSolver,
  exactScoreMatching,
  karrasSchedule,
  linearMeasurement,
  type NoiseLevelOptions,
  noiseConditionalUnet,
  noiseUnet,
  posterior,
  probes,
  type Samples,
  slicedScoreMatching,
  slicedScoreMatchingVR,
  stochasticHeun,
  type UnetParams,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { expectNear } from "./support/samples.ts";

const normal = (seed: number, shape: Shape): Tensor => random.normal(random.key(seed), shape);
const classesOf = (...numbers: number[]): Tensor => tensor(numbers, { dtype: "uint32" });

/** Parameters of which none is 0, as after a training. */
function moved(parameters: UnetParams, dtype: "float32" | "float64" = "float32"): UnetParams {
  let i = 0;
  return tree.map((leaf) => {
    i += 1;
    return cast(add(cast(leaf, "float32"), mul(0.2, normal(i, leaf.shape))), dtype);
  }, parameters);
}

const small = { image: [4, 4, 1], channels: [4, 8], features: 8 } as const;

describe("noiseConditionalUnet", () => {
  test("starts from the score of N(0, σ_d² + σ²)", () => {
    const model = noiseConditionalUnet({ ...small, dataDeviation: 2 });
    const x = normal(1, [3, 16]);
    const score = model.apply(model.init(random.key(0)), x, 1);
    score.data.forEach((value, i) => {
      expect(value).toBeCloseTo(-(x.data[i] ?? 0) / 5, 6);
    });
  });

  test.each([
    [[4, 4, 1], {}],
    [[5, 7, 3], { channels: [4, 8, 8] }],
    [[16, 20, 2], { channels: [8, 16] }],
    [[3, 3, 1], { channels: [4] }],
    [[6, 6, 1], { block: 3, channels: [4, 4] }],
  ] as const)("takes images %j with %j, each for itself", (image, options) => {
    const model = noiseConditionalUnet({ image, features: 8, channels: [4, 8], classes: 3, ...options });
    const parameters = moved(model.init(random.key(0)));
    const d = image[0] * image[1] * image[2];
    const x = normal(1, [3, d]);
    const sigma = tensor([0.1, 1, 5]);
    const whole = model.apply(parameters, x, sigma, classesOf(0, 1, 2));
    expect(whole.shape).toEqual([3, d]);
    for (const [row, level] of sigma.data.entries()) {
      const own = model.apply(parameters, slice(x, [row, 0], [row + 1, d]), level, classesOf(row));
      own.data.forEach((value, i) => {
        expect(value).toBeCloseTo(whole.data[row * d + i] ?? Number.NaN, 4);
      });
    }
  });

  test("no class is the class after all others, and each class is another score", () => {
    const model = noiseConditionalUnet({ ...small, classes: 3 });
    const parameters = moved(model.init(random.key(0)));
    const x = normal(1, [2, 16]);
    const of = (...numbers: number[]): number[] => [
      ...model.apply(parameters, x, 0.5, classesOf(...numbers)).data,
    ];
    expect([...model.apply(parameters, x, 0.5).data]).toEqual(of(3, 3));
    const scores = [of(0, 0), of(1, 1), of(2, 2), of(3, 3)];
    expect(new Set(scores.map((score) => score.join())).size).toBe(4);
    expect(of(0, 1).slice(0, 16)).toEqual(scores[0]?.slice(0, 16));
    expect(of(0, 1).slice(16)).toEqual(scores[1]?.slice(16));
  });

  test("sees where a pixel lies, and all of the image from everywhere", () => {
    const model = noiseConditionalUnet({ image: [8, 8, 1], channels: [4, 4], features: 8 });
    const parameters = moved(model.init(random.key(0)));
    const J = jacobian((x: Tensor) => reshape(model.apply(parameters, reshape(x, [1, 64]), 0.5), [64]))(
      reshape(normal(2, [1, 64]), [64]),
    );
    // The influence of the first pixel on the last, which no window of 3 reaches.
    expect(J.data[63 * 64]).not.toBe(0);
  });

  test("what does not fit is named", () => {
    const model = noiseConditionalUnet({ ...small, classes: 3 });
    const parameters = model.init(random.key(0));
    const x = normal(1, [2, 16]);
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [
        () => model.apply(parameters, normal(1, [2, 15]), 1),
        /^noiseConditionalUnet: y has shape \[2, 15\]; images of 4 × 4 × 1 are rows \[n, 16\]/,
      ],
      [
        () => model.apply(parameters, x, 1, tensor([1, 2])),
        /the condition is float32; give the number of each row's class, uint32 \[n\]/,
      ],
      [() => model.apply(parameters, x, 1, classesOf(1)), /the condition has shape \[1\] for 2 rows/],
      [
        () => noiseConditionalUnet(small).apply(parameters, x, 1, classesOf(1, 1)),
        /a condition is given to a network without classes/,
      ],
      [() => noiseUnet({ image: [4, 4] }), /^noiseUnet: image is .*; give \[height, width, channels\]/],
      [() => noiseUnet({ image: [4, 0, 1] }), /^noiseUnet: image\[1\] is 0/],
      [() => noiseUnet({ image: [4, 4, 1], channels: [] }), /channels is empty/],
      [() => noiseUnet({ image: [4, 4, 1], classes: 0 }), /classes is 0/],
      [() => noiseConditionalUnet({ image: [4, 4, 1], dataDeviation: 0 }), /dataDeviation is 0/],
    ];
    for (const [call, message] of cases) expect(call).toThrow(message);
  });
});

describe("the losses of a U-Net of 4×4 images", () => {
  const model = noiseConditionalUnet({ ...small, image: [4, 4, 1] });
  const parameters = moved(model.init(random.key(0)), "float64");
  const x = random.normal(random.key(1), [2, 16], { dtype: "float64" });
  const score = (y: Tensor): Tensor => model.apply(parameters, y, 0.7);

  test("the exact one has the trace of the Jacobian", () => {
    const values = exactScoreMatching(score, x, { reduction: "none" });
    for (const row of [0, 1]) {
      const own = reshape(slice(x, [row, 0], [row + 1, 16]), [16]);
      const f = (y: Tensor): Tensor => reshape(score(reshape(y, [1, 16])), [16]);
      const J = jacobian(f)(own);
      let expected = 0;
      for (const [i, value] of f(own).data.entries()) expected += (J.data[17 * i] ?? 0) + 0.5 * value * value;
      expect(values.data[row]).toBeCloseTo(expected, 8);
    }
  });

  test("the sliced one is the exact one for all probes of a basis", () => {
    const basis = probes.basis([2, 16], { dtype: "float64" });
    const sliced = slicedScoreMatchingVR(score, x, basis, { reduction: "none" });
    const exact = exactScoreMatching(score, x, { reduction: "none" });
    for (const row of [0, 1]) expect(sliced.data[row]).toBeCloseTo(exact.data[row] ?? Number.NaN, 8);
  });

  test.each([
    ["exact", (s: (y: Tensor) => Tensor) => exactScoreMatching(s, x)],
    [
      "sliced",
      (s: (y: Tensor) => Tensor) =>
        slicedScoreMatching(s, x, probes.rademacher(random.key(3), [2, 16], { dtype: "float64" })),
    ],
    [
      "denoising",
      (s: (y: Tensor) => Tensor) =>
        denoisingScoreMatching(s, x, random.normal(random.key(4), [2, 16], { dtype: "float64" }), 0.7),
    ],
  ] as const)("the gradient of the %s one is that of finite differences", (_name, loss) => {
    const value = (p: UnetParams): Tensor => loss((y) => model.apply(p, y, 0.7));
    const slopes = grad(value)(parameters);
    const direction = moved(
      tree.map((leaf) => mul(0, leaf), parameters),
      "float64",
    );
    const h = 1e-5;
    const at = (t: number): number =>
      value(tree.zip((p, v) => add(p, mul(t, v)), parameters, direction)).item();
    const numeric = (at(h) - at(-h)) / (2 * h);
    const exact = tree
      .leaves(tree.zip((g, v) => sum(mul(g, v)), slopes, direction))
      .reduce((total, part) => total + part.item(), 0);
    expect(Math.abs(exact - numeric)).toBeLessThan(1e-6 * (1 + Math.abs(numeric)));
  });

  test("a compiled step has the gradient of the reference", () => {
    const single = tree.map((leaf) => cast(leaf, "float32"), parameters);
    const y = cast(x, "float32");
    const v = probes.rademacher(random.key(3), [2, 16]);
    const f = grad((p: UnetParams) => slicedScoreMatching((z) => model.apply(p, z, 0.7), y, v));
    const [eager, compiled] = [tree.leaves(f(single)), tree.leaves(compile(f)(single))];
    eager.forEach((leaf, i) => {
      const scale = Math.max(...leaf.data.map(Math.abs), 1e-3);
      leaf.data.forEach((value, k) => {
        expect(Math.abs(value - (compiled[i]?.data[k] ?? Number.NaN))).toBeLessThan(2e-3 * scale);
      });
    });
  });
});

describe("samplers take it as it is, guided to classes, compiled as eagerly", () => {
  const model = noiseConditionalUnet({ ...small, classes: 3, dataDeviation: 0.5 });
  const parameters = moved(model.init(random.key(0)));
  const score = classifierFreeGuidance(
    (x: Tensor, sigma: TensorLike, condition?: Tensor) => model.apply(parameters, x, sigma, condition),
    { condition: classesOf(0, 1, 2, 3), scale: 1 },
  );
  const start = mul(3, normal(5, [4, 16]));
  const key = random.key(6);
  const sigmas = karrasSchedule({ sigmaMin: 0.1, sigmaMax: 3, steps: 4 });
  const measured = {
    measurement: linearMeasurement({ mask: tensor(Array.from({ length: 16 }, (_, i) => i % 2)) }),
    observed: normal(7, [4, 16]),
    key,
  };
  const samplers: Readonly<Record<string, (options: NoiseLevelOptions) => Samples>> = {
    ancestral: (options) => ancestral(score, start, { ...options, key }),
    ddim: (options) => ddim(score, start, options),
    dpmSolver: (options) => dpmSolver(score, start, options),
    stochasticHeun: (options) => stochasticHeun(score, start, { ...options, churn: 2, key }),
    "posterior.pseudoinverseGuidance": (options) =>
      posterior.pseudoinverseGuidance(score, start, { ...options, ...measured, dataDeviation: 0.5 }),
    "posterior.repaint": (options) =>
      posterior.repaint(score, start, { ...options, ...measured, repeats: 2 }),
  };

  test.each(Object.entries(samplers))("%s", (_name, sample) => {
    const { samples } = sample({ sigmas });
    const eager = sample({ sigmas, backend: "eager" }).samples;
    expectNear(samples.data, eager.data, 1e-4);
  });

  test("rows of different classes go different ways from one start", () => {
    const same = broadcastTo(slice(start, [0, 0], [1, 16]), [4, 16]);
    const { samples } = ddim(score, same, { sigmas });
    const rows = [0, 1, 2, 3].map((i) => samples.data.slice(16 * i, 16 * (i + 1)).join());
    expect(new Set(rows).size).toBe(4);
  });
});
