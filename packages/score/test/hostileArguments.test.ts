import { readFileSync } from "node:fs";
import {
  js,
  mul,
  neg,
  random,
  square,
  sum,
  type Tensor,
  type TensorLike,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { imageClassifier } from "@scoretape/score/images";
import { loadModel } from "@scoretape/score/model";
import { inferSchema, readMixedTable } from "@scoretape/score/tables";
import {
  type Entry,
  entriesOf,
  everything,
  may,
  needs,
  options,
  type Table,
  testHostileArguments,
} from "../../autograd/test/support/hostile.ts";
import {
  compareEstimators,
  data,
  heun,
  linearMeasurement,
  noiseConditionalMlp,
  noiseLevelObjective,
  noiseMlp,
  quality,
  timeConditional,
  variancePreserving,
} from "../src/index.ts";

const x = tensor([
  [1, 2],
  [3, 5],
  [0, 1],
  [2, 2],
]);
const key = random.key(0);
const noise = random.normal(key, [4, 2]);
const score = (y: Tensor): Tensor => neg(y);
const levelled = (y: Tensor, _sigma: TensorLike): Tensor => neg(y);
const energy = (y: Tensor): Tensor => mul(0.5, sum(square(y), { axis: 1 }));
const set = data.gaussian({ mean: [0, 0] });
const process = variancePreserving();
const timed = timeConditional(levelled, process);
const trajectory = Array.from({ length: 8 }, (_, i) => random.normal(random.foldIn(key, i), [3, 2]));

const of = (...list: Entry["arguments"]): Entry => ({ arguments: list });
const all = (names: string, entry: Entry): Table =>
  Object.fromEntries(names.split(" ").map((name) => [name, entry]));
const exempt = (reason: string): Entry => ({ arguments: [], exempt: reason });
const model = { score: needs(score), levelled: needs(levelled), energy: needs(energy) };
const points = needs(x);
const sigma = needs(0.5);
const loss = { reduction: may("mean"), weight: 1 };
const steps = needs(2, [], ["1e15"]);
const backend = may("eager");
const onStep = may(() => {});
const walk = { stepSize: needs(0.1), steps, key: needs(key), onStep, trajectory: 1, backend };
const metropolis = {
  ...walk,
  warmUpSteps: may(2, [], ["1e15"]),
  targetAcceptance: 0.8,
  scale: may([1, 1], ["huge sizes"]),
};
const reverse = {
  steps,
  startTime: 0.5,
  key: needs(key),
  finalDenoise: true,
  onStep,
  trajectory: 1,
  backend,
};
const down = { sigmas: needs([1, 0.5, 0]), onStep, trajectory: 1, backend };
const measured = {
  ...down,
  measurement: needs(linearMeasurement({ mask: tensor([1, 0]) })),
  observed: points,
  key: needs(key),
};
const beta = of(options({ betaMin: 0.1, betaMax: 20, minTime: 0.001 }));
const draw = of(needs(key), needs([4, 2]), options({ dtype: "float32" }));

const names = [...data.names(), "line", "rows", "gaussian", "gaussianMixture", "n", "mine"];
const sampled: Entry = {
  ...of(needs(key), needs(2, [], ["1e15"])),
  names: names.map((name) => `${name}.sample`),
};
const exactly = (method: string, d: number): Entry => ({
  ...of(needs(tensor([Array.from({ length: d }, () => 1)])), may(0.5)),
  names: names.map((name) => `${name}.${method}`),
});
const network = noiseMlp({ dimension: 2, hidden: [3] });
const moments = data.normalMoments(x);
const { table: people } = readMixedTable(`x,kind\n${"1,a\n2,b\n4,b\n".repeat(4)}`);
const { schema } = inferSchema(people);
const texts = ["an array of texts"] as const;
const exported = loadModel(readFileSync(new URL("fixtures/version2/model.safetensors", import.meta.url)));
const classifier = imageClassifier({ image: [2, 2, 1], classes: 2 });
const pictures = zeros([2, 4]);
const labelled = { images: zeros([6, 4]), labels: zeros([6], { dtype: "uint32" }) };
const unetArguments = {
  image: needs([2, 2, 1], ["huge sizes"]),
  classes: may(2, [], ["1e15"]),
  channels: may([2, 2], ["huge sizes"]),
  block: may(1, [], ["1e15"]),
  features: may(2, [], ["1e15"]),
};
const training = {
  model: needs(noiseConditionalMlp({ dimension: 2, hidden: [3] })),
  objective: needs(noiseLevelObjective("sliced", [1])),
  data: needs(x),
  classes: may(undefined),
  conditions: may(x),
  key: needs(key),
  steps,
  batchSize: may(2, [], ["1e15"]),
  learningRate: may(0.01, ["a function"]),
  clipNorm: 1,
  averageDecay: 0.9,
  weightDecay: 0.1,
  beta2: 0.9,
  validationFraction: 0.3,
  validateEvery: 1,
  patience: may(2, [], ["1e15"]),
  checkpointEvery: 1,
  stepsPerCall: 1,
  backend: may(js),
  onProgress: may(() => {}, ["an async function"]),
  onCheckpoint: may(() => {}, ["an async function"]),
  resume: may(undefined),
  signal: may({ aborted: false }, everything),
};
const solving = options({ onStep, backend });

const mixed = {
  weights: needs([1]),
  means: needs([[0, 0]]),
  standardDeviations: may(1),
  covariance: may(undefined, everything),
  covariances: may(undefined, everything),
  name: may("mine", ["a text"]),
};

const table: Table = {
  "data.*.sample": sampled,
  "data.*.logDensity": exactly("logDensity", 2),
  "data.*.score": exactly("score", 2),
  "data.line10d.logDensity": exactly("logDensity", 10),
  "data.line10d.score": exactly("score", 10),
  ...all("data.*.rows data.fromRows().rows data.names", of()),
  "data.fromRows": of(
    needs([
      [1, 2],
      [3, 4],
    ]),
    needs(["a", "b"], texts),
    options({ name: may("n", ["a text"]), units: may(["m", "s"], texts), citation: may("c", ["a text"]) }),
  ),
  "data.gaussian": of(
    options(
      {
        mean: needs([0, 0], ["huge sizes"]),
        covariance: may([
          [1, 0],
          [0, 1],
        ]),
      },
      false,
    ),
  ),
  "data.gaussianMixture": of(options(mixed, false)),
  "data.line": of(
    options(
      {
        direction: needs([1, 1], ["huge sizes"]),
        deviation: 1,
        profile: may("normal"),
        name: may("mine", ["a text"]),
      },
      false,
    ),
  ),
  "data.byName": of(needs("moons")),
  "data.rescaled": of(
    needs(set),
    options({ mean: needs([0, 0], ["huge sizes"]), deviation: needs(2) }, false),
  ),
  "data.standardize": of(points, options({ gaps: true, columns: may(["a", "b"], texts) })),
  "data.drawGaps": of(needs(moments), points, needs(key)),
  "data.normalMoments": of(points, options({ shrinkage: may(0.5), keepVariances: true, gaps: true })),
  ...all(
    "data.standardize().apply data.standardize().invert data.standardize().invertScore",
    of(needs(x, ["NaN", "-1", "1.5", "1e15", "Infinity"])),
  ),
  ...all("data.fromRows().sample data.gaussian().sample data.line().sample data.rescaled().sample", sampled),
  "probes.basis": of(needs([4, 2]), options({ dtype: "float32" })),
  ...all("probes.gaussian probes.rademacher probes.sphere", draw),
  karrasSchedule: of(
    options({ sigmaMin: needs(0.1), sigmaMax: needs(2), steps: needs(3, [], ["1e15"]), rho: 7 }, false),
  ),
  geometricSchedule: of(needs(2), needs(1), needs(3, [], ["1e15"])),
  exactScoreMatching: of(model.score, points, options({ ...loss, chunk: 1 })),
  ...all("slicedScoreMatching slicedScoreMatchingVR", of(model.score, points, needs(noise), options(loss))),
  ...all(
    "finiteDifferenceSlicedScoreMatching finiteDifferenceSlicedScoreMatchingVR",
    of(model.score, points, needs(noise), options({ ...loss, stepSize: 0.1 })),
  ),
  finiteDifferenceSlicedEnergyScoreMatching: of(
    model.energy,
    points,
    needs(noise),
    options({ ...loss, stepSize: 0.1 }),
  ),
  fisherDivergence: of(model.score, model.score, points, options(loss)),
  exactEnergyScoreMatching: of(model.energy, points, options(loss)),
  ...all(
    "slicedEnergyScoreMatching slicedEnergyScoreMatchingVR",
    of(model.energy, points, needs(noise), options(loss)),
  ),
  denoisingScoreMatching: of(
    model.score,
    points,
    needs(noise),
    sigma,
    options({ ...loss, controlVariate: true }),
  ),
  ...all(
    "noisySlicedScoreMatching noisySlicedScoreMatchingVR",
    of(model.score, points, needs(noise), sigma, needs(noise), options(loss)),
  ),
  multiLevelDenoisingScoreMatching: of(
    model.levelled,
    points,
    needs(noise),
    sigma,
    options({ ...loss, controlVariate: true }),
  ),
  multiLevelSlicedScoreMatching: of(model.levelled, points, needs(noise), sigma, needs(noise), options(loss)),
  diffusionDenoisingScoreMatching: of(
    needs(timed),
    points,
    needs(noise),
    needs(0.5),
    needs(process),
    options({ ...loss, weighting: may("variance") }),
  ),
  scoreOf: of(model.energy),
  "scoreOf()": of(points),
  tweedie: of(model.score, points, sigma),
  tweedieCovariance: of(model.score, points, sigma),
  denoise: of(model.levelled, points, sigma, options({ standardDeviation: true, batch: 1, backend })),
  langevin: of(model.score, points, options(walk, false)),
  annealedLangevin: of(
    model.levelled,
    points,
    options(
      {
        sigmas: needs([1, 0.5]),
        stepSize: needs(0.1),
        convention: may("song-ermon-2020"),
        ratio: 2,
        varianceRatio: 2,
        stepsPerLevel: steps,
        key: needs(key),
        finalDenoise: true,
        onStep,
        trajectory: 1,
        backend,
      },
      false,
    ),
  ),
  classifierFreeGuidance: of(
    model.levelled,
    options({ condition: needs(zeros([4])), scale: needs(1) }, false),
  ),
  "classifierFreeGuidance()": of(points, needs(0.5)),
  linearMeasurement: of(
    options({ mask: needs(tensor([1, 0])), matrix: may(undefined) }, false),
    options({ noise: 0.1 }),
  ),
  ...all("linearMeasurement().observe linearMeasurement().transpose", of(points)),
  "linearMeasurement().solve": exempt("a part of a measurement: samplers give it residuals"),
  "posterior.pseudoinverseGuidance": of(
    model.levelled,
    points,
    options({ ...measured, covariance: may("isotropic"), dataDeviation: 1 }, false),
  ),
  "posterior.twisted": of(
    model.levelled,
    points,
    options(
      { ...measured, particles: needs(1, [], ["1e15"]), covariance: may("isotropic"), dataDeviation: 1 },
      false,
    ),
  ),
  "posterior.dps": of(model.levelled, points, options({ ...measured, strength: 0.1 }, false)),
  "posterior.replacement": of(model.levelled, points, options(measured, false)),
  "posterior.exact": of(
    options(mixed, false),
    options({ measurement: measured.measurement, observed: needs(tensor([[1, 2]])) }, false),
  ),
  "posterior.repaint": of(
    model.levelled,
    points,
    options({ ...measured, repeats: may(2, [], ["1e15"]) }, false),
  ),
  ...all("ddim dpmSolver", of(model.levelled, points, options(down, false))),
  ancestral: of(model.levelled, points, options({ ...down, key: needs(key) }, false)),
  stochasticHeun: of(
    model.levelled,
    points,
    options({ ...down, churn: 1, sMin: 0.1, sMax: 1, sNoise: 1, key: may(key) }, false),
  ),
  mala: of(model.energy, points, options(metropolis, false)),
  hmc: of(
    model.energy,
    points,
    options({ ...metropolis, leapfrogSteps: needs(1, [], ["1e15", "huge sizes"]) }, false),
  ),
  eulerMaruyama: of(needs(timed), points, needs(process), options(reverse, false)),
  predictorCorrector: of(
    needs(timed),
    points,
    needs(process),
    options({ ...reverse, correctorSteps: may(1, [], ["1e15"]), signalToNoise: 0.1 }, false),
  ),
  probabilityFlow: of(
    needs(timed),
    points,
    needs(process),
    options(
      {
        solver: needs(heun({ steps: 2 })),
        startTime: 0.5,
        finalDenoise: true,
        onStep,
        trajectory: 1,
        backend,
      },
      false,
    ),
  ),
  logLikelihood: of(
    needs(timed),
    points,
    needs(process),
    options({ solver: needs(heun({ steps: 2 })), probes: may(noise), backend }, false),
  ),
  bitsPerDimension: of(
    needs(timed),
    points,
    needs(process),
    options(
      {
        solver: needs(heun({ steps: 2 })),
        key: needs(key),
        levels: may(6, [], ["1e15"]),
        range: may([0, 5]),
        probes: may(2, [], ["1e15"]),
        backend,
      },
      false,
    ),
  ),
  ...all("subVariancePreserving variancePreserving", beta),
  varianceExploding: of(options({ sigmaMin: 0.1, sigmaMax: 2, moments: may(moments) })),
  ...all(
    "*().drift *().diffusion *().scale *().deviation",
    exempt("a coefficient of a process: the samplers give it times"),
  ),
  ...all(
    "*().prior.sample",
    of(needs(key), needs([4, 2], ["an empty array"]), options({ dtype: "float32" })),
  ),
  ...all("*().prior.logDensity", of(points)),
  timeConditional: of(model.levelled, needs(process)),
  "timeConditional()": of(points, needs(0.5)),
  diffusionTimes: of(
    needs(key),
    needs(3, [], ["1e15"]),
    needs(process),
    options({ method: may("independent") }),
  ),
  dormandPrince: of(
    options({ relativeTolerance: 0.1, absoluteTolerance: 0.1, initialStep: 0.1, maxSteps: 10 }),
  ),
  heun: of(options({ steps }, false)),
  ...all(
    "dormandPrince().solve heun().solve",
    of(
      needs((y: Tensor) => neg(y)),
      points,
      needs(0),
      needs(1),
      solving,
    ),
  ),
  effectiveSampleSize: of(needs(trajectory), options({ rankNormalized: true, split: true })),
  rHat: of(needs(trajectory), options({ method: may("split") })),
  tailEffectiveSampleSize: of(needs(trajectory)),
  monteCarloStandardError: of(needs(trajectory), options({ quantile: 0.5 })),
  kernelBandwidth: of(points, options({ least: 0.1 })),
  maximumMeanDiscrepancy: of(points, points, options({ bandwidth: 1 })),
  frechetDistance: of(points, points),
  twoSampleTest: of(
    points,
    points,
    options(
      {
        key: needs(key),
        statistic: may("energy"),
        permutations: may(3, [], ["1e15"]),
        rows: may(3, [], ["1e15"]),
        projections: may(2, [], ["1e15"]),
      },
      false,
    ),
  ),
  holmAdjusted: of(needs([0.1, 0.5])),
  memorization: of(points, points, points),
  heldOutLogLikelihood: of(
    model.levelled,
    points,
    points,
    options(
      {
        sigmaMin: needs(0.1),
        sigmaMax: needs(2),
        key: needs(key),
        rows: may(2, [], ["1e15"]),
        moments: may(moments),
        backend,
      },
      false,
    ),
  ),
  denoisingSkill: of(
    model.levelled,
    needs([1], ["an empty array", "huge sizes"]),
    points,
    points,
    options({ key: needs(key), points: may(2, [], ["1e15"]), moments: may(moments) }, false),
  ),
  distancesToTest: of(
    points,
    points,
    points,
    options({ key: needs(key), repeats: may(2, [], ["1e15"]), moments: may(moments) }, false),
  ),
  compareColumns: of(points, points, options({ key: needs(key) }, false)),
  quality: of(
    model.levelled,
    needs([1], ["huge sizes"]),
    options({ training: needs(x), test: needs(x, ["null"]), samples: needs(x) }, false),
    options(
      { key: needs(key), moments: may(moments), likelihood: true, points: may(2, [], ["1e15"]), backend },
      false,
    ),
  ),
  verdict: of(
    needs(quality(levelled, [1], { training: x, test: null, samples: x }, { key, moments })),
    may(["a", "b"], [...texts, "an empty array"]),
  ),
  slicedWasserstein: of(
    points,
    points,
    options({ key: needs(key), projections: may(2, [], ["1e15"]), order: 2 }, false),
  ),
  modeSwitches: of(needs(trajectory), points),
  modeWeights: of(points, points, options({ confidence: 0.9 })),
  fisherDivergenceByDensity: of(
    model.score,
    needs(set),
    points,
    options({ sigma: 0.5, parts: may(2, [], ["1e15"]) }),
  ),
  fisherDivergenceByLevel: of(
    model.levelled,
    needs(set),
    needs([1], ["an empty array", "huge sizes"]),
    options({ key: needs(key), samples: may(8, [], ["1e15"]), parts: may(2, [], ["1e15"]) }, false),
  ),
  compareEstimators: of(
    model.score,
    points,
    needs(key),
    options({
      estimators: may(["exactScoreMatching", "slicedScoreMatching"]),
      laws: may(["rademacher"], ["an empty array"]),
      probeCounts: may([1], ["an empty array"], ["huge sizes"]),
      sigma: 0.5,
      stepSize: 0.1,
      batchSize: may(2, [], ["1e15"]),
      repeats: may(2, [], ["1e15"]),
      backend,
      clock: may(() => 0),
      onProgress: may(() => {}, ["an async function"]),
    }),
  ),
  estimatorTable: of(
    needs(
      await compareEstimators(score, x, key, {
        estimators: ["exactScoreMatching"],
        repeats: 2,
        backend: "eager",
      }),
    ),
  ),
  suggestNoiseLevels: of(
    points,
    options({
      key: may(key),
      sigmaMax: 2,
      sigmaMin: 0.1,
      maxRatio: 2,
      stepsPerLevel: 2,
      convention: may("song-ermon-2020"),
    }),
  ),
  noiseConditionalMlp: of(
    options(
      {
        dimension: needs(2),
        hidden: needs([3], ["an empty array", "huge sizes"]),
        activation: may("tanh", ["a function"]),
        frequencies: may(1, [], ["1e15"]),
      },
      false,
    ),
  ),
  noiseMlp: of(
    options(
      {
        dimension: needs(2),
        hidden: needs([3], ["an empty array", "huge sizes"]),
        activation: may("tanh", ["a function"]),
        given: may(1, [], ["1e15"]),
        frequencies: may(1, [], ["1e15"]),
        waves: may([1], ["an empty array", "huge sizes"]),
        axes: may(moments.axes),
      },
      false,
    ),
  ),
  "images/imageClassifier": of(
    options({ image: needs([2, 2, 1], ["huge sizes"]), classes: needs(2, ["1e15"]) }, false),
  ),
  ...all("images/imageClassifier().*", exempt("a model's functions: their layers check what they are given")),
  "images/trainImageClassifier": of(
    options(
      {
        classifier: needs(classifier),
        images: needs(pictures),
        labels: needs(tensor([0, 1], { dtype: "uint32" })),
        key: needs(key),
        epochs: may(1, [], ["1e15"]),
        batchSize: may(1, [], ["1e15"]),
        shift: may(0, ["1.5", "1e15"]),
        distortion: may(0, ["1.5", "1e15"]),
        onStep: may(() => {}, ["an async function"]),
      },
      false,
    ),
  ),
  "images/frechetReference": of(
    needs(random.normal(random.key(1), [8, 4])),
    options({ key: needs(key), splits: may(1, [], ["1e15"]), size: may(2) }, false),
  ),
  "images/frechetReference().to": of(needs(pictures), needs(key)),
  "images/imageQuality": of(
    options(
      {
        image: needs([2, 2, 1], ["huge sizes"]),
        classes: needs(2, ["1e15"]),
        training: needs(labelled),
        test: needs(labelled),
        samples: needs(labelled),
        key: needs(key),
        epochs: may(1, [], ["1e15"]),
        shift: may(0, ["1.5", "1e15"]),
        distortion: may(0, ["1.5", "1e15"]),
        onStep: may(() => {}, ["an async function"]),
      },
      false,
    ),
  ),
  "images/judgeImages": of(
    needs(classifier),
    needs(classifier.init(key), everything),
    needs(pictures),
    options({ labels: may(tensor([0, 1], { dtype: "uint32" })) }),
  ),
  noiseUnet: of(options(unetArguments, false)),
  noiseConditionalUnet: of(options({ ...unetArguments, dataDeviation: 1 }, false)),
  noiseEnergy: of(needs(network), options({ dataDeviation: 1, axes: may(moments.axes), reach: 1 })),
  preconditioned: of(needs(network), options({ dataDeviation: 1, axes: may(moments.axes), reach: 1 })),
  ...all(
    "noiseConditionalMlp().* noiseMlp().* noiseEnergy().* preconditioned().* noiseUnet().* noiseConditionalUnet().*",
    exempt("a model's functions: their layers check what they are given"),
  ),
  diffusionObjective: of(needs(process), options({ weighting: may("variance"), times: may("systematic") })),
  noiseLevelObjective: of(needs("sliced"), needs([1], ["huge sizes"]), options({ probes: may(() => x) })),
  logNormalObjective: of(needs("sliced"), options({ mean: 0, deviation: 1, dataDeviation: 1 })),
  ...all(
    "diffusionObjective() noiseLevelObjective() logNormalObjective()",
    exempt("an objective: a training calls it"),
  ),
  selected: of(needs({ best: null, averaged: [], step: 0 })),
  train: of(options(training, false)),
  trainingFunctions: of(options(training, false)),
  ...all("trainingFunctions().*", exempt("functions to be compiled: ops check what they are given")),
  ...all("scoreMatchingObjectives.*.loss", exempt("its loss checks what it is given, by its own name")),
  ...all(
    "scoreMatchingObjectives.*.passes.count scoreMatchingObjectives.*.onStandardNormal.precision scoreMatchingObjectives.*.onStandardNormal.minimum",
    exempt("a formula of numbers"),
  ),
  ...all(
    "tables/readTable tables/remarkText tables/column tables/writeTable tables/readMixedTable tables/writeMixedTable tables/inferSchema tables/parseTypes tables/tableEncoder",
    exempt("tables have tests of their own of what they refuse"),
  ),
  "synthetic/associationGap": of(needs(schema), needs(people), needs(people)),
  "synthetic/classifierTest": of(
    needs(schema),
    needs(people),
    needs(people),
    options({ key: needs(key), folds: 2 }, false),
  ),
  "synthetic/usefulness": of(
    needs(schema),
    options({ samples: needs(people), training: needs(people), test: needs(people) }, false),
    options({ target: needs("kind") }, false),
  ),
  "synthetic/gaussianCopula": of(needs(schema), needs(people), options({ key: needs(key) }, false)),
  "synthetic/gaussianCopula().sample": {
    ...of(needs(key), needs(3, [], ["1e15"])),
    names: ["gaussianCopula.sample"],
  },
  "export/exportFunction": of(
    needs(exported),
    options({
      what: may("score"),
      format: may("stablehlo"),
      count: may(2, [], ["1e15"]),
      dtype: may("float64"),
      label: may(undefined),
      guidance: may(undefined),
      stepsPerLevel: may(2, [], ["1e15"]),
      stepSize: 0.1,
    }),
  ),
  "model/*": exempt("what a model may be made of is a schema, with tests of its own"),
  "data.isRows": of(needs(set)),
  resemblance: of(points, points, needs(key)),
};

const modules = Object.fromEntries(
  await Promise.all(
    entriesOf(new URL("../", import.meta.url)).map(
      async (entry): Promise<[string, object]> => [
        entry,
        await import(`../src/${entry === "" ? "index" : entry}.ts`),
      ],
    ),
  ),
);

// Where a function hands an argument on, such as a backend to compile, the one that takes it may speak.
const speakers =
  "compile tweedie exactScoreMatching fisherDivergenceByDensity gaussian.score gaussian.logDensity nn.conv nn.glorotUniform imageClassifier trainImageClassifier judgeImages nn.mlp valueAndGrad grad " +
  "tensor eye random.rademacher random.sphere random.gaussian matmul square optim.adamw optim.ema optim.clipByGlobalNorm sub mul div random.normal slicedScoreMatching pushforward";
const withSpeakers = Object.fromEntries(
  Object.entries(table).map(([path, entry]) => [
    path,
    { ...entry, names: [...(entry.names ?? []), ...speakers.split(" ")] },
  ]),
);

await testHostileArguments(modules, withSpeakers);
