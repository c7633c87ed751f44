import {
  add,
  cast,
  concat,
  div,
  full,
  matmul,
  mul,
  neg,
  random,
  square,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { data, train } from "@scoretape/score";
import {
  describe as describeTraining,
  loadModel,
  modelOf,
  networkOf,
  samplingDefaults,
  samplingSteps,
  saveModel,
  splitRows,
  trainingDefaults,
  trainingOf,
} from "@scoretape/score/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./support/runs.ts";

const origin = (values: Tensor) => {
  const [rows = 0, d = 0] = values.shape;
  const columns = Array.from({ length: d }, (_, j) => `x${j}`);
  return {
    data: { kind: "file", name: "a.csv", rows, sha256: "0".repeat(64) },
    columns,
    values,
    set: null,
  } as const;
};

/** Rows of N(0, Σ) with so many deviations along axes of their own. */
function normalRows(seed: number, n: number, deviation: readonly number[]): Tensor {
  const { length: d } = deviation;
  const z = random.normal(random.key(seed), [n, d], { dtype: "float64" });
  const { axes } = data.normalMoments(random.normal(random.key(seed + 1), [50, d]));
  return matmul(mul(z, tensor(deviation, { dtype: "float64" })), axes, { transposeY: true });
}

describe("the rows kept for tests", () => {
  test("and those of the training are all rows, each once, whatever their number and the share", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 400 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.nat(99),
        (n, share, seed) => {
          const rows = tensor(Array.from({ length: n }, (_, i) => [i]));
          const { training, test: kept } = splitRows({ testFraction: share, seed }, rows);
          const count = kept?.shape[0] ?? 0;
          expect(count).toBe(
            share === 0 ? 0 : Math.min(Math.floor(n / 3), Math.max(20, Math.round(share * n))),
          );
          const all = [...training.data, ...(kept?.data ?? [])].sort((a, b) => a - b);
          expect(all).toEqual([...rows.data]);
        },
      ),
      runs(100),
    );
  });

  test("have no part in what is learned from the others", () => {
    const rows = data.moons.sample(random.key(0), 90);
    const { test: kept } = splitRows({ testFraction: 0.1, seed: 0 }, rows);
    const first = describeTraining(origin(rows));
    expect(kept?.shape).toEqual([20, 2]);
    const rowsOf = (x: Tensor): string[] => Array.from(x, (row) => String(row.data));
    const isKept = rowsOf(rows).map((row) => kept !== null && rowsOf(kept).includes(row));
    const far = add(rows, mul(1000, tensor(isKept.map((yes) => [yes ? 1 : 0, yes ? 1 : 0]))));
    const second = describeTraining(origin(far));
    expect(second.standardization).toEqual(first.standardization);
    expect([...(second.moments?.axes.data ?? [])]).toEqual([...(first.moments?.axes.data ?? [])]);
    expect(second.settings).toEqual(first.settings);
    expect([...trainingOf(second, far).data.data]).toEqual([...trainingOf(first, rows).data.data]);
  });
});

describe("what follows from the data", () => {
  test("are ten levels from 3 to 0.1 for the sets of the plane", () => {
    for (const name of ["8gaussians", "2spirals", "checkerboard", "pinwheel", "moons"]) {
      const set = data.byName(name);
      const values = set.sample(random.key(0), 5000);
      const { settings, network } = describeTraining({ ...origin(values), set });
      expect(settings).toMatchObject({ levels: 10, sigmaMax: 3, sigmaMin: 0.1, loss: trainingDefaults.loss });
      expect(network).toEqual({
        kind: "preconditioned-mlp",
        hidden: [64, 64],
        activation: "gelu",
        waves: [1.5, 3],
      });
    }
  });

  test("levels reach below the narrowest direction, and above the widest", () => {
    const pair = random.normal(random.key(1), [400, 1]);
    const near = concat([pair, add(pair, mul(0.02, random.normal(random.key(2), [400, 1])))], 1);
    const { settings, moments } = describeTraining(origin(near), { testFraction: 0 });
    // Standardised, the difference of the columns has the deviation 0.02, and across the diagonal 0.02/√2.
    expect(moments?.deviation.data[1]).toBeCloseTo(0.02 / Math.SQRT2, 3);
    expect(settings.sigmaMin).toBeGreaterThan(0.15 * (0.02 / Math.SQRT2));
    expect(settings.sigmaMin).toBeLessThan(0.35 * (0.02 / Math.SQRT2));
    const common = random.normal(random.key(3), [300, 1]);
    const wide = concat(
      Array.from({ length: 30 }, (_, j) => add(common, mul(0.5, random.normal(random.key(9 + j), [300, 1])))),
      1,
    );
    const { settings: far, moments: along } = describeTraining(origin(wide));
    expect(far.sigmaMax / (along?.deviation.data[0] ?? 0)).toBeCloseTo(2, 1);
    expect(far.levels).toBeGreaterThan(10);
  });

  test("what is said stands, and the other end of the levels keeps away from it", () => {
    const values = data.moons.sample(random.key(0), 100);
    const settingsFor = (wishes: Parameters<typeof describeTraining>[1]) =>
      describeTraining(origin(values), wishes).settings;
    expect(settingsFor({ sigmaMax: 0.05, seed: 3, loss: "exact" })).toMatchObject({
      sigmaMax: 0.05,
      seed: 3,
      loss: "exact",
    });
    expect(settingsFor({ sigmaMax: 0.05 }).sigmaMin).toBeLessThan(0.05);
    expect(settingsFor({ sigmaMin: 7 }).sigmaMax).toBeGreaterThan(7);
    expect(settingsFor({ levels: 1, sigmaMin: 0.3 })).toMatchObject({
      levels: 1,
      sigmaMax: 0.3,
      sigmaMin: 0.3,
    });
    expect(() => settingsFor({ sigmaMin: 3, sigmaMax: 1 })).toThrow(
      /^describe: sigmaMax is 1 and sigmaMin 3; levels go down/,
    );
    expect(() => settingsFor({ levels: 1, sigmaMin: 1, sigmaMax: 3 })).toThrow(
      /^describe: levels is 1, and sigmaMax 3 and sigmaMin 1 are two; give one of them/,
    );
    expect(() => Reflect.apply(describeTraining, undefined, [origin(values), { sigmaMx: 1 }])).toThrow(
      /^describe: .*sigmaMx/,
    );
  });
});

describe("a model before the first step", () => {
  test("is the normal distribution of the rows: its score, and its samples", () => {
    const values = normalRows(5, 500, [3, 1, 0.2]);
    const description = describeTraining(origin(values), { testFraction: 0 });
    const model = modelOf(description, networkOf(description).init(random.key(0)));
    const moments = description.moments ?? data.normalMoments(values);
    const z = random.normal(random.key(4), [5, 3], { dtype: "float64" });
    // −Q(Λ + σ²)⁻¹Qᵀz
    const variance = add(square(moments.deviation), 0.25);
    const expected = neg(matmul(div(matmul(z, moments.axes), variance), moments.axes, { transposeY: true }));
    const score = model.standardScore(cast(z, "float32"), 0.5);
    score.data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.data[i] ?? Number.NaN, 3);
    });

    const walk = samplingSteps(model, random.key(7), 4000, { stepsPerLevel: 5 });
    let step = walk.next();
    while (step.done !== true) step = walk.next();
    const sampled = data.normalMoments(step.value, { shrinkage: 0 }).deviation;
    // A sample of 4,000 tells a deviation to 1.1 %, and the last step takes a thirty-second from the narrowest.
    for (const ratio of div(sampled, moments.deviation).data) expect(Math.abs(ratio - 1)).toBeLessThan(0.07);
  });

  test("takes fewer Langevin steps where the probability flow changes the levels", () => {
    expect(samplingDefaults({ flows: true }).stepsPerLevel).toBeLessThan(samplingDefaults({}).stepsPerLevel);
  });

  test("takes Langevin steps at narrow levels alone where columns are coordinates of a table's", () => {
    const schema = [{ name: "z", kind: "category", labels: ["a", "b"], shares: [0.5, 0.5] }] as const;
    const standardScore = (z: Tensor): Tensor => neg(z);
    const stepsOf = (flows: boolean, of: { readonly schema?: typeof schema }): number => {
      let last = 0;
      const model = {
        sigmas: [3, 1, 0.3, 0.1],
        standardScore,
        flows,
        size: 1,
        description: { columns: ["z"], ...of },
      };
      const walk = samplingSteps(model, random.key(0), 5, {
        backend: "eager",
        onStep({ step, steps }) {
          last = step;
          expect(step).toBeLessThanOrEqual(steps);
        },
      });
      while (walk.next().done !== true);
      return last;
    };
    expect(stepsOf(true, { schema })).toBe(20);
    expect(stepsOf(true, {})).toBe(40);
    expect(stepsOf(false, { schema })).toBe(160);
  });
});

describe("rows that are images", () => {
  /** 3 × 2 images: a pixel that is always black, one that is as another, and others. */
  const images = (n: number): Tensor => {
    const z = random.uniform(random.key(n), [n, 6], { dtype: "float64" });
    return tensor(
      z.data.map((u, i) => (i % 6 === 0 ? -1 : i % 6 === 2 ? 2 * (z.data[i - 1] ?? 0) - 1 : 2 * u - 1)),
      { shape: [n, 6] },
    );
  };
  const of = (values: Tensor) => ({ ...origin(values), image: [3, 2, 1], classes: ["no", "yes"] }) as const;

  test("have one deviation, and no noise finer than can be seen", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 60 }), (n) => {
        const values = images(n);
        const { standardization, moments, settings, image, classes } = describeTraining(of(values), {
          testFraction: 0,
          network: "mlp",
        });
        const { mean, deviation } = standardization;
        expect(new Set(deviation).size).toBe(1);
        const z = values.data.map((value, i) => (value - (mean[i % 6] ?? 0)) / (deviation[0] ?? 1));
        const average = (x: ArrayLike<number>): number =>
          Array.from(x).reduce((sum, value) => sum + value, 0) / x.length;
        for (const j of mean.keys()) expect(average(z.filter((_, i) => i % 6 === j))).toBeCloseTo(0, 10);
        expect(average(z.map((value) => value * value))).toBeCloseTo(1, 10);
        expect(Math.min(...(moments?.deviation.data ?? [0]))).toBeGreaterThanOrEqual(0.01);
        expect(settings.sigmaMin).toBe(0.1);
        expect([image, classes]).toEqual([
          [3, 2, 1],
          ["no", "yes"],
        ]);
      }),
      runs(20),
    );
  });

  test("keep shape and classes in the model's file", async () => {
    const values = images(30);
    const description = describeTraining(of(values), { steps: 1, hidden: [4], network: "mlp" });
    const state = await train(trainingOf(description, values));
    const loaded = loadModel(saveModel(description, state)).description;
    expect([loaded.image, loaded.classes]).toEqual([description.image, description.classes]);
    expect(description.image).toEqual([3, 2, 1]);
  });

  test("that are all equal are refused", () => {
    expect(() => describeTraining(of(full([30, 6], 0.5)))).toThrow(/all images are equal/);
  });

  test("are split as labels of theirs are", () => {
    const rows = tensor(Array.from({ length: 90 }, (_, i) => [i]));
    const labels = tensor(Uint32Array.from({ length: 90 }, (_, i) => i));
    const settings = { testFraction: 0.2, seed: 5 };
    const [ofRows, ofLabels] = [splitRows(settings, rows), splitRows(settings, labels)];
    expect([...ofLabels.training.data]).toEqual([...ofRows.training.data]);
    expect([...(ofLabels.test?.data ?? [])]).toEqual([...(ofRows.test?.data ?? [])]);
    expect([ofLabels.training.dtype, ofLabels.training.shape]).toEqual(["uint32", [70]]);
  });
});
