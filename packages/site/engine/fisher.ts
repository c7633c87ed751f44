import { add, div, grad, mul, neg, random, square, sub, sum, type Tensor, tensor } from "@scoretape/autograd";
import { data, exactScoreMatching, fisherDivergence } from "@scoretape/score";
import { grid, meanOf, type Point, pointsOf } from "./plane.ts";

/** What p is: two modes of different weight. */
export const target: data.ExactDataSet = data.gaussianMixture({
  weights: [2, 1],
  means: [
    [-1, -0.4],
    [1.3, 0.8],
  ],
  standardDeviations: 0.7,
});
const POINTS = 2000;
const points = (): Tensor => target.sample(random.key(0), POINTS);
const known = (x: Tensor): Tensor => target.score(x);

/** The model that is dragged about: N(μ, τ²I). */
export interface Normal {
  readonly mean: Point;
  readonly deviation: number;
}

/** s(x) = −(x − μ)/τ². */
const scoreOf =
  (mean: Tensor, deviation: number) =>
  (x: Tensor): Tensor =>
    div(neg(sub(x, mean)), deviation * deviation);

/** How far the model's score is from that of p, and where to move its mean. */
export function fisher({ mean, deviation }: Normal) {
  const x = points();
  const divergence = (centre: Tensor): Tensor => fisherDivergence(scoreOf(centre, deviation), known, x);
  const centre = tensor([...mean]);
  const [along = 0, up = 0] = grad(divergence)(centre).data;
  const at = grid();
  return {
    divergence: divergence(centre).item(),
    gradient: [along, up] as Point,
    points: pointsOf(x).slice(0, 500),
    places: pointsOf(at),
    exact: pointsOf(known(at)),
    model: pointsOf(scoreOf(centre, deviation)(at)),
  };
}

/** Both sides of the integration by parts, as means over the same points. */
export function parts({ mean, deviation }: Normal) {
  const x = points();
  const score = scoreOf(tensor([...mean]), deviation);
  const rows = { reduction: "none" } as const;
  const objective = exactScoreMatching(score, x, rows);
  const divergence = fisherDivergence(score, known, x, rows);
  const scoreless = mul(0.5, sum(square(known(x)), { axis: 1 }));
  return {
    objective: meanOf(objective.data),
    shifted: meanOf(sub(divergence, scoreless).data),
    divergence: meanOf(divergence.data),
    constant: meanOf(scoreless.data),
    points: pointsOf(x).slice(0, 500),
    difference: meanOf(sub(add(objective, scoreless), divergence).data),
  };
}
