import { readFileSync } from "node:fs";
import {
  add,
  checkGradients,
  grad,
  matmul,
  mul,
  neg,
  random,
  square,
  std,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
  tree,
  zerosLike,
} from "@scoretape/autograd";
import {
  data,
  denoisingScoreMatching,
  hmc,
  type NoiseNetwork,
  noiseEnergy,
  noiseMlp,
  preconditioned,
  train,
  tweedieCovariance,
} from "@scoretape/score";
import {
  type Description,
  describe as describeTraining,
  exportModel,
  fingerprint,
  type LoadedModel,
  loadModel,
  loadTraining,
  type Model,
  modelOf,
  saveModel,
  type TrainedModel,
  trainingOf,
} from "@scoretape/score/model";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";

const float64 = { dtype: "float64" } as const;
const none: NoiseNetwork<readonly []> = { init: () => [], apply: (_, y) => zerosLike(y) };
const turned = (angle: number): Tensor =>
  tensor(
    [
      [Math.cos(angle), -Math.sin(angle)],
      [Math.sin(angle), Math.cos(angle)],
    ],
    float64,
  );
const fixture = new URL("fixtures/version2/model.safetensors", import.meta.url);
const positive = fc.double({ min: 0.1, max: 5, noNaN: true });
const angle = fc.double({ min: -3, max: 3, noNaN: true });

describe("noiseEnergy", () => {
  test("without a network it is −log of a normal density with the data's moments, up to its constant", () => {
    fc.assert(
      fc.property(positive, positive, positive, angle, (a, b, sigma, turn) => {
        const [axes, deviation] = [turned(turn), tensor([a, b], float64)];
        const covariance = matmul(mul(axes, square(deviation)), axes, {
          transposeY: true,
        }).toArray() as number[][];
        const exact = data.gaussian({ mean: [0, 0], covariance });
        const x = normal(1, [5, 2]);
        const model = noiseEnergy(none, { dataDeviation: deviation, axes });
        const constant = Math.log(2 * Math.PI * Math.hypot(a, sigma) * Math.hypot(b, sigma));
        expectClose(add(model.energy([], x, sigma), constant), neg(exact.logDensity(x, sigma)), 1e-9);
        expectClose(model.apply([], x, sigma), exact.score(x, sigma), 1e-9);
      }),
      runs(50),
    );
  });

  const model = noiseEnergy(noiseMlp({ dimension: 2, hidden: [6], waves: [2] }), {
    dataDeviation: tensor([2, 0.5], float64),
    axes: turned(0.4),
    reach: 2,
  });
  const parameters = tree.map((leaf) => normal(leaf.size, leaf.shape), model.init(random.key(3)));

  test("the score is −∇E, and its Jacobian is symmetric: a preconditioned network's is not", () => {
    const x = normal(4, [4, 2]);
    const slope = grad((y: Tensor) => sum(model.energy(parameters, y, 0.7)))(x);
    expectClose(model.apply(parameters, x, 0.7), neg(slope), 1e-12);
    const skewOf = (score: (y: Tensor) => Tensor): number => {
      const jacobian = tweedieCovariance(score, x, 0.7);
      const skew = add(jacobian, neg(transpose(jacobian, [0, 2, 1])));
      return Math.sqrt(sum(square(skew)).item() / sum(square(jacobian)).item());
    };
    expect(skewOf((y) => model.apply(parameters, y, 0.7))).toBeLessThan(1e-12);
    const scores = preconditioned(noiseMlp({ dimension: 2, hidden: [6], waves: [2] }));
    expect(skewOf((y) => scores.apply(parameters, y, 0.7))).toBeGreaterThan(1e-3);
  });

  test("each row has its own level, and only its own", () => {
    const x = normal(5, [3, 2]);
    const sigmas = [0.2, 1, 4];
    const alone = sigmas.map((sigma, i) => model.energy(parameters, take(x, [i]), sigma).item());
    expectClose(model.energy(parameters, x, tensor(sigmas, float64)), tensor(alone, float64), 1e-12);
  });

  test("with a reach it is a normal distribution's far from the data", () => {
    const constant: NoiseNetwork<readonly []> = { init: () => [], apply: (_, y) => add(1, zerosLike(y)) };
    const [far, near] = [mul(1e3, normal(6, [4, 2])), mul(1e-3, normal(6, [4, 2]))];
    const learned = (x: Tensor): number => {
      const differences = add(
        noiseEnergy(constant, { reach: 2 }).energy([], x, 0.5),
        neg(noiseEnergy(none).energy([], x, 0.5)),
      );
      return Math.max(...differences.data.map(Math.abs));
    };
    expect(learned(far)).toBeLessThan(1e-6);
    // Σⱼ (σ_d/σ)·Fⱼ with σ_d = 1.
    expect(learned(near)).toBeCloseTo(2 / 0.5, 5);
  });

  test("a training may differentiate through the gradient", () => {
    const [x, noise] = [normal(7, [3, 2]), normal(8, [3, 2])];
    checkGradients(
      (p: typeof parameters) => denoisingScoreMatching((y) => model.apply(p, y, 0.5), x, noise, 0.5),
      [parameters],
    );
  });
});

describe("a model of an energy", () => {
  const set = data.byName("pinwheel");
  const { columns } = set;
  const values = mul(tensor([3, 20]), set.sample(random.key(9), 300));
  const rows = {
    kind: "file",
    name: "rows.csv",
    rows: 300,
    sha256: fingerprint({ columns, values }),
  } as const;
  const wishes = { learn: "energy", hidden: [8], steps: 60, batch: 32, levels: 3 } as const;
  const description = describeTraining({ data: rows, columns, values, set: null }, wishes);
  const training = trainingOf(description, values);
  let bytes: Uint8Array;
  let model: LoadedModel;
  let state: TrainedModel["state"];
  beforeAll(async () => {
    state = await train(training);
    bytes = saveModel(description, state);
    model = loadModel(bytes);
  });
  const energyOf = (of: Model): NonNullable<Model["energy"]> => {
    if (of.energy === undefined) throw new Error("the model has no energy");
    return of.energy;
  };

  test("its score is −∇E in the data's own units, at every noise level", () => {
    const x = mul(tensor([3, 20], float64), normal(10, [5, 2]));
    for (const sigma of [undefined, 1]) {
      const slope = grad((y: Tensor) => sum(energyOf(model)(y, sigma)))(x);
      expectClose(neg(slope), model.score(x, sigma), 1e-5);
    }
    expect(model.score(x).shape).toEqual([5, 2]);
    expect(energyOf(model)(x, 3).dtype).toBe("float64");
  });

  test("goes through files to the same bits, and goes on training to them", async () => {
    const small = loadModel(exportModel(model));
    const samples = model.sample(random.key(11), 5);
    expect([...small.sample(random.key(11), 5).data]).toEqual([...samples.data]);
    const half = loadTraining(saveModel(description, await train({ ...training, steps: 20 })));
    const whole = await train({ ...training, resume: half.state });
    expect(tree.leaves(whole.parameters).map(({ data: own }) => [...own])).toEqual(
      tree.leaves(state.parameters).map(({ data: own }) => [...own]),
    );
  });

  test("what learned a score has no energy; that of the same numbers is another score", () => {
    const { energy, standardEnergy } = loadModel(readFileSync(fixture));
    expect([energy, standardEnergy]).toEqual([undefined, undefined]);
    const { network } = description;
    if (network.kind !== "energy-mlp") throw new Error(`the network is ${network.kind}`);
    const told: Description = { ...description, network: { ...network, kind: "preconditioned-mlp" } };
    const { data: scores } = modelOf(told, model.parameters).score(values);
    expect([...scores]).not.toEqual([...model.score(values).data]);
  });

  test("hmc samples exp(−E): of an energy that is a normal distribution's, its deviations", () => {
    const parameters = training.model.init(random.key(12));
    const untrained = energyOf(modelOf(description, parameters));
    const { mean, deviation } = description.standardization;
    const start = add(tensor(mean), mul(tensor(deviation), random.normal(random.key(13), [500, 2])));
    const { samples, warnings } = hmc((x) => untrained(x), start, {
      stepSize: 0.5,
      scale: deviation,
      leapfrogSteps: [2, 5],
      warmUpSteps: 50,
      steps: 30,
      key: random.key(14),
    });
    expect(warnings).toEqual([]);
    // Standardised rows have deviation 1, with noise √(1 + σ²); of 500 its standard error is 1/√1000.
    const wanted = Math.hypot(1, description.settings.sigmaMin);
    std(samples, { axis: 0 }).data.forEach((value, j) => {
      expect(Math.abs(value / (deviation[j] ?? 0) / wanted - 1)).toBeLessThan(4 / Math.sqrt(1000));
    });
  });

  test("is for perceptrons, and is one of two words", () => {
    const origin = { data: rows, columns, values, set: null };
    expect(() => describeTraining({ ...origin, image: [1, 2, 1] }, { learn: "energy" })).toThrow(
      'describe: learn "energy" is for perceptrons; ask for network "mlp" too',
    );
    const wrong: object = { learn: "potential" };
    expect(() => describeTraining(origin, wrong)).toThrow(
      'describe: learn is "potential"; it is "score" or "energy"',
    );
    expect(description.network.kind).toBe("energy-mlp");
  });
});
