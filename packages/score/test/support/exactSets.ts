import { add, cast, mul, random, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";

/** A set of the registry whose density and score are known. */
export interface Known {
  readonly name: string;
  readonly set: data.ExactDataSet;
  /** The smallest width of a feature of the set's own density; 0 where it has none, or edges. */
  readonly width: number;
  readonly isDegenerate: boolean;
}

const widths: Readonly<Record<string, number>> = {
  "8gaussians": 0.3536,
  "2spirals": 0.1,
  rings: 0.08,
  moons: 0.2,
  circles: 0.24,
  swissroll: 0.2,
  pinwheel: 0.2,
  "25gaussians": 0.05,
  "two-modes": 1,
};

function isExact(set: data.DataSet): set is data.ExactDataSet {
  return set.logDensity !== undefined && set.score !== undefined;
}

/** All sets of the registry; a set without exact answers is not left out, but fails here. */
export const knownSets: readonly Known[] = data.names().map((name) => {
  const set = data.byName(name);
  if (!isExact(set)) throw new Error(`${name} has no exact score`);
  const isDegenerate = ["old-faithful", "cosine", "line", "line10d"].includes(name);
  return { name, set, width: widths[name] ?? 0, isDegenerate };
});

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
