import { add, cast, mul, random, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";

/** A set whose density and score are known. */
export interface Known {
  readonly name: string;
  readonly set: data.ExactDataSet;
  /** The smallest width of a feature of the set's own density; 0 where it has none, or edges. */
  readonly width: number;
  readonly isDegenerate: boolean;
}

/** The width of a set's features, its edges, or that it has no density of its own. */
type Feature = number | "edges" | "no density";

const features: Readonly<Record<string, Feature>> = {
  "old-faithful": "no density",
  "8gaussians": 0.3536,
  "2spirals": 0.1,
  checkerboard: "edges",
  rings: 0.08,
  moons: 0.2,
  circles: 0.24,
  swissroll: 0.2,
  pinwheel: 0.2,
  cosine: "no density",
  line: "no density",
  line10d: "no density",
  "25gaussians": 0.05,
  "two-modes": 1,
};

/** An example of what each function that makes a set makes. */
export const made: Readonly<Record<string, { readonly set: data.ExactDataSet; readonly feature: Feature }>> =
  {
    gaussian: {
      set: data.gaussian({
        mean: [1, -2],
        covariance: [
          [2, 0.6],
          [0.6, 0.5],
        ],
      }),
      feature: 0.5,
    },
    gaussianMixture: {
      set: data.gaussianMixture({
        weights: [1, 2],
        means: [
          [-1, 0],
          [2, 1],
        ],
        standardDeviations: [0.5, 1],
      }),
      feature: 0.5,
    },
    fromRows: {
      set: data.fromRows(
        [
          [0, 1],
          [2, -1],
          [0.5, 0.5],
        ],
        ["a", "b"],
      ),
      feature: "no density",
    },
    line: {
      set: data.line({ direction: [1, 2], deviation: 1.5 }),
      feature: "no density",
    },
    rescaled: { set: data.rescaled(data.moons, { mean: [1, -1], deviation: 2 }), feature: 0.1 },
  };

function isExact(set: data.DataSet): set is data.ExactDataSet {
  return set.logDensity !== undefined && set.score !== undefined;
}

function known(name: string, set: data.DataSet, feature: Feature | undefined): Known {
  if (feature === undefined)
    throw new Error(`${name}: say in test/support/exactSets.ts how wide its features are`);
  if (!isExact(set)) throw new Error(`${name} has no exact score`);
  const width = typeof feature === "number" ? feature : 0;
  return { name, set, width, isDegenerate: feature === "no density" };
}

/** All sets of the registry, and those that are made; one without exact answers is not left out, but fails here. */
export const knownSets: readonly Known[] = [
  ...data.names().map((name) => known(name, data.byName(name), features[name])),
  ...Object.entries(made).map(([maker, { set, feature }]) => known(`data.${maker}`, set, feature)),
];

/** n points of the set blurred by σ, in float64. */
export function blurredSample(set: data.DataSet, seed: number, n: number, sigma: number): Tensor {
  const key = random.key(seed);
  const noise = random.normal(random.foldIn(key, 1), [n, set.dimension], { dtype: "float64" });
  return add(cast(set.sample(random.foldIn(key, 0), n), "float64"), mul(sigma, noise));
}

/** A grid of the plane around all points of a set blurred by σ, with the area that each of its points stands for. */
export function gridAround(
  { set, width }: Known,
  sigma: number,
  step: number,
): { readonly points: Tensor; readonly area: number } {
  const margin = 6 * Math.hypot(width, sigma);
  const sample = blurredSample(set, 3, 4000, 0).data;
  const axis = (j: number): number[] => {
    const values = sample.filter((_, i) => i % 2 === j);
    const [low, high] = [Math.min(...values) - margin, Math.max(...values) + margin];
    return Array.from({ length: Math.ceil((high - low) / step) }, (_, i) => low + (i + 0.5) * step);
  };
  const [rows, columns] = [axis(0), axis(1)];
  const points = Float64Array.from(rows.flatMap((a) => columns.flatMap((b) => [a, b])));
  return { points: tensor(points, { shape: [points.length / 2, 2] }), area: step * step };
}

/** x with one coordinate of every row moved. */
export function moved(x: Tensor, coordinate: number, by: number): Tensor {
  const [, d = 1] = x.shape;
  const values = Float64Array.from(x.data, (value, i) => (i % d === coordinate ? value + by : value));
  return tensor(values, { shape: x.shape });
}
