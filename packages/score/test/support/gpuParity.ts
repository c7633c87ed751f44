import {
  type AsyncProgramBackend,
  compile,
  js,
  nn as networks,
  type nn,
  random,
  read,
  type Tensor,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import {
  denoisingScoreMatching,
  exactScoreMatching,
  geometricSchedule,
  noiseConditionalMlp,
  noiseLevelObjective,
  type objectiveNames,
  probes,
  type Score,
  slicedScoreMatching,
  slicedScoreMatchingVR,
  type TrainingBackend,
  train,
} from "@scoretape/score";

type Parameters = readonly nn.DenseParams[];

const key = random.key(3);
const net = networks.mlp([2, 12, 2], { activation: "softplus" });
const parameters = net.init(random.foldIn(key, 0));
const x = random.normal(random.foldIn(key, 1), [24, 2]);

const objectives = {
  exact: (score: Score, y: Tensor) => exactScoreMatching(score, y),
  sliced: (score: Score, y: Tensor, k: Tensor) => slicedScoreMatching(score, y, probes.gaussian(k, y.shape)),
  "variance-reduced sliced": (score: Score, y: Tensor, k: Tensor) =>
    slicedScoreMatchingVR(score, y, probes.rademacher(k, y.shape)),
  denoising: (score: Score, y: Tensor, k: Tensor) =>
    denoisingScoreMatching(score, y, random.normal(k, y.shape), 0.3),
};

/** The objectives whose value and gradient are compared. */
export type ComparedObjective = keyof typeof objectives;
export const comparedObjectives: readonly ComparedObjective[] = [
  "exact",
  "sliced",
  "variance-reduced sliced",
  "denoising",
];

/** How far an objective on a device is from the reference kernels. */
export interface ObjectiveParity {
  /** Relative to the value. */
  readonly value: number;
  /** The largest difference, relative to the gradient's largest element. */
  readonly gradient: number;
  /** The program, for people. */
  readonly explanation: string;
}

export async function objectiveParity(
  name: ComparedObjective,
  backend: AsyncProgramBackend,
): Promise<ObjectiveParity> {
  const both = valueAndGrad((p: Parameters, y: Tensor, k: Tensor) =>
    objectives[name]((z) => net.apply(p, z), y, k),
  );
  const f = (p: Parameters, y: Tensor, k: Tensor) => both(p, y, k);
  const compiled = compile(f, { backend });
  const [value, gradient] = await read(await compiled(parameters, x, key));
  const [expected, slope] = compile(f, { backend: js })(parameters, x, key);
  const explanation = compiled.explain(parameters, x, key);
  compiled.dispose();
  const [actual, due] = [numbersIn(gradient), numbersIn(slope)];
  const scale = Math.max(...due.map(Math.abs));
  return {
    value: relative([value.item()], [expected.item()]),
    gradient: Math.max(...due.map((g, i) => Math.abs((actual[i] ?? Number.NaN) - g))) / scale,
    explanation,
  };
}

const numbersIn = (values: tree.Tree): number[] => tree.leaves(values).flatMap(({ data }) => [...data]);

/** How far a training on a device is from one on the reference kernels. */
export interface TrainingParity {
  readonly steps: number;
  /** The largest relative difference of the losses, */
  readonly losses: number;
  /** and of those on the rows held out. */
  readonly validations: number;
}

/** Trains a small network with the same key on a device and on the reference kernels. */
export async function trainingParity(
  name: (typeof objectiveNames)[number],
  steps: number,
  backend: AsyncProgramBackend,
): Promise<TrainingParity> {
  const on = async (where: TrainingBackend) => {
    const { history, step } = await train({ ...trainingOf(name, steps), backend: where });
    return { step, losses: history.losses, validations: history.validation.map(({ loss }) => loss) };
  };
  const [there, here] = [await on(backend), await on(js)];
  return {
    steps: there.step,
    losses: relative(there.losses, here.losses),
    validations: relative(there.validations, here.validations),
  };
}

/** A small training. */
export function trainingOf(name: (typeof objectiveNames)[number], steps: number) {
  return {
    model: noiseConditionalMlp({ dimension: 2, hidden: [8] }),
    objective: noiseLevelObjective(name, geometricSchedule(2, 0.5, 3)),
    data: random.normal(random.key(1), [60, 2]),
    key: random.key(2),
    batchSize: 16,
    validateEvery: 50,
    checkpointEvery: 1000,
    steps,
  };
}

/** The largest relative difference of two lists; NaN where an element is NaN or missing. */
function relative(actual: readonly number[], expected: readonly number[]): number {
  const length = Math.max(actual.length, expected.length);
  const off = Array.from({ length }, (_, i) =>
    Math.abs((actual[i] ?? Number.NaN) / (expected[i] ?? Number.NaN) - 1),
  );
  return Math.max(...off);
}
