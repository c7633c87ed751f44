import {
  add,
  cast,
  concat,
  mean,
  mul,
  random,
  reshape,
  sin,
  slice,
  sqrt,
  square,
  std,
  sub,
  type Tensor,
  take,
  tensor,
  tree,
} from "@scoretape/autograd";
import { data, noiseMlp, train } from "@scoretape/score";
import {
  type Description,
  describe as describeTraining,
  exportModel,
  fingerprint,
  impute,
  loadModel,
  loadTraining,
  type Model,
  measureGiven,
  modelOf,
  saveModel,
  trainingOf,
  type Wishes,
} from "@scoretape/score/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deviationsOf, regressionIn, regressionOf, residualsOf, targetsOf } from "../src/model/regression.ts";
import { expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";

const columns = ["area", "rooms", "price", "rent"];

/** Rows of four columns that go together, in units of their own. */
function rowsOf(seed: number, n: number): Tensor {
  const z = random.normal(random.key(seed), [n, 4], { dtype: "float64" });
  const mixed = [
    [1, 0.3, 0.5, 0.2],
    [0, 1, -0.4, 0.6],
    [0, 0, 0.3, 0.2],
    [0, 0, 0, 0.5],
  ];
  const values = Float64Array.from({ length: 4 * n }, (_, at) => {
    const [row, j] = [Math.floor(at / 4), at % 4];
    const own = mixed.reduce((sum, weights, i) => sum + (weights[j] ?? 0) * (z.data[4 * row + i] ?? 0), 0);
    return ([100, 5, 2000, -3][j] ?? 0) + ([30, 1, 500, 0.1][j] ?? 0) * own;
  });
  return tensor(values, { shape: [n, 4] });
}

function described(values: Tensor, wishes: Wishes, names: readonly string[] = columns): Description {
  const [n = 0] = values.shape;
  const origin = {
    kind: "file",
    name: "a.csv",
    rows: n,
    sha256: fingerprint({ columns: names, values }),
  } as const;
  return describeTraining({ data: origin, columns: names, values, set: null }, wishes);
}

/** A model that has learned nothing. */
const fresh = (description: Description, values: Tensor): Model =>
  modelOf(description, trainingOf(description, values).model.init(random.key(5)));

function ofTarget(model: Model): Required<Pick<Model, "sampleGiven" | "logDensityGiven">> {
  const { sampleGiven, logDensityGiven } = model;
  if (sampleGiven === undefined || logDensityGiven === undefined) throw new Error("the model has no target");
  return { sampleGiven, logDensityGiven };
}

describe("the regression of a normal distribution", () => {
  test("is its conditional distribution: the joint density is that of the given ones times that of the residuals", () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const moments = data.normalMoments(
          mul(normal(seed, [12, 4]), tensor([1, 2, 0.3, 1], { dtype: "float64" })),
        );
        const [target, given] = [
          [2, 0],
          [3, 1],
        ];
        const regression = regressionOf(moments, target, given);
        const { axes, deviation, mean: center } = moments;
        const covariance = Array.from({ length: 4 }, (_, i) =>
          Array.from({ length: 4 }, (__, j) =>
            [0, 1, 2, 3].reduce(
              (sum, a) =>
                sum +
                (axes.data[4 * i + a] ?? 0) * (axes.data[4 * j + a] ?? 0) * (deviation.data[a] ?? 0) ** 2,
              0,
            ),
          ),
        );
        const at = (of: readonly number[]): ReturnType<typeof data.gaussian> =>
          data.gaussian({
            mean: of.map((i) => center.data[i] ?? 0),
            covariance: of.map((i) => of.map((j) => covariance[Math.min(i, j)]?.[Math.max(i, j)] ?? 0)),
          });
        const x = normal(seed + 1, [3, 4]);
        const [t, g] = [take(x, target, 1), take(x, given, 1)];
        const r = residualsOf(regression, t, g);
        const { data: sizes } = regression.residuals.deviation;
        const ofResiduals = data.gaussian({
          mean: [0, 0],
          covariance: [
            [(sizes[0] ?? 0) ** 2, 0],
            [0, (sizes[1] ?? 0) ** 2],
          ],
        });
        const joint = at([0, 1, 2, 3]).logDensity(x);
        expectClose(add(at(given).logDensity(g), ofResiduals.logDensity(r)), joint, 1e-7);
        expectClose(targetsOf(regression, r, g), t, 1e-10);
      }),
      runs(20),
    );
  });
});

describe("a model of a target that has learned nothing", () => {
  const values = rowsOf(1, 400);
  const description = described(values, { target: ["price", "rent"], hidden: [8] });
  const model = fresh(description, values);
  const { sampleGiven, logDensityGiven } = ofTarget(model);
  const some = (count: number, names: readonly string[]): Tensor =>
    take(
      slice(values, [0, 0], [count, 4]),
      names.map((name) => columns.indexOf(name)),
      1,
    );

  test("is given all other columns", () => {
    expect([description.target, description.given]).toEqual([
      ["price", "rent"],
      ["area", "rooms"],
    ]);
    expect(described(values, { target: ["rent"], given: ["rooms"] }).given).toEqual(["rooms"]);
  });

  test("is the linear regression: its densities, in the data's own units", () => {
    const regression = regressionIn(description);
    const { mean: center, deviation } = description.standardization;
    const sigma = description.settings.sigmaMin;
    const z = tensor(
      values.data.map((x, at) => (x - (center[at % 4] ?? 0)) / (deviation[at % 4] ?? 1)),
      { shape: [400, 4], dtype: "float64" },
    );
    const first = slice(z, [0, 0], [6, 4]);
    const r = residualsOf(regression, take(first, [2, 3], 1), take(first, [0, 1], 1));
    const expected = Array.from({ length: 6 }, (_, i) =>
      [0, 1].reduce((sum, j) => {
        const variance = (regression.residuals.deviation.data[j] ?? 0) ** 2 + sigma ** 2;
        const off = r.data[2 * i + j] ?? 0;
        return (
          sum -
          0.5 * Math.log(2 * Math.PI * variance) -
          off ** 2 / (2 * variance) -
          Math.log(deviation[2 + j] ?? 1)
        );
      }, 0),
    );
    const found = logDensityGiven(some(6, ["price", "rent"]), some(6, ["area", "rooms"]));
    expected.forEach((value, i) => {
      expect(Math.abs((found?.[i] ?? Number.NaN) - value)).toBeLessThan(2e-3);
    });
  });

  test("draws from it, fewer rows being the first of more", () => {
    const given = some(2, ["area", "rooms"]);
    const draws = sampleGiven(random.key(6), given, 900);
    expect(draws.shape).toEqual([2, 900, 2]);
    const again = sampleGiven(random.key(6), slice(given, [0, 0], [1, 2]), 900);
    expect([...again.data]).toEqual([...draws.data.subarray(0, 1800)]);
    const regression = regressionIn(description);
    const spread = deviationsOf(regression);
    const { mean: center, deviation } = description.standardization;
    const z = sub(given, tensor(center.slice(0, 2), { dtype: "float64" })).data.map(
      (value, at) => value / (deviation[at % 2] ?? 1),
    );
    const middle = targetsOf(
      regression,
      tensor(
        [
          [0, 0],
          [0, 0],
        ],
        { dtype: "float64" },
      ),
      tensor(z, { shape: [2, 2], dtype: "float64" }),
    );
    const [means, stds] = [mean(draws, { axis: 1 }).data, std(draws, { axis: 1 }).data];
    for (const row of [0, 1]) {
      for (const j of [0, 1]) {
        const unit = deviation[2 + j] ?? 1;
        const wanted = {
          mean: (center[2 + j] ?? 0) + unit * (middle.data[2 * row + j] ?? 0),
          std: unit * (spread[j] ?? 0),
        };
        const error = wanted.std / Math.sqrt(900);
        expect(Math.abs((means[2 * row + j] ?? 0) - wanted.mean)).toBeLessThan(4 * error);
        // The solver's own error is below a percent.
        expect(Math.abs((stds[2 * row + j] ?? 0) / wanted.std - 1)).toBeLessThan(4 / Math.sqrt(1800) + 0.01);
      }
    }
  });

  test("fills in the target of rows that have the rest", () => {
    const rows = tensor(
      [
        [100, 5, 2000, -3],
        [90, 4, Number.NaN, Number.NaN],
      ],
      { dtype: "float64" },
    );
    const draws = impute(model, rows, { key: random.key(7), draws: 3 });
    expect(draws.shape).toEqual([2, 3, 4]);
    expect([...draws.data.subarray(0, 4)]).toEqual([100, 5, 2000, -3]);
    const drawn = sampleGiven(random.key(7), tensor([[90, 4]], { dtype: "float64" }), 3);
    expect([...draws.data.subarray(12, 16)]).toEqual([90, 4, ...drawn.data.subarray(0, 2)]);
    const asked = (row: readonly number[]) => () =>
      impute(model, tensor([row], { dtype: "float64" }), { key: random.key(7), draws: 1 });
    expect(asked([Number.NaN, 4, Number.NaN, Number.NaN])).toThrow(
      /^impute: row 0 has no area, and the model draws/,
    );
    expect(asked([90, 4, Number.NaN, -3])).toThrow(/^impute: row 0 has a rent, and the model draws/);
  });

  test("is none of all columns, and takes what it is given", () => {
    expect(() => model.score(values)).toThrow(
      /^model: it is one of price, rent given area, rooms; take sampleGiven/,
    );
    expect(() => model.sample(random.key(0), 3)).toThrow(/it is one of price, rent given area, rooms/);
    expect(() => sampleGiven(random.key(0), values, 3)).toThrow(
      "model.sampleGiven: given has shape [400, 4]; the model has 2 such columns, give [n, 2]",
    );
    expect(() => sampleGiven(random.key(0), some(2, ["area", "rooms"]), 0)).toThrow(/draws is 0/);
    expect(() => logDensityGiven(some(3, ["price", "rent"]), some(2, ["area", "rooms"]))).toThrow(
      "model.logDensityGiven: target has 3 rows, given 2; give one of each for each",
    );
    expect(() => measureGiven(fresh(described(values, {}), values), values)).toThrow(
      /the model has no target/,
    );
  });

  test.each<[string, Wishes]>([
    ['target "cost" is no column; the columns are area, rooms, price, rent', { target: ["cost"] }],
    ['given "size" is no column', { target: ["rent"], given: ["size"] }],
    ['"rent" is target and given; a column is one of them', { target: ["rent"], given: ["area", "rent"] }],
    ["all columns are target; leave one at least to be given", { target: columns }],
    ['target has "rent" twice', { target: ["rent", "rent"] }],
    ["target is empty", { target: [] }],
    ["given is for a target; name the columns to learn as target too", { given: ["rent"] }],
    ['a target is learned by a score; leave out learn "energy"', { target: ["rent"], learn: "energy" }],
  ])("is refused where %s", (message, wishes) => {
    expect(() => described(values, wishes)).toThrow(`describe: ${message}`);
  });

  test("has rows without gaps", () => {
    const gappy = tensor(
      values.data.map((x, at) => (at === 5 ? Number.NaN : x)),
      { shape: [400, 4] },
    );
    expect(() => described(gappy, { target: ["rent"] })).toThrow(/rows without gaps/);
  });
});

/** y = sin 2x + (0.1 + 0.5·(x/2)²)·z, x from −2 to 2: neither linear, nor of one spread. */
function bent(seed: number, n: number): Tensor {
  const x = add(-2, mul(4, random.uniform(random.key(seed), [n, 1], { dtype: "float64" })));
  const z = random.normal(random.key(seed + 1), [n, 1], { dtype: "float64" });
  const spread = add(0.1, mul(0.125, square(x)));
  return concat([x, add(sin(mul(2, x)), mul(spread, z))], 1);
}

describe("a model of a target that has learned", () => {
  const values = bent(10, 1500);
  const wishes = { target: ["y"], hidden: [32, 32], steps: 600, testFraction: 0 };
  const description = described(values, wishes, ["x", "y"]);
  const training = trainingOf(description, values);

  test("covers what it says, and knows more than the regression; files keep it to the bit", async () => {
    const half = await train({ ...training, steps: 300 });
    const state = await train({
      ...training,
      resume: loadTraining(saveModel(description, half)).state,
    });
    const model = loadModel(saveModel(description, state));
    const small = loadModel(exportModel(model));
    const given = tensor([[0.5], [-1]], { dtype: "float64" });
    const draws = ofTarget(model).sampleGiven(random.key(1), given, 5);
    expect([...ofTarget(small).sampleGiven(random.key(1), given, 5).data]).toEqual([...draws.data]);
    const whole = await train(training);
    expect(tree.leaves(whole.parameters).map(({ data: own }) => [...own])).toEqual(
      tree.leaves(state.parameters).map(({ data: own }) => [...own]),
    );
    const { coverage, logScore, rows } = measureGiven(model, bent(20, 600));
    expect(rows).toBe(600);
    const { value = 0, standardError = 1 } = logScore.advantage ?? {};
    expect(value).toBeGreaterThan(0.3);
    expect(value).toBeGreaterThan(4 * standardError);
    const [all] = coverage;
    expect(all?.column).toBe("y");
    for (const { interval, model: share, width } of all?.intervals ?? []) {
      // A short training's own error, and chance.
      const chance = 3 * Math.sqrt((interval * (1 - interval)) / 600);
      expect(Math.abs(share.value - interval)).toBeLessThan(0.03 + chance);
      expect(width.model).toBeLessThan(width.regression);
    }
  }, 60_000);

  test("the noise goes to the target alone, and the network is given the rest", () => {
    expect(training.data.shape).toEqual([1500, 1]);
    expect(training.conditions?.shape).toEqual([1500, 1]);
    const network = noiseMlp({ dimension: 1, given: 2, hidden: [4], waves: [2] });
    const parameters = tree.map((leaf) => normal(leaf.size, leaf.shape), network.init(random.key(2)));
    const [y, u] = [normal(3, [4, 1]), normal(4, [4])];
    const of = normal(5, [4, 2]);
    const one = network.apply(parameters, y, u, of);
    const other = network.apply(parameters, y, u, mul(2, of));
    expect(sqrt(mean(square(sub(one, other)))).item()).toBeGreaterThan(1e-3);
    expect(() => network.apply(parameters, y, u)).toThrow(
      /the condition is missing; the network is given \[4, 2\]/,
    );
    expect(() => network.apply(parameters, y, u, reshape(of, [2, 4]))).toThrow(/has shape \[2, 4\]/);
  });

  test("conditions are numbers of each row, and no classes stand beside them", async () => {
    const conditions = cast(slice(values, [0, 0], [3, 1]), "float32");
    await expect(train({ ...training, conditions })).rejects.toThrow(
      "train: conditions have 3 rows, the data 1500; give one for each",
    );
    const labels = tensor(new Uint32Array(1500));
    await expect(train({ ...training, classes: { labels, none: 1 } })).rejects.toThrow(
      "train: a model is told classes or conditions; give one",
    );
  });
});
