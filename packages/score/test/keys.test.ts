import { cast, type Key, mul, neg, random, slice, square, sum, tensor } from "@scoretape/autograd";
import {
  ancestral,
  annealedLangevin,
  bitsPerDimension,
  compareColumns,
  compareEstimators,
  type DiffusionProcess,
  data,
  denoisingSkill,
  diffusionObjective,
  diffusionTimes,
  distancesToTest,
  type Energy,
  eulerMaruyama,
  fisherDivergenceByLevel,
  heldOutLogLikelihood,
  heun,
  hmc,
  langevin,
  linearMeasurement,
  logNormalObjective,
  mala,
  noiseConditionalMlp,
  noiseConditionalUnet,
  noiseEnergy,
  noiseLevelObjective,
  noiseMlp,
  noiseUnet,
  posterior,
  preconditioned,
  predictorCorrector,
  probes,
  quality,
  resemblance,
  scoreMatchingObjectives,
  slicedWasserstein,
  stochasticHeun,
  subVariancePreserving,
  suggestNoiseLevels,
  train,
  trainingFunctions,
  twoSampleTest,
  varianceExploding,
  variancePreserving,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { KeyRecorder } from "../../autograd/test/support/keyRecorder.ts";
import { keyTakers } from "../../autograd/test/support/keyTakers.ts";
import { normal } from "./support/normal.ts";

/** A run of something with a key, with several steps, levels or whatever else must have keys of their own. */
type Run = (key: Key, recorder: KeyRecorder) => unknown;

const x = normal(1, [6, 2]);
const x32 = cast(x, "float32");
const energy: Energy = (y) => mul(0.5, sum(square(y), { axis: 1 }));
const chains = { steps: 4, stepSize: 0.1 };
const set = data.gaussian({ mean: [0, 1] });
const process = variancePreserving();
const model = noiseConditionalMlp({ dimension: 2, hidden: [4, 4] });
const network = noiseMlp({ dimension: 2, hidden: [4, 4] });

const measured = (key: Key) => ({
  measurement: linearMeasurement({ mask: tensor([1, 0]) }),
  observed: x,
  sigmas: [2, 1, 0.5, 0],
  key,
  backend: "eager" as const,
});
const sampling =
  (dataSet: data.DataSet): Run =>
  (key) =>
    dataSet.sample(key, 11);
const prior =
  (noiseProcess: DiffusionProcess): Run =>
  (key) =>
    noiseProcess.prior.sample(key, [5, 2]);

const functionsOf = (key: Key) =>
  trainingFunctions({
    model,
    objective: noiseLevelObjective("sliced", [2, 1]),
    data: x32,
    key,
    steps: 3,
    batchSize: 4,
  });

const cases: Readonly<Record<string, Run>> = {
  ancestral: (key) => ancestral((y) => neg(y), x, { sigmas: [2, 1, 0.5, 0], key, backend: "eager" }),
  annealedLangevin: (key) =>
    annealedLangevin((y) => neg(y), x, {
      sigmas: [2, 1, 0.5],
      stepSize: 0.1,
      stepsPerLevel: 3,
      key,
      backend: "eager",
    }),
  "data.drawGaps": (key) => data.drawGaps(data.normalMoments(x), x, key),
  bitsPerDimension: (key) =>
    bitsPerDimension(
      (y) => neg(y),
      tensor([
        [0, 1],
        [1, 0],
      ]),
      process,
      {
        solver: heun({ steps: 3 }),
        key,
        levels: 2,
        range: [0, 1],
        probes: 2,
        backend: "eager",
      },
    ),
  compareColumns: (key) => compareColumns(normal(1, [9, 60]), normal(2, [5, 60]), { key }),
  compareEstimators: (key) =>
    compareEstimators(neg, x, key, {
      estimators: ["noisySlicedScoreMatchingVR"],
      laws: ["gaussian"],
      probeCounts: [2],
      repeats: 3,
      backend: "eager",
    }),
  "data.byName().sample": sampling(data.byName("two-modes")),
  "data.fromRows().sample": sampling(data.fromRows([[1], [2]], ["a"])),
  "data.gaussian().sample": sampling(set),
  "data.gaussianMixture().sample": sampling(
    data.gaussianMixture({ weights: [1, 2], means: [[0], [1]], standardDeviations: [1, 2] }),
  ),
  "data.line().sample": sampling(data.line({ direction: [1, 2], deviation: 2 })),
  "data.rescaled().sample": sampling(data.rescaled(set, { mean: [1, 2], deviation: 3 })),
  ...Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) =>
      typeof value === "object" ? [[`data.${name}.sample`, sampling(value)]] : [],
    ),
  ),
  denoisingSkill: (key) => denoisingSkill((y) => neg(y), [2, 1], x, x, { key, points: 3 }),
  distancesToTest: (key) => distancesToTest(x, mul(2, x), mul(3, x), { key, repeats: 3 }),
  "diffusionObjective()": (key) => diffusionObjective(process)((y) => neg(y), x32, key),
  diffusionTimes: (key) => diffusionTimes(key, 5, process),
  eulerMaruyama: (key) => eulerMaruyama((y) => neg(y), x, process, { steps: 4, key, backend: "eager" }),
  fisherDivergenceByLevel: (key) =>
    fisherDivergenceByLevel((y) => neg(y), set, [2, 1, 0.5], { key, samples: 20, parts: 2 }),
  heldOutLogLikelihood: (key) => {
    const [training, test] = [normal(1, [9, 20]), normal(2, [5, 20])];
    const options = { sigmaMin: 0.5, sigmaMax: 1, key, rows: 3, backend: "eager" } as const;
    return heldOutLogLikelihood((y) => neg(y), training, test, options);
  },
  hmc: (key) => hmc(energy, x, { ...chains, warmUpSteps: 3, leapfrogSteps: [1, 4], key, backend: "eager" }),
  langevin: (key) => langevin(neg, x, { ...chains, key, backend: "eager" }),
  mala: (key) => mala(energy, x, { ...chains, warmUpSteps: 3, key, backend: "eager" }),
  "noiseConditionalMlp().init": (key) => model.init(key),
  "noiseUnet().init": (key) => noiseUnet({ image: [4, 4, 1], channels: [2, 2], classes: 2 }).init(key),
  "noiseConditionalUnet().init": (key) =>
    noiseConditionalUnet({ image: [4, 4, 1], channels: [2, 2] }).init(key),
  "noiseEnergy().init": (key) => noiseEnergy(network).init(key),
  "noiseMlp().init": (key) => network.init(key),
  "preconditioned().init": (key) => preconditioned(network).init(key),
  "logNormalObjective()": (key) => logNormalObjective("sliced")((y) => neg(y), x32, key),
  "noiseLevelObjective()": (key) => noiseLevelObjective("sliced", [2, 1])((y) => neg(y), x32, key),
  "posterior.pseudoinverseGuidance": (key) =>
    posterior.pseudoinverseGuidance((y) => neg(y), x, measured(key)),
  "posterior.dps": (key) => posterior.dps((y) => neg(y), x, measured(key)),
  "posterior.replacement": (key) => posterior.replacement((y) => neg(y), x, measured(key)),
  "posterior.twisted": (key) =>
    posterior.twisted((y) => neg(y), x, {
      ...measured(key),
      observed: slice(x, [0, 0], [3, 2]),
      particles: 2,
    }),
  "posterior.repaint": (key) => posterior.repaint((y) => neg(y), x, { ...measured(key), repeats: 3 }),
  predictorCorrector: (key) =>
    predictorCorrector((y) => neg(y), x, process, { steps: 4, correctorSteps: 3, key, backend: "eager" }),
  "probes.gaussian": (key) => probes.gaussian(key, [3, 5, 2]),
  "probes.rademacher": (key) => probes.rademacher(key, [3, 5, 2]),
  "probes.sphere": (key) => probes.sphere(key, [3, 5, 2]),
  quality: (key) =>
    quality((y) => neg(y), [2, 1], { training: x, test: x, samples: x }, { key, backend: "eager" }),
  resemblance: (key) => resemblance(x, mul(2, x), key),
  ...Object.fromEntries(
    Object.entries(scoreMatchingObjectives).map(([name, objective]) => [
      `scoreMatchingObjectives.${name}.loss`,
      (key: Key) =>
        objective.takes === "score"
          ? objective.loss(neg, x, key, { knownScore: neg, probeCount: 3 })
          : objective.loss(energy, x, key, { probeCount: 3 }),
    ]),
  ),
  stochasticHeun: (key) =>
    stochasticHeun((y) => neg(y), x, { sigmas: [2, 1, 0.5, 0], churn: 1, key, backend: "eager" }),
  slicedWasserstein: (key) => slicedWasserstein(x, mul(2, x), { key, projections: 7 }),
  "subVariancePreserving().prior.sample": prior(subVariancePreserving()),
  suggestNoiseLevels: (key) => suggestNoiseLevels(normal(2, [1001, 1]), { key }),
  train: (key, { backend }) =>
    train({
      model,
      objective: noiseLevelObjective("sliced", [2, 1]),
      data: x32,
      key,
      steps: 3,
      batchSize: 4,
      backend,
    }),
  trainingFunctions: (key) => {
    const { rows, keys, start, draw, step } = functionsOf(key);
    const stepKey = random.foldIn(keys.steps, 1);
    return step(start(), draw(rows, stepKey), stepKey);
  },
  "trainingFunctions().draw": (key) => functionsOf(random.key(5)).draw([x32], key),
  "trainingFunctions().step": (key) => {
    const { start, step } = functionsOf(random.key(5));
    return step(start(), [x32], key);
  },
  "trainingFunctions().evaluate": (key) => {
    const { start, evaluate } = functionsOf(random.key(5));
    return evaluate(start().parameters, [x32], key);
  },
  twoSampleTest: (key) =>
    twoSampleTest(x, mul(2, x), {
      key,
      statistic: "sliced-wasserstein",
      permutations: 4,
      rows: 4,
      projections: 5,
    }),
  "varianceExploding().prior.sample": prior(varianceExploding()),
  "variancePreserving().prior.sample": prior(process),
};

/** Those that draw nothing, though they take a key as their neighbours do. */
const drawless = Object.entries(scoreMatchingObjectives)
  .filter(([, { needs }]) => needs.every((need) => need === "known score"))
  .map(([name]) => `scoreMatchingObjectives.${name}.loss`);

/**
 * Its estimators get the same mini-batches, noise and probes, and distances that are compared the same directions, so that
 * their differences are not chance.
 */
const repeatedBy = ["compareEstimators", "slicedWasserstein", "validate"];

test("every public function with a key has a case", () => {
  expect(Object.keys(cases).sort()).toEqual(keyTakers(new URL("../", import.meta.url)));
});

describe("a key is drawn from once, or other keys are made of it", () => {
  test.each(Object.entries(cases))("%s", async (name, run) => {
    const recorder = new KeyRecorder();
    await run(recorder.key(7), recorder);
    expect(recorder.coincidences({ repeatedBy })).toEqual([]);
    expect(recorder.drawn > 0).toBe(!drawless.includes(name));
  });

  test.each(["exact", "sliced", "sliced-vr", "denoising"] as const)(
    "in a training with the objective %s, from its first draw to its last",
    async (name) => {
      const recorder = new KeyRecorder();
      await train({
        model,
        objective: noiseLevelObjective(name, [2, 1]),
        data: x32,
        key: recorder.key(1),
        steps: 3,
        batchSize: 4,
        backend: recorder.backend,
      });
      // Every validation has the same noise, so that steps can be compared.
      expect(recorder.coincidences({ repeatedBy: ["validate"] })).toEqual([]);
    },
  );
});
